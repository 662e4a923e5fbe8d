#include <envelint/tls_rpt/rules.hpp>

#include <envelint/dns/text_rules.hpp>
#include <envelint/dns/version_rules.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace envelint::tls_rpt {
namespace {

using finding::Code;
using finding::Draft;
using finding::Edit;
using finding::Findings;
using finding::Severity;
using text::Field;
using text::FieldFault;
using text::slice;
using text::Span;
using text::span_of;

constexpr dns::VersionCheck kVersion{Code::rpt_version, kRecordKind, "TLS-RPT", "rua"};

constexpr std::string_view kUnusable = "a reporter cannot use the record, and sends no reports";

bool is_uri(std::string_view text) { return text::istarts_with(text, "mailto:") || text::istarts_with(text, "https:"); }

// ---- RPT005, RPT006, RPT007: the addresses --------------------------------------------------------------------------

void empty_uri(const Uri& uri, Findings& out) {
  out.add(Code::rpt_uri, uri.place)
      .message("the list of addresses has a comma too many")
      .note("{}", kUnusable)
      .help("delete the comma")
      .fix(uri.place, "");
}

void plain_http(const Uri& uri, Findings& out) {
  out.add(Code::rpt_plain_http, uri.place)
      .message("reports are not sent over plain HTTP")
      .note("`https:` and `mailto:` are the only schemes; a reporter skips this address or the whole record")
      .help("write `https:`, if the server speaks it")
      .suggest(uri.place, "https");
}

// `rua=https://r.example/a,b`: the comma was part of the address.
bool continues_https(const Record& record, std::size_t index, std::string_view body) {
  return index > 0 && record.uris[index - 1].scheme == Uri::Scheme::https && !body.contains('@') &&
         record.uris[index - 1].span.end + 1 == record.uris[index].span.start;
}

void unencoded_comma(const Uri& before, Findings& out) {
  const Span comma = span_of(before.span.end, before.span.end + 1);
  out.add(Code::rpt_unencoded_character, comma)
      .message("the address is cut in two by its `,`")
      .note("a comma ends an address; {}", kUnusable)
      .help("write `%2C`")
      .fix(comma, "%2C");
}

void no_scheme(std::string_view value, const Record& record, std::size_t index, Findings& out) {
  const Uri& uri = record.uris[index];
  const std::string_view body = slice(value, uri.span);
  if (continues_https(record, index, body)) return unencoded_comma(record.uris[index - 1], out);
  Draft draft = out.add(Code::rpt_uri, uri.span);
  draft.note("{}", kUnusable);
  if (body.contains('@')) {
    draft.message("`{}` has no `mailto:` before it", body)
        .help("write `mailto:{}`", body)
        .fix(span_of(uri.span.start, uri.span.start), "mailto:");
  } else {
    draft.message("`{}` is no address for reports", body).help("write `mailto:user@example.com` or `https://…`");
  }
}

void unknown_scheme(std::string_view value, const Record& record, std::size_t index, Findings& out) {
  const Uri& uri = record.uris[index];
  if (uri.scheme == Uri::Scheme::none) return no_scheme(value, record, index, out);
  if (uri.scheme == Uri::Scheme::http) return plain_http(uri, out);
  Draft draft = out.add(Code::rpt_uri, uri.place);
  draft.message("`{}:` is neither `mailto:` nor `https:`", slice(value, uri.place)).note("{}", kUnusable);
  const std::string_view rest = slice(value, span_of(uri.place.end + 1, uri.span.end));
  if (rest.contains('@') && !rest.starts_with("//")) {
    draft.help("write `mailto:{}`", rest).fix(uri.place, "mailto");
  } else {
    draft.help("write `mailto:user@example.com` or `https://…`");
  }
}

void slashes(const Uri& uri, Findings& out) {
  out.add(Code::rpt_uri, uri.place)
      .message("`mailto:` takes no `//`")
      .note("{}", kUnusable)
      .help("write the address right behind `mailto:`")
      .fix(uri.place, "");
}

// `mailto: a@example.com` and `mailto:a@example.com mailto:b@example.com`.
void space_in_uri(std::string_view value, const Uri& uri, Findings& out) {
  std::vector<Edit> edits;
  bool two = false;
  for (std::size_t i = uri.place.start; i < uri.span.end; ++i) {
    if (!text::is_space(value[i])) continue;
    std::size_t end = i;
    while (text::is_space(value[end])) ++end;  // the address ends in something else
    const bool next = is_uri(slice(value, span_of(end, uri.span.end)));
    two = two || next;
    edits.push_back({span_of(i, end), next ? "," : ""});
    i = end;
  }
  Draft draft = out.add(Code::rpt_uri, uri.place);
  if (two) {
    draft.message("a space, not a comma, stands between two addresses").help("write `,` in its place");
  } else {
    draft.message("white space stands inside an address").help("delete it");
  }
  draft.note("{}", kUnusable).fix(std::move(edits));
}

void bad_address(std::string_view value, const Uri& uri, Findings& out) {
  out.add(Code::rpt_uri, uri.place)
      .message("`{}` is no mail address", slice(value, uri.place))
      .note("{}", kUnusable)
      .help("write `mailto:user@example.com`");
}

void bad_host(std::string_view value, const Uri& uri, Findings& out) {
  out.add(Code::rpt_uri, uri.place)
      .message("`{}` is not `//` and the name of a host", slice(value, uri.place))
      .note("{}", kUnusable)
      .help("write `https://reports.example.com/path`");
}

// `!10m`: the size limit of DMARC's older addresses.
bool is_size_limit(std::string_view tail) {
  if (!tail.empty() && std::string_view("kKmMgGtT").contains(tail.back())) tail.remove_suffix(1);
  return !tail.empty() && std::ranges::all_of(tail, text::is_digit);
}

void exclamation_mark(std::string_view value, const Uri& uri, Findings& out) {
  Draft draft = out.add(Code::rpt_unencoded_character, uri.place);
  draft.message("`!` may not stand in an address as it is").note("{}", kUnusable);
  const Span tail = span_of(uri.place.end, uri.span.end);
  if (is_size_limit(slice(value, tail))) {
    draft.help("delete `!{}`: a size limit is a thing of DMARC", slice(value, tail))
        .fix(span_of(uri.place.start, tail.end), "");
    return;
  }
  std::vector<Edit> edits;
  for (std::size_t i = uri.place.start; i < uri.span.end; ++i) {
    if (value[i] == '!') edits.push_back({span_of(i, i + 1), "%21"});
  }
  draft.help("write `%21`").fix(std::move(edits));
}

void addresses(std::string_view value, const Record& record, Findings& out) {
  for (std::size_t i = 0; i < record.uris.size(); ++i) {
    const Uri& uri = record.uris[i];
    switch (uri.fault) {
      case Uri::Fault::empty: empty_uri(uri, out); break;
      case Uri::Fault::scheme: unknown_scheme(value, record, i, out); break;
      case Uri::Fault::slashes: slashes(uri, out); break;
      case Uri::Fault::address: bad_address(value, uri, out); break;
      case Uri::Fault::host: bad_host(value, uri, out); break;
      case Uri::Fault::white_space: space_in_uri(value, uri, out); break;
      case Uri::Fault::unencoded: exclamation_mark(value, uri, out); break;
      case Uri::Fault::none:
      case Uri::Fault::foreign_octet: break;
    }
  }
}

// ---- RPT013, RPT014: the list ---------------------------------------------------------------------------------------

void several_addresses(const Record& record, Findings& out) {
  if (record.uris.size() < 2) return;
  if (!std::ranges::all_of(record.uris, [](const Uri& uri) { return uri.fault == Uri::Fault::none; })) return;
  out.add(Code::rpt_several_addresses, span_of(record.uris.front().span.start, record.uris.back().span.end))
      .message("reports are asked for at {} addresses; some reporters use only the first", record.uris.size())
      .note("a reporter may try one address after another until one takes the report")
      .help("put the address that matters most first");
}

void spaces_in_list(const Record& record, Findings& out) {
  if (record.gaps.empty()) return;
  std::vector<Edit> edits;
  for (const Span gap : record.gaps) edits.push_back({gap, {}});
  Draft draft = out.add(Code::rpt_space_in_list, record.gaps.front());
  draft.message("white space stands beside a comma of the list")
      .note("the grammar allows it; some reporters read it as part of the address")
      .help("delete it");
  for (std::size_t i = 1; i < record.gaps.size(); ++i) draft.also(record.gaps[i]);
  draft.fix(std::move(edits));
}

// ---- fields ---------------------------------------------------------------------------------------------------------

bool follows_rua(std::string_view value, const Record& record, Span span) {
  if (!record.rua) return false;
  const Span before = record.list.fields[*record.rua].span;
  return before.end < span.start && value[before.end] == ';' &&
         text::trim(slice(value, span_of(before.end + 1, span.start))).empty();
}

// `rua=mailto:a@example.com;mailto:b@example.com`: a semicolon where a comma belongs, or one inside an address.
bool semicolon_in_list(std::string_view value, const Record& record, Span span, Findings& out) {
  if (!follows_rua(value, record, span)) return false;
  const Span before = record.list.fields[*record.rua].span;
  const Span gap = span_of(before.end, span.start);
  const std::string_view piece = slice(value, span);
  if (is_uri(piece) || piece.contains('@')) {
    out.add(Code::rpt_uri, span_of(gap.start, gap.start + 1))
        .message("`;` ends the list of addresses, so `{}` is not part of it", piece)
        .note("{}", kUnusable)
        .help("part addresses with `,`")
        .fix(gap, ",");
    return true;
  }
  if (gap.size() != 1 || record.uris.empty() || record.uris.back().scheme != Uri::Scheme::https) return false;
  out.add(Code::rpt_unencoded_character, gap)
      .message("the address is cut in two by its `;`")
      .note("a semicolon ends a field; {}", kUnusable)
      .help("write `%3B`")
      .fix(gap, "%3B");
  return true;
}

void no_equals(std::string_view value, const Record& record, Span span, Findings& out) {
  if (semicolon_in_list(value, record, span, out)) return;
  const std::string_view piece = slice(value, span);
  const bool named = text::istarts_with(piece, "rua") && piece.size() > 3 && !text::is_alnum(piece[3]);
  const std::string_view address = named ? text::trim(piece.substr(4)) : piece;
  if (!record.rua && (named || is_uri(piece) || piece.contains('@'))) {
    const std::string meant = fmt::format("rua={}{}", is_uri(address) ? "" : "mailto:", address);
    out.add(Code::rpt_rua_missing, span)
        .message("`{}` has no `rua=` before it", piece)
        .note("{}", kUnusable)
        .help("write `{}`", meant);
    return;
  }
  out.add(Code::rpt_extension_field, span)
      .message("`{}` has no `=`", piece)
      .note("{}", kUnusable)
      .help("delete it, or write it as `name=value`")
      .severity(Severity::error);
}

void field_fault(Span span, std::string_view what, std::string_view help, Findings& out) {
  out.add(Code::rpt_extension_field, span)
      .message("{}", what)
      .note("{}", kUnusable)
      .help("{}", help)
      .severity(Severity::error);
}

void list_faults(std::string_view value, const Record& record, Findings& out) {
  using Kind = FieldFault::Kind;
  for (const FieldFault& fault : record.list.faults) {
    const std::string_view written = slice(value, fault.span);
    switch (fault.kind) {
      case Kind::empty_field:
        field_fault(fault.span, "nothing stands between two semicolons", "delete one `;`", out);
        break;
      case Kind::no_equals: no_equals(value, record, fault.span, out); break;
      case Kind::spaced_equals:
        field_fault(fault.span, fmt::format("white space stands beside the `=` of `{}`", written), "delete it", out);
        break;
      case Kind::too_many:
        field_fault(fault.span, fmt::format("more than {} fields: the rest was not read", text::kMaxFields),
                    "publish `v=TLSRPTv1; rua=…` and nothing else", out);
        break;
      default: break;
    }
  }
}

void rua_missing(const Record& record, Span span, Findings& out) {
  if (record.list.version.empty()) return;  // no record of this kind at all, as another finding says
  out.add(Code::rpt_rua_missing, span)
      .message("the record names no address for reports")
      .note("{}", kUnusable)
      .help("add one, such as `; rua=mailto:tls-reports@example.com`");
}

void rua_letter_case(std::string_view value, Span span, Findings& out) {
  out.add(Code::rpt_rua_missing, span)
      .message("`{}` is not `rua`: names of fields are matched with their case", slice(value, span))
      .note("{}", kUnusable)
      .help("write `rua`");
}

void rua_empty(Span span, Findings& out) {
  out.add(Code::rpt_rua_missing, span)
      .message("`rua` names no address for reports")
      .note("{}", kUnusable)
      .help("add one, such as `rua=mailto:tls-reports@example.com`");
}

void rua_repeated(Span span, Findings& out) {
  out.add(Code::rpt_extension_field, span)
      .message("`rua` stands in the record a second time")
      .note("which one counts is not defined, and reporters differ")
      .help("put all addresses into one `rua`, with commas between them")
      .severity(Severity::warning);
}

void record_faults(std::string_view value, const Record& record, Findings& out) {
  using Kind = RecordFault::Kind;
  for (const RecordFault& fault : record.faults) {
    const std::string_view written = slice(value, fault.span);
    switch (fault.kind) {
      case Kind::rua_missing: rua_missing(record, fault.span, out); break;
      case Kind::rua_letter_case: rua_letter_case(value, fault.span, out); break;
      case Kind::rua_empty: rua_empty(fault.span, out); break;
      case Kind::rua_repeated: rua_repeated(fault.span, out); break;
      case Kind::version_repeated:
        field_fault(fault.span, "`v` stands in the record a second time", "delete it", out);
        break;
      case Kind::name_invalid:
        field_fault(fault.span, fmt::format("`{}` is no name of a field", written), "correct it or delete the field",
                    out);
        break;
      case Kind::value_invalid:
        field_fault(fault.span, fmt::format("`{}` may not stand in the value of a field", written), "delete the field",
                    out);
        break;
      case Kind::too_many_uris:
        field_fault(fault.span, fmt::format("more than {} addresses: the rest was not read", kMaxUris),
                    "name one or two addresses", out);
        break;
      case Kind::foreign_octet: break;
    }
  }
}

void extension_fields(std::string_view value, const Record& record, Findings& out) {
  for (std::uint32_t i = 0; i < record.list.fields.size(); ++i) {
    const Field& field = record.list.fields[i];
    if (field.name.empty() || text::iequals(slice(value, field.name), "rua")) continue;
    const bool faulty = std::ranges::any_of(record.faults, [&](const RecordFault& fault) {
      return fault.field == i && fault.kind != RecordFault::Kind::rua_missing;
    });
    if (faulty) continue;
    out.add(Code::rpt_extension_field, field.span)
        .message("`{}` is a field that no standard defines", slice(value, field.name))
        .note("reporters ignore it");
  }
}

}  // namespace

void check_record(std::string_view value, const Record& record, Findings& out) {
  dns::check_version(value, record.list, kVersion, out);
  list_faults(value, record, out);
  record_faults(value, record, out);
  addresses(value, record, out);
  several_addresses(record, out);
  spaces_in_list(record, out);
  if (!record.list.version.empty()) extension_fields(value, record, out);
}

void check_value(const dns::Text& text, Findings& out) {
  if (dns::check_text(text, out, {.version_must_lead = true})) check_record(text.joined(), parse(text.joined()), out);
}

}  // namespace envelint::tls_rpt
