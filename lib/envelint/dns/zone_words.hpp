#pragma once

#include <envelint/dns/record.hpp>
#include <envelint/dns/zone_tokens.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What the words of a zone file's entry mean, each for itself (RFC 1035 §5.1).
namespace envelint::dns {

/// The longest time to live there is: 31 bits (RFC 2181 §8).
inline constexpr std::uint32_t kMaxTtl = 0x7FFF'FFFF;

/// Reads "3600" or "1h30m" (units w d h m s in any case). A number beyond `kMaxTtl` gives `kMaxTtl + 1`, so that the
/// caller can name it; nothing when the word is no TTL at all.
[[nodiscard]] std::optional<std::uint32_t> parse_ttl(std::string_view word) noexcept;

/// Whether the word is a class: IN, CH, HS or CLASSnnn, in any case.
[[nodiscard]] bool is_class(std::string_view word) noexcept;

/// Whether a name as written ends in a dot that is no escape: it is then not completed by the origin.
[[nodiscard]] bool is_absolute(std::string_view name) noexcept;

/// Reads a name as it is written in a zone file: `@` is the origin, a name without final dot is completed by it.
[[nodiscard]] std::expected<Name, NameFault> complete_name(std::string_view written, const Name& origin);

/// A word as a message can quote it: its first bytes and an ellipsis when it is long.
[[nodiscard]] std::string shorten(std::string_view word);

/// Why the words are not the data of a record.
struct DataFault {
  std::size_t word;        ///< the word at fault; the number of words when one is missing
  bool long_name = false;  ///< a name or label is longer than names can be
  std::string message;     ///< one sentence without a full stop
  std::string help;        ///< may be empty
};

/// Reads the data of a record from its words. TXT and SPF are read here, and may hold strings longer than 255 octets;
/// everything else is judged by ldns once the plain slips have been looked for.
[[nodiscard]] std::expected<Data, DataFault> read_data(Type type, std::string_view content,
                                                       std::span<const ZoneWord> words, const Name& origin);

/// Whether the words are data in the form for unknown types, `\# length hex` (RFC 3597 §5).
[[nodiscard]] bool is_generic(std::string_view content, std::span<const ZoneWord> words) noexcept;

}  // namespace envelint::dns
