#include <envelint/spf/record_selection.hpp>

#include <envelint/text/ascii.hpp>

#include <string_view>
#include <variant>

namespace envelint::spf {

std::vector<const dns::Text*> select_records(const dns::Answer& answer) {
  constexpr std::string_view kVersion = "v=spf1";
  std::vector<const dns::Text*> out;
  for (const dns::Record& record : answer.records) {
    const auto* const text = std::get_if<dns::Text>(&record.data);
    if (text == nullptr) continue;
    const std::string_view value = text->joined();
    if (!text::istarts_with(value, kVersion)) continue;
    if (value.size() == kVersion.size() || value[kVersion.size()] == ' ') out.push_back(text);
  }
  return out;
}

}  // namespace envelint::spf
