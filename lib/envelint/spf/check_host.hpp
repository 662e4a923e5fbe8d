#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/net/address.hpp>
#include <envelint/task/task.hpp>
#include <envelint/text/span.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envelint::spf {

/// What a receiver makes of a sender (RFC 7208 §2.6).
enum class Verdict : std::uint8_t {
  none,       ///< no record, or no domain to ask about
  neutral,    ///< the domain says nothing about this address
  pass,       ///< the address may send for the domain
  fail,       ///< it may not
  softfail,   ///< it probably may not
  temperror,  ///< DNS would not say; trying later may help
  permerror,  ///< the domain's records cannot be evaluated
};
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;

/// Whose domain was checked (§2.3, §2.4).
enum class Identity : std::uint8_t {
  mail_from,  ///< the domain of MAIL FROM
  helo,       ///< the name given with HELO or EHLO, where MAIL FROM is empty
};
[[nodiscard]] std::string_view to_string(Identity identity) noexcept;  ///< "mailfrom" or "helo"

/// The limits of §4.6.4. Receivers keep the defaults; others are for trying out.
struct CheckLimits {
  std::uint32_t lookups = 10;      ///< terms that ask DNS
  std::uint32_t void_lookups = 2;  ///< questions with nothing for an answer
};

class RecordCache;

/// One sender. Not an aggregate: it is a coroutine parameter.
struct CheckRequest {
  /// @param client     the address that connected; an IPv4-mapped one counts as IPv4 (§5)
  /// @param sender     MAIL FROM without angle brackets; empty for a bounce, which is checked by its HELO name (§2.4)
  /// @param helo_name  the name given with HELO or EHLO
  CheckRequest(net::Address client, std::string sender, std::string helo_name)
      : ip(client), mail_from(std::move(sender)), helo(std::move(helo_name)) {}

  net::Address ip;
  std::string mail_from;
  std::string helo;
  std::string receiver = "unknown";  ///< for the macro `%{r}`: the name of the host that checks
  std::uint64_t now = 0;             ///< for the macro `%{t}`: seconds since 1970
  CheckLimits limits;
  RecordCache* records = nullptr;  ///< for who evaluates many: records that were read already. Outlives the task
  bool trace = false;              ///< whether to keep CheckResult::asked and CheckResult::steps
};

/// A question that a term asked, with its answer in a few words (`192.0.2.1, 192.0.2.2`, `does not exist`).
struct Asked {
  dns::Query query;
  std::string answer;
  bool is_void = false;  ///< counted as a void lookup (§4.6.4)
};

/// What became of a term.
enum class Outcome : std::uint8_t {
  match,       ///< it decides
  no_match,    ///< the next term is looked at
  not_tested,  ///< something before it decided
  error,       ///< it cannot be evaluated, which decides
};

/// One term of one record, in the order of evaluation. The terms of an included record follow the `include`.
struct Step {
  std::uint32_t depth = 0;  ///< 0 for the record of the domain itself
  std::string domain;       ///< whose record
  std::string term;         ///< as written; empty where the record itself is the trouble
  text::Span span;          ///< its place in that record's value
  std::string target;       ///< its domain-spec with macros expanded; empty without one
  Outcome outcome = Outcome::not_tested;
  std::vector<Asked> asked;
  std::uint32_t lookups = 0;       ///< counted so far, this term included
  std::uint32_t void_lookups = 0;  ///< counted so far, this term included
  std::string_view section;        ///< of RFC 7208: "§5.2"
  std::string reason;              ///< why, in plain words without a full stop
};

struct CheckResult {
  Verdict verdict = Verdict::none;
  Identity identity = Identity::mail_from;
  std::string domain;             ///< the domain that was checked; empty when there is none
  std::string mechanism;          ///< the term that matched, as written, in the last record of `path`; may be empty
  std::vector<std::string> path;  ///< from the domain by includes and redirects to the record whose term matched
  std::string explanation;        ///< for fail: what the domain says by `exp=` (§6.2), else empty. Bytes of others
  std::string reason;             ///< one sentence without a full stop
  std::uint32_t lookups = 0;
  std::uint32_t void_lookups = 0;
  std::vector<Asked> asked;  ///< for the domain's own record and the explanation; empty unless a trace is wanted
  std::vector<Step> steps;   ///< empty unless a trace is wanted
};

/// Whether an address may send for a domain: check_host() of RFC 7208 §4, for the identity that a receiver checks.
///
/// Never throws but for memory. Asks at most kMaxQuestions questions, one after the other; how long each may take is
/// the resolver's affair. The resolver must outlive the task.
[[nodiscard]] task::Task<CheckResult> check_host(dns::Resolver& resolver, CheckRequest request);

/// 10 terms of at most 11 questions each, the record of every one of them, and the explanation: no evaluation within
/// the limits of §4.6.4 asks more, and none at all does.
inline constexpr std::uint32_t kMaxQuestions = 250;

}  // namespace envelint::spf
