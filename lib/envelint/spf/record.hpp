#pragma once

#include <envelint/net/prefix.hpp>
#include <envelint/text/span.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// SPF (RFC 7208): a domain lists in one TXT record, `v=spf1 …`, which addresses may send mail with its name in the
/// SMTP envelope. The record is a row of terms. A *mechanism* names addresses, and its qualifier says what a match
/// means (`+` pass, `-` fail, `~` softfail, `?` neutral); receivers test mechanisms from left to right and stop at the
/// first match. A *modifier*, `name=value`, adds information. One fault in the syntax of any term spoils the record.
namespace envelint::spf {

using text::Span;

/// What a match of a mechanism means (§4.6.2).
enum class Qualifier : std::uint8_t { pass, fail, softfail, neutral };
/// '+', '-', '~' or '?'.
[[nodiscard]] char to_char(Qualifier qualifier) noexcept;

/// The eight mechanisms of §5.
enum class Mechanism : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists };
[[nodiscard]] std::string_view to_string(Mechanism mechanism) noexcept;

/// The modifiers of §6; any other name is legal and ignored.
enum class Modifier : std::uint8_t { redirect, exp, unknown };

enum class TermKind : std::uint8_t { mechanism, modifier, unreadable };

/// One piece of a macro-string (§7.1).
struct MacroPart {
  enum class Kind : std::uint8_t {
    literal,    ///< plain characters
    expand,     ///< `%{…}`
    percent,    ///< `%%`
    space,      ///< `%_`
    url_space,  ///< `%-`
  };
  Kind kind = Kind::literal;
  char letter = 0;        ///< expand: the macro letter as written; upper case asks for URL escaping
  bool reverse = false;   ///< expand: the `r` transformer
  std::uint8_t keep = 0;  ///< expand: right-hand parts to keep, 0 for all; saturated at 255
  Span span;              ///< the piece, `%{` and `}` included
  Span delimiters;        ///< expand: the delimiters written; empty means `.`
};

/// One term of an SPF record (§4.6.1).
///
/// `span` is the term's place in the record's joined value. A term with a fault is kept, so that a linter can go on;
/// `Record::valid()` is false then, and check_host answers permerror without testing any term (§4.6).
struct Term {
  TermKind kind = TermKind::unreadable;
  Mechanism mechanism = Mechanism::all;   ///< meaningful for kind == mechanism
  Modifier modifier = Modifier::unknown;  ///< meaningful for kind == modifier
  Qualifier qualifier = Qualifier::pass;
  bool qualifier_written = false;
  bool faulty = false;            ///< one of the record's faults is in this term
  std::uint8_t prefix4 = 32;      ///< a, mx: the IPv4 prefix length (§5.6)
  std::uint8_t prefix6 = 128;     ///< a, mx: the IPv6 prefix length
  net::Prefix network;            ///< ip4, ip6, when not faulty
  Span span;                      ///< the whole term
  Span name;                      ///< the mechanism or modifier name
  Span value;                     ///< the domain-spec, address or modifier value, without prefix length; may be empty
  Span cidr;                      ///< the prefix length as written, slash included; may be empty
  std::uint32_t first_macro = 0;  ///< the value's pieces: record.macros[first_macro, first_macro + macro_count)
  std::uint32_t macro_count = 0;  ///< 0 when the value holds no macro: it is then its own text

  [[nodiscard]] bool is(Mechanism wanted) const noexcept { return kind == TermKind::mechanism && mechanism == wanted; }
  [[nodiscard]] bool is(Modifier wanted) const noexcept { return kind == TermKind::modifier && modifier == wanted; }
  [[nodiscard]] bool has_macros() const noexcept { return macro_count > 0; }
};

/// What is wrong with the grammar of a record. Each makes it unusable (§4.6: permerror).
enum class FaultKind : std::uint8_t {
  bad_separator,       ///< TAB, CR, LF or another control character where only SP may stand
  non_ascii,           ///< bytes outside ASCII
  quotation_mark,      ///< `"` stuck to a term that cannot be read with it
  unknown_mechanism,   ///< neither a mechanism nor `name=value`
  stray_qualifier,     ///< a qualifier with nothing behind it
  second_qualifier,    ///< two qualifiers before one mechanism
  modifier_qualifier,  ///< a qualifier before a modifier
  argument_to_all,     ///< `all` with something attached (§5.1)
  value_missing,       ///< nothing after `:` or `=`, or the `:` itself missing where a value is required
  bad_ip4,             ///< not an IPv4 address (§5.6)
  bad_ip6,             ///< not an IPv6 address
  wrong_family,        ///< an IPv6 address in ip4, or the other way round
  prefix_too_long,     ///< above 32 or 128
  prefix_form,         ///< a net mask, or a leading zero
  bad_cidr,            ///< anything else after a slash
  no_top_label,        ///< the domain-spec does not end in a valid top label or a macro (§7.1, domain-end)
  unknown_macro,       ///< `%{x}` with a letter that is no macro (§7.2)
  macro_syntax,        ///< `%` or `%{…}` that does not follow §7.1
  macro_only_in_exp,   ///< c, r or t outside explanation text (§7.2)
  second_redirect,     ///< `redirect=` a second time (§6)
  second_exp,          ///< `exp=` a second time
  too_many_terms,      ///< more than kMaxTerms; the rest is not read
};

struct Fault {
  FaultKind kind;
  std::uint32_t term;  ///< index into the record's terms; the number of terms for a fault outside any
  Span span;           ///< the bytes at fault
};

/// How the text begins.
enum class Version : std::uint8_t {
  exact,      ///< `v=spf1` and then a space or the end: an SPF record (§4.5)
  near_miss,  ///< something that was surely meant to be; receivers do not see an SPF record
  absent,     ///< nothing like it
};

/// A record as far as it can be read. Owns its text; spans are offsets into it.
struct Record {
  std::string text;
  Version version = Version::absent;
  Span version_span;              ///< the version as written, with what stands wrongly before it or is glued to it
  std::uint32_t terms_start = 0;  ///< where the terms begin
  std::vector<Term> terms;
  std::vector<MacroPart> macros;
  std::vector<Fault> faults;

  /// The strict verdict: a receiver that follows RFC 7208 recognises the record and finds no syntax error.
  [[nodiscard]] bool valid() const noexcept { return version == Version::exact && faults.empty(); }
  /// The bytes of a span.
  [[nodiscard]] std::string_view at(Span span) const noexcept {
    return std::string_view(text).substr(span.start, span.size());
  }
};

/// Bounds the work that a hostile record can cause; a TXT record has no room for more than 32,767 terms.
inline constexpr std::size_t kMaxTerms = 10'000;

/// Reads an SPF record and never stops at a fault.
///
/// @param joined  the joined TXT value: any bytes. Copied.
/// @return the record as far as it can be read, with every fault. Never throws but for memory; linear.
[[nodiscard]] Record parse(std::string_view joined);

/// Reads the text that an `exp=` modifier leads to (§6.2): a macro-string in which spaces and all macros may stand. The
/// result has one term, whose value is the whole text; faults mean that the text is not to be used.
[[nodiscard]] Record parse_explanation(std::string_view text);

/// The record in canonical form: `v=spf1`, single spaces, lower-case names, no `+`, no prefix length that says
/// nothing, IPv6 as RFC 5952 writes it. Unreadable terms are printed as they stand, so that for every x
/// `parse(print(parse(x)))` has the terms of `parse(x)`.
[[nodiscard]] std::string print(const Record& record);

/// One term in canonical form.
[[nodiscard]] std::string print(const Record& record, const Term& term);

/// Whether two records say the same, term by term, wherever the terms stand.
[[nodiscard]] bool same_terms(const Record& a, const Record& b);

/// Whether a TXT value is, or was surely meant to be, an SPF record.
[[nodiscard]] bool looks_like_record(std::string_view joined);

}  // namespace envelint::spf
