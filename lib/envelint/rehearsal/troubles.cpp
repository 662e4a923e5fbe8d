// What keeps the setup from working, or from being known to work.

#include <envelint/rehearsal/conclusion.hpp>

#include <envelint/dns/describe.hpp>
#include <envelint/rehearsal/stage.hpp>
#include <envelint/rehearsal/words.hpp>
#include <envelint/spf/record.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace envelint::rehearsal {
namespace {

using finding::Code;
using finding::Finding;
using verdict::DmarcStatus;

bool is_open(const OpenTerm& term) { return term.why != OpenTerm::Why::depends; }

/// What to type where names beyond the files decide.
constexpr std::string_view kHowToGetNames =
    "give the records of such names with another `--zone FILE`, or add `--overlay`, so that DNS is asked for all names "
    "that the files do not have (`--overlay --replay FILE`: a recording)";

class Troubles {
 public:
  explicit Troubles(const Rehearsal& rehearsal) : rehearsal_(rehearsal) {}

  std::vector<Trouble> find() {
    check_keys();
    check_senders();
    check_rows(Outcome::broken);
    check_lint();
    check_open();
    check_rows(Outcome::undecided);
    check_unanswered();
    std::ranges::stable_partition(out_, &Trouble::broken);
    return std::move(out_);
  }

 private:
  Trouble& add(bool broken, std::string what) {
    Trouble& out = out_.emplace_back();
    out.broken = broken;
    out.what = std::move(what);
    return out;
  }

  void check_keys() {
    for (const KeyResult& key : rehearsal_.keys) {
      const std::string owner = key.facts.asked.owner.to_string();
      if (key.verdict.match == dkim::KeyMatch::matches) continue;
      if (key.verdict.match != dkim::KeyMatch::unknown) {
        key_is_wrong_ = true;
        add(true, fmt::format("`{}` does not hold the key at hand", owner)).why = key.verdict.summary;
        continue;
      }
      key_is_unknown_ = true;
      Trouble& trouble = add(false, fmt::format("the key at `{}` is not known", owner));
      const dns::Answer& answer = key.facts.asked.txt;
      if (!answer.chain.empty()) trouble.why = fmt::format("it is an alias of `{}`: ", answer.chain.back().to_string());
      trouble.why += dns::describe(answer);
      if (answer.trouble == dns::Trouble::outside) trouble.help = kHowToGetNames;
    }
  }

  /// Without a sender nothing was tried.
  void check_senders() {
    if (row_of(rehearsal_, Scene::sender) != nullptr) return;
    const Senders& senders = rehearsal_.senders;
    if (std::ranges::any_of(senders.open, is_open)) return;
    const std::string domain = senders.domain.to_string();
    constexpr std::string_view kHelp = "`--ip ADDRESS` rehearses mail from an address that it does not list";
    if (!senders.open.empty()) {
      add(false, fmt::format("who sends for {} depends on the message", domain)).help = kHelp;
    } else if (senders.records == 0) {
      add(true, fmt::format("{} has no SPF record", domain)).help = kHelp;
    } else if (senders.records > 1) {
      add(true, fmt::format("{} has {} SPF records, so that none counts (RFC 7208 §4.5)", domain, senders.records));
    } else {
      add(true, fmt::format("the SPF record of {} lists no address that may send", domain)).help = kHelp;
    }
  }

  /// Rows of one scene and one cause are one trouble.
  void check_rows(Outcome outcome) {
    std::map<std::pair<Scene, std::string_view>, std::size_t> known;
    for (std::size_t i = 0; i < rehearsal_.rows.size(); ++i) {
      const Delivery& row = rehearsal_.rows[i];
      if (row.outcome != outcome || follows_from_others(row)) continue;
      senders_fail_ = senders_fail_ || (row.scene == Scene::sender && row.verdict.dmarc.status != DmarcStatus::pass);
      const auto [it, fresh] = known.emplace(std::pair(row.scene, std::string_view(row.why)), out_.size());
      if (fresh) add(outcome == Outcome::broken, {}).why = row.why;
      out_[it->second].rows.push_back(i);
    }
    for (Trouble& trouble : out_) {
      if (trouble.rows.empty() || !trouble.what.empty()) continue;
      name(trouble);
      if (!trouble.broken && trouble.why.ends_with(kNotInFiles)) trouble.help = kHowToGetNames;
    }
  }

  /// Told already by what causes it.
  [[nodiscard]] bool follows_from_others(const Delivery& row) const {
    if (row.scene == Scene::forwarded && (key_is_wrong_ || key_is_unknown_ || senders_fail_)) return true;
    const bool is_told = !rehearsal_.clients_given && std::ranges::any_of(rehearsal_.senders.open, is_open);
    return row.outcome == Outcome::undecided && row.scene != Scene::sender && is_told;
  }

  void name(Trouble& trouble) {
    const Delivery& row = rehearsal_.rows[trouble.rows.front()];
    switch (row.scene) {
      case Scene::sender: {
        const bool by_dmarc = row.verdict.dmarc.status != DmarcStatus::pass;
        const std::string_view broken = by_dmarc ? "does not pass" : "may be refused";
        trouble.what = fmt::format("mail from {} {}", addresses_of(rehearsal_, trouble.rows),
                                   trouble.broken ? broken : "cannot be decided");
        trouble.help = how_to_list(trouble.rows);
        return;
      }
      case Scene::forwarded:
        trouble.what = trouble.broken ? "forwarded mail does not pass" : "whether forwarded mail passes is not known";
        return;
      case Scene::forgery:
        trouble.what = trouble.broken ? "forged mail is taken for genuine" : "whether forged mail passes is not known";
        return;
      case Scene::list: return;
    }
  }

  /// The SPF record with the addresses that it does not list, where it is that what they lack.
  [[nodiscard]] std::string how_to_list(const std::vector<std::size_t>& rows) const {
    std::vector<std::string> terms;
    for (const std::size_t index : rows) {
      const Delivery& row = rehearsal_.rows[index];
      const bool unlisted =
          row.sender.term.empty() && row.verdict.spf &&
          (row.verdict.spf->verdict == spf::Verdict::fail || row.verdict.spf->verdict == spf::Verdict::softfail ||
           row.verdict.spf->verdict == spf::Verdict::neutral);
      const net::Address address = row.sender.address.unmapped();
      if (unlisted) terms.push_back(fmt::format("{}:{}", address.is_v4() ? "ip4" : "ip6", address.to_string()));
    }
    if (terms.empty() || !rehearsal_.senders.record) return {};
    const spf::Record record = spf::parse(*rehearsal_.senders.record);
    const auto all =
        std::ranges::find_if(record.terms, [](const spf::Term& term) { return term.is(spf::Mechanism::all); });
    std::string edited = record.text;
    const std::string added = fmt::format("{}", fmt::join(terms, " "));
    if (all == record.terms.end()) {
      edited += " " + added;
    } else {
      edited.insert(all->span.start, added + " ");
    }
    return fmt::format("if {} yours, have the SPF record of {} be `{}`", terms.size() == 1 ? "it is" : "they are",
                       rehearsal_.senders.domain.to_string(), edited);
  }

  void check_lint() {
    std::size_t errors = 0;
    for (const audit::DomainReport& domain : rehearsal_.lint.domains) {
      for (const Finding& one : domain.findings) {
        if (counts_as_error(one) && one.code != Code::x_expectation_not_met) ++errors;
      }
      if (!domain.expectations) continue;
      if (domain.expectations->not_met > 0) {
        add(true, fmt::format("{} of {} not met for {}", domain.expectations->not_met,
                              counted(domain.expectations->count, "expectation"), domain.domain));
      }
      if (const std::size_t open = domain.expectations->undecided.size(); open > 0) {
        const audit::UndecidedReport& first = domain.expectations->undecided.front();
        add(false, fmt::format("{} of {} cannot be decided", counted(open, "expectation"), domain.domain)).why =
            fmt::format("`{}` is not known: {}", first.question, first.reason);
      }
    }
    if (errors > 0) add(true, fmt::format("the zone has {}", counted(errors, "error")));
  }

  void check_open() {
    if (rehearsal_.clients_given) return;
    std::vector<std::string> outside;
    for (const OpenTerm& term : rehearsal_.senders.open) {
      const std::string what = term.term.empty() ? fmt::format("the SPF record of {}", term.listed_in.to_string())
                                                 : fmt::format("`{}`", term.term);
      if (term.why == OpenTerm::Why::outside) outside.push_back(what);
      if (term.why != OpenTerm::Why::unanswered) continue;
      add(false, fmt::format("`{}` was not answered ({})", term.question, term.reason)).why =
          fmt::format("who may send by {} is not known", what);
    }
    if (outside.empty()) return;
    const bool one = outside.size() == 1;
    Trouble& trouble = add(false, fmt::format("{} {} outside the zone files", list_of(outside), one ? "lies" : "lie"));
    trouble.why = fmt::format("the zone files do not say who may send by {}", one ? "it" : "them");
    trouble.help = fmt::format("{}; or name the senders with `--ip ADDRESS`", kHowToGetNames);
  }

  /// What lint could not find out, where nothing else has told of it.
  void check_unanswered() {
    if (std::ranges::any_of(out_, [](const Trouble& one) { return !one.broken; })) return;
    for (const audit::DomainReport& domain : rehearsal_.lint.domains) {
      for (const Finding& one : domain.findings) {
        if (one.code == Code::dns_lookup_failed) {
          add(false, "a question about the zone was not answered").why = one.message;
          return;
        }
      }
      if (domain.unknown.empty()) continue;
      add(false,
          fmt::format("`{}` was not answered ({})", domain.unknown.front().question, domain.unknown.front().reason));
      return;
    }
  }

  const Rehearsal& rehearsal_;
  std::vector<Trouble> out_;
  bool key_is_wrong_ = false;
  bool key_is_unknown_ = false;
  bool senders_fail_ = false;  // by what is true of forwarded mail too
};

}  // namespace

bool counts_as_error(const Finding& finding) noexcept {
  return finding.severity == finding::Severity::error && finding.code != Code::dns_lookup_failed;
}

std::vector<Trouble> troubles(const Rehearsal& rehearsal) { return Troubles(rehearsal).find(); }

}  // namespace envelint::rehearsal
