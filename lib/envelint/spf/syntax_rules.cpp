#include <envelint/spf/syntax_rules.hpp>

#include <envelint/spf/repair.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace envelint::spf {
namespace {

using finding::Code;
using finding::Edit;
using finding::Findings;
using text::span_of;

constexpr std::string_view kPermerror =
    "receivers check the syntax of the whole record first and then treat SPF as broken (permerror) for every message";

constexpr std::string_view kIgnored =
    "receivers take a TXT record for SPF only if it begins with exactly `v=spf1` and a space";

constexpr std::array<std::string_view, 10> kTermNames{"all", "include", "a",      "mx",       "ptr",
                                                      "ip4", "ip6",     "exists", "redirect", "exp"};

/// Turns the faults of one record into findings. Faults that one slip of the hand caused become one finding.
class SyntaxRules {
 public:
  SyntaxRules(const Record& record, Findings& out) : record_(record), out_(out) {}

  void run() {
    for (next_ = 0; next_ < record_.faults.size(); ++next_) {
      const Fault& fault = record_.faults[next_];
      if (fault.term == explained_ && fault.term < record_.terms.size()) continue;
      check(fault);
    }
  }

 private:
  void check(const Fault& fault);
  void bad_separator(const Fault& fault);
  void unknown_mechanism(const Fault& fault);
  void stray_qualifier(const Fault& fault);
  void value_missing(const Fault& fault);
  void bad_value(const Fault& fault, Code code, std::string_view what);
  void prefix_too_long(const Fault& fault);
  void prefix_form(const Fault& fault);
  void bad_cidr(const Fault& fault);
  void no_top_label(const Fault& fault);
  void repeated(const Fault& fault, Code code, Modifier modifier);

  bool separator_inside(const Fault& fault);
  bool glued(const Fault& fault);
  bool trailing_separator(Span word);

  [[nodiscard]] const Term& term_of(const Fault& fault) const { return record_.terms[fault.term]; }
  [[nodiscard]] std::string_view at(Span span) const { return record_.at(span); }
  /// The term behind the one at fault, or nullptr.
  [[nodiscard]] const Term* term_after(const Fault& fault) const {
    return fault.term + 1 < record_.terms.size() ? &record_.terms[fault.term + 1] : nullptr;
  }

  static constexpr std::uint32_t kNone = UINT32_MAX;

  const Record& record_;
  Findings& out_;
  std::size_t next_ = 0;
  std::uint32_t explained_ = kNone;  // the term whose faults an earlier finding has explained
};

void SyntaxRules::check(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::bad_separator: return bad_separator(fault);
    case FaultKind::non_ascii: return;  // dns::check_text names the characters
    case FaultKind::quotation_mark:
      // The other half of the pair that check_version takes away.
      if (record_.version == Version::near_miss && fault.span.end == record_.text.size()) return;
      out_.add(Code::spf_unknown_mechanism, fault.span)
          .message("a quotation mark is stuck to `{}`", at(term_of(fault).span))
          .note("{}", kPermerror)
          .fix(fault.span, "");
      return;
    case FaultKind::unknown_mechanism: return unknown_mechanism(fault);
    case FaultKind::stray_qualifier: return stray_qualifier(fault);
    case FaultKind::second_qualifier:
      out_.add(Code::spf_qualifier_misplaced, fault.span)
          .message("`{}` has more than one qualifier", at(term_of(fault).span))
          .note("{}", kPermerror)
          .fix(fault.span, "");
      return;
    case FaultKind::modifier_qualifier:
      out_.add(Code::spf_qualifier_misplaced, fault.span)
          .message("`{}=` is a modifier and takes no qualifier", at(term_of(fault).name))
          .note("{}", kPermerror)
          .fix(fault.span, "");
      return;
    case FaultKind::argument_to_all:
      if (glued(fault)) return;
      out_.add(Code::spf_all_with_argument, fault.span)
          .message("`all` takes nothing behind it, but `{}` stands there", at(fault.span))
          .note("{}", kPermerror)
          .fix(fault.span, "");
      return;
    case FaultKind::value_missing: return value_missing(fault);
    case FaultKind::bad_ip4: return bad_value(fault, Code::spf_bad_ip4_address, "an IPv4 address");
    case FaultKind::bad_ip6: return bad_value(fault, Code::spf_bad_ip6_address, "an IPv6 address");
    case FaultKind::wrong_family: {
      const Term& term = term_of(fault);
      const bool is_v6_value = term.is(Mechanism::ip4);
      out_.add(Code::spf_wrong_address_family, term.name)
          .message("`{}` is an IPv{} address, but the mechanism is `{}`", at(fault.span), is_v6_value ? 6 : 4,
                   to_string(term.mechanism))
          .note("{}", kPermerror)
          .also(fault.span)
          .fix(term.name, is_v6_value ? "ip6" : "ip4");
      return;
    }
    case FaultKind::prefix_too_long: return prefix_too_long(fault);
    case FaultKind::prefix_form: return prefix_form(fault);
    case FaultKind::bad_cidr: return bad_cidr(fault);
    case FaultKind::no_top_label: return no_top_label(fault);
    case FaultKind::unknown_macro:
      out_.add(Code::spf_unknown_macro, fault.span)
          .message("`{}` is no macro: the letters are s, l, o, d, i, p, v and h", at(fault.span))
          .note("{}", kPermerror);
      return;
    case FaultKind::macro_syntax:
      if (at(fault.span) == "%") {
        out_.add(Code::spf_macro_syntax, fault.span)
            .message("a lone `%` has no meaning here")
            .note("{}", kPermerror)
            .help("write `%%` for a percent sign, or a macro such as `%{{i}}`");
        return;
      }
      out_.add(Code::spf_macro_syntax, fault.span)
          .message("`{}` cannot be read as a macro", at(fault.span))
          .note("{}", kPermerror)
          .help(
              "a macro is `%{{`, a letter, perhaps a number from 1 on, perhaps `r`, perhaps delimiters, and `}}`: "
              "`%{{ir}}`, `%{{d2}}`, `%{{l1r-}}`");
      return;
    case FaultKind::macro_only_in_exp:
      out_.add(Code::spf_macro_only_in_explanation, fault.span)
          .message("`{}` may stand only in the text that `exp=` points to", at(fault.span))
          .note("{}", kPermerror);
      return;
    case FaultKind::second_redirect: return repeated(fault, Code::spf_several_redirects, Modifier::redirect);
    case FaultKind::second_exp: return repeated(fault, Code::spf_several_exps, Modifier::exp);
    case FaultKind::too_many_terms:
      out_.add(Code::spf_long_record, span_of(fault.span.start, fault.span.start))
          .severity(finding::Severity::error)
          .message("the record has more than {} terms; the rest was not read", kMaxTerms);
      return;
  }
}

void SyntaxRules::bad_separator(const Fault& fault) {
  Span run = fault.span;
  std::vector<Edit> edits;
  while (next_ + 1 < record_.faults.size() && record_.faults[next_ + 1].kind == FaultKind::bad_separator &&
         record_.faults[next_ + 1].span.start == run.end) {
    run.end = record_.faults[++next_].span.end;
  }
  // `ip4:<TAB>192.0.2.1`: the value belongs to the term before.
  const Term* before = fault.term > 0 ? &record_.terms[fault.term - 1] : nullptr;
  const bool inside_term = before != nullptr && before->faulty && fault.term < record_.terms.size() &&
                           joins_to_term(at(before->span), at(record_.terms[fault.term].span));
  if (inside_term) return;  // reported with the term that lacks its value
  const bool at_end = run.end == record_.text.size();
  out_.add(Code::spf_bad_white_space, run)
      .message("{} stands {}; only spaces may separate terms",
               text::describe(static_cast<unsigned char>(at(run).front())),
               at_end ? "at the end of the record" : "between two terms")
      .note("{}", run.start == record_.version_span.end ? kIgnored : kPermerror)
      .fix(run, at_end ? "" : " ");
}

// `redirect:` as it should be written.
std::string modifier_form(std::string_view word) { return std::string(word.substr(0, word.size() - 1)) + "="; }

// `include: x`, `ip4:⇥192.0.2.1`, `- all`: the word behind belongs to the one before.
bool SyntaxRules::separator_inside(const Fault& fault) {
  const Term& term = term_of(fault);
  const Term* after = term_after(fault);
  if (after == nullptr) return false;
  const Span gap = span_of(term.span.end, after->span.start);
  if (at(term.span).ends_with(':') && joins_to_term(modifier_form(at(term.span)), at(after->span))) {
    const Span colon = span_of(term.span.end - 1, term.span.end);
    out_.add(Code::spf_wrong_separator, colon)
        .message("`{}` needs `=` behind its name, and its value right behind that", at(term.span))
        .note("{}", kPermerror)
        .fix({{colon, "="}, {gap, ""}});
    explained_ = fault.term + 1;
    return true;
  }
  if (!joins_to_term(at(term.span), at(after->span))) return false;
  out_.add(Code::spf_space_inside_term, gap)
      .message("white space splits `{}{}` in two", at(term.span), at(after->span))
      .note("{}", kPermerror)
      .fix(gap, "");
  explained_ = fault.term + 1;
  return true;
}

// `ip4:192.0.2.1~all`, `mx-all`, `-allinclude:x`: several terms without the space between them.
bool SyntaxRules::glued(const Fault& fault) {
  const Term& term = term_of(fault);
  const std::vector<std::uint32_t> cuts = split_glued(at(term.span));
  if (cuts.empty()) return false;
  std::vector<Edit> edits;
  std::string first(at(term.span).substr(0, cuts.front()));
  for (const std::uint32_t cut : cuts) {
    const std::uint32_t place = term.span.start + cut;
    // A comma or semicolon between terms gives way to the space, anything else stays.
    const bool punctuation = place > term.span.start && std::string_view(",;").contains(record_.text[place - 1]);
    edits.push_back({span_of(punctuation ? place - 1 : place, place), " "});
  }
  const bool punctuation = !edits.front().span.empty();
  out_.add(punctuation ? Code::spf_wrong_term_separator : Code::spf_glued_terms, term.span)
      .message(punctuation ? fmt::runtime("`{}`: terms are separated by spaces, not by punctuation")
                           : fmt::runtime("`{}` is {} terms without a space between them"),
               at(term.span), cuts.size() + 1)
      .note("{}", kPermerror)
      .fix(std::move(edits));
  explained_ = fault.term;
  return true;
}

// `mx,`, `ip4:192.0.2.1;`: punctuation where a space belongs.
bool SyntaxRules::trailing_separator(Span word) {
  const auto place = trailing_punctuation(at(word));
  if (!place) return false;
  const Span span = span_of(word.start + *place, word.end);
  out_.add(Code::spf_wrong_term_separator, span)
      .message("terms are separated by spaces, not by `{}`", at(span))
      .note("{}", kPermerror)
      .fix(span, "");
  return true;
}

void SyntaxRules::unknown_mechanism(const Fault& fault) {
  const Term& term = term_of(fault);
  const std::string_view word = at(term.span);
  if (explained_ == fault.term) return;
  if (trailing_separator(term.span)) return;
  if (separator_inside(fault) || glued(fault)) return;
  if (const auto repair = repair_separator(word)) {
    out_.add(Code::spf_wrong_separator, span_of(term.span.start + repair->place, term.span.start + repair->place + 1))
        .message("`{}` needs `{}` behind its name", word, repair->text)
        .note("{}", kPermerror)
        .fix(span_of(term.span.start + repair->place, term.span.start + repair->place + repair->length), repair->text);
    return;
  }
  auto draft = out_.add(Code::spf_unknown_mechanism, term.span);
  draft.note("{}", kPermerror);
  const auto repair = repair_mechanism(word);
  if (!repair) {
    draft.message("`{}` is no SPF mechanism", word);
    draft.help(
        "remove it, or put it where it belongs: an SPF record holds only `all`, `include:`, `a`, `mx`, `ptr`, "
        "`ip4:`, `ip6:`, `exists:`, `redirect=` and `exp=`");
    return;
  }
  draft.message(fmt::runtime(repair->message), word, repair->text);
  const Span span = span_of(term.span.start + repair->place, term.span.start + repair->place + repair->length);
  if (repair->certain) {
    draft.fix(span, repair->text);
  } else {
    draft.suggest(span, repair->text);
  }
}

void SyntaxRules::stray_qualifier(const Fault& fault) {
  if (separator_inside(fault)) return;
  out_.add(Code::spf_unknown_mechanism, fault.span)
      .message("`{}` stands alone: a qualifier goes right before a mechanism", at(fault.span))
      .note("{}", kPermerror)
      .suggest(span_of(fault.span.start, std::min<std::size_t>(fault.span.end + 1, record_.text.size())), "");
}

void SyntaxRules::value_missing(const Fault& fault) {
  if (separator_inside(fault)) return;
  const Term& term = term_of(fault);
  const bool optional = term.is(Mechanism::a) || term.is(Mechanism::mx) || term.is(Mechanism::ptr);
  auto draft = out_.add(Code::spf_value_missing, term.span);
  draft.message("`{}` lacks its value", at(term.span)).note("{}", kPermerror);
  if (optional) {
    draft.help("write `{}` for this domain itself, or `{}:` and a host name", at(term.name), at(term.name));
    return;
  }
  const bool address = term.is(Mechanism::ip4) || term.is(Mechanism::ip6);
  draft.help("put {} behind it, or remove it", address ? "the address" : "the domain");
}

void SyntaxRules::bad_value(const Fault& fault, Code code, std::string_view what) {
  const Term& term = term_of(fault);
  if (glued(fault)) return;
  const std::string_view value = at(fault.span);
  if (trailing_separator(fault.span)) return;
  auto draft = out_.add(code, fault.span);
  draft.message("`{}` is not {}", value, what).note("{}", kPermerror);
  if (const auto better = repair_address(value, term.mechanism)) {
    draft.suggest(fault.span, *better);
    return;
  }
  if (looks_like_host(value)) {
    draft.help("`{}` is a host name: write `a:{}` to authorise its addresses", value, value);
    draft.suggest(span_of(term.name.start, term.span.end), "a:" + std::string(value));
    return;
  }
  draft.help("{}", code == Code::spf_bad_ip4_address
                       ? "an IPv4 address is four numbers from 0 to 255, without leading zeros"
                       : "an IPv6 address is eight groups of hexadecimal digits, or fewer around one `::`");
}

void SyntaxRules::prefix_too_long(const Fault& fault) {
  const Term& term = term_of(fault);
  const bool v4 = !term.is(Mechanism::ip6) && fault.span.start < term.cidr.start + 2;
  const int bits = v4 || term.is(Mechanism::ip4) ? 32 : 128;
  out_.add(Code::spf_prefix_out_of_range, fault.span)
      .message("the prefix length `{}` is above {}", at(fault.span), bits)
      .note("{}", kPermerror)
      .help("a single address needs no prefix length; a network needs one from 0 to {}", bits);
}

void SyntaxRules::prefix_form(const Fault& fault) {
  const std::string_view digits = at(fault.span);
  const auto prefix = digits.contains('.') ? prefix_of_mask(digits) : prefix_without_zeros(digits);
  auto draft = out_.add(Code::spf_prefix_form, fault.span);
  draft.message(digits.contains('.') ? fmt::runtime("`{}` is a net mask; SPF takes a prefix length")
                                     : fmt::runtime("`{}` has a leading zero"),
                digits);
  draft.note("{}", kPermerror);
  if (prefix) {
    draft.fix(fault.span, *prefix);
  } else {
    draft.help("write the number of leading one bits, such as `/24`");
  }
}

void SyntaxRules::bad_cidr(const Fault& fault) {
  const Term& term = term_of(fault);
  if (glued(fault)) return;
  auto draft = out_.add(Code::spf_malformed_cidr, fault.span);
  draft.message("`{}` cannot be read as a prefix length", at(fault.span)).note("{}", kPermerror);
  if (term.is(Mechanism::a) || term.is(Mechanism::mx)) {
    draft.help("`{0}` takes `/24` for IPv4, `//64` for IPv6, or both in this order: `{0}/24//64`", at(term.name));
    if (const auto better = repair_dual_cidr(at(fault.span))) draft.suggest(fault.span, *better);
    return;
  }
  if (term.is(Mechanism::ip4) || term.is(Mechanism::ip6)) {
    if (at(fault.span).starts_with("//")) draft.suggest(span_of(fault.span.start, fault.span.start + 1), "");
    draft.help("write one slash and a number, such as `/24`, or nothing for a single address");
    return;
  }
  draft.help("`{}` takes no prefix length", at(term.name));
}

void SyntaxRules::no_top_label(const Fault& fault) {
  const Term& term = term_of(fault);
  const std::string_view value = at(fault.span);
  if (glued(fault)) return;
  if (trailing_separator(fault.span)) return;
  if (const auto family = address_family(value)) {
    const std::string name = *family == net::Family::v4 ? "ip4" : "ip6";
    auto draft = out_.add(Code::spf_no_top_label, fault.span);
    draft.message("`{}` is an address, but `{}` takes a domain", value, at(term.name)).note("{}", kPermerror);
    draft.suggest(span_of(term.name.start, fault.span.end), name + ":" + std::string(value));
    return;
  }
  if (url_as_domain(record_, term, out_)) return;
  const bool single = value.find('.') >= value.size() - 1;
  out_.add(Code::spf_no_top_label, fault.span)
      .message(single ? fmt::runtime("`{}` is a single label, and no domain name on the Internet")
                      : fmt::runtime("`{}` does not end in a valid top-level label"),
               value)
      .note("{}", kPermerror)
      .help("write the whole domain name");
}

void SyntaxRules::repeated(const Fault& fault, Code code, Modifier modifier) {
  const auto first = std::ranges::find_if(record_.terms, [&](const Term& term) { return term.is(modifier); });
  out_.add(code, fault.span)
      .message("`{}=` stands in the record a second time", at(term_of(fault).name))
      .note("{}", kPermerror)
      .label("the second")
      .also(first->span, "the first")
      .help("keep one of the two")
      .suggest(span_of(fault.span.start - 1, fault.span.end), "");
}

// The `=` and `:` that a legal but senseless term confuses: RFC 7208 makes `include=x` an unknown modifier.
void wrong_separator_in_modifier(const Record& record, Findings& out) {
  for (const Term& term : record.terms) {
    if (!term.is(Modifier::unknown) || term.faulty) continue;
    const std::string_view name = record.at(term.name);
    const bool mechanism = std::ranges::any_of(std::span(kTermNames).first(8),
                                               [&](std::string_view known) { return text::iequals(known, name); });
    if (!mechanism) continue;
    const Span equals = span_of(term.name.end, term.name.end + 1);
    out.add(Code::spf_wrong_separator, equals)
        .message("`{}` is ignored: a mechanism takes `:`, not `=`", record.at(term.span))
        .note("with `=` it counts as an unknown modifier, which receivers skip without a word")
        .fix(equals, ":");
  }
}

}  // namespace

void check_version(const Record& record, Findings& out) {
  if (record.version == Version::absent) {
    out.add(Code::spf_version_near_miss, span_of(0, record.text.size()))
        .message("this text is no SPF record: it does not begin with `v=spf1`")
        .note("{}", kIgnored)
        .help("an SPF record is `v=spf1`, the senders, and `-all`, such as `v=spf1 mx -all`");
    return;
  }
  if (record.version != Version::near_miss) return;
  const std::string_view text = record.text;
  const std::size_t lead = text.find_first_not_of(" \t\r\n\"'");
  const Span before = span_of(0, lead);
  if (lead > 0 && looks_like_exact_version(text.substr(lead))) {
    std::vector<Edit> edits{{before, ""}};
    const bool quoted = text.substr(0, lead).find_first_of("\"'") != std::string_view::npos;
    if (quoted && text.find_last_not_of("\"'") != text.size() - 1) {
      edits.push_back({span_of(text.find_last_not_of("\"' ") + 1, text.size()), ""});
    }
    out.add(Code::spf_leading_junk, before)
        .message("the record begins with {} before `v=spf1`", quoted ? "a quotation mark" : "white space")
        .note("{}", kIgnored)
        .fix(std::move(edits));
    return;
  }
  if (const auto place = pasted_owner_end(text)) {
    const std::string_view pasted = text::trim(text.substr(0, *place));
    std::vector<Edit> edits{{span_of(0, *place), ""}};
    if (pasted.ends_with('"') && text.ends_with('"') && text.size() > *place) {
      edits.push_back({span_of(text.size() - 1, text.size()), ""});
    }
    out.add(Code::spf_version_near_miss, span_of(0, *place))
        .message("`{}` stands before `v=spf1`: the record's own name was pasted into its value", pasted)
        .note("{}", kIgnored)
        .fix(std::move(edits));
    return;
  }
  const std::string_view version = record.at(record.version_span);
  if (text::iequals(version, "v=spf1") && record.terms_start < text.size()) {
    const char next = text[record.terms_start];
    const Span gap = span_of(record.terms_start, record.terms_start);
    if (text::is_space(next)) return;  // the separator itself is reported
    out.add(Code::spf_version_near_miss, record.version_span)
        .message("no space stands between `{}` and what follows", version)
        .note("{}", kIgnored)
        .fix(gap, " ");
    return;
  }
  const bool glued = record.terms_start < text.size() && !text::is_space(text[record.terms_start]);
  out.add(Code::spf_version_near_miss, record.version_span)
      .message("`{}` is not `v=spf1`: receivers do not see an SPF record here", text::trim(version))
      .note("{}", kIgnored)
      .fix(record.version_span, glued ? "v=spf1 " : "v=spf1");
}

bool url_as_domain(const Record& record, const Term& term, Findings& out) {
  const std::string_view domain = record.at(term.value);
  const auto host = host_of(domain);
  if (!host) return false;
  auto draft = out.add(Code::spf_url_as_domain, term.value);
  draft.message("`{}` is {}, but a domain belongs here", domain, domain.contains("://") ? "a URL" : "a mail address")
      .note("receivers take the whole text for a domain name, which cannot exist");
  if (looks_like_host(*host)) draft.fix(term.value, std::string(*host));
  return true;
}

void check_syntax(const Record& record, Findings& out) {
  if (!record.faults.empty()) SyntaxRules(record, out).run();
  wrong_separator_in_modifier(record, out);
}

}  // namespace envelint::spf
