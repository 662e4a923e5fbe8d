#include <envelint/mta_sts/record.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/extension_field.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>

namespace envelint::mta_sts {
namespace {

using text::Field;
using text::slice;
using text::Span;
using text::span_of;
using Kind = RecordFault::Kind;

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxId && std::ranges::all_of(id, text::is_alnum);
}

void check_id(std::string_view value, std::uint32_t index, Record& record) {
  const Field& field = record.list.fields[index];
  if (record.id) {
    record.faults.push_back({Kind::id_repeated, field.span, index});
    return;
  }
  record.id = index;
  const std::string_view id = slice(value, field.value);
  if (is_id(id)) return;
  record.faults.push_back({text::all_ascii(id) ? Kind::id_invalid : Kind::foreign_octet,
                           field.value.empty() ? field.span : field.value, index});
}

// A field by another name that was meant as `id`: `ID=1`, or a piece without `=`, which has a fault already.
bool stands_for_id(std::string_view value, const Field& field) {
  const std::string_view piece = slice(value, field.span);
  if (field.name.empty() && !piece.contains('=')) return text::istarts_with(piece, "id") || is_id(piece);
  return text::iequals(slice(value, field.name), "id");
}

void check_missing_id(std::string_view value, Record& record) {
  if (record.id) return;
  const auto meant =
      std::ranges::find_if(record.list.fields, [&](const Field& field) { return stands_for_id(value, field); });
  if (meant == record.list.fields.end()) {
    const std::size_t end = record.list.fields.empty() ? record.list.version.end : record.list.fields.back().span.end;
    record.faults.push_back({Kind::id_missing, span_of(end, end)});
  } else if (!meant->name.empty()) {
    record.faults.push_back(
        {Kind::id_letter_case, meant->name, static_cast<std::uint32_t>(meant - record.list.fields.begin())});
  }
}

}  // namespace

bool Record::valid() const noexcept {
  return list.valid() && id.has_value() &&
         std::ranges::all_of(faults, [](const RecordFault& fault) { return fault.kind == Kind::id_repeated; });
}

Record parse(std::string_view value) {
  Record record{.list = text::parse_field_list(value, kRecordKind)};
  for (std::uint32_t i = 0; i < record.list.fields.size(); ++i) {
    const Field& field = record.list.fields[i];
    const std::string_view name = slice(value, field.name);
    if (field.name.empty() && !slice(value, field.span).contains('=')) continue;  // FieldFault::no_equals
    if (name == "id") {
      check_id(value, i, record);
    } else if (name == "v") {
      record.faults.push_back({Kind::version_repeated, field.span, i});
    } else {
      text::append_extension_fault(value, record.list, i, record.faults);
    }
  }
  check_missing_id(value, record);
  return record;
}

std::string print(std::string_view value, const Record& record) {
  std::string out(kRecordKind.version);
  for (const Field& field : record.list.fields) {
    if (field.name.empty()) continue;
    out.append("; ").append(slice(value, field.name)).append("=").append(slice(value, field.value));
  }
  return out;
}

}  // namespace envelint::mta_sts
