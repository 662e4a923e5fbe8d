#include <envelint/dns/zone_words.hpp>

#include <envelint/dns/ldns_text.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace envelint::dns {
namespace {

using text::slice;

enum class Field : std::uint8_t { v4, v6, name, u8, u16, u32, time, hex };

struct FieldSpec {
  Field kind = Field::name;
  std::string_view what;
};

/// The words that the data of a type consists of. The last field takes all words that are left if it is `hex`.
struct Shape {
  Type type;
  std::size_t count;
  std::array<FieldSpec, 7> fields;
};

constexpr std::array<Shape, 11> kShapes{{
    {Type::a, 1, {{{Field::v4, "IPv4 address"}}}},
    {Type::aaaa, 1, {{{Field::v6, "IPv6 address"}}}},
    {Type::ns, 1, {{{Field::name, "name server"}}}},
    {Type::cname, 1, {{{Field::name, "target"}}}},
    {Type::ptr, 1, {{{Field::name, "target"}}}},
    {Type::dname, 1, {{{Field::name, "target"}}}},
    {Type::mx, 2, {{{Field::u16, "preference"}, {Field::name, "mail server"}}}},
    {Type::srv, 4, {{{Field::u16, "priority"}, {Field::u16, "weight"}, {Field::u16, "port"}, {Field::name, "target"}}}},
    {Type::soa,
     7,
     {{{Field::name, "primary server"},
       {Field::name, "mailbox"},
       {Field::u32, "serial"},
       {Field::time, "refresh time"},
       {Field::time, "retry time"},
       {Field::time, "expire time"},
       {Field::time, "minimum"}}}},
    {Type::ds,
     4,
     {{{Field::u16, "key tag"}, {Field::u8, "algorithm"}, {Field::u8, "digest type"}, {Field::hex, "digest"}}}},
    {Type::tlsa,
     4,
     {{{Field::u8, "certificate usage"},
       {Field::u8, "selector"},
       {Field::u8, "matching type"},
       {Field::hex, "certificate data"}}}},
}};

bool is_hex(char c) { return text::is_digit(c) || (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'f'); }

bool is_number(std::string_view word, std::uint64_t largest) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size() && value <= largest;
}

std::uint64_t largest(Field field) {
  if (field == Field::u8) return 0xFF;
  return field == Field::u16 ? 0xFFFF : 0xFFFF'FFFF;
}

std::string article(std::string_view noun) {
  return std::string(std::string_view("AEFHILMNORSX").contains(noun.front()) ? "an " : "a ").append(noun);
}

std::unexpected<DataFault> fault(std::size_t word, std::string message, std::string help = {}) {
  return std::unexpected(DataFault{word, false, std::move(message), std::move(help)});
}

using Checked = std::expected<void, DataFault>;

Checked check_name(std::size_t index, std::string_view word, const Name& origin) {
  const auto name = complete_name(word, origin);
  if (name) return {};
  const bool too_long = name.error() == NameFault::long_label || name.error() == NameFault::long_name;
  return std::unexpected(
      DataFault{index, too_long, fmt::format("the name `{}` {}", shorten(word), to_string(name.error())), {}});
}

Checked check_field(std::size_t index, std::string_view word, FieldSpec spec, Type type, const Name& origin) {
  switch (spec.kind) {
    case Field::v4:
      if (net::Address::parse_v4(word)) return {};
      return fault(index, fmt::format("`{}` is no IPv4 address", shorten(word)),
                   net::Address::parse_v6(word) ? "write `AAAA` for an IPv6 address" : "");
    case Field::v6:
      if (net::Address::parse_v6(word)) return {};
      return fault(index, fmt::format("`{}` is no IPv6 address", shorten(word)),
                   net::Address::parse_v4(word) ? "write `A` for an IPv4 address" : "");
    case Field::name: return check_name(index, word, origin);
    case Field::hex:
      if (std::ranges::all_of(word, is_hex)) return {};
      return fault(index, fmt::format("`{}` is not hexadecimal", shorten(word)));
    case Field::time:
      if (parse_ttl(word) || is_number(word, 0xFFFF'FFFF)) return {};
      return fault(index, fmt::format("`{}` is no time: the {} is a number of seconds", shorten(word), spec.what));
    default:
      if (is_number(word, largest(spec.kind))) return {};
      return fault(index, fmt::format("`{}` stands where the {} of {} record should: a number from 0 to {}",
                                      shorten(word), spec.what, article(to_string(type)), largest(spec.kind)));
  }
}

Checked check_digits(const Shape& shape, std::string_view content, std::span<const ZoneWord> words) {
  if (shape.fields[shape.count - 1].kind != Field::hex) return {};
  std::size_t digits = 0;
  for (const ZoneWord& word : words.subspan(shape.count - 1)) digits += slice(content, word.text).size();
  if (digits % 2 == 0) return {};
  return fault(words.size() - 1, "the number of hexadecimal digits is odd: two make an octet");
}

// The plain slips of the types that mail depends on, in words that say what to do about them. ldns sees them too, but
// for numbers that are too large and half octets, and has no such words.
Checked check_shape(Type type, std::string_view content, std::span<const ZoneWord> words, const Name& origin) {
  const auto* const shape = std::ranges::find(kShapes, type, &Shape::type);
  if (shape == kShapes.end()) return {};
  for (std::size_t i = 0; i < std::max(words.size(), shape->count); ++i) {
    const bool rest = i + 1 >= shape->count && shape->fields[shape->count - 1].kind == Field::hex;
    if (i >= shape->count && !rest) {
      return fault(i, fmt::format("`{}` is more than {} record holds", shorten(slice(content, words[i].text)),
                                  article(to_string(type))));
    }
    const FieldSpec spec = shape->fields[std::min(i, shape->count - 1)];
    if (i >= words.size()) {
      return fault(i, fmt::format("the {} record ends before its {}", to_string(type), spec.what));
    }
    const std::string_view word = slice(content, words[i].text);
    if (words[i].quoted) {
      return fault(i, fmt::format("the {} of {} record stands in quotes", spec.what, article(to_string(type))),
                   fmt::format("write {} without quotes", shorten(word)));
    }
    if (auto checked = check_field(i, word, spec, type, origin); !checked) return checked;
  }
  return check_digits(*shape, content, words);
}

std::expected<Data, DataFault> read_text(std::string_view content, std::span<const ZoneWord> words) {
  if (words.empty()) return fault(0, "the record has no text", "an empty text is written as two quotes: \"\"");
  std::vector<std::string> strings;
  strings.reserve(words.size());
  std::size_t size = 0;
  for (const ZoneWord& word : words) {
    strings.push_back(decoded(content, word));
    size += strings.back().size() + 1;
    if (size > ZoneTokens::kMaxWord) return fault(0, "the text is longer than the 65535 octets that a record can hold");
  }
  return Text(strings);
}

std::string join(std::string_view content, std::span<const ZoneWord> words) {
  std::string out;
  for (const ZoneWord& word : words) {
    if (!out.empty()) out += ' ';
    out += slice(content, word.span);
  }
  return out;
}

}  // namespace

std::optional<std::uint32_t> parse_ttl(std::string_view word) noexcept {
  constexpr std::uint64_t kTooLong = std::uint64_t{kMaxTtl} + 1;
  std::uint64_t total = 0;
  while (!word.empty()) {
    std::uint64_t number = 0;
    std::size_t digits = 0;
    for (; digits < word.size() && text::is_digit(word[digits]); ++digits) {
      number = std::min(number * 10 + static_cast<std::uint64_t>(word[digits] - '0'), kTooLong);
    }
    if (digits == 0) return std::nullopt;
    word.remove_prefix(digits);
    std::uint64_t unit = 1;
    if (!word.empty()) {
      switch (text::to_lower(word.front())) {
        case 's': unit = 1; break;
        case 'm': unit = 60; break;
        case 'h': unit = 3600; break;
        case 'd': unit = 86'400; break;
        case 'w': unit = 604'800; break;
        default: return std::nullopt;
      }
      word.remove_prefix(1);
    } else if (total != 0) {
      return std::nullopt;  // "1h30": the last number has no unit
    }
    total = std::min(total + number * unit, kTooLong);
  }
  return static_cast<std::uint32_t>(total);
}

std::string shorten(std::string_view word) {
  constexpr std::size_t kShown = 60;
  if (word.size() <= kShown) return std::string(word);
  return std::string(word.substr(0, kShown)).append("…");
}

bool is_class(std::string_view word) noexcept {
  for (const std::string_view name : {"IN", "CH", "HS", "CS"}) {
    if (text::iequals(word, name)) return true;
  }
  return text::istarts_with(word, "CLASS") && word.size() > 5 && std::ranges::all_of(word.substr(5), text::is_digit);
}

bool is_absolute(std::string_view name) noexcept {
  if (!name.ends_with('.')) return false;
  std::size_t backslashes = 0;
  for (std::size_t i = name.size() - 1; i > 0 && name[i - 1] == '\\'; --i) ++backslashes;
  return backslashes % 2 == 0;
}

std::expected<Name, NameFault> complete_name(std::string_view written, const Name& origin) {
  if (written == "@") return origin;
  auto name = Name::parse(written);
  if (!name || is_absolute(written) || origin.is_root()) return name;
  return name->under(origin);
}

bool is_generic(std::string_view content, std::span<const ZoneWord> words) noexcept {
  return !words.empty() && !words[0].quoted && slice(content, words[0].text) == "\\#";
}

std::expected<Data, DataFault> read_data(Type type, std::string_view content, std::span<const ZoneWord> words,
                                         const Name& origin) {
  const bool generic = is_generic(content, words);
  if ((type == Type::txt || type == Type::spf) && !generic) return read_text(content, words);
  if (!generic) {
    if (auto checked = check_shape(type, content, words, origin); !checked) return std::unexpected(checked.error());
    // ldns takes a type it does not know without any data.
    if (words.empty()) return fault(0, fmt::format("the {} record has no data", to_string(type)));
  }
  auto data = read_data(type, join(content, words), origin);
  if (data) return *std::move(data);
  return fault(words.size(),
               fmt::format("the data of the {} record cannot be read: {}", to_string(type), data.error()));
}

}  // namespace envelint::dns
