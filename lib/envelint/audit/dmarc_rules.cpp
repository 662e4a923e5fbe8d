#include <envelint/audit/dmarc_rules.hpp>

#include <envelint/audit/spf_presence_rules.hpp>
#include <envelint/dmarc/discovery_rules.hpp>
#include <envelint/dmarc/record.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envelint::audit {
namespace {

using dns::Name;
using finding::Code;
using finding::Findings;

constexpr auto kVersion = text::span_of(0, std::string_view("v=DMARC1").size());

/// The first text of an answer that was meant to be a DMARC record.
const dns::Text* find_dmarc(const dns::Answer& answer) {
  for (const dns::Record& record : answer.records) {
    const auto* text = std::get_if<dns::Text>(&record.data);
    if (text == nullptr) continue;
    const dmarc::Record read = dmarc::parse(text->joined());
    if (read.version_ok() || (read.intended() && read.find(dmarc::Key::v) != nullptr)) return text;
  }
  return nullptr;
}

/// `v=spf1 -all`, and nothing more: nobody sends mail in the domain's name.
bool forbids_all(const dns::Text& text) {
  const spf::Record record = spf::parse(text.joined());
  return record.valid() && record.terms.size() == 1 && record.terms.front().is(spf::Mechanism::all) &&
         record.terms.front().qualifier == spf::Qualifier::fail;
}

bool sends_mail(const DomainFacts& facts) {
  const auto records = spf::select_records(facts.txt);
  if (records.size() == 1 && forbids_all(*records.front())) return false;
  const bool no_spf = records.empty() && !facts.txt.unknown();
  return !(facts.has_null_mx() && no_spf);
}

class DmarcJudge {
 public:
  DmarcJudge(const DomainFacts& facts, RecordIndex& index) : facts_(facts), found_(*facts.dmarc), index_(index) {}

  std::vector<finding::Finding> run() {
    for (const dmarc::LookupPtr& lookup : found_.lookups()) add_records(*lookup);
    const auto record_at = [this](const Name& owner) {
      const auto it = places_.find(owner);
      return it == places_.end() ? -1 : it->second;
    };
    dmarc::check_discovery(found_, record_at, out_);
    dmarc::check_destinations(facts_.dmarc_reports, record_at, out_);
    wildcard_policy();
    const bool misplaced = wrong_names();
    drop_misplaced_spf();
    const bool in_vain = misplaced || meant_in_vain_ || out_.has(Code::dmarc_spf_answers);
    if (!in_vain) dmarc::check_policy_exists(found_, sends_mail(facts_), out_);
    parked();
    return std::move(out_).take();
  }

 private:
  // What a registry publishes is not the domain's to mend.
  void add_records(const dmarc::Lookup& lookup) {
    if (lookup.domain != found_.domain && found_.is_public_suffix(lookup.domain)) return;
    for (dns::Record record : lookup.answer.records) {
      const auto* text = std::get_if<dns::Text>(&record.data);
      if (text == nullptr) continue;
      const dmarc::Record read = dmarc::parse(text->joined());
      if (!read.intended()) continue;
      record.owner = lookup.owner;  // an alias shows it under another name
      const int place = index_.of(record, Kind::dmarc);
      if (read.version_ok()) places_.try_emplace(lookup.owner, place);
      if (!read.version_ok() && lookup.found == dmarc::Found::other) meant_in_vain_ = true;
    }
  }

  // RFC 9989 §4.5. Says whether a record stands where no receiver looks while none applies.
  bool wrong_names() {
    const bool applies = found_.rfc9989.domain.outcome != dmarc::Outcome::none;
    bool any = facts_.any_text.nothing() && wrong_name(facts_.domain, facts_.txt, applies);
    for (const TextFacts& one : facts_.dmarc_wrong_names) {
      if (facts_.any_text.nothing()) any = wrong_name(one.name, one.txt, applies) || any;
    }
    return any && !applies;
  }

  bool wrong_name(const Name& name, const dns::Answer& answer, bool applies) {
    if (find_dmarc(answer) == nullptr) return false;
    const std::string domain = facts_.domain.to_string();
    auto draft = out_.add(Code::dmarc_wrong_name, {});
    draft.owner(name.to_string())
        .message("a DMARC record stands at `{}`, where nobody looks for the policy of `{}`", name.to_string(), domain)
        .help("publish it at `_dmarc.{}`; a form that adds the domain by itself wants `_dmarc` alone", domain);
    if (applies) {
      draft.severity(finding::Severity::notice).note("another record applies, so this one only misleads its readers");
    } else {
      draft.note("receivers find no record, and apply no DMARC to mail from the domain");
    }
    return true;
  }

  // RFC 4592 §2.2.1: a wildcard answers only where nothing exists, neither at the name nor between.
  void wildcard_policy() {
    if (find_dmarc(facts_.any_text) == nullptr) return;
    const std::string domain = facts_.domain.to_string();
    out_.add(Code::dmarc_wildcard, {})
        .owner("*." + domain)
        .message("a wildcard below `{}` answers every question for text with a DMARC record", domain)
        .note(
            "it reaches no subdomain that exists, and whoever looks for a DKIM key or another policy finds it as well; "
            "subdomains without a record are under the one at `_dmarc.{}` anyway",
            domain)
        .help("remove `*.{0}. TXT`, and say with `sp` and `np` at `_dmarc.{0}` what is to hold for subdomains", domain);
  }

  // An SPF record that somebody put at `_dmarc` in place of the domain itself is SPF007: once it is moved, no SPF record
  // answers here. Whether a DMARC record is missing is asked on its own.
  void drop_misplaced_spf() {
    if (!is_spf_at_dmarc(facts_)) return;
    std::erase_if(out_.items(), [](const finding::Finding& one) { return one.code == Code::dmarc_spf_answers; });
  }

  // M3AAWG, "Protecting Parked Domains".
  void parked() {
    if (sends_mail(facts_) || !found_.rfc9989.domain.applies()) return;
    const dmarc::Generation& modern = found_.rfc9989;
    const bool top = modern.organizational_domain.name == found_.domain;
    std::string weak;
    const auto look = [&](const dmarc::EffectivePolicy& policy, std::string_view whose) {
      if (!policy.applies() || policy.applied == dmarc::Policy::reject) return;
      weak += fmt::format("{}{}", weak.empty() ? "" : ", ", whose);
    };
    look(modern.domain, "itself");
    if (top) look(modern.subdomain, "its subdomains");
    if (top) look(modern.missing_subdomain, "subdomains that do not exist");
    if (weak.empty()) return;
    const std::string domain = facts_.domain.to_string();
    out_.add(Code::dmarc_parked_without_reject, {})
        .owner("_dmarc." + domain)
        .message("`{}` sends no mail, but forged mail is not rejected in the name of: {}", domain, weak)
        .note("a domain without honest mail has nothing to lose by `p=reject`, and forgers look for those without it")
        .help("publish `_dmarc.{}. TXT \"v=DMARC1; p=reject; sp=reject; np=reject\"`", domain);
  }

  const DomainFacts& facts_;
  const dmarc::Discovery& found_;
  RecordIndex& index_;
  Findings out_;
  std::map<Name, int> places_;
  bool meant_in_vain_ = false;  // a record that is not valid stands at a name where one is looked for
};

}  // namespace

void judge_dmarc_facts(const DomainFacts& facts, RecordIndex& index, DomainReport& report) {
  if (!facts.dmarc || facts.does_not_exist()) return;
  std::vector<finding::Finding> found = DmarcJudge(facts, index).run();
  std::ranges::move(found, std::back_inserter(report.findings));
}

// RFC 9989 §4.10 step 2; RFC 7489 §6.6.3.
void check_several_dmarc_records(DomainReport& report) {
  std::map<std::string, std::vector<int>> at;
  for (std::size_t i = 0; i < report.records.size(); ++i) {
    const RecordReport& record = report.records[i];
    if (record.kind != Kind::dmarc || record.owner.empty()) continue;
    const std::string owner = text::lower(record.owner);
    if (owner.contains("._report._dmarc.")) continue;  // there, one of several is enough (RFC 9990)
    if (dmarc::parse(record.value.joined()).version_ok()) at[owner].push_back(static_cast<int>(i));
  }
  for (const auto& [owner, places] : at) {
    if (places.size() < 2) continue;
    Findings out;
    out.add(Code::dmarc_several_records, kVersion)
        .record(places[1])
        .message("`{}` has {} DMARC records; there may be only one", owner, places.size())
        .note(
            "receivers use none of them: those of RFC 7489 apply no DMARC at all, those of RFC 9989 go on to look at "
            "the names above")
        .help("keep the record that is meant, and remove the {}", places.size() == 2 ? "other" : "others");
    report.findings.push_back(std::move(out.items().front()));
  }
}

}  // namespace envelint::audit
