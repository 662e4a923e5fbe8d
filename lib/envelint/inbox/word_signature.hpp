#pragma once

#include <envelint/inbox/search.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Which messages may have a text, told without looking into them.
///
/// The words of a message are taken as all that stands in them three octets at a time, and each three have one of kRows
/// numbers. A signature has a row for each number with a bit for each message of a block: set where the message has it.
/// Whoever looks for `invoice` ANDs the rows of `inv`, `nvo`, `voi`, `oic` and `ice`. A message whose bit is left has to
/// be looked into, for numbers are shared; one whose bit is not left cannot have the text. The short parts, those that
/// have a field of their own, are taken a second time with other numbers, each part by itself and also two octets at a
/// time: what stands in all texts is seldom in all subjects, and `from:@x` is short. Compared with an index of
/// tokens, adding a message costs a few microseconds, a part of a word is found as quickly as a word, and what is
/// removed may stay until its block is.
namespace envelint::inbox {

/// Messages of a block: those whose ids have the same quotient.
inline constexpr std::size_t kBlock = 512;
inline constexpr std::size_t kRows = 7168;
/// Rows that are kept together, so that each slice fits into a page of a database.
inline constexpr std::size_t kSliceRows = 56;
inline constexpr std::size_t kSlices = kRows / kSliceRows;
inline constexpr std::size_t kRowOctets = kBlock / 8;

/// A bit for each message of a block.
class BlockMask {
 public:
  [[nodiscard]] static BlockMask all();
  /// @param octets  kRowOctets of them
  [[nodiscard]] static BlockMask of_row(std::string_view octets);

  [[nodiscard]] bool any() const noexcept;
  [[nodiscard]] bool has(std::size_t place) const noexcept { return (bits_[place / 8] >> (place % 8) & 1U) != 0; }
  BlockMask& operator&=(const BlockMask& other) noexcept;
  BlockMask& operator|=(const BlockMask& other) noexcept;

 private:
  std::array<std::uint8_t, kRowOctets> bits_{};
};

/// The signature of one block.
class BlockSignature {
 public:
  BlockSignature() : rows_(kRows * kRowOctets, '\0') {}

  /// @param place  of the message in its block
  /// @param words  of `searched_words`
  void add(std::size_t place, std::string_view words);
  [[nodiscard]] std::string_view slice(std::size_t number) const;

 private:
  template <std::size_t N>
  void add(std::size_t place, std::string_view text, std::uint32_t part);

  std::string rows_;
};

/// The rows in which a message that a term finds has its bit, at most kMaxProbes of them. None where that cannot be told:
/// the term asks for no text, is negated or too short.
[[nodiscard]] std::vector<std::size_t> rows_of(const SearchTerm& term);
inline constexpr std::size_t kMaxProbes = 16;

}  // namespace envelint::inbox
