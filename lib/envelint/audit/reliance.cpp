#include <envelint/audit/reliance.hpp>

#include <envelint/spf/record.hpp>
#include <envelint/spf/record_selection.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace envelint::audit {
namespace {

constexpr std::size_t kMost = 20;

bool names_a_domain(const spf::Term& term) {
  if (term.kind == spf::TermKind::modifier) return term.is(spf::Modifier::redirect);
  return term.kind == spf::TermKind::mechanism && !term.is(spf::Mechanism::ip4) && !term.is(spf::Mechanism::ip6);
}

class Reliance {
 public:
  Reliance(const DomainFacts& facts, const dns::PublicSuffixList& suffixes)
      : facts_(facts), suffixes_(suffixes), own_(suffixes.organizational_domain(facts.domain)) {}

  std::vector<Unregistered> find() {
    for (const MailHost& host : facts_.mail_hosts) {
      add(host.name, "an MX host");
      add_chain(host.name, host.a);
    }
    for (const dns::Text* text : spf::select_records(facts_.txt)) add_spf(spf::parse(text->joined()));
    for (const SelectorFacts& selector : facts_.selectors) add_chain(selector.name, selector.txt);
    add_chain(facts_.policy_host.name, facts_.policy_host.a);
    return std::move(out_);
  }

 private:
  void add_spf(const spf::Record& record) {
    for (const spf::Term& term : record.terms) {
      if (!names_a_domain(term) || term.value.empty() || term.has_macros()) continue;
      const auto target = dns::Name::parse(record.at(term.value));
      if (target) add(*target, fmt::format("`{}` in the SPF record", record.at(term.span)));
    }
  }

  void add_chain(const dns::Name& from, const dns::Answer& answer) {
    for (const dns::Name& target : answer.chain) add(target, fmt::format("the alias at `{}`", from.to_string()));
  }

  void add(const dns::Name& name, std::string why) {
    if (out_.size() == kMost || name.label_count() < 2) return;
    auto organizational = suffixes_.organizational_domain(name);
    if (!organizational || organizational == own_) return;
    if (std::ranges::find(out_, *organizational, &Unregistered::organizational_domain) != out_.end()) return;
    out_.push_back({name, *std::move(organizational), std::move(why)});
  }

  const DomainFacts& facts_;
  const dns::PublicSuffixList& suffixes_;
  std::optional<dns::Name> own_;
  std::vector<Unregistered> out_;
};

}  // namespace

std::vector<Unregistered> names_relied_on(const DomainFacts& facts, const dns::PublicSuffixList& suffixes) {
  return Reliance(facts, suffixes).find();
}

}  // namespace envelint::audit
