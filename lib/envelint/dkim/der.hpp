#pragma once

#include <envelint/text/base64.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// Just enough DER (ITU-T X.690) to tell keys apart, also when they are cut short.
namespace envelint::dkim::der {

using Octets = std::span<const std::uint8_t>;

inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kBitString = 0x03;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kObjectIdentifier = 0x06;
inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kContext0 = 0xA0;

/// One element. `content` is what is there of it: shorter than `length` when the input ends first.
struct Element {
  std::uint8_t tag = 0;
  std::size_t header = 0;  ///< octets of tag and length
  std::size_t length = 0;  ///< octets of content that the header announces
  Octets content;

  [[nodiscard]] bool whole() const noexcept { return content.size() == length; }
};

/// Takes elements from the front of octets. Every read is within bounds, whatever lengths are announced.
class Reader {
 public:
  explicit Reader(Octets octets) noexcept : rest_(octets) {}

  /// The next element, or nothing when not even a header is there or the length has a form DER does not know.
  std::optional<Element> next() noexcept;
  /// The next element if it has this tag.
  std::optional<Element> next(std::uint8_t tag) noexcept;
  /// The tag of the next element, or 0 at the end.
  [[nodiscard]] std::uint8_t peek() const noexcept { return rest_.empty() ? std::uint8_t{0} : rest_.front(); }
  [[nodiscard]] Octets rest() const noexcept { return rest_; }

 private:
  Octets rest_;
};

/// Appends tag, length and content.
void append(text::Bytes& out, std::uint8_t tag, Octets content);

}  // namespace envelint::dkim::der
