#include <envelint/spf/term_parser.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::spf {
namespace {

using text::is_alnum;
using text::is_alpha;
using text::is_digit;
using text::span_of;

constexpr std::string_view kQualifiers = "+-~?";
constexpr text::CharSet kNameChars{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."};
constexpr std::string_view kMacroLetters = "slodiphcrtv";
constexpr std::string_view kExpOnlyLetters = "crt";
constexpr std::string_view kDelimiters = ".-+,/_=";

// name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )
bool is_name_char(char c) { return kNameChars.contains(c); }

std::optional<Mechanism> find_mechanism(std::string_view name) {
  const auto is = [&](Mechanism mechanism) { return text::iequals(name, to_string(mechanism)); };
  switch (name.size()) {
    case 1: return is(Mechanism::a) ? std::optional(Mechanism::a) : std::nullopt;
    case 2: return is(Mechanism::mx) ? std::optional(Mechanism::mx) : std::nullopt;
    case 3:
      for (const Mechanism mechanism : {Mechanism::ip4, Mechanism::ip6, Mechanism::all, Mechanism::ptr}) {
        if (is(mechanism)) return mechanism;
      }
      return std::nullopt;
    case 6: return is(Mechanism::exists) ? std::optional(Mechanism::exists) : std::nullopt;
    case 7: return is(Mechanism::include) ? std::optional(Mechanism::include) : std::nullopt;
    default: return std::nullopt;
  }
}

// toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum ): a label of letters,
// digits and inner hyphens that is not all digits.
bool is_top_label(std::string_view label) {
  if (label.empty() || !is_alnum(label.front()) || !is_alnum(label.back())) return false;
  return std::ranges::all_of(label, [](char c) { return is_alnum(c) || c == '-'; }) &&
         !std::ranges::all_of(label, is_digit);
}

// domain-end = ( "." toplabel [ "." ] ), for a domain-spec that does not end in a macro.
bool ends_in_top_label(std::string_view spec) {
  if (spec.ends_with('.')) spec.remove_suffix(1);
  const std::size_t dot = spec.rfind('.');
  return dot != std::string_view::npos && is_top_label(spec.substr(dot + 1));
}

bool is_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

}  // namespace

void TermParser::fault(FaultKind kind, Span span) {
  record_.faults.push_back({kind, static_cast<std::uint32_t>(record_.terms.size()), span});
}

void TermParser::parse(Span word) {
  term_.span = word;
  term_.first_macro = static_cast<std::uint32_t>(record_.macros.size());
  std::size_t start = word.start;
  const std::string_view text = record_.text;
  if (const std::size_t q = kQualifiers.find(text[start]); q != std::string_view::npos) {
    term_.qualifier = static_cast<Qualifier>(q);
    term_.qualifier_written = true;
    ++start;
    const std::size_t second = start;
    while (start < word.end && kQualifiers.contains(text[start])) ++start;
    if (start > second && start < word.end) fault(FaultKind::second_qualifier, span_of(second, start));
  }
  std::size_t name_end = start;
  while (name_end < word.end && is_name_char(text[name_end])) ++name_end;
  term_.name = span_of(start, name_end);
  if (start == word.end) {
    fault(FaultKind::stray_qualifier, word);
  } else if (name_end < word.end && text[name_end] == '=' && name_end > start && is_alpha(text[start])) {
    parse_modifier(name_end);
  } else {
    parse_mechanism();
  }
  record_.terms.push_back(term_);
}

void TermParser::parse_explanation() {
  term_ = Term{};
  term_.kind = TermKind::modifier;
  term_.span = term_.value = span_of(0, record_.text.size());
  parse_macro_string(true);
  record_.terms.push_back(term_);
}

void TermParser::parse_modifier(std::size_t equals) {
  term_.kind = TermKind::modifier;
  if (term_.qualifier_written) fault(FaultKind::modifier_qualifier, span_of(term_.span.start, term_.name.start));
  const std::string_view name = at(term_.name);
  if (text::iequals(name, "redirect")) term_.modifier = Modifier::redirect;
  if (text::iequals(name, "exp")) term_.modifier = Modifier::exp;
  term_.value = span_of(equals + 1, term_.span.end);
  if (term_.modifier == Modifier::unknown) {
    parse_macro_string(false);
  } else if (term_.value.empty()) {
    fault(FaultKind::value_missing, term_.span);
  } else {
    parse_domain_spec(false);
  }
}

void TermParser::parse_mechanism() {
  const auto mechanism = find_mechanism(at(term_.name));
  const char next = term_.name.end < term_.span.end ? record_.text[term_.name.end] : '\0';
  const bool is_all =
      text::istarts_with(at(term_.name), "all") && at(term_.name).find_first_not_of('.', 3) == std::string_view::npos;
  if (is_all && (!mechanism || next != '\0')) return parse_all();
  if (!mechanism || (next != '\0' && next != ':' && next != '/')) {
    return fault(FaultKind::unknown_mechanism, term_.span);
  }
  term_.kind = TermKind::mechanism;
  term_.mechanism = *mechanism;
  switch (*mechanism) {
    case Mechanism::all: return;
    case Mechanism::ip4: return parse_address(net::Family::v4);
    case Mechanism::ip6: return parse_address(net::Family::v6);
    default: return parse_domain_mechanism();
  }
}

// `all:x`, `all/24`, `all.`: surely meant as `all`.
void TermParser::parse_all() {
  const char next = term_.name.end < term_.span.end ? record_.text[term_.name.end] : '\0';
  if (next != '\0' && next != ':' && next != '/') return fault(FaultKind::unknown_mechanism, term_.span);
  term_.kind = TermKind::mechanism;
  term_.mechanism = Mechanism::all;
  fault(FaultKind::argument_to_all, span_of(term_.name.start + 3, term_.span.end));
}

std::optional<std::uint8_t> TermParser::parse_prefix_length(Span digits, int bits) {
  const std::string_view text = at(digits);
  if (!is_digits(text)) {
    const bool mask = !text.empty() && std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
    fault(mask ? FaultKind::prefix_form : FaultKind::bad_cidr, digits.empty() ? term_.cidr : digits);
    return std::nullopt;
  }
  if (text.size() > 1 && text.front() == '0') {
    fault(FaultKind::prefix_form, digits);
    return std::nullopt;
  }
  int value = 0;
  for (const char c : text) value = std::min(value * 10 + (c - '0'), 1000);
  if (value > bits) {
    fault(FaultKind::prefix_too_long, digits);
    return std::nullopt;
  }
  return static_cast<std::uint8_t>(value);
}

void TermParser::parse_address(net::Family family) {
  const int bits = family == net::Family::v4 ? 32 : 128;
  const std::string_view rest = at(span_of(term_.name.end, term_.span.end));
  if (!rest.starts_with(':') || rest.size() == 1 || rest[1] == '/') {
    return fault(FaultKind::value_missing, term_.span);
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  term_.value = span_of(term_.name.end + 1, term_.name.end + slash);
  term_.cidr = span_of(term_.name.end + slash, term_.span.end);
  const std::string_view value = at(term_.value);
  const auto address = family == net::Family::v4 ? net::Address::parse_v4(value) : net::Address::parse_v6(value);
  if (!address) {
    const bool other = family == net::Family::v4 ? net::Address::parse_v6(value).has_value()
                                                 : net::Address::parse_v4(value).has_value();
    const FaultKind kind = family == net::Family::v4 ? FaultKind::bad_ip4 : FaultKind::bad_ip6;
    return fault(other ? FaultKind::wrong_family : kind, term_.value);
  }
  std::optional<std::uint8_t> length = static_cast<std::uint8_t>(bits);
  if (!term_.cidr.empty()) {
    if (at(term_.cidr).starts_with("//")) return fault(FaultKind::bad_cidr, term_.cidr);
    length = parse_prefix_length(span_of(term_.cidr.start + 1, term_.cidr.end), bits);
  }
  if (length) term_.network = net::Prefix(*address, *length);
}

void TermParser::parse_domain_mechanism() {
  const bool needs_value = term_.is(Mechanism::include) || term_.is(Mechanism::exists);
  const bool takes_cidr = term_.is(Mechanism::a) || term_.is(Mechanism::mx);
  const bool colon = term_.name.end < term_.span.end && record_.text[term_.name.end] == ':';
  term_.value = span_of(colon ? term_.name.end + 1 : term_.name.end, term_.span.end);
  term_.cidr = span_of(term_.span.end, term_.span.end);
  if (takes_cidr) parse_dual_cidr();
  if (term_.value.empty()) {
    if (colon || needs_value) fault(FaultKind::value_missing, term_.span);
    return;
  }
  if (!colon) {  // `ptr/24`, `include/24`, `mx/x`
    return fault(FaultKind::bad_cidr, term_.value);
  }
  parse_domain_spec(false);
}

// Splits `[ip4-cidr-length] ["/" ip6-cidr-length]` off the end of the value, which may hold slashes of its own.
void TermParser::parse_dual_cidr() {
  const std::string_view value = at(term_.value);
  const auto is_cidr_char = [](char c) { return is_digit(c) || c == '.' || c == '/'; };
  std::size_t start = value.size();
  while (start > 0 && is_cidr_char(value[start - 1])) --start;
  // The domain may end in digits and dots itself: the suffix begins at its first slash.
  start = value.find('/', start);
  if (start == std::string_view::npos) return;
  const auto base = term_.value.start;
  term_.cidr = span_of(base + start, term_.value.end);
  term_.value = span_of(base, base + start);
  const std::string_view cidr = at(term_.cidr);
  const std::size_t dual = cidr.find("//");
  const std::size_t end4 = std::min(dual, cidr.size());
  const std::size_t start6 = dual == std::string_view::npos ? cidr.size() : dual + 2;
  const bool malformed = cidr.substr(1, end4 > 0 ? end4 - 1 : 0).contains('/') || cidr.substr(start6).contains('/') ||
                         (end4 == 1) || (dual != std::string_view::npos && start6 == cidr.size());
  if (malformed) return fault(FaultKind::bad_cidr, term_.cidr);
  if (end4 > 1) {
    if (const auto length = parse_prefix_length(span_of(term_.cidr.start + 1, term_.cidr.start + end4), 32)) {
      term_.prefix4 = *length;
    }
  }
  if (start6 < cidr.size()) {
    if (const auto length = parse_prefix_length(span_of(term_.cidr.start + start6, term_.cidr.end), 128)) {
      term_.prefix6 = *length;
    }
  }
}

// domain-spec = macro-string domain-end
void TermParser::parse_domain_spec(bool for_exp) {
  const std::size_t faults = record_.faults.size();
  parse_macro_string(for_exp);
  if (record_.faults.size() > faults) return;
  const bool ends_in_macro = term_.has_macros() && record_.macros.back().kind != MacroPart::Kind::literal;
  if (!ends_in_macro && !ends_in_top_label(at(term_.value))) fault(FaultKind::no_top_label, term_.value);
}

// macro-string = *( macro-expand / macro-literal ); without a `%` it is its own text and leaves no pieces.
void TermParser::parse_macro_string(bool for_exp) {
  const std::string_view text = std::string_view(record_.text).substr(0, term_.value.end);
  std::size_t pos = text.find('%', term_.value.start);
  if (pos == std::string_view::npos) return;
  std::size_t literal = term_.value.start;
  const auto close_literal = [&](std::size_t end) {
    if (literal < end) record_.macros.push_back({.kind = MacroPart::Kind::literal, .span = span_of(literal, end)});
  };
  while (pos < term_.value.end) {
    close_literal(pos);
    pos = parse_macro(pos, for_exp);
    literal = pos;
    pos = std::min<std::size_t>(text.find('%', pos), term_.value.end);
  }
  close_literal(term_.value.end);
  term_.macro_count = static_cast<std::uint32_t>(record_.macros.size()) - term_.first_macro;
}

// Reads the macro at a `%` and returns where it ends.
std::size_t TermParser::parse_macro(std::size_t at_percent, bool for_exp) {
  const std::string_view text = record_.text;
  const char next = at_percent + 1 < term_.value.end ? text[at_percent + 1] : '\0';
  MacroPart part;
  part.span = span_of(at_percent, at_percent + 2);
  switch (next) {
    case '{': return parse_expand(at_percent, for_exp);
    case '%': part.kind = MacroPart::Kind::percent; break;
    case '_': part.kind = MacroPart::Kind::space; break;
    case '-': part.kind = MacroPart::Kind::url_space; break;
    default: fault(FaultKind::macro_syntax, span_of(at_percent, at_percent + 1)); return at_percent + 1;
  }
  record_.macros.push_back(part);
  return at_percent + 2;
}

// "%{" macro-letter transformers *delimiter "}"
std::size_t TermParser::parse_expand(std::size_t start, bool for_exp) {
  const std::string_view text = record_.text;
  const std::size_t close = text.find('}', start);
  if (close >= term_.value.end) {
    fault(FaultKind::macro_syntax, span_of(start, term_.value.end));
    return term_.value.end;
  }
  const Span whole = span_of(start, close + 1);
  MacroPart part{.kind = MacroPart::Kind::expand, .span = whole};
  std::size_t pos = start + 2;
  part.letter = text[pos];
  if (pos == close || !is_alpha(part.letter)) {
    fault(FaultKind::macro_syntax, whole);
    return close + 1;
  }
  const char letter = text::to_lower(part.letter);
  if (!kMacroLetters.contains(letter)) {
    fault(FaultKind::unknown_macro, whole);
    return close + 1;
  }
  if (kExpOnlyLetters.contains(letter) && !for_exp) fault(FaultKind::macro_only_in_exp, whole);
  ++pos;
  unsigned keep = 0;
  const std::size_t digits = pos;
  for (; is_digit(text[pos]); ++pos) keep = std::min(keep * 10 + static_cast<unsigned>(text[pos] - '0'), 255U);
  bool good = pos == digits || keep > 0;  // §7.1: the number must not be zero
  part.keep = static_cast<std::uint8_t>(keep);
  if (text::to_lower(text[pos]) == 'r') {
    part.reverse = true;
    ++pos;
  }
  part.delimiters = span_of(pos, close);
  good = good && std::ranges::all_of(record_.at(part.delimiters), [](char c) { return kDelimiters.contains(c); });
  if (!good) fault(FaultKind::macro_syntax, whole);
  record_.macros.push_back(part);
  return close + 1;
}

}  // namespace envelint::spf
