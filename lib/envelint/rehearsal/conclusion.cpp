#include <envelint/rehearsal/conclusion.hpp>

#include <envelint/rehearsal/words.hpp>
#include <envelint/verdict/conclusion.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace envelint::rehearsal {
namespace {

using verdict::AuthorVerdict;
using verdict::DmarcStatus;

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
  const std::string others = disagreement(row->verdict);
  return others.empty() ? others : " " + others;
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

}  // namespace

std::string_view to_string(Result result) noexcept {
  switch (result) {
    case Result::works: return "works";
    case Result::fails: return "fails";
    case Result::undecided: return "undecided";
  }
  return "";
}

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

}  // namespace envelint::rehearsal
