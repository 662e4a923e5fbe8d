#pragma once

#include <envelint/dns/public_suffix.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/expectation/file.hpp>
#include <envelint/finding/finding.hpp>
#include <envelint/task/task.hpp>
#include <envelint/text/span.hpp>

#include <optional>
#include <string>
#include <vector>

namespace envelint::expectation {

/// Why it cannot be told whether an expectation is met: a question that nobody answered.
struct Undecided {
  std::string question;  ///< "_spf.example.net TXT"
  std::string reason;    ///< "timeout"
};

/// An expectation that is not known to be met: it is not, or nothing is known. Never both.
struct Unmet {
  /// What is expected in a few words, with its name: "`192.0.2.10` passes SPF for example.com". The same whatever DNS
  /// says, so that two runs can be compared by it.
  std::string expected;
  text::Span span;                          ///< where it stands in the file
  std::optional<finding::Finding> finding;  ///< X011, where it is not met; its place has 0 for the file
  std::optional<Undecided> undecided;       ///< where DNS would not say
};

/// Asks DNS whether what is expected of a name is so, and gives what is not, in the order of the file. Whatever is not
/// given, of all `expectation.count()`, is met.
///
/// An address passes where SPF gives pass (RFC 7208 §2.6.3) for a domain that is aligned with the name (RFC 9989 §4.4, by
/// the `aspf` of the policy that applies; relaxed, by the Public Suffix List, where there is no policy). Trouble is never an expectation that is not met. Asks at
/// most spf::kMaxQuestions and dmarc::kMaxWalk questions for each sender and some 600 for all else. Resolver and list
/// must outlive the task.
[[nodiscard]] task::Task<std::vector<Unmet>> check(dns::Resolver& resolver, Expectation expectation,
                                                   const dns::PublicSuffixList& suffixes);

}  // namespace envelint::expectation
