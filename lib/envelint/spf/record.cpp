#include <envelint/spf/record.hpp>

#include <envelint/spf/term_parser.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>

namespace envelint::spf {
namespace {

using text::is_alpha;
using text::is_ascii;
using text::is_vchar;
using text::span_of;

constexpr std::string_view kVersion = "v=spf1";

// What stands between terms: SP by the grammar, and what people put there by mistake.
bool is_separator(char c) { return !is_vchar(c) && is_ascii(c); }

// NO-BREAK SPACE as UTF-8 separates words as the space it looks like.
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

// EN DASH, EM DASH and MINUS SIGN, which word processors make of a hyphen.
bool is_typographic_dash(std::string_view bytes) {
  return bytes == "\xE2\x80\x93" || bytes == "\xE2\x80\x94" || bytes == "\xE2\x88\x92";
}

std::size_t separator_size(std::string_view text, std::size_t at) {
  if (is_vchar(text[at])) return 0;
  if (is_separator(text[at])) return 1;
  return text.substr(at, 2) == kNoBreakSpace ? 2 : 0;
}

// Looks at every octet, as that is faster here than to stop at the first: nearly every record is plain.
bool is_plain(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= c >= ' ' && c <= '~';
  return plain;
}

/// Splits the text behind the version into words and reads each as a term.
class Reader {
 public:
  explicit Reader(Record& record) : record_(record), text_(record.text), plain_(is_plain(text_)) {}

  void read_terms() {
    const auto words = static_cast<std::size_t>(std::ranges::count(text_.substr(record_.terms_start), ' '));
    record_.terms.reserve(std::min<std::size_t>(64, words + 1));
    std::size_t at = record_.terms_start;
    while (at < text_.size()) {
      at = skip_separators(at);
      if (at == text_.size()) break;
      if (record_.terms.size() == kMaxTerms) {
        add_fault(FaultKind::too_many_terms, span_of(at, text_.size()));
        break;
      }
      const std::size_t end = word_end(at);
      read_word(at, end);
      at = end;
    }
    check_repeated(Modifier::redirect, FaultKind::second_redirect);
    check_repeated(Modifier::exp, FaultKind::second_exp);
  }

 private:
  std::size_t skip_separators(std::size_t at) {
    while (at < text_.size()) {
      const std::size_t size = separator_size(text_, at);
      if (size == 0) break;
      if (size == 2) {
        add_fault(FaultKind::non_ascii, span_of(at, at + 2));
      } else if (text_[at] != ' ') {
        add_fault(FaultKind::bad_separator, span_of(at, at + 1));
      }
      at += size;
    }
    return at;
  }

  std::size_t word_end(std::size_t at) const {
    if (plain_) return std::min(text_.find(' ', at), text_.size());
    while (at < text_.size() && separator_size(text_, at) == 0) ++at;
    return at;
  }

  void read_word(std::size_t start, std::size_t end) {
    const Span word = span_of(start, end);
    const std::size_t first_fault = record_.faults.size();
    if (!plain_) mark_non_ascii(start, end);
    // Invisible characters around a term hide a term that can be read.
    const bool dash = is_typographic_dash(text_.substr(start, 3));
    while (start < end && !is_ascii(text_[start])) ++start;
    while (start < end && !is_ascii(text_[end - 1])) --end;
    if (start == end) return;
    read_term(start, end);
    Term& term = record_.terms.back();
    term.span = word;
    term.faulty = record_.faults.size() > first_fault;
    if (dash && !term.qualifier_written) set_qualifier(term, Qualifier::fail);
    // `- all`: the qualifier that stands alone was meant for this term.
    if (record_.terms.size() < 2) return;
    const Term& before = record_.terms[record_.terms.size() - 2];
    if (before.span.size() == 1 && before.qualifier_written && !term.qualifier_written) {
      set_qualifier(term, before.qualifier);
    }
  }

  // Quotation marks at the ends of a word are legal in some places and never meant: a word that is no term with them
  // is read without.
  void read_term(std::size_t start, std::size_t end) {
    const std::size_t faults = record_.faults.size();
    const std::size_t macros = record_.macros.size();
    TermParser(record_).parse(span_of(start, end));
    const bool quoted = text_[start] == '"' || text_[end - 1] == '"';
    if (!quoted || record_.faults.size() == faults) return;
    record_.terms.pop_back();
    record_.faults.resize(faults);
    record_.macros.resize(macros);
    std::size_t inner = start;
    while (inner < end && text_[inner] == '"') ++inner;
    std::size_t inner_end = end;
    while (inner_end > inner && text_[inner_end - 1] == '"') --inner_end;
    if (inner > start) add_fault(FaultKind::quotation_mark, span_of(start, inner));
    if (inner_end < end) add_fault(FaultKind::quotation_mark, span_of(inner_end, end));
    TermParser(record_).parse(inner < inner_end ? span_of(inner, inner_end) : span_of(start, end));
  }

  // A qualifier taken from a broken neighbour: the term is no better than that.
  static void set_qualifier(Term& term, Qualifier qualifier) {
    term.qualifier = qualifier;
    term.faulty = true;
  }

  void mark_non_ascii(std::size_t start, std::size_t end) {
    for (std::size_t i = start; i < end; ++i) {
      if (is_ascii(text_[i])) continue;
      std::size_t run_end = i + 1;
      while (run_end < end && !is_ascii(text_[run_end])) ++run_end;
      add_fault(FaultKind::non_ascii, span_of(i, run_end));
      i = run_end;
    }
  }

  void check_repeated(Modifier modifier, FaultKind kind) {
    bool seen = false;
    for (std::size_t i = 0; i < record_.terms.size(); ++i) {
      Term& term = record_.terms[i];
      if (!term.is(modifier)) continue;
      if (seen) record_.faults.push_back({kind, static_cast<std::uint32_t>(i), term.span});
      term.faulty = term.faulty || seen;
      seen = true;
    }
  }

  void add_fault(FaultKind kind, Span span) {
    record_.faults.push_back({kind, static_cast<std::uint32_t>(record_.terms.size()), span});
  }

  Record& record_;
  std::string_view text_;
  bool plain_;  // printable ASCII and spaces alone, as nearly every record is: nothing else has to be looked for
};

// Where a version that was surely meant stands: `v=spf1` in any case, also spelt `v = spf1`, `spf1`, `v=spf`, `v:spf1`,
// `v=spf2`, `vspf1`. Nothing when the text at `at` is none of these. `spf2.0/` is Sender ID, another record (RFC 4406).
std::size_t version_like_end(std::string_view text, std::size_t at) {
  const std::size_t start = at;
  if (at < text.size() && text::to_lower(text[at]) == 'v') ++at;
  const bool has_v = at > start;
  while (has_v && at < text.size() && std::string_view(" =:").contains(text[at])) ++at;
  if (!text::istarts_with(text.substr(at), "spf")) return start;
  at += 3;
  if (at < text.size() && has_v && text[at] == ' ' && text.substr(at + 1, 2) == "1 ") return at + 2;
  const std::size_t digits_start = at;
  while (at < text.size() && (text::is_digit(text[at]) || text[at] == '.')) ++at;
  if (text.substr(at).starts_with('/')) return start;
  return has_v || at > digits_start ? at : start;
}

// The owner name, a type, quotes or white space pasted before the version, within reason.
constexpr std::size_t kMaxPrefix = 300;

void read_version(Record& record) {
  const std::string_view text = record.text;
  if (text::istarts_with(text, kVersion) && (text.size() == kVersion.size() || text[kVersion.size()] == ' ')) {
    record.version = Version::exact;
    record.version_span = span_of(0, kVersion.size());
    record.terms_start = record.version_span.end;
    return;
  }
  // Loosely spelt right at the start, behind white space and quotes; exactly spelt further on.
  const std::size_t lead = std::min(text.find_first_not_of(" \t\r\n\"'"), text.size());
  std::size_t end = version_like_end(text, lead);
  for (std::size_t at = lead + 1; end == lead && at < std::min(text.size(), kMaxPrefix); ++at) {
    if (text::istarts_with(text.substr(at), kVersion) && !is_alpha(text[at - 1])) end = at + kVersion.size();
  }
  if (end == lead) return;
  if (end < text.size() && std::string_view(";,.").contains(text[end])) ++end;
  record.version = Version::near_miss;
  record.version_span = span_of(0, end);
  record.terms_start = static_cast<std::uint32_t>(end);
}

}  // namespace

char to_char(Qualifier qualifier) noexcept { return "+-~?"[static_cast<std::size_t>(qualifier)]; }

std::string_view to_string(Mechanism mechanism) noexcept {
  static constexpr std::array<std::string_view, 8> kNames{"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"};
  return kNames[static_cast<std::size_t>(mechanism)];
}

Record parse(std::string_view joined) {
  Record record;
  record.text = joined;
  read_version(record);
  if (record.version != Version::absent) Reader(record).read_terms();
  return record;
}

Record parse_explanation(std::string_view text) {
  Record record;
  record.text = text;
  TermParser(record).parse_explanation();
  return record;
}

bool looks_like_record(std::string_view joined) {
  Record record;
  record.text = joined.substr(0, kMaxPrefix + kVersion.size());
  read_version(record);
  return record.version != Version::absent;
}

std::string print(const Record& record, const Term& term) {
  if (term.kind == TermKind::unreadable || term.faulty) return std::string(record.at(term.span));
  std::string out;
  if (term.kind == TermKind::modifier) {
    out = text::lower(record.at(term.name));
    return out.append("=").append(record.at(term.value));
  }
  if (term.qualifier != Qualifier::pass) out += to_char(term.qualifier);
  out += to_string(term.mechanism);
  if (term.is(Mechanism::ip4) || term.is(Mechanism::ip6)) {
    out.append(":").append(term.network.address().to_string());
    const int bits = term.network.address().bits();
    if (term.network.length() != bits) out.append("/").append(std::to_string(term.network.length()));
    return out;
  }
  if (!term.value.empty()) out.append(":").append(record.at(term.value));
  if (term.prefix4 != 32) out.append("/").append(std::to_string(term.prefix4));
  if (term.prefix6 != 128) out.append("//").append(std::to_string(term.prefix6));
  return out;
}

std::string print(const Record& record) {
  std::string out(kVersion);
  for (const Term& term : record.terms) out.append(" ").append(print(record, term));
  return out;
}

namespace {

bool same_term(const Record& a, const Term& x, const Record& b, const Term& y) {
  if (x.kind != y.kind || x.faulty != y.faulty) return false;
  if (x.kind == TermKind::unreadable || x.faulty) return a.at(x.span) == b.at(y.span);
  if (x.kind == TermKind::modifier) {
    return text::iequals(a.at(x.name), b.at(y.name)) && a.at(x.value) == b.at(y.value);
  }
  if (x.mechanism != y.mechanism || x.qualifier != y.qualifier) return false;
  if (x.is(Mechanism::ip4) || x.is(Mechanism::ip6)) return x.network == y.network;
  return a.at(x.value) == b.at(y.value) && x.prefix4 == y.prefix4 && x.prefix6 == y.prefix6;
}

}  // namespace

bool same_terms(const Record& a, const Record& b) {
  return std::ranges::equal(a.terms, b.terms, [&](const Term& x, const Term& y) { return same_term(a, x, b, y); });
}

}  // namespace envelint::spf
