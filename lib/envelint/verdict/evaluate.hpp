#pragma once

#include <envelint/arc/validate.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/dmarc/author.hpp>
#include <envelint/dmarc/discovery.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/spf/check_host.hpp>
#include <envelint/task/task.hpp>
#include <envelint/verdict/dmarc_result.hpp>
#include <envelint/verdict/envelope.hpp>
#include <envelint/verdict/reverse_dns.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// One call for all that a receiver finds out about a message.
///
///     const dns::PublicSuffixList suffixes;
///     const auto message = mail::Message::split(bytes);
///     const Verdict verdict = sync_wait(evaluate(resolver, message, envelope, EvaluationOptions(suffixes, now)));
///     if (verdict.dmarc.status == DmarcStatus::fail) reply(verdict.dmarc.disposition);
namespace envelint::verdict {

/// How a message is evaluated. Not an aggregate: it is a coroutine parameter.
struct EvaluationOptions {
  /// @param list       must outlive the evaluation
  /// @param unix_time  seconds since 1970, best when the message was received
  EvaluationOptions(const dns::PublicSuffixList& list, std::uint64_t unix_time) : suffixes(&list), now(unix_time) {}

  const dns::PublicSuffixList* suffixes;
  std::uint64_t now;
  std::string receiver = "unknown";  ///< the name of the host that checks, for the SPF macro `%{r}`
  dkim::Limits dkim_limits;
  std::uint64_t clock_skew = 300;           ///< seconds after `x=` in which a signature still counts
  bool trace = true;                        ///< whether to keep the steps of SPF, which the story tells of
  bool count_partial_body = false;          ///< whether a signature counts for DMARC that leaves text unsigned by `l=`
  spf::RecordCache* spf_records = nullptr;  ///< for who evaluates many; both must outlive the evaluation
  dkim::KeyCache* keys = nullptr;
};

/// What receivers make of mail from one author domain.
struct AuthorVerdict {
  dmarc::Discovery discovery;  ///< without policies for subdomains
  DmarcResult rfc9989;
  DmarcResult rfc7489;
};

/// What DMARC comes to.
struct DmarcVerdict {
  /// For receivers of RFC 9989. Without one author domain always `permerror`: no such message passes.
  DmarcStatus status = DmarcStatus::permerror;
  /// What is asked for. Of several author domains the strictest of those that fail (RFC 9989 §11.5).
  dmarc::Policy disposition = dmarc::Policy::none;
  std::vector<AuthorVerdict> authors;  ///< for each of Author::domains
};

/// The SPF record that would have to list the client of a message for the message to pass DMARC.
struct SenderRecord {
  dns::Name domain;   ///< of MAIL FROM where that is aligned, else the author domain
  dns::Answer texts;  ///< its TXT records
};

/// All that a receiver finds out about a message.
struct Verdict {
  Envelope envelope;
  std::optional<spf::CheckResult> spf;       ///< of MAIL FROM, or of HELO for a bounce; nothing without a client
  std::optional<spf::CheckResult> spf_helo;  ///< of HELO (RFC 7208 §2.3), where there is a MAIL FROM too
  ReverseDns reverse;
  bool helo_leads_back = false;            ///< the name in HELO has the client's address (RFC 5321 §4.1.4)
  std::optional<dns::Answer> helo_answer;  ///< what DNS said to that; nothing where HELO is no domain name
  std::vector<dkim::SignatureResult> dkim;
  arc::ChainResult arc;
  dmarc::Author author;
  std::vector<Identifier> identifiers;  ///< what SPF and DKIM speak for; SPF's first
  DmarcVerdict dmarc;
  std::optional<SenderRecord> sender_record;  ///< where DMARC fails and the client is known: to say what to change

  /// The verdict on the one author domain, or nullptr where there is not just one.
  [[nodiscard]] const AuthorVerdict* of_author() const noexcept {
    return author.usable() && dmarc.authors.size() == 1 ? &dmarc.authors.front() : nullptr;
  }
};

/// Evaluates a message whose body comes in pieces. Holds nothing of the body.
class Evaluation {
 public:
  /// @param message  not copied: it and its octets must outlive the evaluation. Its body is not looked at.
  Evaluation(const mail::Message& message, Envelope envelope, EvaluationOptions options);
  ~Evaluation();
  Evaluation(Evaluation&&) noexcept;
  Evaluation& operator=(Evaluation&&) noexcept;

  /// The next octets of the body.
  void body(std::string_view chunk);

  /// Asks DNS, as much at once as can be, and comes to the verdict. Never fails; bounded by the limits of SPF, DKIM, ARC
  /// and the tree walk. Once; the evaluation and the resolver must outlive the task.
  [[nodiscard]] task::Task<Verdict> finish(dns::Resolver& resolver);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same for a message that is there as a whole. Its octets must outlive the task.
[[nodiscard]] task::Task<Verdict> evaluate(dns::Resolver& resolver, mail::Message message, Envelope envelope,
                                           EvaluationOptions options);

}  // namespace envelint::verdict
