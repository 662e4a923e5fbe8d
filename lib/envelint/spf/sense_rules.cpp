#include <envelint/spf/sense_rules.hpp>

#include <envelint/net/prefix_set.hpp>
#include <envelint/net/registry.hpp>
#include <envelint/spf/known_includes.hpp>
#include <envelint/spf/syntax_rules.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <span>
#include <string>
#include <vector>

namespace envelint::spf {
namespace {

using finding::Code;
using finding::Edit;
using finding::Findings;
using text::span_of;

/// RFC 7208 §3.4 wants answers to fit 512 octets, headers and all, and names 450 for the record.
constexpr std::size_t kComfortableLength = 450;
/// A network this wide, or wider, is more than any one sender has.
constexpr int kHugePrefix4 = 8;
constexpr int kHugePrefix6 = 16;
/// As many IPv4 addresses as a /8 has.
constexpr std::uint64_t kHugeTotal = 1ULL << 24;
/// Comparing every pair of terms is quadratic; no real record comes near.
constexpr std::size_t kMaxCompared = 1000;

/// The terms receivers can come to: all that can be read, up to the first `all`; modifiers wherever they stand.
class SenseRules {
 public:
  SenseRules(const Record& record, Findings& out) : record_(record), out_(out) {
    const auto all = std::ranges::find_if(record.terms, [](const Term& term) { return term.is(Mechanism::all); });
    all_ = all == record.terms.end() ? nullptr : &*all;
    live_ = std::span(record.terms.data(), static_cast<std::size_t>(all - record.terms.begin()));
  }

  void run() {
    for (const Term& term : record_.terms) {
      if (term.faulty) continue;
      if (term.kind == TermKind::modifier) check_modifier(term);
      check_macros(term);
      check_domain(term);
    }
    for (const Term& term : live_) {
      if (term.faulty || term.kind != TermKind::mechanism) continue;
      check_mechanism(term);
    }
    check_all();
    terms_after_all();
    redirect_with_all();
    no_all();
    repeated_mechanisms();
    covered_networks();
    total_of_addresses();
    order_of_lookups();
    loose_form();
    long_record();
  }

 private:
  void check_modifier(const Term& term);
  void check_macros(const Term& term);
  void check_domain(const Term& term);
  void misspelt_include(const Term& term, std::string_view domain);
  void check_mechanism(const Term& term);
  void check_network(const Term& term);
  void reserved_network(const Term& term);
  void check_all();
  void terms_after_all();
  void redirect_with_all();
  void no_all();
  void repeated_mechanisms();
  void repeated(const Term& first, const std::vector<const Term*>& again);
  void covered_networks();
  void covered_by(const Term& wide, const Term& narrow);
  void total_of_addresses();
  void order_of_lookups();
  void loose_form();
  void long_record();

  [[nodiscard]] std::string_view at(Span span) const { return record_.at(span); }
  /// The term and the white space before it: what goes when the term goes.
  [[nodiscard]] Span with_gap(const Term& term) const {
    std::size_t start = term.span.start;
    while (start > record_.terms_start && record_.text[start - 1] == ' ') --start;
    return span_of(start, term.span.end);
  }
  [[nodiscard]] const Term* find(Modifier modifier) const {
    const auto it = std::ranges::find_if(record_.terms, [&](const Term& term) { return term.is(modifier); });
    return it == record_.terms.end() ? nullptr : &*it;
  }

  const Record& record_;
  Findings& out_;
  const Term* all_ = nullptr;
  std::span<const Term> live_;
};

bool is_address(const Term& term) { return term.is(Mechanism::ip4) || term.is(Mechanism::ip6); }

// RFC 6652 §3 registers these.
bool is_reporting_modifier(std::string_view name) {
  return text::iequals(name, "ra") || text::iequals(name, "rp") || text::iequals(name, "rr");
}

void SenseRules::check_modifier(const Term& term) {
  if (term.modifier != Modifier::unknown) return;
  const std::string_view name = at(term.name);
  if (is_reporting_modifier(name)) {
    out_.add(Code::spf_reporting_modifier, term.span)
        .message("`{}` asks for failure reports (RFC 6652), which hardly any receiver sends", at(term.span));
    return;
  }
  if (text::iequals(name, "v")) {
    out_.add(Code::spf_unknown_modifier, term.span)
        .severity(finding::Severity::warning)
        .message("a second `{}` stands inside the record: two records were pasted into one", at(term.span))
        .note("receivers skip it as a modifier they do not know, and read the terms behind it as part of this record")
        .help("keep one `v=spf1`, at the start, and check that the terms behind it belong here");
    return;
  }
  constexpr std::array<std::string_view, 8> kMechanisms{"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"};
  if (std::ranges::any_of(kMechanisms, [&](std::string_view known) { return text::iequals(known, name); })) return;
  out_.add(Code::spf_unknown_modifier, term.span)
      .message("`{}` is no modifier that receivers know; they skip it", at(term.span))
      .help("if it is a verification token, it needs a TXT record of its own");
}

void SenseRules::check_macros(const Term& term) {
  for (const MacroPart& part : std::span(record_.macros).subspan(term.first_macro, term.macro_count)) {
    if (part.kind != MacroPart::Kind::expand) continue;
    const char letter = text::to_lower(part.letter);
    if (letter == 'p') {
      out_.add(Code::spf_macro_p, part.span)
          .message("`{}` makes every receiver look up the client's host name", at(part.span))
          .note("the lookup is slow and unreliable, and many receivers answer \"unknown\" without trying");
    }
    if (letter == 'l' || letter == 's') {
      out_.add(Code::spf_macro_local_part, part.span)
          .message("`{}` puts the sender's address into a DNS question", at(part.span))
          .note("every sender is a question of its own, which no cache can answer, and others can read who writes");
    }
  }
}

std::optional<std::string_view> length_fault(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  if (domain.size() > 253) return "is longer than the 253 octets a domain name may have";
  while (true) {
    const std::size_t dot = domain.find('.');
    const std::size_t label = std::min(dot, domain.size());
    if (label > 63) return "has a label of more than 63 octets";
    if (label == 0) return "has an empty label";
    if (dot == std::string_view::npos) return std::nullopt;
    domain.remove_prefix(dot + 1);
  }
}

void SenseRules::check_domain(const Term& term) {
  if (is_address(term) || term.value.empty() || term.is(Modifier::unknown)) return;
  const std::string_view domain = at(term.value);
  if (term.has_macros()) return;
  if (url_as_domain(record_, term, out_)) return;
  if (const auto fault = length_fault(domain)) {
    out_.add(Code::spf_domain_length, term.value)
        .message("`{}` {}", domain, *fault)
        .note("no such name can be asked for, so the term can never be evaluated");
    return;
  }
  if (term.is(Mechanism::include) || term.is(Modifier::redirect)) misspelt_include(term, domain);
}

void SenseRules::misspelt_include(const Term& term, std::string_view domain) {
  const auto known = near_known_include(domain);
  if (!known) return;
  out_.add(Code::spf_misspelt_include, term.value)
      .message("`{}` is one letter from `{}`, which many domains use; did you mean that?", domain, *known)
      .note("an include of a name without an SPF record makes the whole record a permerror")
      .suggest(term.value, std::string(*known));
}

void SenseRules::check_mechanism(const Term& term) {
  if (is_address(term)) return check_network(term);
  if (term.is(Mechanism::ptr)) {
    out_.add(Code::spf_ptr_mechanism, term.span)
        .message("`{}` should not be used", at(term.span))
        .note("it costs up to eleven lookups in reverse DNS for every message; many receivers skip it")
        .help("remove it, and list the addresses with `ip4:`, `ip6:`, `a` or `mx`")
        .fix(with_gap(term), "");
  }
  if (term.is(Mechanism::exists) && !term.has_macros()) {
    out_.add(Code::spf_constant_exists, term.span)
        .message("`{}` holds no macro, so it answers the same for every sender", at(term.span));
  }
  if (term.is(Mechanism::include) && term.qualifier != Qualifier::pass) {
    out_.add(Code::spf_include_qualifier, term.span)
        .message("`{}` is unusual: what passes there gets {} here", at(term.span),
                 term.qualifier == Qualifier::neutral ? "neutral" : "a failure");
  }
  const bool wide = (term.is(Mechanism::a) || term.is(Mechanism::mx)) && term.qualifier == Qualifier::pass &&
                    (term.prefix4 <= kHugePrefix4 || term.prefix6 <= kHugePrefix6);
  if (wide) {
    out_.add(Code::spf_huge_network, term.span)
        .message("`{}` authorises {} of the Internet", at(term.span),
                 term.prefix4 == 0 || term.prefix6 == 0 ? "all" : "a huge part")
        .note("anybody there can send mail that passes SPF for this domain");
  }
}

void SenseRules::check_network(const Term& term) {
  const net::Prefix& network = term.network;
  const int length = network.length();
  const bool v4 = network.address().is_v4();
  if (term.qualifier == Qualifier::pass && length <= (v4 ? kHugePrefix4 : kHugePrefix6)) {
    out_.add(Code::spf_huge_network, term.span)
        .message("`{}` authorises {} IPv{} addresses", at(term.span),
                 length == 0 ? std::string("all") : "a huge block of 2^" + std::to_string((v4 ? 32 : 128) - length),
                 v4 ? 4 : 6)
        .note("anybody there can send mail that passes SPF for this domain");
    return;
  }
  if (network.address().is_mapped()) {
    out_.add(Code::spf_mapped_network, term.value)
        .message("`{}` is an IPv4-mapped address: it never matches", at(term.value))
        .note("receivers turn such clients into plain IPv4 before they test any mechanism")
        .help("use `ip4:{}`", network.address().unmapped().to_string());
    return;
  }
  reserved_network(term);
  if (network.has_host_bits()) {
    const std::string masked = network.network().address().to_string();
    out_.add(Code::spf_host_bits, span_of(term.value.start, term.cidr.end))
        .message("`{}` has bits set beyond its /{}: it stands for the whole of {}/{}",
                 at(span_of(term.value.start, term.cidr.end)), length, masked, length)
        .note("perhaps a single address was meant, perhaps the network")
        .help("for the network write `{}/{}`; for the one address leave out `/{}`", masked, length, length)
        .fix(term.value, masked);
  }
  if (!term.cidr.empty() && length == network.address().bits()) {
    out_.add(Code::spf_full_prefix, term.cidr)
        .message("`{}` says nothing: a single address is what `{}` means anyway", at(term.cidr), at(term.name))
        .fix(term.cidr, "");
  }
}

void SenseRules::reserved_network(const Term& term) {
  const auto* range = net::special_range(term.network);
  if (range == nullptr || !range->never_a_source) return;
  out_.add(Code::spf_reserved_network, span_of(term.value.start, std::max(term.value.end, term.cidr.end)))
      .message("`{}` is a reserved address ({}, {}): mail from the Internet never comes from there", at(term.value),
               range->name, range->reference)
      .note("it authorises nobody outside, and inside a network that uses it, everybody")
      .help("remove it, or put the public address your mail leaves from");
}

void SenseRules::check_all() {
  if (all_ == nullptr || all_->faulty) return;
  if (all_->qualifier == Qualifier::pass) {
    out_.add(Code::spf_pass_all, all_->span)
        .message("`{}` lets every host on the Internet send mail that passes SPF for this domain", at(all_->span))
        .note("forged mail in this domain's name then passes DMARC as well")
        .help("end the record with `-all`, or with `~all` while you are still looking for senders")
        .suggest(all_->span, "-all");
  } else if (all_->qualifier == Qualifier::neutral) {
    out_.add(Code::spf_neutral_all, all_->span)
        .message("`{}` says nothing about hosts that are not listed", at(all_->span))
        .note("receivers treat neutral as if the domain had no SPF record")
        .help("end the record with `-all`, or with `~all` while you are still looking for senders")
        .suggest(all_->span, "~all");
  } else if (all_->qualifier == Qualifier::softfail) {
    out_.add(Code::spf_softfail_all, all_->span)
        .message("`{}` marks other hosts as probably not authorised, and asks for no rejection", at(all_->span))
        .note(
            "with DMARC at quarantine or reject this is enough, and leaves DKIM its chance; without, `-all` is stricter");
  }
}

// §5.1: mechanisms after "all" are never tested.
void SenseRules::terms_after_all() {
  if (all_ == nullptr) return;
  Span first_to_last{0, 0};
  std::vector<Edit> edits;
  for (const Term& term : record_.terms) {
    if (&term <= all_ || term.kind != TermKind::mechanism || term.faulty) continue;
    if (edits.empty()) first_to_last.start = term.span.start;
    first_to_last.end = term.span.end;
    edits.push_back({with_gap(term), ""});
  }
  if (edits.empty()) return;
  const bool one = edits.size() == 1;
  out_.add(Code::spf_term_after_all, first_to_last)
      .message("`{}` {} never evaluated: {} behind `{}`", at(first_to_last), one ? "is" : "are",
               one ? "it stands" : "they stand", at(all_->span))
      .also(all_->span, "evaluation ends here")
      .note("`all` matches every host, and receivers stop at the first match")
      .help("if a sender among them should pass, move it before `{}`; otherwise remove it", at(all_->span))
      .fix(std::move(edits));
}

void SenseRules::redirect_with_all() {
  const Term* redirect = find(Modifier::redirect);
  if (all_ == nullptr || redirect == nullptr || redirect->faulty) return;
  out_.add(Code::spf_redirect_with_all, redirect->span)
      .message("`{}` is ignored, because the record has `{}`", at(redirect->span), at(all_->span))
      .also(all_->span)
      .note("it costs no lookup either")
      .help("to use the other record, remove `{}`; otherwise remove the redirect", at(all_->span))
      .fix(with_gap(*redirect), "");
}

void SenseRules::no_all() {
  if (all_ != nullptr || find(Modifier::redirect) != nullptr) return;
  // A misspelt `all` is said already; this would be its echo.
  const bool last_is_unreadable = !record_.terms.empty() && record_.terms.back().faulty;
  if (last_is_unreadable) return;
  const std::size_t end = record_.text.find_last_not_of(' ') + 1;
  out_.add(Code::spf_no_all, span_of(end, end))
      .message("the record ends without `all` or `redirect=`")
      .note("hosts that no term matches get neutral, as if the domain had no SPF record")
      .help("end it with `-all`, or with `~all` while you are still looking for senders")
      .suggest(span_of(end, end), " -all");
}

bool same_mechanism(const Record& record, const Term& a, const Term& b) {
  if (a.mechanism != b.mechanism) return false;
  if (is_address(a)) return a.network == b.network;
  return a.prefix4 == b.prefix4 && a.prefix6 == b.prefix6 && text::iequals(record.at(a.value), record.at(b.value));
}

// One finding for all that a term is followed by again: a record may hold it a thousand times.
void SenseRules::repeated_mechanisms() {
  const std::span<const Term> terms = live_.first(std::min(live_.size(), kMaxCompared));
  std::vector<bool> told(terms.size(), false);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const Term& first = terms[i];
    if (told[i] || first.faulty || first.kind != TermKind::mechanism) continue;
    std::vector<const Term*> again;
    for (std::size_t k = i + 1; k < terms.size(); ++k) {
      const Term& term = terms[k];
      if (told[k] || term.faulty || term.kind != TermKind::mechanism) continue;
      if (!same_mechanism(record_, first, term)) continue;
      told[k] = true;
      if (first.qualifier == term.qualifier) {
        again.push_back(&term);
        continue;
      }
      out_.add(Code::spf_qualifier_conflict, term.span)
          .message("`{}` never matches: `{}` decides about the same addresses first", at(term.span), at(first.span))
          .also(first.span, "matches first")
          .note("receivers stop at the first match");
    }
    if (!again.empty()) repeated(first, again);
  }
}

void SenseRules::repeated(const Term& first, const std::vector<const Term*>& again) {
  std::vector<Edit> edits;
  for (const Term* term : again) edits.push_back({with_gap(*term), ""});
  const std::string count = again.size() == 1 ? "twice" : fmt::format("{} times", again.size() + 1);
  out_.add(Code::spf_duplicate_mechanism, again.front()->span)
      .message("`{}` stands in the record {}", at(again.front()->span), count)
      .also(first.span, "first here")
      .note("{} can never match, and may cost a look-up for nothing", again.size() == 1 ? "the second" : "the others")
      .fix(std::move(edits));
}

// Networks within an earlier, wider one. Equal ones are duplicates, and said there.
void SenseRules::covered_networks() {
  const std::span<const Term> terms = live_.first(std::min(live_.size(), kMaxCompared));
  for (std::size_t i = 1; i < terms.size(); ++i) {
    if (terms[i].faulty || !is_address(terms[i])) continue;
    for (const Term& wide : terms.first(i)) {
      if (wide.faulty || !is_address(wide) || !wide.network.contains(terms[i].network)) continue;
      if (wide.network.length() < terms[i].network.length()) covered_by(wide, terms[i]);
      break;
    }
  }
}

void SenseRules::covered_by(const Term& wide, const Term& narrow) {
  if (wide.qualifier != narrow.qualifier) {
    out_.add(Code::spf_qualifier_conflict, narrow.span)
        .message("`{}` never matches: `{}` decides about these addresses first", at(narrow.span), at(wide.span))
        .also(wide.span, "matches first")
        .note("receivers stop at the first match")
        .help("put the narrower term first");
    return;
  }
  out_.add(Code::spf_shadowed_network, narrow.span)
      .message("`{}` adds nothing: `{}` covers it", at(narrow.span), at(wide.span))
      .also(wide.span, "covers it")
      .note("receivers stop at the first match, so the narrower term is never asked")
      .fix(with_gap(narrow), "");
}

void SenseRules::total_of_addresses() {
  if (std::ranges::count_if(live_, is_address) < 2) return;
  // Few terms with long prefixes cannot come near the limit; the set is made only when they could.
  std::uint64_t bound = 0;
  for (const Term& term : live_) {
    if (term.faulty || !term.is(Mechanism::ip4) || term.qualifier != Qualifier::pass) continue;
    if (term.network.length() <= kHugePrefix4) return;  // said at the term
    bound += 1ULL << (32 - term.network.length());
  }
  if (bound < kHugeTotal) return;
  net::PrefixSet set;
  for (const Term& term : live_) {
    if (!term.faulty && term.is(Mechanism::ip4) && term.qualifier == Qualifier::pass) set.add(term.network);
  }
  const std::uint64_t total = set.count_v4();
  if (total < kHugeTotal) return;
  out_.add(Code::spf_huge_network, span_of(live_.front().span.start, live_.back().span.end))
      .message("the `ip4:` terms together authorise {} addresses", total)
      .note("anybody there can send mail that passes SPF for this domain");
}

bool needs_lookup(const Term& term) {
  return term.kind == TermKind::mechanism && !is_address(term) && !term.is(Mechanism::all);
}

// Moving is safe only where every term says the same of what it matches.
void SenseRules::order_of_lookups() {
  const auto first = std::ranges::find_if(live_, needs_lookup);
  if (first == live_.end()) return;
  const bool all_pass = std::ranges::all_of(live_, [](const Term& term) {
    return !term.faulty && (term.kind == TermKind::modifier || term.qualifier == Qualifier::pass);
  });
  if (!all_pass) return;
  Edit moved{span_of(first->span.start, first->span.start), {}};
  std::vector<Edit> edits;
  const Term* example = nullptr;
  for (const Term& term : std::span(&*first, live_.data() + live_.size())) {
    if (!is_address(term)) continue;
    if (example == nullptr) example = &term;
    moved.text.append(at(term.span)).append(" ");
    edits.push_back({with_gap(term), ""});
  }
  if (example == nullptr) return;
  edits.push_back(std::move(moved));
  out_.add(Code::spf_address_terms_last, example->span)
      .message("`{}` stands behind `{}`, which costs a lookup", at(example->span), at(first->span))
      .also(first->span, "asked first")
      .note("receivers stop at the first match: with `ip4:` and `ip6:` in front, most mail costs no lookup at all")
      .fix(std::move(edits));
}

void SenseRules::loose_form() {
  std::vector<Edit> edits;
  Span first{0, 0};
  const auto add = [&](Span span, std::string text) {
    if (edits.empty()) first = span;
    edits.push_back({span, std::move(text)});
  };
  const auto lower = [&](Span span) {
    if (std::ranges::any_of(at(span), text::is_upper)) add(span, text::lower(at(span)));
  };
  if (record_.version != Version::exact) return;
  lower(record_.version_span);
  std::size_t end = record_.version_span.end;
  for (const Term& term : record_.terms) {
    if (term.span.start > end + 1 &&
        at(span_of(end, term.span.start)).find_first_not_of(' ') == std::string_view::npos) {
      add(span_of(end, term.span.start), " ");
    }
    if (!term.faulty && !term.is(Modifier::unknown)) lower(term.name);
    end = term.span.end;
  }
  if (end < record_.text.size() &&
      at(span_of(end, record_.text.size())).find_first_not_of(' ') == std::string_view::npos) {
    add(span_of(end, record_.text.size()), "");
  }
  if (edits.empty()) return;
  out_.add(Code::spf_loose_form, first)
      .message("legal, but not in the usual form: {}",
               at(first).starts_with(' ') ? "more than one space" : "upper-case letters")
      .fix(std::move(edits));
}

void SenseRules::long_record() {
  if (record_.text.size() <= kComfortableLength) return;
  out_.add(Code::spf_long_record, span_of(kComfortableLength, kComfortableLength))
      .message("the record is {} octets long; above {} its answer may not fit into one UDP packet", record_.text.size(),
               kComfortableLength)
      .note("resolvers then ask again over TCP, which some networks block");
}

}  // namespace

void check_sense(const Record& record, Findings& out) {
  if (record.version != Version::absent) SenseRules(record, out).run();
}

}  // namespace envelint::spf
