#pragma once

#include <envelint/dmarc/discovery.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/expectation/file.hpp>
#include <envelint/finding/finding.hpp>
#include <envelint/spf/check_host.hpp>
#include <envelint/spf/tree.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// What is expected, in words, and X011 for what is not so. Pure.
namespace envelint::expectation {

/// The policy that receivers apply to every message: with `pct` from 1 to 99, the next lower one (RFC 7489 §6.6.4).
/// Nothing where no policy applies, or it is not known.
[[nodiscard]] std::optional<dmarc::Policy> policy_for_all(const dmarc::EffectivePolicy& policy) noexcept;

/// Which receivers a policy is expected of.
enum class Whom : std::uint8_t { all, rfc7489, rfc9989 };

[[nodiscard]] std::string expected_policy(const dns::Name& name, const PolicyWish& wish, Whom whom);
[[nodiscard]] std::string expected_lookups(const dns::Name& name, const LookupLimit& limit);
[[nodiscard]] std::string expected_key(const dns::Name& name, const SelectorWish& wish);
[[nodiscard]] std::string expected_pass(const dns::Name& name, const Sender& sender);
[[nodiscard]] std::string expected_fail(const dns::Name& name, const Sender& sender);

/// @param wrong  the generations that apply another policy; at least one.
[[nodiscard]] finding::Finding policy_not_met(const dns::Name& name, const PolicyWish& wish,
                                              const std::vector<const dmarc::Generation*>& wrong);

[[nodiscard]] finding::Finding too_many_lookups(const spf::Tree& tree, const LookupLimit& limit);
[[nodiscard]] finding::Finding several_records(const dns::Name& name, std::size_t count);

/// Why no receiver can verify with what stands at a selector (RFC 6376 §3.6.2.2, §6.1.2): `there is no DKIM key`.
/// Nothing where one can. The answer is not unknown.
[[nodiscard]] std::optional<std::string> trouble_with_key(const dns::Answer& answer);
[[nodiscard]] finding::Finding key_not_usable(const dns::Name& name, const SelectorWish& wish,
                                              const dns::Answer& answer, const std::string& trouble);

/// What became of a sender.
struct SenderFacts {
  spf::CheckResult spf;
  std::optional<bool> aligned = {};  ///< where SPF passes; nothing where that is not known
  std::string strict_at;             ///< the owner of the record whose `aspf=s` alone keeps it from being aligned
};

/// For one of `pass`: SPF does not pass, or is not aligned.
[[nodiscard]] finding::Finding does_not_pass(const dns::Name& name, const Sender& sender, const SenderFacts& facts);
/// For one of `fail`: it passes and is aligned.
[[nodiscard]] finding::Finding passes(const dns::Name& name, const Sender& sender, const SenderFacts& facts);

}  // namespace envelint::expectation
