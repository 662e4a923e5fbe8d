#include <envelint/inbox/word_signature.hpp>

#include <algorithm>

namespace envelint::inbox {
namespace {

constexpr std::size_t kGram = 3;

/// The number of three octets, which are the low ones of `gram`.
std::size_t row_of(std::uint32_t gram) noexcept {
  const std::uint32_t mixed = (gram & 0xFFFFFFU) * 2'654'435'761U;  // 2^32 over the golden ratio
  return static_cast<std::size_t>(std::uint64_t{mixed} * kRows >> 32U);
}

}  // namespace

BlockMask BlockMask::all() {
  BlockMask out;
  out.bits_.fill(0xFF);
  return out;
}

BlockMask BlockMask::of_row(std::string_view octets) {
  BlockMask out;
  std::ranges::copy(octets.substr(0, kRowOctets), out.bits_.begin());
  return out;
}

bool BlockMask::any() const noexcept {
  return std::ranges::any_of(bits_, [](std::uint8_t octet) { return octet != 0; });
}

BlockMask& BlockMask::operator&=(const BlockMask& other) noexcept {
  for (std::size_t i = 0; i < kRowOctets; ++i) bits_[i] &= other.bits_[i];
  return *this;
}

BlockMask& BlockMask::operator|=(const BlockMask& other) noexcept {
  for (std::size_t i = 0; i < kRowOctets; ++i) bits_[i] |= other.bits_[i];
  return *this;
}

void BlockSignature::add(std::size_t place, std::string_view words) {
  const auto bit = static_cast<char>(1U << (place % 8));
  char* const column = rows_.data() + place / 8;
  std::uint32_t gram = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    gram = gram << 8U | static_cast<std::uint8_t>(words[i]);
    if (i + 1 >= kGram) column[row_of(gram) * kRowOctets] |= bit;
  }
}

std::string_view BlockSignature::slice(std::size_t number) const {
  constexpr std::size_t kOctets = kSliceRows * kRowOctets;
  return std::string_view(rows_).substr(number * kOctets, kOctets);
}

std::vector<std::size_t> rows_of(std::string_view text) {
  std::vector<std::size_t> out;
  if (text.size() < kGram) return out;
  const std::size_t grams = text.size() - kGram + 1;
  const std::size_t probes = std::min(grams, kMaxProbes);
  for (std::size_t i = 0; i < probes; ++i) {
    // Of a long text so many, evenly, from its first to its last.
    const std::size_t at = probes == 1 ? 0 : i * (grams - 1) / (probes - 1);
    std::uint32_t gram = 0;
    for (const char c : text.substr(at, kGram)) gram = gram << 8U | static_cast<std::uint8_t>(c);
    out.push_back(row_of(gram));
  }
  return out;
}

}  // namespace envelint::inbox
