#include <envelint/dmarc/keys.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace envelint::dmarc {
namespace {

// In the order of Key.
constexpr std::array<std::string_view, 15> kNames{"v",  "p",   "sp", "np",  "adkim", "aspf", "rua", "ruf",
                                                  "fo", "psd", "t",  "pct", "rf",    "ri",   ""};

constexpr std::array<std::string_view, 3> kPolicies{"none", "quarantine", "reject"};

// What people write for a tag whose name is too short for edit distance to tell.
constexpr std::array<std::pair<std::string_view, Key>, 20> kAliases{
    {{"policy", Key::p},       {"polic", Key::p}, {"pol", Key::p},     {"pp", Key::p},
     {"ps", Key::sp},          {"ssp", Key::sp},  {"spp", Key::sp},    {"subpolicy", Key::sp},
     {"sub", Key::sp},         {"pn", Key::np},   {"nnp", Key::np},    {"of", Key::fo},
     {"foo", Key::fo},         {"test", Key::t},  {"testing", Key::t}, {"percent", Key::pct},
     {"percentage", Key::pct}, {"pc", Key::pct},  {"spf", Key::aspf},  {"dkim", Key::adkim}}};

// Names long enough for one slip to be recognisable.
constexpr std::array<Key, 6> kLongKeys{Key::rua, Key::ruf, Key::pct, Key::psd, Key::adkim, Key::aspf};

template <typename Int>
std::optional<Int> read_number(std::string_view value, std::uint64_t most, bool saturate) {
  if (value.empty() || !std::ranges::all_of(value, text::is_digit)) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : value) number = std::min(number * 10 + static_cast<std::uint64_t>(c - '0'), most + 1);
  if (number > most && !saturate) return std::nullopt;
  return static_cast<Int>(std::min(number, most));
}

bool is_letter(std::string_view value, char letter) { return value.size() == 1 && text::to_lower(value[0]) == letter; }

}  // namespace

std::string_view to_string(Key key) noexcept { return kNames[static_cast<std::size_t>(key)]; }
std::string_view to_string(Policy policy) noexcept { return kPolicies[static_cast<std::size_t>(policy)]; }

Key key_of(std::string_view name) noexcept {
  if (name.empty()) return Key::unknown;
  if (name == "V") return Key::v;
  const auto it = std::ranges::find(kNames.begin(), kNames.end() - 1, name);
  return static_cast<Key>(it - kNames.begin());
}

Key near_key(std::string_view name) noexcept {
  if (name.empty() || name.size() > 16) return Key::unknown;
  for (std::size_t i = 0; i + 1 < kNames.size(); ++i) {
    if (text::iequals(name, kNames[i])) return static_cast<Key>(i);
  }
  for (const auto& [alias, key] : kAliases) {
    if (text::iequals(name, alias)) return key;
  }
  if (name.size() < 3) return Key::unknown;
  for (const Key key : kLongKeys) {
    if (text::edit_distance(name, to_string(key), 1) == 1) return key;
  }
  return Key::unknown;
}

std::optional<Policy> read_policy(std::string_view value) noexcept {
  for (std::size_t i = 0; i < kPolicies.size(); ++i) {
    if (text::iequals(value, kPolicies[i])) return static_cast<Policy>(i);
  }
  return std::nullopt;
}

std::optional<Alignment> read_alignment(std::string_view value) noexcept {
  if (is_letter(value, 'r')) return Alignment::relaxed;
  if (is_letter(value, 's')) return Alignment::strict;
  return std::nullopt;
}

std::optional<Psd> read_psd(std::string_view value) noexcept {
  if (is_letter(value, 'y')) return Psd::yes;
  if (is_letter(value, 'n')) return Psd::no;
  if (is_letter(value, 'u')) return Psd::unspecified;
  return std::nullopt;
}

std::optional<bool> read_flag(std::string_view value) noexcept {
  if (is_letter(value, 'y')) return true;
  if (is_letter(value, 'n')) return false;
  return std::nullopt;
}

// dmarc-fo (RFC 9989 §4.8): each option once, in any order, and not both `0` and `1`.
std::optional<FailureOptions> read_failure_options(std::string_view value) noexcept {
  FailureOptions out;
  for (std::size_t i = 0; i < value.size(); i += 2) {
    bool* const option = value[i] == '0'                      ? &out.all_fail
                         : value[i] == '1'                    ? &out.any_fail
                         : is_letter(value.substr(i, 1), 'd') ? &out.dkim
                         : is_letter(value.substr(i, 1), 's') ? &out.spf
                                                              : nullptr;
    if (option == nullptr || *option) return std::nullopt;
    *option = true;
    if (i + 1 < value.size() && (value[i + 1] != ':' || i + 2 == value.size())) return std::nullopt;
  }
  if (value.empty() || (out.all_fail && out.any_fail)) return std::nullopt;
  return out;
}

std::optional<std::uint8_t> read_percent(std::string_view value) noexcept {
  return read_number<std::uint8_t>(value, 100, false);
}

std::optional<std::uint32_t> read_seconds(std::string_view value) noexcept {
  return read_number<std::uint32_t>(value, std::numeric_limits<std::uint32_t>::max(), true);
}

bool is_complete_value(Key key, std::string_view value) noexcept {
  switch (key) {
    case Key::v: return text::iequals(value, "DMARC1");
    case Key::p:
    case Key::sp:
    case Key::np: return read_policy(value).has_value();
    case Key::adkim:
    case Key::aspf: return read_alignment(value).has_value();
    case Key::fo: return read_failure_options(value).has_value();
    case Key::psd: return read_psd(value).has_value();
    case Key::t: return read_flag(value).has_value();
    case Key::pct: return read_percent(value).has_value();
    case Key::rf: return text::iequals(value, "afrf") || text::iequals(value, "iodef");
    case Key::ri: return read_seconds(value).has_value();
    case Key::rua:
    case Key::ruf:
    case Key::unknown: break;
  }
  return false;
}

bool is_near_version(std::string_view value) noexcept {
  return text::edit_distance(value, "DMARC1", 2) <= 2 || text::edit_distance(value, "DMARC1.0", 1) <= 1;
}

void store(Values& values, Key key, std::string_view value) noexcept {
  switch (key) {
    case Key::p: values.p = read_policy(value); break;
    case Key::sp: values.sp = read_policy(value); break;
    case Key::np: values.np = read_policy(value); break;
    case Key::adkim: values.adkim = read_alignment(value); break;
    case Key::aspf: values.aspf = read_alignment(value); break;
    case Key::fo: values.fo = read_failure_options(value); break;
    case Key::psd: values.psd = read_psd(value); break;
    case Key::t: values.t = read_flag(value); break;
    case Key::pct: values.pct = read_percent(value); break;
    case Key::ri: values.ri = read_seconds(value); break;
    case Key::v:
    case Key::rf:
    case Key::rua:
    case Key::ruf:
    case Key::unknown: break;
  }
}

}  // namespace envelint::dmarc
