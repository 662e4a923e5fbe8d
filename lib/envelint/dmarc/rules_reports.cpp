#include <envelint/dmarc/keys.hpp>
#include <envelint/dmarc/mailbox_providers.hpp>
#include <envelint/dmarc/rule_context.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <vector>

namespace envelint::dmarc {
namespace {

using text::span_of;

// Many receivers send reports to two addresses at most; RFC 7489 §6.2 asked for no more.
constexpr std::size_t kServedUris = 2;
// A day's report on a domain of some size outgrows this, compressed.
constexpr std::uint64_t kSmallReport = 64 * 1024;

constexpr std::string_view kUnreachable = "receivers skip an address they cannot read: no reports arrive there";

std::string_view list_name(const ReportUri& uri) { return uri.failure ? "ruf" : "rua"; }

bool has_any_rua(const Record& record) {
  return record.find(Key::rua) != nullptr ||
         std::ranges::any_of(record.tags, [](const Tag& tag) { return tag.near == Key::rua; });
}

// DMARC025 and 050 (RFC 9989 §5.1.3).
void no_reports(Subject& s) {
  const Record& r = s.record;
  if (s.authorization || has_any_rua(r) || !r.meant.p) return;
  const Tag& policy = *r.find(Key::p);
  const bool idle = r.meant.p == Policy::none;
  auto draft = s.out.add(idle ? Code::dmarc_no_effect : Code::dmarc_no_reports, policy.span);
  if (idle) {
    draft.message("`p=none` without `rua` does nothing: it asks for no action and for no reports")
        .note("the only use of `p=none` is to learn from reports who sends mail in the domain's name");
  } else {
    draft
        .message("no reports are asked for: nobody will notice when honest mail is {}",
                 r.meant.p == Policy::reject ? "rejected" : "put into spam folders")
        .note("reports on who sends in the domain's name go to the addresses in `rua`");
  }
  if (s.domain.empty()) {
    draft.help("add `rua=mailto:` and an address that someone reads");
    return;
  }
  draft.help("add `rua=mailto:dmarc-reports@{}`, or another address that someone reads", s.domain)
      .suggest({at_end(r, "rua=mailto:dmarc-reports@" + s.domain)});
}

// The URI with everything put right that can be put right, or empty when it stays unusable.
std::string mended(const Record& record, const ReportUri& uri) {
  if (uri.address.empty()) return {};
  std::string out = "mailto:";
  for (const char c : record.at(uri.address)) {
    if (text::is_space(c)) continue;
    if (c == ',') {
      out += "%2C";
    } else if (c == '!') {
      out += "%21";
    } else {
      out += c;
    }
  }
  const std::uint32_t end = uri.limit ? uri.limit->span.start : uri.span.end;
  if (uri.address.end < end && record.text[uri.address.end] == '?') out += record.at(span_of(uri.address.end, end));
  std::vector<ReportUri> read;
  read_uri_list(out, span_of(0, out.size()), uri.failure, read);
  return read.size() == 1 && read[0].usable() ? out : std::string();
}

void offer_mended(finding::Draft& draft, const Record& record, const ReportUri& uri) {
  std::string better = mended(record, uri);
  if (better.empty()) {
    draft.help("write `mailto:` and a whole address, e.g. `mailto:dmarc@example.com`");
    return;
  }
  draft.help("write `{}`", better);
  const std::uint32_t end = uri.limit ? uri.limit->span.start : uri.span.end;
  draft.fix(span_of(uri.span.start, end), std::move(better));
}

void without_scheme(Subject& s, const ReportUri& uri) {
  auto draft = s.out.add(Code::dmarc_uri_without_scheme, uri.fault_span);
  draft.message("`{}` has no `mailto:` before it", s.record.at(uri.fault_span)).note("{}", kUnreachable);
  offer_mended(draft, s.record, uri);
}

void describe_malformed(finding::Draft& draft, const Record& record, const ReportUri& uri) {
  const std::string_view wrong = record.at(uri.fault_span);
  switch (uri.fault) {
    case UriFault::empty: draft.message("a comma with no address beside it"); return;
    case UriFault::bad_scheme: draft.message("`{}` is not the `mailto:` an address begins with", wrong); return;
    case UriFault::brackets: draft.message("`{}` does not belong around the address", wrong); return;
    case UriFault::placeholder: draft.message("`{}` was never replaced by an address", wrong); return;
    case UriFault::space: draft.message("the address `{}` has white space in it", record.at(uri.span)); return;
    case UriFault::no_at: draft.message("`{}` is no mail address: it has no `@`", wrong); return;
    case UriFault::bad_local: draft.message("`{}` cannot stand before the `@` of an address", wrong); return;
    case UriFault::bad_domain: draft.message("`{}` is no domain that mail can be sent to", wrong); return;
    case UriFault::bad_percent: draft.message("`%` is not followed by two hexadecimal digits"); return;
    default: draft.message("`{}` may not stand in an address here", wrong); return;
  }
}

void malformed(Subject& s, const ReportUri& uri) {
  auto draft = s.out.add(Code::dmarc_malformed_address, uri.fault_span);
  describe_malformed(draft, s.record, uri);
  draft.note("{}", kUnreachable);
  if (uri.fault == UriFault::empty) {
    draft.help("remove the comma");
    if (s.record.at(uri.fault_span) == ",") draft.fix(uri.fault_span, "");
    return;
  }
  offer_mended(draft, s.record, uri);
}

// RFC 9989 §4.8: "commas and exclamation points MUST be encoded".
void unencoded(Subject& s, const ReportUri& uri) {
  const bool comma = uri.fault == UriFault::raw_comma;
  auto draft = s.out.add(Code::dmarc_uri_unencoded, uri.fault_span);
  draft.message("`{}` inside an address has to be written `{}`", comma ? ',' : '!', comma ? "%2C" : "%21")
      .note("a bare comma begins the next address, and a bare `!` a size limit");
  offer_mended(draft, s.record, uri);
}

void run_on(Subject& s, const ReportUri& uri, const ReportUri& next) {
  const std::string_view gap = s.record.at(uri.fault_span);
  auto draft = s.out.add(Code::dmarc_uri_separator, uri.fault_span);
  if (gap.empty()) {
    draft.message("two addresses stand together with nothing between them");
  } else {
    draft.message("`{}` does not separate addresses", gap);
  }
  draft.note("receivers read both as one address that does not exist")
      .help("write a comma between the addresses")
      .fix(uri.fault_span, next.scheme.empty() ? ",mailto:" : ",");
}

// Whether the URI lacks its scheme only because a wrong separator came before it; that finding mends it too.
bool is_mended_by_separator(const Record& record, std::size_t index) {
  const ReportUri& uri = record.uris[index];
  if (uri.fault != UriFault::no_scheme) return false;
  if (index > 0 && record.uris[index - 1].fault == UriFault::run_on) return true;
  return std::ranges::any_of(record.faults, [&](const Fault& fault) {
    return fault.kind == Fault::Kind::stray_value && record.tags[fault.tag].span.start == uri.span.start;
  });
}

void stray_value(Subject& s, const Fault& fault) {
  const Record& r = s.record;
  const Tag& tag = r.tags[fault.tag];
  const auto first = std::ranges::find(r.uris, tag.span.start, [](const ReportUri& uri) { return uri.span.start; });
  std::vector<Edit> edits{{fault.span, r.tags[fault.tag - 1].value.empty() ? "" : ","}};
  if (first != r.uris.end() && first->fault == UriFault::no_scheme) {
    edits.push_back({span_of(tag.span.start, tag.span.start), "mailto:"});
  }
  s.out.add(Code::dmarc_uri_separator, fault.span)
      .message("`;` ends the list of addresses before `{}`", r.at(tag.span))
      .note("receivers read what follows as a tag of its own, and skip it")
      .help("write a comma between addresses")
      .fix(std::move(edits));
}

void other_scheme(Subject& s, const ReportUri& uri) {
  s.out.add(Code::dmarc_other_scheme, uri.scheme)
      .message("hardly any receiver sends reports to `{}:`", s.record.at(uri.scheme))
      .note("receivers have to support `mailto:` only, and skip other schemes")
      .help("use `mailto:` and an address, or add one beside it");
}

// DMARC055 and 056.
void size_limit(Subject& s, const ReportUri& uri) {
  const Span span = uri.limit->span;
  const bool small = uri.limit->bytes < kSmallReport;
  auto draft = s.out.add(small ? Code::dmarc_small_size_limit : Code::dmarc_size_limit, span);
  if (small) {
    draft.message("`{}` allows reports of at most {} bytes", s.record.at(span), uri.limit->bytes)
        .note("receivers that follow RFC 7489 drop larger reports; those that follow RFC 9989 skip the limit")
        .help("remove `{}`", s.record.at(span));
    return;
  }
  draft.message("the size limit `{}` is no longer part of DMARC", s.record.at(span))
      .note("receivers that follow RFC 9989 skip it")
      .help("remove `{}`", s.record.at(span));
  if (uri.usable()) draft.fix(span, "");
}

bool is_repeated(const Record& record, std::size_t index) {
  const ReportUri& uri = record.uris[index];
  if (uri.fault != UriFault::none) return false;
  const auto key = [&](const ReportUri& u) { return record.at(u.address.empty() ? u.span : u.address); };
  return std::any_of(
      record.uris.begin(), record.uris.begin() + static_cast<std::ptrdiff_t>(index), [&](const ReportUri& other) {
        return other.failure == uri.failure && other.fault == UriFault::none && text::iequals(key(other), key(uri));
      });
}

void repeated(Subject& s, std::size_t index) {
  const Record& r = s.record;
  const ReportUri& uri = r.uris[index];
  auto draft = s.out.add(Code::dmarc_repeated_uri, uri.span);
  draft.message("`{}` stands twice in `{}`", r.at(uri.span), list_name(uri))
      .note("some receivers send every report twice, others count it towards the addresses they serve")
      .help("keep one of the two");
  const ReportUri& before = r.uris[index - 1];
  const Span gap = span_of(before.span.end, uri.span.start);
  const bool neighbours = before.fault == UriFault::none && text::trim(r.at(gap)) == ",";
  if (neighbours) draft.fix(span_of(gap.start, uri.span.end), "");
}

void check_uri(Subject& s, std::size_t index) {
  const ReportUri& uri = s.record.uris[index];
  if (is_repeated(s.record, index)) return repeated(s, index);
  if (is_mended_by_separator(s.record, index)) return;
  switch (uri.fault) {
    case UriFault::none:
      if (!is_mailto(s.record.text, uri)) other_scheme(s, uri);
      break;
    case UriFault::no_scheme: without_scheme(s, uri); break;
    case UriFault::raw_comma:
    case UriFault::raw_exclamation: unencoded(s, uri); break;
    case UriFault::run_on:
      if (index + 1 < s.record.uris.size()) run_on(s, uri, s.record.uris[index + 1]);
      break;
    default: malformed(s, uri); break;
  }
  if (uri.limit) size_limit(s, uri);
}

void many_uris(Subject& s) {
  const Record& r = s.record;
  for (const bool failure : {false, true}) {
    std::size_t count = 0;
    const ReportUri* third = nullptr;
    for (const ReportUri& uri : r.uris) {
      if (uri.failure == failure && ++count == kServedUris + 1) third = &uri;
    }
    if (third == nullptr) continue;
    s.out.add(Code::dmarc_many_uris, third->span)
        .message("`{}` has {} addresses; some receivers serve only the first {}", list_name(*third), count, kServedUris)
        .note("receivers may set their own limit on the number of addresses")
        .help("put the most important addresses first, or let one mailbox forward to the others");
  }
}

// One finding a provider, however many of its mailboxes are named.
void mailbox_provider(Subject& s) {
  const Record& r = s.record;
  std::vector<std::string> told;
  for (const ReportUri& uri : r.uris) {
    const std::string host = text::lower(r.at(uri.host));
    if (!is_mailbox_provider(host) || host == s.domain || std::ranges::find(told, host) != told.end()) continue;
    auto draft = s.out.add(Code::dmarc_mailbox_provider, uri.host);
    draft.message("receivers send no reports to mailboxes at `{}`", host)
        .note("the owner of another domain has to agree in DNS to get your reports, and {} does not", host)
        .help("use an address in your own domain, or a report service");
    for (const ReportUri& other : r.uris) {
      if (&other != &uri && text::iequals(r.at(other.host), host)) draft.also(other.host);
    }
    told.push_back(host);
  }
}

void failure_reports(Subject& s) {
  const Tag* const tag = s.record.find(Key::ruf);
  if (tag == nullptr || tag->value.empty()) return;
  s.out.add(Code::dmarc_failure_reports, tag->name)
      .message("`ruf` asks for reports on single messages")
      .note("few receivers send them, and they can hold addresses and text of private mail")
      .help("make sure that whoever reads that mailbox may see such mail, or remove `ruf`");
}

// The options as far as they make sense: each once, and `0` given up for `1`, which includes it.
std::string mended_options(std::string_view value) {
  bool zero = false;
  bool one = false;
  bool dkim = false;
  bool spf = false;
  for (const char c : value) {
    const char option = text::to_lower(c);
    if (!std::string_view("01ds:,; /|").contains(option)) return {};
    zero = zero || option == '0';
    one = one || option == '1';
    dkim = dkim || option == 'd';
    spf = spf || option == 's';
  }
  std::string out = one ? ":1" : zero ? ":0" : "";
  if (dkim) out += ":d";
  if (spf) out += ":s";
  return out.empty() ? out : out.substr(1);
}

// DMARC065 and 066.
void failure_options(Subject& s) {
  const Record& r = s.record;
  const Tag* const tag = r.find(Key::fo);
  if (tag == nullptr) return;
  if (!r.meant.fo) {
    const std::string better = mended_options(r.at(tag->value));
    auto draft = s.out.add(Code::dmarc_invalid_fo, tag->value.empty() ? tag->span : tag->value);
    draft.message("`{}` is no list of failure report options", r.at(tag->span))
        .note(
            "the options are `0` or `1`, but not both, and `d` and `s`, each once, with colons between; receivers "
            "skip the tag and act on `fo=0`");
    if (better.empty()) {
      draft.help("write `fo=1` to hear of every failure, or remove the tag");
      return;
    }
    draft.help("write `fo={}`", better);
    if (is_editable(*tag)) draft.fix(tag->value, std::string(better));
    return;
  }
  if (r.find(Key::ruf) != nullptr) return;
  auto draft = s.out.add(Code::dmarc_fo_without_ruf, tag->span);
  draft.message("`{}` has no effect without `ruf`", r.at(tag->span))
      .note("`fo` says when to send failure reports, and `ruf` where; receivers skip the one without the other")
      .help("remove `{}`", r.at(tag->span));
  if (is_editable(*tag)) draft.fix({removal(r, *tag)});
}

}  // namespace

void check_reports(Subject& s) {
  no_reports(s);
  for (std::size_t i = 0; i < s.record.uris.size(); ++i) check_uri(s, i);
  for (const Fault& fault : s.record.faults) {
    if (fault.kind == Fault::Kind::stray_value) stray_value(s, fault);
  }
  many_uris(s);
  mailbox_provider(s);
  failure_reports(s);
  failure_options(s);
}

}  // namespace envelint::dmarc
