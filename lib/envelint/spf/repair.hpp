#pragma once

#include <envelint/net/address.hpp>
#include <envelint/spf/record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a person probably meant by a word that is no SPF term. Used by the syntax rules alone, on records that are
/// broken anyway: these functions may take their time, but all are bounded.
namespace envelint::spf {

/// A change to a word: `length` bytes at `place` give way to `text`.
struct Repair {
  std::uint32_t place;
  std::uint32_t length;
  std::string text;
  bool certain;              ///< nothing else can have been meant
  std::string_view message;  ///< format: {0} the word, {1} the text
};

/// Whether `second` is the rest of `first`, torn off by white space: `include:` and `x.example`, `-` and `all`.
[[nodiscard]] bool joins_to_term(std::string_view first, std::string_view second);

/// The offsets at which a word falls into several valid terms, e.g. 3 for `mx-all`; empty when it does not.
[[nodiscard]] std::vector<std::uint32_t> split_glued(std::string_view word);

/// `redirect:x`, `ip4.192.0.2.1`, `ip4192.0.2.1`: the separator that belongs behind the name.
[[nodiscard]] std::optional<Repair> repair_separator(std::string_view word);

/// A misspelt mechanism, an address or a host name without its mechanism.
[[nodiscard]] std::optional<Repair> repair_mechanism(std::string_view word);

/// An address that becomes readable by undoing a usual slip: a doubled name, leading zeros, a missing octet.
[[nodiscard]] std::optional<std::string> repair_address(std::string_view value, Mechanism mechanism);

/// `/24/64` as `/24//64`.
[[nodiscard]] std::optional<std::string> repair_dual_cidr(std::string_view cidr);

/// "24" for "255.255.255.0"; nothing when the mask has holes.
[[nodiscard]] std::optional<std::string> prefix_of_mask(std::string_view mask);
/// "8" for "08"; nothing when nothing useful is left.
[[nodiscard]] std::optional<std::string> prefix_without_zeros(std::string_view digits);

/// Where commas and semicolons at the end of a word begin; nothing when there are none, or nothing else.
[[nodiscard]] std::optional<std::uint32_t> trailing_punctuation(std::string_view word);

/// Whether this could be a host name: labels with dots between them, the last with a letter.
[[nodiscard]] bool looks_like_host(std::string_view value);
/// The host in a URL or a mail address, where a domain belongs; nothing when `value` is neither.
[[nodiscard]] std::optional<std::string_view> host_of(std::string_view value);
/// The family of an address, with or without prefix length; nothing when it is none.
[[nodiscard]] std::optional<net::Family> address_family(std::string_view value);

/// Whether the text begins as an SPF record has to.
[[nodiscard]] bool looks_like_exact_version(std::string_view text);
/// Where `v=spf1` begins behind an owner name pasted in with the value (`example.com. IN TXT v=spf1 …`).
[[nodiscard]] std::optional<std::uint32_t> pasted_owner_end(std::string_view text);

}  // namespace envelint::spf
