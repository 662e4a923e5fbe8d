#pragma once

#include <envelint/dmarc/record.hpp>

#include <optional>
#include <string_view>

/// Names and values of tags, as the parser and the rules look them up. Internal to the room.
namespace envelint::dmarc {

/// The tag of exactly this name: names are case-sensitive (RFC 6376 §3.2), but for `v`, which RFC 9989 §4.8 gives in
/// either case.
[[nodiscard]] Key key_of(std::string_view name) noexcept;

/// The tag that a name which is none was most likely meant to be; Key::unknown when there is no telling.
[[nodiscard]] Key near_key(std::string_view name) noexcept;

[[nodiscard]] constexpr bool is_policy(Key key) noexcept { return key == Key::p || key == Key::sp || key == Key::np; }
[[nodiscard]] constexpr bool is_list(Key key) noexcept { return key == Key::rua || key == Key::ruf; }
[[nodiscard]] constexpr bool is_removed(Key key) noexcept {
  return key == Key::pct || key == Key::rf || key == Key::ri;
}

[[nodiscard]] std::optional<Policy> read_policy(std::string_view value) noexcept;
[[nodiscard]] std::optional<Alignment> read_alignment(std::string_view value) noexcept;
[[nodiscard]] std::optional<Psd> read_psd(std::string_view value) noexcept;
[[nodiscard]] std::optional<bool> read_flag(std::string_view value) noexcept;
[[nodiscard]] std::optional<FailureOptions> read_failure_options(std::string_view value) noexcept;
[[nodiscard]] std::optional<std::uint8_t> read_percent(std::string_view value) noexcept;
[[nodiscard]] std::optional<std::uint32_t> read_seconds(std::string_view value) noexcept;

/// Whether the tag has a grammar of its own and the value follows it. Always false for lists and unknown tags.
[[nodiscard]] bool is_complete_value(Key key, std::string_view value) noexcept;

/// Whether a value of `v` is a slip of `DMARC1`: another letter case, number or order of letters.
[[nodiscard]] bool is_near_version(std::string_view value) noexcept;

/// Puts a value into the field of its tag. A value that is not valid leaves the field empty.
void store(Values& values, Key key, std::string_view value) noexcept;

}  // namespace envelint::dmarc
