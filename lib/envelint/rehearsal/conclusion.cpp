#include <envelint/rehearsal/conclusion.hpp>

#include <envelint/audit/key_report.hpp>
#include <envelint/dns/describe.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/rehearsal/stage.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/verdict/conclusion.hpp>
#include <envelint/verdict/report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace envelint::rehearsal {
namespace {

using finding::Code;
using finding::Finding;
using verdict::AuthorVerdict;
using verdict::DmarcStatus;

/// How many of a list are named before the rest is counted.
constexpr std::size_t kMostNamed = 3;

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// `a`; `a and b`; `a, b and c`; `a, b, c and 4 more`.
std::string list_of(const std::vector<std::string>& items) {
  std::string out;
  const std::size_t named = items.size() > kMostNamed + 1 ? kMostNamed : items.size();
  for (std::size_t i = 0; i < named; ++i) {
    const bool last = i + 1 == items.size();
    if (i > 0) out += last ? " and " : ", ";
    out += items[i];
  }
  if (named < items.size()) out += fmt::format(" and {} more", items.size() - named);
  return out;
}

const Delivery* row_of(const Rehearsal& rehearsal, Scene scene) {
  const auto it = std::ranges::find(rehearsal.rows, scene, &Delivery::scene);
  return it == rehearsal.rows.end() ? nullptr : &*it;
}

std::string addresses_of(const Rehearsal& rehearsal, const std::vector<std::size_t>& rows) {
  std::vector<std::string> out;
  for (const std::size_t row : rows) out.push_back(rehearsal.rows[row].sender.address.to_string());
  return list_of(out);
}

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

std::vector<std::string> whats_of(const std::vector<Trouble>& found, bool broken) {
  std::vector<std::string> out;
  for (const Trouble& one : found) {
    if (one.broken == broken) out.push_back(one.what);
  }
  return out;
}

std::vector<std::size_t> senders_that_pass(const Rehearsal& rehearsal) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < rehearsal.rows.size(); ++i) {
    const Delivery& row = rehearsal.rows[i];
    if (row.scene == Scene::sender && row.outcome == Outcome::as_it_should) out.push_back(i);
  }
  return out;
}

std::string what_passes(const Rehearsal& rehearsal) {
  const auto passing = senders_that_pass(rehearsal);
  const Delivery& first = rehearsal.rows[passing.front()];
  const AuthorVerdict* author = first.verdict.of_author();
  const bool dmarc = author != nullptr && author->rfc9989.status == DmarcStatus::pass;
  const std::string by = dmarc ? "DMARC" : "SPF and DKIM";
  if (passing.size() == 1) {
    return fmt::format("mail of {} passes {} from {}", rehearsal.domain.to_string(), by,
                       first.sender.address.to_string());
  }
  return fmt::format("mail of {} passes {} from all {} senders", rehearsal.domain.to_string(), by, passing.size());
}

std::string what_becomes_of_forgeries(const Rehearsal& rehearsal) {
  const Delivery* row = row_of(rehearsal, Scene::forgery);
  const AuthorVerdict* author = row == nullptr ? nullptr : row->verdict.of_author();
  if (author == nullptr) return {};
  const std::string name = author->discovery.domain.to_string();
  if (author->rfc9989.status == DmarcStatus::none) {
    return fmt::format(", and forged mail is delivered, since {} has no DMARC policy", name);
  }
  switch (author->rfc9989.disposition) {
    case dmarc::Policy::reject: return ", and forged mail is rejected";
    case dmarc::Policy::quarantine: return ", and forged mail is treated as suspicious";
    case dmarc::Policy::none: break;
  }
  return ", and forged mail fails and is delivered all the same, since the policy is `none`";
}

/// Where receivers of RFC 7489 do something else with what is forged.
std::string what_others_do(const Rehearsal& rehearsal) {
  const Delivery* row = row_of(rehearsal, Scene::forgery);
  if (row == nullptr) return {};
  const std::string all = consequence(row->verdict);
  const std::size_t at = all.find("Receivers that follow RFC 7489");
  return at == std::string::npos ? std::string() : " " + all.substr(at);
}

/// What speaks for a sender's mail where only one of the two does.
enum class Carrier : std::uint8_t { both, spf_alone, dkim_alone };

Carrier carrier_of(const Delivery& row) {
  const AuthorVerdict* author = row.verdict.of_author();
  if (author == nullptr || author->rfc9989.spf_aligned == author->rfc9989.dkim_aligned) return Carrier::both;
  // What is not known may speak for it as well.
  if (row.verdict.spf && row.verdict.spf->verdict == spf::Verdict::temperror) return Carrier::both;
  const auto& signatures = row.verdict.dkim;
  const auto silent = std::ranges::find(signatures, dkim::Result::temperror, &dkim::SignatureResult::result);
  if (silent != signatures.end()) return Carrier::both;
  return author->rfc9989.spf_aligned ? Carrier::spf_alone : Carrier::dkim_alone;
}

std::string spf_in_words(const Delivery& row) {
  if (!row.verdict.spf) return "SPF was not checked";
  const spf::CheckResult& spf = *row.verdict.spf;
  if (spf.verdict != spf::Verdict::pass)
    return fmt::format("SPF gives `{}` for {}", to_string(spf.verdict), spf.domain);
  const AuthorVerdict& author = *row.verdict.of_author();
  for (const verdict::Alignment& one : author.rfc9989.alignments) {
    const verdict::Identifier& its = row.verdict.identifiers[one.identifier];
    if (its.mechanism != verdict::Mechanism::spf) continue;
    return fmt::format("SPF passes for {}, which is not aligned: {}", spf.domain,
                       explain(one, its, author.discovery.domain, author.rfc9989));
  }
  return fmt::format("SPF passes for {}, which is not aligned", spf.domain);
}

class Remarks {
 public:
  explicit Remarks(const Rehearsal& rehearsal) : rehearsal_(rehearsal) {}

  std::vector<std::string> make() {
    on_carriers();
    on_forwarding();
    on_lists();
    on_terms();
    return std::move(out_);
  }

 private:
  void on_carriers() {
    std::map<std::string, std::vector<std::size_t>> signature_alone;
    std::vector<std::size_t> spf_alone;
    for (const std::size_t index : senders_that_pass(rehearsal_)) {
      const Delivery& row = rehearsal_.rows[index];
      const Carrier carrier = carrier_of(row);
      if (carrier == Carrier::dkim_alone) signature_alone[spf_in_words(row)].push_back(index);
      if (carrier == Carrier::spf_alone) spf_alone.push_back(index);
    }
    for (const auto& [why, rows] : signature_alone) {
      out_.push_back(
          fmt::format("mail from {} passes by its signature alone: {}", addresses_of(rehearsal_, rows), why));
    }
    if (spf_alone.empty()) return;
    out_.push_back(fmt::format("mail from {} passes by SPF alone, and is lost where it is forwarded",
                               addresses_of(rehearsal_, spf_alone)));
  }

  void on_forwarding() {
    const Delivery* row = row_of(rehearsal_, Scene::forwarded);
    if (row == nullptr || row->outcome != Outcome::as_it_should) return;
    if (!row->verdict.spf || row->verdict.spf->verdict == spf::Verdict::pass) return;
    out_.emplace_back(
        "forwarded, mail of every sender loses SPF, since the host that forwards it is another; its signature carries "
        "it");
  }

  void on_lists() {
    const Delivery* row = row_of(rehearsal_, Scene::list);
    const AuthorVerdict* author = row == nullptr ? nullptr : row->verdict.of_author();
    if (author == nullptr || author->rfc9989.status != DmarcStatus::fail) return;
    if (author->rfc9989.disposition == dmarc::Policy::none) return;
    out_.emplace_back(
        "a mailing list that changes the message breaks its signature too: only lists that write From anew, and "
        "receivers that trust their ARC seal, let it through (RFC 7960 §3.2.3)");
  }

  void on_terms() {
    if (rehearsal_.clients_given) return;
    std::vector<std::string> terms;
    for (const OpenTerm& term : rehearsal_.senders.open) {
      if (term.why == OpenTerm::Why::depends) terms.push_back(fmt::format("`{}`", term.term));
    }
    if (!terms.empty()) {
      out_.push_back(fmt::format("whom {} lets send depends on the message: name such senders with `--ip ADDRESS`",
                                 list_of(terms)));
    }
    if (!rehearsal_.senders.cut) return;
    out_.push_back(fmt::format("the SPF record leads to more senders than are tried here, which are {}", kMaxSenders));
  }

  const Rehearsal& rehearsal_;
  std::vector<std::string> out_;
};

/// Collects findings that were not told before.
class Changes {
 public:
  explicit Changes(const Rehearsal& rehearsal) : rehearsal_(rehearsal) {}

  audit::Report collect() {
    for (const audit::DomainReport& domain : rehearsal_.lint.domains) {
      for (const Finding& one : domain.findings) {
        if (counts_as_error(one)) told_.emplace_back(one.code, one.message);
      }
    }
    for (const KeyResult& key : rehearsal_.keys) {
      if (key.verdict.match != dkim::KeyMatch::matches) add(audit::report_key(key.facts, key.verdict));
    }
    for (const Trouble& trouble : troubles(rehearsal_)) {
      if (trouble.broken && !trouble.rows.empty()) add(rehearsal_.rows[trouble.rows.front()]);
    }
    return std::move(out_);
  }

 private:
  void add(const Delivery& row) {
    if (row.scene != Scene::sender) return;
    const auto message = mail::Message::split(*row.message);
    for (audit::DomainReport& one : verdict::report(message, row.verdict)) {
      std::erase_if(one.findings, is_about_client);
      add(std::move(one));
    }
  }

  /// The client's own names are not part of the play: HELO is that of the command line, and reverse DNS is not there.
  static bool is_about_client(const Finding& finding) { return finding::entry(finding.code).id.starts_with("PTR"); }

  void add(audit::DomainReport report) {
    std::erase_if(report.findings, [&](const Finding& one) {
      const std::pair key(one.code, one.message);
      if (one.severity < finding::Severity::warning || std::ranges::find(told_, key) != told_.end()) return true;
      told_.push_back(key);
      return false;
    });
    report.unknown.clear();
    if (!report.findings.empty()) out_.domains.push_back(std::move(report));
  }

  const Rehearsal& rehearsal_;
  std::vector<std::pair<Code, std::string>> told_;
  audit::Report out_;
};

}  // namespace

std::string_view to_string(Result result) noexcept {
  switch (result) {
    case Result::works: return "works";
    case Result::fails: return "fails";
    case Result::undecided: return "undecided";
  }
  return "";
}

bool counts_as_error(const Finding& finding) noexcept {
  return finding.severity == finding::Severity::error && finding.code != Code::dns_lookup_failed;
}

std::vector<Trouble> troubles(const Rehearsal& rehearsal) { return Troubles(rehearsal).find(); }

Result result_of(const Rehearsal& rehearsal) {
  const auto found = troubles(rehearsal);
  if (found.empty()) return Result::works;
  return found.front().broken ? Result::fails : Result::undecided;
}

std::string conclude(const Rehearsal& rehearsal) {
  const auto found = troubles(rehearsal);
  if (found.empty()) {
    return fmt::format("The setup would work: {}{}.{}", what_passes(rehearsal), what_becomes_of_forgeries(rehearsal),
                       what_others_do(rehearsal));
  }
  if (found.front().broken) return fmt::format("The setup would not work: {}.", list_of(whats_of(found, true)));
  std::string out = fmt::format("It cannot be told whether the setup would work: {}.", list_of(whats_of(found, false)));
  const auto passing = senders_that_pass(rehearsal);
  if (passing.empty()) return out;
  return out + fmt::format(" Mail from {} that {} known passes.", counted(passing.size(), "sender"),
                           passing.size() == 1 ? "is" : "are");
}

std::vector<std::string> remarks(const Rehearsal& rehearsal) { return Remarks(rehearsal).make(); }

std::string policy_in_words(const Rehearsal& rehearsal) {
  const AuthorVerdict* author = rehearsal.rows.empty() ? nullptr : rehearsal.rows.front().verdict.of_author();
  if (author == nullptr) return "no author domain";
  const std::string now = verdict::place_of(author->rfc9989.policy);
  const std::string old = verdict::place_of(author->rfc7489.policy);
  return now == old ? now : fmt::format("{}; for receivers that follow RFC 7489 {}", now, old);
}

audit::Report changes(const Rehearsal& rehearsal) { return Changes(rehearsal).collect(); }

}  // namespace envelint::rehearsal
