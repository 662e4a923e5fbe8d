#include <envelint/spf/repair.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace envelint::spf {
namespace {

constexpr std::size_t kMaxWord = 512;
constexpr std::size_t kMaxCuts = 48;
constexpr std::array<std::string_view, 10> kNames{"all", "include", "exists", "redirect", "exp",
                                                  "ip4", "ip6",     "ptr",    "mx",       "a"};

std::size_t qualifier_size(std::string_view word) {
  return !word.empty() && std::string_view("+-~?").contains(word.front()) ? 1 : 0;
}

// A mechanism or a modifier that RFC 7208 knows, without fault.
bool is_known_term(std::string_view word) {
  if (word.empty() || word.size() > kMaxWord) return false;
  const Record record = parse("v=spf1 " + std::string(word));
  return record.valid() && record.terms.size() == 1 && !record.terms[0].is(Modifier::unknown);
}

bool is_any_term(std::string_view word) {
  if (word.empty() || word.size() > kMaxWord) return false;
  const Record record = parse("v=spf1 " + std::string(word));
  return record.valid() && record.terms.size() == 1;
}

// The name a term may begin with here: "" when none; `bare` when nothing is attached to it.
struct Start {
  std::size_t size = 0;
  bool bare = false;
  bool qualified = false;
};

Start term_start(std::string_view word) {
  Start start;
  const std::size_t q = qualifier_size(word);
  for (const std::string_view name : kNames) {
    if (!text::istarts_with(word.substr(q), name)) continue;
    const std::size_t end = q + name.size();
    const bool attached = end < word.size() && std::string_view(":=/").contains(word[end]);
    return {end, !attached, q > 0};
  }
  return start;
}

std::vector<std::uint32_t> cut_candidates(std::string_view word) {
  std::vector<std::uint32_t> cuts{0};
  bool after_bare = term_start(word).bare;
  for (std::size_t i = 1; i < word.size() && cuts.size() < kMaxCuts; ++i) {
    const Start start = term_start(word.substr(i));
    if (start.size == 0) continue;
    // A bare `a` or `mx` in the middle of other text is only letters, unless a qualifier or another bare term leads.
    if (start.bare && !start.qualified && !after_bare) continue;
    cuts.push_back(static_cast<std::uint32_t>(i));
    after_bare = start.bare;
  }
  // Foreign text behind `all`, such as `~allgoogle-site-verification=x`, is a legal modifier once it stands alone.
  const std::size_t q = qualifier_size(word);
  if (text::istarts_with(word.substr(q), "all")) cuts.push_back(static_cast<std::uint32_t>(q + 3));
  std::ranges::sort(cuts);
  const auto repeated = std::ranges::unique(cuts);
  cuts.erase(repeated.begin(), repeated.end());
  cuts.push_back(static_cast<std::uint32_t>(word.size()));
  return cuts;
}

std::string_view without_punctuation(std::string_view piece) {
  while (!piece.empty() && std::string_view(",;").contains(piece.back())) piece.remove_suffix(1);
  return piece;
}

Repair insertion(std::size_t place, std::string text, bool certain, std::string_view message) {
  return {static_cast<std::uint32_t>(place), 0, std::move(text), certain, message};
}

std::string_view name_part(std::string_view word) {
  const std::size_t q = qualifier_size(word);
  return word.substr(q, word.find_first_of(":=/", q) - q);
}

std::optional<Repair> repair_spelling(std::string_view word) {
  const std::size_t q = qualifier_size(word);
  const std::string_view name = name_part(word);
  const std::string_view rest = word.substr(q + name.size());
  const std::size_t limit = name.size() <= 3 ? 1 : 2;
  std::optional<std::string_view> best;
  std::size_t best_distance = limit + 1;
  for (const std::string_view candidate : kNames) {
    const std::size_t distance = text::edit_distance(name, candidate, limit);
    if (distance >= best_distance || distance >= name.size()) continue;
    if (!is_known_term(std::string(word.substr(0, q)).append(candidate).append(rest))) continue;
    best = candidate;
    best_distance = distance;
  }
  if (!best) return std::nullopt;
  return Repair{static_cast<std::uint32_t>(q), static_cast<std::uint32_t>(name.size()), std::string(*best), true,
                "`{0}` is no SPF mechanism; did you mean `{1}`?"};
}

// Leading zeros are the one thing that makes octets ambiguous: old software reads them as octal.
std::string without_leading_zeros(std::string_view address) {
  std::string out;
  bool at_start = true;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const bool digit_follows = i + 1 < address.size() && text::is_digit(address[i + 1]);
    if (at_start && address[i] == '0' && digit_follows) continue;
    out += address[i];
    at_start = address[i] == '.';
  }
  return out;
}

}  // namespace

// The segmentation with the fewest cuts, from right to left.
std::vector<std::uint32_t> split_glued(std::string_view word) {
  if (word.size() > kMaxWord) return {};
  const std::vector<std::uint32_t> cuts = cut_candidates(word);
  const std::size_t last = cuts.size() - 1;
  constexpr std::size_t kImpossible = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> pieces(cuts.size(), kImpossible);
  std::vector<std::size_t> next(cuts.size(), last);
  pieces[last] = 0;
  for (std::size_t i = last; i-- > 0;) {
    for (std::size_t j = i + 1; j <= last; ++j) {
      if (pieces[j] == kImpossible || pieces[j] + 1 >= pieces[i]) continue;
      const std::string_view piece = without_punctuation(word.substr(cuts[i], cuts[j] - cuts[i]));
      const bool foreign = i > 0 && j == last && is_any_term(piece);
      if (!is_known_term(piece) && !foreign) continue;
      pieces[i] = pieces[j] + 1;
      next[i] = j;
    }
  }
  if (pieces[0] == kImpossible || pieces[0] < 2) return {};
  std::vector<std::uint32_t> out;
  for (std::size_t i = next[0]; i != last; i = next[i]) out.push_back(cuts[i]);
  return out;
}

bool joins_to_term(std::string_view first, std::string_view second) {
  if (first.size() + second.size() > kMaxWord) return false;
  const std::string joined = std::string(first).append(second);
  if (first.size() == 1 && qualifier_size(first) == 1) return is_known_term(joined);
  if (!first.ends_with(':') && !first.ends_with('=')) return false;
  const bool stands_alone = is_known_term(second) || !split_glued(second).empty();
  return !stands_alone && (is_known_term(joined) || !split_glued(joined).empty());
}

std::optional<Repair> repair_separator(std::string_view word) {
  const std::size_t q = qualifier_size(word);
  for (const std::string_view name : kNames) {
    if (name.size() < 3 || name == "all" || name == "ptr" || !text::istarts_with(word.substr(q), name)) continue;
    const std::size_t end = q + name.size();
    if (end >= word.size()) continue;
    const bool modifier = name == "redirect" || name == "exp";
    const bool address = name == "ip4" || name == "ip6";
    const bool stray = std::string_view(":=.;,").contains(word[end]);
    if (!stray && !(address && text::is_digit(word[end]))) continue;
    const std::string right = modifier ? "=" : ":";
    const std::size_t length = stray ? 1 : 0;
    if (!is_known_term(std::string(word.substr(0, end)).append(right).append(word.substr(end + length)))) continue;
    const bool certain = address || (modifier && word[end] == ':');
    return Repair{static_cast<std::uint32_t>(end), static_cast<std::uint32_t>(length), right, certain, ""};
  }
  return std::nullopt;
}

std::optional<Repair> repair_mechanism(std::string_view word) {
  const std::size_t q = qualifier_size(word);
  const std::string_view bare = word.substr(q);
  if (const auto family = address_family(bare)) {
    return insertion(q, *family == net::Family::v4 ? "ip4:" : "ip6:", true,
                     "`{0}` is an address without `{1}` before it");
  }
  if (auto repair = repair_spelling(word)) return repair;
  if (looks_like_host(bare)) {
    const bool spf_name = text::lower(bare).contains("spf");
    return insertion(q, spf_name ? "include:" : "a:", false,
                     "`{0}` is a host name without a mechanism before it; did you mean `{1}{0}`?");
  }
  return std::nullopt;
}

std::optional<std::string> repair_address(std::string_view value, Mechanism mechanism) {
  const bool v4 = mechanism == Mechanism::ip4;
  const auto readable = [&](std::string_view text) {
    return v4 ? net::Address::parse_v4(text).has_value() : net::Address::parse_v6(text).has_value();
  };
  for (const std::string_view prefix : {"ip4:", "ip6:", "ip:", ":"}) {
    if (text::istarts_with(value, prefix) && readable(value.substr(prefix.size()))) {
      return std::string(value.substr(prefix.size()));
    }
  }
  if (value.ends_with('.') && readable(value.substr(0, value.size() - 1))) {
    return std::string(value.substr(0, value.size() - 1));
  }
  if (value.starts_with('[') && value.ends_with(']') && readable(value.substr(1, value.size() - 2))) {
    return std::string(value.substr(1, value.size() - 2));
  }
  if (!v4) return std::nullopt;
  if (std::string plain = without_leading_zeros(value); readable(plain)) return plain;
  std::string letters(value);
  std::ranges::replace_if(letters, [](char c) { return c == 'O' || c == 'o'; }, '0');
  std::ranges::replace_if(letters, [](char c) { return c == 'I' || c == 'l'; }, '1');
  if (readable(letters)) return letters;
  return std::nullopt;
}

std::optional<std::string> repair_dual_cidr(std::string_view cidr) {
  if (std::ranges::count(cidr, '/') != 2 || !cidr.starts_with('/') || cidr.contains("//")) return std::nullopt;
  const std::size_t second = cidr.find('/', 1);
  std::string out(cidr.substr(0, second));
  out.append("/").append(cidr.substr(second));
  return is_known_term("a" + out) ? std::optional(out) : std::nullopt;
}

std::optional<std::string> prefix_of_mask(std::string_view mask) {
  const auto address = net::Address::parse_v4(mask);
  if (!address) return std::nullopt;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i) bits = bits << 8 | address->octets()[i];
  const int ones = std::countl_one(bits);
  if (std::popcount(bits) != ones) return std::nullopt;
  return std::to_string(ones);
}

std::optional<std::string> prefix_without_zeros(std::string_view digits) {
  if (digits.contains('.')) return std::nullopt;
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (digits.size() > 3) return std::nullopt;
  return std::string(digits);
}

std::optional<std::uint32_t> trailing_punctuation(std::string_view word) {
  const std::size_t size = without_punctuation(word).size();
  if (size == word.size() || size == 0) return std::nullopt;
  return static_cast<std::uint32_t>(size);
}

bool looks_like_host(std::string_view value) {
  if (value.size() > 253 || !value.contains('.') || value.starts_with('.') || value.contains("..")) return false;
  const auto is_host_char = [](char c) { return text::is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  if (!std::ranges::all_of(value, is_host_char)) return false;
  if (value.ends_with('.')) value.remove_suffix(1);
  return std::ranges::any_of(value.substr(value.rfind('.') + 1), text::is_alpha);
}

std::optional<std::string_view> host_of(std::string_view value) {
  if (const std::size_t scheme = value.find("://"); scheme != std::string_view::npos) {
    value.remove_prefix(scheme + 3);
    return value.substr(0, value.find_first_of("/:?#>"));
  }
  if (const std::size_t at = value.rfind('@'); at != std::string_view::npos) return value.substr(at + 1);
  return std::nullopt;
}

std::optional<net::Family> address_family(std::string_view value) {
  const std::string_view address = value.substr(0, value.find('/'));
  if (net::Address::parse_v4(address)) return net::Family::v4;
  if (net::Address::parse_v6(address)) return net::Family::v6;
  return std::nullopt;
}

bool looks_like_exact_version(std::string_view text) {
  constexpr std::string_view kVersion = "v=spf1";
  return text::istarts_with(text, kVersion) && (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

std::optional<std::uint32_t> pasted_owner_end(std::string_view text) {
  constexpr std::string_view kVersion = "v=spf1";
  for (std::size_t at = 1; at + kVersion.size() <= text.size(); ++at) {
    if (!text::istarts_with(text.substr(at), kVersion)) continue;
    const std::string_view before = text.substr(0, at);
    const bool owner_like = std::ranges::all_of(before, [](char c) {
      return text::is_alnum(c) || std::string_view("-_.@*:= \t\"/").contains(c);
    });
    if (!owner_like || std::ranges::none_of(before, [](char c) { return text::is_alnum(c) || c == '@'; })) return {};
    return static_cast<std::uint32_t>(at);
  }
  return std::nullopt;
}

}  // namespace envelint::spf
