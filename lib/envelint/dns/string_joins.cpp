#include <envelint/dns/string_joins.hpp>

#include <envelint/net/address.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/field_list.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace envelint::dns {
namespace {

using text::is_alnum;
using text::is_alpha;
using text::slice;
using text::Span;
using text::span_of;

constexpr std::size_t kMaxTerm = 512;  // no real term is longer; bounds the work a hostile value can cause

bool is_spf(std::string_view value) {
  const std::string_view body = slice(value, text::unwrapped(value));
  return text::istarts_with(body, "v=spf1");
}

bool is_number_up_to(std::string_view digits, int limit) {
  int number = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() && number >= 0 && number <= limit;
}

// The prefix lengths behind an `a` or `mx` and its domain: `/24`, `//64` or `/24//64` (RFC 7208 §5.6).
bool is_dual_cidr(std::string_view text) {
  if (text.empty()) return true;
  const std::size_t v6 = text.find("//");
  const std::string_view four = text.substr(0, v6);
  if (!four.empty() && !(four.front() == '/' && is_number_up_to(four.substr(1), 32))) return false;
  return v6 == std::string_view::npos || is_number_up_to(text.substr(v6 + 2), 128);
}

// One label of a host name, with `_` and macros let through.
bool is_label(std::string_view label) {
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  bool in_macro = false;
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label[i] == '%') in_macro = i + 1 < label.size() && label[i + 1] == '{';
    if (!in_macro && !is_alnum(label[i]) && label[i] != '-' && label[i] != '_') return false;
    if (label[i] == '}') in_macro = false;
  }
  return true;
}

// Stricter than RFC 7208 §7.1 on purpose: a name with a colon, or whose last label has a hyphen (`com-all`), is a
// `domain-spec` by the letter and was never meant as one.
bool is_domain(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  std::size_t labels = 0;
  while (true) {
    const std::size_t dot = domain.find('.');
    const std::string_view label = domain.substr(0, dot);
    if (!is_label(label)) return false;
    ++labels;
    if (dot != std::string_view::npos) {
      domain.remove_prefix(dot + 1);
      continue;
    }
    if (label.ends_with('}')) return true;
    const bool top = text::istarts_with(label, "xn--") || std::ranges::all_of(label, is_alpha);
    return labels > 1 && top;
  }
}

bool is_address(std::string_view text, int bits) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && !is_number_up_to(text.substr(slash + 1), bits)) return false;
  const std::string_view address = text.substr(0, slash);
  return bits == 32 ? net::Address::parse_v4(address).has_value() : net::Address::parse_v6(address).has_value();
}

bool is_argument(std::string_view name, std::string_view argument) {
  using text::iequals;
  if (iequals(name, "ip4")) return is_address(argument, 32);
  if (iequals(name, "ip6")) return is_address(argument, 128);
  if (iequals(name, "include") || iequals(name, "exists") || iequals(name, "ptr")) return is_domain(argument);
  if (!iequals(name, "a") && !iequals(name, "mx")) return false;
  const std::size_t slash = argument.find('/');
  return is_domain(argument.substr(0, slash)) &&
         (slash == std::string_view::npos || is_dual_cidr(argument.substr(slash)));
}

// Whether a word is a complete term that a person would write.
bool is_term(std::string_view word) {
  using text::iequals;
  if (word.empty() || word.size() > kMaxTerm) return false;
  if (iequals(word, "v=spf1")) return true;
  for (const std::string_view modifier : {"redirect=", "exp="}) {
    if (text::istarts_with(word, modifier)) return is_domain(word.substr(modifier.size()));
  }
  if (std::string_view("+-~?").contains(word.front())) word.remove_prefix(1);
  const std::size_t end = std::min(word.find_first_of(":/"), word.size());
  const std::string_view name = word.substr(0, end);
  const std::string_view rest = word.substr(end);
  if (rest.starts_with(':')) return is_argument(name, rest.substr(1));
  if (iequals(name, "a") || iequals(name, "mx")) return is_dual_cidr(rest);
  return rest.empty() && (iequals(name, "all") || iequals(name, "ptr"));
}

}  // namespace

Span word_around(std::string_view value, std::size_t offset) {
  std::size_t start = offset;
  std::size_t end = offset;
  while (start > 0 && value[start - 1] != ' ' && offset - start <= kMaxTerm) --start;
  while (end < value.size() && value[end] != ' ' && end - offset <= kMaxTerm) ++end;
  return span_of(start, end);
}

std::vector<std::uint32_t> lost_spaces(const Text& text) {
  std::vector<std::uint32_t> out;
  if (text.joins().empty() || !is_spf(text.joined())) return out;
  const std::string_view value = text.joined();
  std::uint32_t left = 0;  // where the term before the join begins, if no space does
  for (std::size_t i = 0; i < text.joins().size(); ++i) {
    const std::uint32_t join = text.joins()[i];
    const Span word = word_around(value, join);
    if (word.start == join || word.end == join || is_term(slice(value, word))) continue;
    const std::uint32_t start = std::max(word.start, left);
    const std::uint32_t next = i + 1 < text.joins().size() ? std::min(text.joins()[i + 1], word.end) : word.end;
    const auto term = [&](std::uint32_t from, std::uint32_t to) {
      return from < to && is_term(value.substr(from, to - from));
    };
    if (!term(start, join) || !(term(join, next) || term(join, word.end))) continue;
    out.push_back(join);
    left = join;
  }
  return out;
}

}  // namespace envelint::dns
