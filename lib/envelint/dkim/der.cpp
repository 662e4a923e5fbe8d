#include <envelint/dkim/der.hpp>

#include <algorithm>

namespace envelint::dkim::der {
namespace {
// Four length octets reach 4 GiB, more than any input.
constexpr std::size_t kMaxLengthOctets = 4;
}  // namespace

std::optional<Element> Reader::next() noexcept {
  if (rest_.size() < 2) return std::nullopt;
  Element element{.tag = rest_[0], .header = 2, .length = rest_[1], .content = {}};
  if (rest_[1] >= 0x80) {
    const std::size_t octets = rest_[1] & 0x7FU;
    if (octets == 0 || octets > kMaxLengthOctets || rest_.size() < 2 + octets) return std::nullopt;
    element.length = 0;
    for (const std::uint8_t octet : rest_.subspan(2, octets)) element.length = element.length << 8 | octet;
    element.header += octets;
  }
  element.content = rest_.subspan(element.header, std::min(element.length, rest_.size() - element.header));
  rest_ = rest_.subspan(element.header + element.content.size());
  return element;
}

std::optional<Element> Reader::next(std::uint8_t tag) noexcept {
  if (peek() != tag) return std::nullopt;
  return next();
}

void append(text::Bytes& out, std::uint8_t tag, Octets content) {
  out.push_back(tag);
  if (content.size() < 0x80) {
    out.push_back(static_cast<std::uint8_t>(content.size()));
  } else {
    const unsigned octets = content.size() <= 0xFF ? 1 : content.size() <= 0xFFFF ? 2 : 3;
    out.push_back(static_cast<std::uint8_t>(0x80 | octets));
    for (unsigned i = octets; i-- > 0;) out.push_back(static_cast<std::uint8_t>(content.size() >> (8 * i)));
  }
  out.insert(out.end(), content.begin(), content.end());
}

}  // namespace envelint::dkim::der
