#include <envelint/text/base64.hpp>

#include <envelint/text/ascii.hpp>

#include <array>

namespace envelint::text {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::int8_t kInvalid = -1;

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(kInvalid);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto kValues = make_values();

// The value of four characters, or a negative number when one of them is none of the alphabet.
std::int32_t decode_group(const char* text) {
  const auto value = [&](int i) { return std::int32_t{kValues[static_cast<unsigned char>(text[i])]}; };
  return value(0) * (1 << 18) | value(1) * (1 << 12) | value(2) * (1 << 6) | value(3);
}

// Decodes whole groups from the start for as long as there is nothing but the alphabet; returns the characters taken.
std::size_t decode_plain(std::string_view text, Bytes& out) {
  out.resize(text.size() / 4 * 3);
  std::size_t taken = 0;
  std::size_t made = 0;
  for (; taken + 4 <= text.size(); taken += 4) {
    const std::int32_t group = decode_group(text.data() + taken);
    if (group < 0) break;
    out[made++] = static_cast<std::uint8_t>(group >> 16);
    out[made++] = static_cast<std::uint8_t>(group >> 8);
    out[made++] = static_cast<std::uint8_t>(group);
  }
  out.resize(made);
  return taken;
}

}  // namespace

std::expected<Bytes, Base64Fault> base64_decode(std::string_view text) {
  using Kind = Base64Fault::Kind;
  Bytes out;
  std::uint32_t group = 0;
  unsigned in_group = 0;
  std::size_t padding = 0;
  for (std::size_t i = decode_plain(text, out); i < text.size(); ++i) {
    const char c = text[i];
    if (is_space(c)) continue;
    if (c == '=') {
      if (++padding > 2 || in_group < 2) return std::unexpected(Base64Fault{Kind::padding, i});
      continue;
    }
    if (padding > 0) return std::unexpected(Base64Fault{Kind::padding, i});
    const std::int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kInvalid) return std::unexpected(Base64Fault{Kind::character, i});
    group = group << 6 | static_cast<std::uint32_t>(value);
    if (++in_group < 4) continue;
    for (const int shift : {16, 8, 0}) out.push_back(static_cast<std::uint8_t>(group >> shift));
    group = 0;
    in_group = 0;
  }
  if (in_group == 1) return std::unexpected(Base64Fault{Kind::length, text.size()});
  if (in_group > 1) out.push_back(static_cast<std::uint8_t>(group >> (in_group == 2 ? 4 : 10)));
  if (in_group == 3) out.push_back(static_cast<std::uint8_t>(group >> 2));
  return out;
}

std::string base64_encode(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < have ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) out.push_back(k <= have ? kAlphabet[group >> (18 - 6 * k) & 63] : '=');
  }
  return out;
}

}  // namespace envelint::text
