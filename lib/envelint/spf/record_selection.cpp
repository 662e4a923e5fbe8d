#include <envelint/spf/record_selection.hpp>

#include <envelint/text/ascii.hpp>

#include <string_view>
#include <variant>

namespace envelint::spf {

namespace {

/// The text of a record that is an SPF record.
const dns::Text* spf_text(const dns::Record& record) {
  constexpr std::string_view kVersion = "v=spf1";
  const auto* const text = std::get_if<dns::Text>(&record.data);
  if (text == nullptr) return nullptr;
  const std::string_view value = text->joined();
  if (!text::istarts_with(value, kVersion)) return nullptr;
  return value.size() == kVersion.size() || value[kVersion.size()] == ' ' ? text : nullptr;
}

}  // namespace

std::vector<const dns::Text*> select_records(const dns::Answer& answer) {
  std::vector<const dns::Text*> out;
  for (const dns::Record& record : answer.records) {
    if (const dns::Text* text = spf_text(record)) out.push_back(text);
  }
  return out;
}

SelectedRecord select_record(const dns::Answer& answer) {
  SelectedRecord out;
  for (const dns::Record& record : answer.records) {
    const dns::Text* const text = spf_text(record);
    if (text == nullptr) continue;
    if (out.count++ == 0) out.first = text;
  }
  return out;
}

}  // namespace envelint::spf
