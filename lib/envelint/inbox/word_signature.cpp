#include <envelint/inbox/word_signature.hpp>

#include <envelint/inbox/searched_words.hpp>

#include <algorithm>

namespace envelint::inbox {
namespace {

/// The parts that are taken a second time: From, To, Subject, MAIL FROM and RCPT TO.
constexpr std::size_t kShortParts = static_cast<std::size_t>(SearchField::header);
/// What is taken of all parts; the short ones have numbers from 1 on.
constexpr std::uint32_t kAllParts = 0;

/// The number of N octets of a part, the low ones of `gram`.
template <std::size_t N>
std::size_t row_of(std::uint32_t gram, std::uint32_t part) noexcept {
  constexpr std::uint32_t kMask = (1U << (8 * N)) - 1;
  const std::uint32_t key = (gram & kMask) | part << 26U | std::uint32_t{N} << 24U;
  const std::uint32_t mixed = key * 2'654'435'761U;  // 2^32 over the golden ratio
  return static_cast<std::size_t>(std::uint64_t{mixed} * kRows >> 32U);
}

template <std::size_t N>
std::vector<std::size_t> rows_of(std::string_view text, std::uint32_t part) {
  const std::size_t grams = text.size() - N + 1;
  const std::size_t probes = std::min(grams, kMaxProbes);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < probes; ++i) {
    // Of a long text so many, evenly, from its first to its last.
    const std::size_t at = probes == 1 ? 0 : i * (grams - 1) / (probes - 1);
    std::uint32_t gram = 0;
    for (const char c : text.substr(at, N)) gram = gram << 8U | static_cast<std::uint8_t>(c);
    out.push_back(row_of<N>(gram, part));
  }
  return out;
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

template <std::size_t N>
void BlockSignature::add(std::size_t place, std::string_view text, std::uint32_t part) {
  const auto bit = static_cast<char>(1U << (place % 8));
  char* const column = rows_.data() + place / 8;
  std::uint32_t gram = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    gram = gram << 8U | static_cast<std::uint8_t>(text[i]);
    if (i + 1 >= N) column[row_of<N>(gram, part) * kRowOctets] |= bit;
  }
}

void BlockSignature::add(std::size_t place, std::string_view words) {
  add<3>(place, words, kAllParts);
  const auto parts = parts_of(words);
  for (std::uint32_t part = 0; part < kShortParts; ++part) {
    add<2>(place, parts[part], part + 1);
    add<3>(place, parts[part], part + 1);
  }
}

std::string_view BlockSignature::slice(std::size_t number) const {
  constexpr std::size_t kOctets = kSliceRows * kRowOctets;
  return std::string_view(rows_).substr(number * kOctets, kOctets);
}

std::vector<std::size_t> rows_of(const SearchTerm& term) {
  if (!asks_words(term) || term.negated) return {};
  const auto part = static_cast<std::uint32_t>(term.field);
  const bool is_short = part < kShortParts;
  if (term.text.size() >= 3) return rows_of<3>(term.text, is_short ? part + 1 : kAllParts);
  if (term.text.size() == 2 && is_short) return rows_of<2>(term.text, part + 1);
  return {};
}

}  // namespace envelint::inbox
