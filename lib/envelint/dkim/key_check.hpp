#pragma once

#include <envelint/dkim/public_key.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/finding/finding.hpp>
#include <envelint/task/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The key doctor: whether what DNS has at a selector belongs to a key at hand, and if not, what happened.
namespace envelint::dkim {

/// Most other selectors that are looked at when the key is not where it should be.
inline constexpr std::size_t kMaxOtherSelectors = 64;

/// What to look for. Not an aggregate: it is a coroutine parameter.
struct KeyCheckRequest {
  KeyCheckRequest(dns::Name at_domain, std::string at_selector, PublicKey wanted, std::vector<std::string> others = {})
      : domain(std::move(at_domain)),
        selector(std::move(at_selector)),
        key(std::move(wanted)),
        other_selectors(std::move(others)) {}

  dns::Name domain;
  std::string selector;  ///< in presentation form
  PublicKey key;
  /// Where else the key may have got to: asked for only when it is not where it should be.
  std::vector<std::string> other_selectors;
};

/// What stands at one name.
struct KeyPlace {
  std::string selector;  ///< empty for a name that is no selector's
  dns::Name owner;
  dns::Answer txt;
};

/// All that was asked. Facts only.
struct KeyCheckFacts {
  dns::Name domain;
  std::string selector;
  PublicKey key;
  KeyPlace asked;
  std::vector<KeyPlace> others;
};

enum class KeyMatch : std::uint8_t {
  matches,  ///< receivers verify what this key signs
  nothing_published,
  several_records,  ///< which one receivers take is undefined (RFC 6376 §3.6.2.2)
  revoked,
  cut_short,   ///< the beginning of this key
  unusable,    ///< this key, in a record that receivers cannot use: the findings of the record say why
  unreadable,  ///< no key can be made out: the findings of the record say why
  other_algorithm,
  other_key,
  unknown,  ///< DNS did not say
};

/// A word for programs: `matches`, `nothing_published`, …
[[nodiscard]] std::string_view to_string(KeyMatch match) noexcept;

struct KeyVerdict {
  KeyMatch match = KeyMatch::unknown;
  std::string summary;                 ///< what the matter is, in one clause without a full stop
  std::optional<PublicKey> published;  ///< the key at the selector, where one can be made out
  std::vector<KeyPlace> found_at;      ///< other places where this key is
  /// DKIM002 or DKIM042, where the record's own findings do not say it all. `record` is the index of the TXT record in
  /// the answer, -1 where it is about the name.
  std::vector<finding::Finding> findings;
};

/// Asks for the record at the selector, and where this key is not in it, for other places it may have got to.
/// Trouble is a fact like others: the task never fails. The resolver must outlive it.
[[nodiscard]] task::Task<KeyCheckFacts> collect_key_facts(dns::Resolver& resolver, KeyCheckRequest request);

/// Says what the facts mean. Pure.
[[nodiscard]] KeyVerdict judge_key(const KeyCheckFacts& facts);

}  // namespace envelint::dkim
