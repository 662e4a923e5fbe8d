#include <envelint/dns/name.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace envelint::dns {
namespace {

// One character of a name in presentation form: its octet, and whether it is a dot between labels.
struct Octet {
  char value;
  bool separator;
  std::size_t size;  // characters taken; 0: a bad escape
};

Octet read_octet(std::string_view text) {
  if (text[0] == '.') return {'.', true, 1};
  if (text[0] != '\\') return {text[0], false, 1};
  if (text.size() >= 2 && !text::is_digit(text[1])) return {text[1], false, 2};
  if (text.size() < 4) return {0, false, 0};
  int value = 0;
  for (const char c : text.substr(1, 3)) {
    if (!text::is_digit(c)) return {0, false, 0};
    value = value * 10 + (c - '0');
  }
  if (value > 255) return {0, false, 0};
  return {static_cast<char>(value), false, 4};
}

// What nearly all names are made of, and what needs no look at what it is.
constexpr text::CharSet kPlain("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

void append_escaped(std::string& out, std::string_view label) {
  for (const char c : label) {
    if (kPlain.contains(c)) {
      out += c;
      continue;
    }
    if (!text::is_vchar(c)) {
      const auto octet = static_cast<unsigned char>(c);
      out += '\\';
      for (const int divisor : {100, 10, 1}) out += static_cast<char>('0' + octet / divisor % 10);
      continue;
    }
    if (std::string_view(".\\\"();@$").contains(c)) out += '\\';
    out += c;
  }
}

}  // namespace

std::string_view to_string(NameFault fault) noexcept {
  constexpr std::array<std::string_view, 5> kTexts{"is empty", "has an empty label",
                                                   "has a label of more than 63 octets", "has more than 253 octets",
                                                   "has a broken escape"};
  return kTexts[static_cast<std::size_t>(fault)];
}

std::expected<Name, NameFault> Name::parse(std::string_view text) {
  if (text.empty()) return std::unexpected(NameFault::empty);
  if (text == ".") return Name();
  // Hardly any name has an escape. A text that is no name is read on below, where its fault is found.
  if (!text.contains('\\')) {
    if (auto name = from_dotted(text.substr(0, text.size() - (text.ends_with('.') ? 1 : 0)))) return *std::move(name);
  }
  std::string wire(1, '\0');
  std::size_t label_start = 0;
  const auto close_label = [&]() -> std::expected<void, NameFault> {
    const std::size_t length = wire.size() - label_start - 1;
    if (length == 0) return std::unexpected(NameFault::empty_label);
    if (length > kMaxLabel) return std::unexpected(NameFault::long_label);
    wire[label_start] = static_cast<char>(length);
    return {};
  };
  while (!text.empty()) {
    const Octet octet = read_octet(text);
    if (octet.size == 0) return std::unexpected(NameFault::bad_escape);
    text.remove_prefix(octet.size);
    if (!octet.separator) {
      wire.push_back(octet.value);
      // One octet more than a name may have is enough to know; the rest need not be kept.
      if (wire.size() > kMaxWire + kMaxLabel) return std::unexpected(NameFault::long_name);
      continue;
    }
    if (auto closed = close_label(); !closed) return std::unexpected(closed.error());
    if (text.empty()) break;
    label_start = wire.size();
    wire.push_back('\0');
  }
  if (wire[label_start] == '\0') {
    if (auto closed = close_label(); !closed) return std::unexpected(closed.error());
  }
  if (wire.size() + 1 > kMaxWire) return std::unexpected(NameFault::long_name);
  return Name(std::move(wire));
}

std::optional<Name> Name::from_wire(std::string_view wire) {
  std::size_t end = 0;
  while (end < wire.size() && end < kMaxWire) {
    const auto length = static_cast<unsigned char>(wire[end]);
    if (length == 0) return Name(std::string(wire.substr(0, end)));
    if (length > kMaxLabel) return std::nullopt;
    end += length + 1U;
  }
  return std::nullopt;
}

std::optional<Name> Name::from_dotted(std::string_view text) {
  if (text.size() + 2 > kMaxWire) return std::nullopt;
  std::string wire;
  wire.reserve(text.size() + 1);
  wire.push_back('.');
  wire.append(text);
  // A length takes the place of the dot before each label.
  for (std::size_t start = 0; start < wire.size();) {
    const std::size_t end = std::min(wire.find('.', start + 1), wire.size());
    const std::size_t length = end - start - 1;
    if (length == 0 || length > kMaxLabel) return std::nullopt;
    wire[start] = static_cast<char>(length);
    start = end;
  }
  return Name(std::move(wire));
}

std::vector<std::string_view> Name::labels() const {
  std::vector<std::string_view> out;
  for (std::string_view rest = wire_; !rest.empty();) {
    const auto length = static_cast<unsigned char>(rest[0]);
    out.push_back(rest.substr(1, length));
    rest.remove_prefix(length + 1U);
  }
  return out;
}

std::size_t Name::label_count() const noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < wire_.size(); i += static_cast<unsigned char>(wire_[i]) + 1U) ++count;
  return count;
}

Name Name::parent() const {
  if (is_root()) return {};
  return Name(wire_.substr(static_cast<unsigned char>(wire_[0]) + 1U));
}

std::expected<Name, NameFault> Name::child(std::string_view label) const {
  if (label.empty()) return std::unexpected(NameFault::empty_label);
  if (label.size() > kMaxLabel) return std::unexpected(NameFault::long_label);
  if (wire_.size() + label.size() + 2 > kMaxWire) return std::unexpected(NameFault::long_name);
  std::string wire(1, static_cast<char>(label.size()));
  return Name(wire.append(label).append(wire_));
}

std::expected<Name, NameFault> Name::under(const Name& suffix) const {
  if (wire_.size() + suffix.wire_.size() + 1 > kMaxWire) return std::unexpected(NameFault::long_name);
  return Name(wire_ + suffix.wire_);
}

bool Name::is_within(const Name& ancestor) const noexcept {
  std::string_view rest = wire_;
  while (rest.size() > ancestor.wire_.size()) rest.remove_prefix(static_cast<unsigned char>(rest[0]) + 1U);
  return text::iequals(rest, ancestor.wire_);
}

std::string Name::to_string() const {
  if (is_root()) return ".";
  std::string out;
  out.reserve(wire_.size());
  for (std::string_view rest = wire_; !rest.empty();) {
    const auto length = static_cast<unsigned char>(rest[0]);
    if (!out.empty()) out += '.';
    append_escaped(out, rest.substr(1, length));
    rest.remove_prefix(length + 1U);
  }
  return out;
}

std::string Name::to_lower() const { return text::lower(to_string()); }

// A length octet is at most 63 and thus no letter: folding the wire form folds only the labels.
bool operator==(const Name& a, const Name& b) noexcept { return a.wire_ == b.wire_ || text::iequals(a.wire_, b.wire_); }

std::strong_ordering operator<=>(const Name& a, const Name& b) noexcept {
  const auto left = a.labels();
  const auto right = b.labels();
  return std::lexicographical_compare_three_way(
      left.rbegin(), left.rend(), right.rbegin(), right.rend(), [](std::string_view x, std::string_view y) {
        return std::lexicographical_compare_three_way(x.begin(), x.end(), y.begin(), y.end(), [](char c, char d) {
          return static_cast<unsigned char>(text::to_lower(c)) <=> static_cast<unsigned char>(text::to_lower(d));
        });
      });
}

}  // namespace envelint::dns

std::size_t std::hash<envelint::dns::Name>::operator()(const envelint::dns::Name& name) const noexcept {
  // Folded into a copy on the stack, eight octets at once. What is no letter may fold too: equal names hash alike, and
  // more is not asked of a hash.
  std::array<std::uint64_t, (envelint::dns::Name::kMaxWire + 7) / 8> folded;
  const std::string_view wire = name.wire();
  const std::size_t words = (wire.size() + 7) / 8;
  if (words > 0) folded[words - 1] = 0;
  std::memcpy(folded.data(), wire.data(), wire.size());
  constexpr std::uint64_t kCase = 0x2020'2020'2020'2020;
  for (std::size_t i = 0; i < words; ++i) folded[i] |= kCase;
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(folded.data()), words * 8});
}
