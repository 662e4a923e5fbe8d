#include <envelint/mta_sts/rules.hpp>

#include <envelint/dns/text_rules.hpp>
#include <envelint/dns/version_rules.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace envelint::mta_sts {
namespace {

using finding::Code;
using finding::Draft;
using finding::Findings;
using finding::Severity;
using text::Field;
using text::FieldFault;
using text::slice;
using text::Span;
using text::span_of;

constexpr dns::VersionCheck kVersion{Code::sts_version, kRecordKind, "MTA-STS", "id"};

/// The keys of the policy file (RFC 8461 §3.2), which people put into the TXT record.
constexpr std::array<std::string_view, 4> kPolicyKeys{"version", "mode", "max_age", "mx"};

constexpr std::string_view kUnusable = "a sender cannot use the record, and takes the domain for one without MTA-STS";

// A field together with the `;` before it, for taking it away.
Span with_semicolon(std::string_view value, Span span) {
  const std::size_t semicolon = value.substr(0, span.start).rfind(';');
  return semicolon == std::string_view::npos ? span : span_of(semicolon, span.end);
}

// ---- STS006, by text::FieldFault ------------------------------------------------------------------------------------

void empty_field(std::string_view value, Span span, Findings& out) {
  const std::size_t before = value.substr(0, span.start).rfind(';');
  out.add(Code::sts_field_syntax, span)
      .message("nothing stands between two semicolons")
      .note("{}", kUnusable)
      .help("delete one `;`")
      .suggest(span_of(before, span.start), "");
}

// `id:1`, `id 1` and a lone `20240101` were meant as the id.
std::string id_meant(std::string_view piece) {
  if (text::istarts_with(piece, "id") && piece.size() > 2 && !text::is_alnum(piece[2])) piece.remove_prefix(2);
  std::string id;
  std::ranges::copy_if(piece, std::back_inserter(id), text::is_alnum);
  return id.empty() || id.size() > kMaxId || text::iequals(id, "id") ? "" : "id=" + id;
}

void no_equals(std::string_view value, const Record& record, Span span, Findings& out) {
  const std::string_view piece = slice(value, span);
  Draft draft = out.add(Code::sts_field_syntax, span);
  draft.message("`{}` has no `=`", piece).note("{}", kUnusable);
  const std::string id = record.id ? "" : id_meant(piece);
  if (!id.empty()) {
    draft.help("write `{}`", id).suggest(span, id);
  } else {
    draft.help("delete it, or write it as `name=value`").suggest(with_semicolon(value, span), "");
  }
}

void spaced_equals(std::string_view value, Span span, Findings& out) {
  const std::string_view written = slice(value, span);
  const std::size_t equals = written.find('=');
  const std::string tight =
      fmt::format("{}={}", text::trim(written.substr(0, equals)), text::trim(written.substr(equals + 1)));
  out.add(Code::sts_field_syntax, span)
      .message("white space stands beside the `=` of `{}`", written)
      .note("{}", kUnusable)
      .help("write `{}`", tight)
      .suggest(span, tight);
}

void too_many(Span span, Findings& out) {
  out.add(Code::sts_field_syntax, span)
      .message("more than {} fields: the rest was not read", text::kMaxFields)
      .note("this is no record a sender will use")
      .help("publish `v=STSv1; id=…` and nothing else");
}

void list_faults(std::string_view value, const Record& record, Findings& out) {
  for (const FieldFault& fault : record.list.faults) {
    switch (fault.kind) {
      case FieldFault::Kind::empty_field: empty_field(value, fault.span, out); break;
      case FieldFault::Kind::no_equals: no_equals(value, record, fault.span, out); break;
      case FieldFault::Kind::spaced_equals: spaced_equals(value, fault.span, out); break;
      case FieldFault::Kind::too_many: too_many(fault.span, out); break;
      default: break;
    }
  }
}

// ---- STS004, STS005, STS006 by RecordFault --------------------------------------------------------------------------

void id_missing(const Record& record, Span span, Findings& out) {
  if (record.list.version.empty()) return;  // no record of this kind at all, as another finding says
  out.add(Code::sts_id_missing, span)
      .message("the record has no `id`")
      .note("{}", kUnusable)
      .help(
          "add `id=` and up to 32 letters and digits, such as the time of the policy's last change: "
          "`; id=20240131093000`")
      .suggest(span, "; id=1");
}

void id_letter_case(std::string_view value, Span span, Findings& out) {
  out.add(Code::sts_id_missing, span)
      .message("`{}` is not `id`: names of fields are matched with their case", slice(value, span))
      .note("{}", kUnusable)
      .help("write `id`")
      .suggest(span, "id");
}

void id_invalid(std::string_view value, const RecordFault& fault, const Field& field, Findings& out) {
  const std::string_view id = slice(value, field.value);
  Draft draft = out.add(Code::sts_id_invalid, fault.span);
  if (id.empty()) {
    draft.message("`id` has no value").note("{}", kUnusable).help("give it up to 32 letters and digits");
    return;
  }
  std::string kept;
  std::ranges::copy_if(id, std::back_inserter(kept), text::is_alnum);
  if (kept.size() == id.size()) {
    draft.message("`{}` has {} characters; an `id` has at most {}", id, id.size(), kMaxId);
  } else {
    draft.message("`{}` is not made of letters and digits alone", id);
  }
  draft.note("{}", kUnusable);
  if (kept.empty()) {
    draft.help("give it up to 32 letters and digits");
  } else if (kept.size() > kMaxId) {
    kept.erase(0, kept.size() - kMaxId);
    draft.help("shorten it; any value that differs from the last one will do: `id={}`", kept)
        .suggest(field.value, kept);
  } else {
    draft.help("write `id={}`", kept).fix(field.value, kept);
  }
}

void repeated(std::string_view value, std::string_view name, Span span, Severity severity, Findings& out) {
  out.add(Code::sts_field_syntax, span)
      .message("`{}` stands in the record a second time", name)
      .note("which one counts is not defined, and senders differ")
      .help("delete the one that is wrong")
      .severity(severity)
      .suggest(with_semicolon(value, span), "");
}

void name_invalid(std::string_view value, Span span, Findings& out) {
  out.add(Code::sts_field_syntax, span)
      .message("`{}` is no name of a field", slice(value, span))
      .note("a name has up to 32 letters, digits, `_`, `-` and `.`; {}", kUnusable)
      .help("correct the name, or delete the field");
}

void value_invalid(std::string_view value, const RecordFault& fault, const Field& field, Findings& out) {
  Draft draft = out.add(Code::sts_field_syntax, fault.span);
  if (field.value.empty()) {
    draft.message("`{}` has no value", slice(value, field.name));
  } else {
    draft.message("`{}` may not stand in the value of `{}`", slice(value, fault.span), slice(value, field.name));
  }
  draft.note("{}", kUnusable).help("delete the field: senders ignore it");
  draft.suggest(with_semicolon(value, field.span), "");
}

void record_faults(std::string_view value, const Record& record, Findings& out) {
  using Kind = RecordFault::Kind;
  for (const RecordFault& fault : record.faults) {
    switch (fault.kind) {
      case Kind::id_missing: id_missing(record, fault.span, out); break;
      case Kind::id_letter_case: id_letter_case(value, fault.span, out); break;
      case Kind::id_invalid: id_invalid(value, fault, record.list.fields[fault.field], out); break;
      case Kind::id_repeated: repeated(value, "id", fault.span, Severity::warning, out); break;
      case Kind::version_repeated: repeated(value, "v", fault.span, Severity::error, out); break;
      case Kind::name_invalid: name_invalid(value, fault.span, out); break;
      case Kind::value_invalid: value_invalid(value, fault, record.list.fields[fault.field], out); break;
      case Kind::foreign_octet: break;
    }
  }
}

// ---- STS007 ---------------------------------------------------------------------------------------------------------

void extension_field(std::string_view value, const Field& field, Findings& out) {
  const std::string_view name = slice(value, field.name);
  Draft draft = out.add(Code::sts_extension_field, field.span);
  if (std::ranges::find(kPolicyKeys, name) == kPolicyKeys.end()) {
    draft.message("`{}` is a field that no standard defines", name).note("senders ignore it");
    return;
  }
  draft.message("`{}` belongs into the policy file, not into the record", name)
      .note("senders ignore it here; they read the policy from a web server only")
      .help("move it to `https://mta-sts.<domain>/.well-known/mta-sts.txt`")
      .severity(Severity::warning);
}

void extension_fields(std::string_view value, const Record& record, Findings& out) {
  for (std::uint32_t i = 0; i < record.list.fields.size(); ++i) {
    const Field& field = record.list.fields[i];
    if (field.name.empty() || text::iequals(slice(value, field.name), "id")) continue;
    if (std::ranges::find_if(record.faults, [&](const RecordFault& fault) {
          return fault.field == i && fault.kind != RecordFault::Kind::id_missing;
        }) == record.faults.end()) {
      extension_field(value, field, out);
    }
  }
}

}  // namespace

void check_record(std::string_view value, const Record& record, Findings& out) {
  dns::check_version(value, record.list, kVersion, out);
  list_faults(value, record, out);
  record_faults(value, record, out);
  if (!record.list.version.empty()) extension_fields(value, record, out);
}

void check_value(const dns::Text& text, Findings& out) {
  if (dns::check_text(text, out, {.version_must_lead = true})) check_record(text.joined(), parse(text.joined()), out);
}

}  // namespace envelint::mta_sts
