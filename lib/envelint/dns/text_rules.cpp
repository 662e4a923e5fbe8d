#include <envelint/dns/text_rules.hpp>

#include <envelint/dns/idna.hpp>
#include <envelint/dns/string_joins.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/field_list.hpp>
#include <envelint/text/tag_list.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace envelint::dns {
namespace {

using finding::Code;
using finding::Draft;
using finding::Edit;
using finding::Findings;
using finding::Severity;
using text::is_alnum;
using text::is_ascii;
using text::is_digit;
using text::is_space;
using text::slice;
using text::Span;
using text::span_of;

constexpr std::size_t kMaxLabels = 8;  // places shown beside the first
constexpr std::size_t kMaxRuns = 16;   // findings of DNS014 for one value

// Shows the further places of a finding that has several.
void also(Draft& draft, const std::vector<Edit>& edits) {
  for (std::size_t i = 1; i < edits.size() && i <= kMaxLabels; ++i) draft.also(edits[i].span);
}

// ---- DNS010: strings ------------------------------------------------------------------------------------------------

// One word that receivers read may run across several joins: one finding a word.
void lost_space_between_strings(const Text& text, Findings& out) {
  const std::string_view value = text.joined();
  const std::vector<std::uint32_t> joins = lost_spaces(text);
  for (std::size_t i = 0; i < joins.size();) {
    const Span word = word_around(value, joins[i]);
    std::vector<Edit> edits;
    std::string meant;
    std::size_t start = word.start;
    for (; i < joins.size() && joins[i] <= word.end; ++i) {
      edits.push_back({span_of(joins[i], joins[i]), " "});
      meant.append(value.substr(start, joins[i] - start)).append(" ");
      start = joins[i];
    }
    meant.append(value.substr(start, word.end - start));
    out.add(Code::dns_lost_space_between_strings, word)
        .message("`{}` is read as one word: {} strings meet in it without a space", slice(value, word),
                 edits.size() + 1)
        .label("no space here")
        .note(
            "the strings of a record are joined with nothing between them; this word is no SPF term, and one such "
            "word makes the whole record invalid")
        .help("end each string with a space, or publish it all as one string: `{}`", meant)
        .fix(std::move(edits));
  }
}

// ---- DNS012, DNS013, DNS033: syntax of another place, taken literally -----------------------------------------------

bool is_escaped(std::string_view value, std::size_t offset) { return offset > 0 && value[offset - 1] == '\\'; }

std::vector<Edit> edge_quotes(std::string_view value) {
  const Span kept = text::unwrapped(value);
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < kept.start; ++i) {
    if (value[i] == '"' || value[i] == '\'') edits.push_back({span_of(i, i + 1), {}});
  }
  for (std::size_t i = kept.end; i < value.size(); ++i) {
    if ((value[i] == '"' || value[i] == '\'') && !is_escaped(value, i)) edits.push_back({span_of(i, i + 1), {}});
  }
  return edits;
}

// `" "` inside a value: two strings pasted as one, with the quotes that stand between strings in a zone file.
void add_inner_quotes(std::string_view value, std::vector<Edit>& edits) {
  const Span kept = text::unwrapped(value);
  for (std::size_t i = kept.start; i < kept.end; ++i) {
    if (value[i] != '"' || is_escaped(value, i)) continue;
    std::size_t next = i + 1;
    while (next < kept.end && is_space(value[next])) ++next;
    if (next == kept.end || next == i + 1 || value[next] != '"') continue;
    edits.push_back({span_of(i, next + 1), {}});
    i = next;
  }
}

void literal_quotes(std::string_view value, const TextOptions& options, Findings& out) {
  std::vector<Edit> edits;
  if (options.edges) edits = edge_quotes(value);
  add_inner_quotes(value, edits);
  if (edits.empty()) return;
  const Span first = edits.front().span;
  Draft draft = out.add(Code::dns_literal_quotes, first);
  draft.message("the record's value itself holds the quotes `{}`", slice(value, first))
      .note(
          "quotes mark where a string begins and ends in a zone file; a control panel sets its own, so those typed "
          "into it become part of the record")
      .help("enter the value without quotes");
  if (options.version_must_lead && first.start == 0) draft.severity(Severity::error);
  also(draft, edits);
  draft.fix(std::move(edits));
}

// Characters that programs write as `\DDD` in a zone file, because they are special or cannot be seen.
bool is_escaped_by_number(int octet) {
  return octet < 0x20 || octet >= 0x7F || std::string_view(" \";@\\").contains(static_cast<char>(octet));
}

// What `\DDD` stands for, as far as it can stand in a record: decimal in zone files (RFC 1035 §5.1), octal in tinydns.
std::optional<std::string> numeric_escape(std::string_view digits) {
  if (digits.size() < 3 || !std::ranges::all_of(digits.substr(0, 3), is_digit)) return std::nullopt;
  int octet = 0;
  std::from_chars(digits.data(), digits.data() + 3, octet);
  int octal = 0;
  const bool is_octal = std::from_chars(digits.data(), digits.data() + 3, octal, 8).ptr == digits.data() + 3;
  if (is_octal && !is_escaped_by_number(octet)) octet = octal;
  if (octet > 255) return std::nullopt;
  const char c = static_cast<char>(octet);
  if (is_space(c)) return std::string(" ");
  if (c == '"' || c == '\\') return std::string();
  return std::string(1, c);
}

std::vector<Edit> backslash_edits(std::string_view value) {
  std::vector<Edit> edits;
  for (std::size_t i = value.find('\\'); i != std::string_view::npos; i = value.find('\\', i)) {
    const std::size_t end = std::min(value.find_first_not_of('\\', i), value.size());
    if (end < value.size() && value[end] == '"') {  // `\"` is DNS033
      i = end;
      continue;
    }
    const auto decoded = numeric_escape(value.substr(end));
    edits.push_back({span_of(i, decoded ? end + 3 : end), decoded.value_or("")});
    i = edits.back().span.end;
  }
  return edits;
}

void literal_backslash(std::string_view value, Findings& out) {
  std::vector<Edit> edits = backslash_edits(value);
  if (edits.empty()) return;
  const Span first = edits.front().span;
  const Span shown = span_of(first.start, std::min<std::size_t>(first.end + (first.size() < 4 ? 1 : 0), value.size()));
  Draft draft = out.add(Code::dns_literal_backslash, shown);
  draft.message("`{}` holds a backslash that receivers read as part of the value", slice(value, shown))
      .note(
          "a zone file needs a backslash before characters that mean something there; a control panel wants the "
          "characters themselves")
      .help("enter the value without backslashes: `{}`", finding::apply(value, edits));
  for (std::size_t i = 1; i < edits.size() && i <= kMaxLabels; ++i) draft.also(edits[i].span);
  draft.fix(std::move(edits));
}

struct Escape {
  std::string_view written;
  std::string_view meant;
};
constexpr std::array<Escape, 11> kEntities{{{"&amp;", "&"},
                                            {"&quot;", ""},
                                            {"&#34;", ""},
                                            {"&#39;", ""},
                                            {"&#x27;", ""},
                                            {"&apos;", ""},
                                            {"&nbsp;", " "},
                                            {"&#160;", " "},
                                            {"&#59;", ";"},
                                            {"&lt;", "<"},
                                            {"&gt;", ">"}}};

void add_entities(std::string_view value, std::vector<Edit>& edits) {
  for (std::size_t i = value.find('&'); i != std::string_view::npos; i = value.find('&', i + 1)) {
    const auto entity = std::ranges::find_if(kEntities, [&](const Escape& escape) {
      return text::istarts_with(value.substr(i), escape.written);
    });
    if (entity == kEntities.end()) continue;
    edits.push_back({span_of(i, i + entity->written.size()), std::string(entity->meant)});
  }
}

void add_escaped_quotes(std::string_view value, std::vector<Edit>& edits) {
  for (std::size_t i = value.find('\\'); i != std::string_view::npos; i = value.find('\\', i)) {
    const std::size_t end = std::min(value.find_first_not_of('\\', i), value.size());
    if (end < value.size() && value[end] == '"') edits.push_back({span_of(i, end + 1), {}});
    i = end;
  }
}

std::optional<char> percent_octet(std::string_view at) {
  if (at.size() < 3 || at[0] != '%') return std::nullopt;
  unsigned octet = 0;
  const auto [end, error] = std::from_chars(at.data() + 1, at.data() + 3, octet, 16);
  if (error != std::errc{} || end != at.data() + 3) return std::nullopt;
  return static_cast<char>(octet);
}

// The whole value went through a web form: behind the version stands `%3B`, `%20` or `+` where `;` or a space belongs,
// or `v%3D` before it. A `%` further in may be a macro of SPF or part of a URI, and proves nothing.
bool is_form_encoded(std::string_view value) {
  if (text::istarts_with(value, "v%3D")) return true;
  if (!text::istarts_with(value, "v=")) return false;
  std::size_t end = 2;
  while (end < value.size() && is_alnum(value[end])) ++end;
  const std::string_view rest = value.substr(end);
  if (rest.starts_with('+')) return !value.contains(' ');
  return text::istarts_with(rest, "%3B") || rest.starts_with("%20");
}

void add_form_encoding(std::string_view value, std::vector<Edit>& edits) {
  if (!is_form_encoded(value)) return;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '+') edits.push_back({span_of(i, i + 1), " "});
    const auto octet = percent_octet(value.substr(i));
    if (!octet) continue;
    edits.push_back({span_of(i, i + 3), std::string(1, is_space(*octet) ? ' ' : *octet)});
    i += 2;
  }
}

// Quoted-printable, as the source of a mail shows it: `v=3Dspf1`.
void add_quoted_printable(std::string_view value, std::vector<Edit>& edits) {
  if (!text::istarts_with(value, "v=3D")) return;
  for (std::size_t i = value.find("=3D"); i != std::string_view::npos; i = value.find("=3D", i + 3)) {
    edits.push_back({span_of(i, i + 3), "="});
  }
}

bool foreign_escape(std::string_view value, Findings& out) {
  std::vector<Edit> edits;
  add_entities(value, edits);
  add_escaped_quotes(value, edits);
  if (edits.empty()) add_form_encoding(value, edits);
  if (edits.empty()) add_quoted_printable(value, edits);
  if (edits.empty()) return false;
  std::ranges::sort(edits, {}, [](const Edit& edit) { return edit.span.start; });
  const Span first = edits.front().span;
  Draft draft = out.add(Code::dns_foreign_escape, first);
  draft.message("`{}` is escaped for a web page, a form or a program, not for DNS", slice(value, first))
      .note("nothing undoes the escape on the way, so receivers see these very characters")
      .help("publish the plain text: `{}`", finding::apply(value, edits));
  also(draft, edits);
  draft.fix(std::move(edits));
  return true;
}

// ---- DNS014: octets outside ASCII -----------------------------------------------------------------------------------

bool is_wide_space(char32_t c) {
  return c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}
bool is_nothing(char32_t c) {
  return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) ||
         c == 0xFEFF;
}
bool is_dash(char32_t c) { return (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE63; }
bool is_smart_quote(char32_t c) { return (c >= 0x2018 && c <= 0x201F) || c == 0xAB || c == 0xBB; }
bool is_fullwidth(char32_t c) { return c >= 0xFF01 && c <= 0xFF5E; }

// A lone octet is most likely of Windows-1252, where word processors put the same characters.
char32_t as_windows_1252(char32_t octet) {
  switch (octet) {
    case 0x91: return 0x2018;
    case 0x92: return 0x2019;
    case 0x93: return 0x201C;
    case 0x94: return 0x201D;
    case 0x96: return 0x2013;
    case 0x97: return 0x2014;
    default: return octet;
  }
}

// The plain text a character stands for, where a program put it in place of what was typed.
std::optional<std::string> plain(const text::CodePoint& point) {
  const char32_t c = point.valid ? point.value : as_windows_1252(point.value);
  if (is_wide_space(c)) return std::string(" ");
  if (is_nothing(c) || is_smart_quote(c)) return std::string();
  if (is_dash(c)) return std::string("-");
  if (is_fullwidth(c)) return std::string(1, static_cast<char>(c - 0xFF01 + '!'));
  return std::nullopt;
}

struct Run {
  Span span;
  text::CodePoint first;
  std::size_t count = 0;
  std::optional<std::string> plain = std::string();
};

Run read_run(std::string_view value, std::size_t start) {
  Run run;
  std::size_t end = start;
  for (; end < value.size() && !is_ascii(value[end]); ++run.count) {
    const text::CodePoint point = text::next_code_point(value.substr(end));
    if (run.count == 0) run.first = point;
    const auto character = plain(point);
    if (run.plain && character) {
      *run.plain += *character;
    } else {
      run.plain.reset();
    }
    end += point.size;
  }
  run.span = span_of(start, end);
  const bool edge = start == 0 || end == value.size();
  if (run.plain && edge && text::trim(*run.plain).empty()) run.plain->clear();
  return run;
}

std::string described(const Run& run) {
  if (run.first.valid) return text::describe(run.first.value);
  return fmt::format("octet {:#04x}, which is not UTF-8", static_cast<unsigned>(run.first.value));
}

void report(const Run& run, std::string_view value, Findings& out) {
  Draft draft = out.add(Code::dns_non_ascii_octet, run.span);
  draft
      .message("`{}` is {}{}", slice(value, run.span), described(run),
               run.count > 1 ? fmt::format(", and {} more outside ASCII", run.count - 1) : "")
      .note(
          "mail records are ASCII; receivers take these octets for part of a word, and the word is then unknown to "
          "them");
  if (!run.plain) {
    draft.help("write it with ASCII letters; a domain name is published in its `xn--` form");
    return;
  }
  if (run.plain->empty()) {
    draft.help("delete it");
  } else {
    draft.help("type a plain `{}` in its place", *run.plain);
  }
  draft.fix(run.span, *run.plain);
}

bool is_name_octet(char c) { return !is_ascii(c) || is_alnum(c) || c == '-' || c == '.' || c == '_'; }

// The domain name around letters outside ASCII, when it can be one.
std::optional<Span> name_around(std::string_view value, const Run& run) {
  if (run.plain) return std::nullopt;
  std::size_t start = run.span.start;
  std::size_t end = run.span.end;
  while (start > 0 && is_name_octet(value[start - 1])) --start;
  while (end < value.size() && is_name_octet(value[end])) ++end;
  const Span name = span_of(start, end);
  if (!slice(value, name).contains('.')) return std::nullopt;
  return name;
}

// A name in the letters of its language, which DNS knows by another one. Whether it is that.
bool u_label(Span name, std::string_view value, Findings& out) {
  const auto ascii = to_a_labels(slice(value, name));
  if (!ascii) return false;
  out.add(Code::dns_u_label, name)
      .message("`{}` is written in its own letters, which DNS cannot look up", slice(value, name))
      .note("mail records are ASCII; a name with other letters stands in them in its `xn--` form")
      .help("write `{}`", *ascii)
      .fix(name, *ascii);
  return true;
}

void non_ascii_octets(std::string_view value, Findings& out) {
  std::size_t runs = 0;
  for (std::size_t i = 0; i < value.size() && runs < kMaxRuns; ++i) {
    if (is_ascii(value[i])) continue;
    const Run run = read_run(value, i);
    ++runs;
    i = run.span.end;
    if (const auto name = name_around(value, run); name && u_label(*name, value, out)) {
      i = name->end;
      continue;
    }
    report(run, value, out);
  }
}

// ---- DNS015: white space --------------------------------------------------------------------------------------------

std::string_view space_name(std::string_view space) {
  if (space.contains('\t')) return "a TAB";
  if (space.contains('\r') || space.contains('\n')) return "a line break";
  return space.size() == 1 ? "a space" : "spaces";
}

void space_at_edges(std::string_view value, const TextOptions& options, Findings& out) {
  const std::string_view kept = text::trim(value);
  const std::size_t start = kept.empty() ? value.size() : static_cast<std::size_t>(kept.data() - value.data());
  if (start > 0) {
    Draft draft = out.add(Code::dns_stray_white_space, span_of(0, start));
    draft.message("the value begins with {}", space_name(value.substr(0, start)))
        .note("receivers look for the version in the very first place")
        .help("delete it")
        .fix(span_of(0, start), "");
    if (options.version_must_lead) draft.severity(Severity::error);
  }
  const std::size_t end = start + kept.size();
  if (kept.empty() || end == value.size()) return;
  out.add(Code::dns_stray_white_space, span_of(end, value.size()))
      .message("the value ends in {}", space_name(value.substr(end)))
      .note("some receivers read it as part of the last word")
      .help("delete it")
      .fix(span_of(end, value.size()), "");
}

void control_space_inside(std::string_view value, Findings& out) {
  const std::string_view kept = text::trim(value);
  if (kept.empty()) return;
  const auto base = static_cast<std::size_t>(kept.data() - value.data());
  std::vector<Edit> edits;
  for (std::size_t i = kept.find_first_of("\t\r\n"); i != std::string_view::npos; i = kept.find_first_of("\t\r\n", i)) {
    const std::size_t end = kept.find_first_not_of("\t\r\n", i);
    edits.push_back({span_of(base + i, base + end), " "});
    i = end;
  }
  if (edits.empty()) return;
  const Span first = edits.front().span;
  Draft draft = out.add(Code::dns_stray_white_space, first);
  draft.message("the value holds {} where a space belongs", space_name(slice(value, first)))
      .note(
          "it comes along when a value is copied from a page or a file with broken lines; many receivers part words "
          "at spaces only")
      .help("put a space in its place");
  also(draft, edits);
  draft.fix(std::move(edits));
}

}  // namespace

bool check_text(const Text& text, Findings& out, const TextOptions& options) {
  const std::string_view value = text.joined();
  if (options.edges) space_at_edges(value, options, out);
  literal_quotes(value, options, out);
  literal_backslash(value, out);
  const bool escaped = foreign_escape(value, out);
  non_ascii_octets(value, out);
  if (options.inner_space) control_space_inside(value, out);
  lost_space_between_strings(text, out);
  return !escaped;
}

}  // namespace envelint::dns
