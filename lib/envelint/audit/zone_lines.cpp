#include <envelint/audit/zone_lines.hpp>

#include <algorithm>
#include <variant>

namespace envelint::audit {
namespace {

// RFC 1035 §3.3: a character-string has at most 255 octets.
constexpr std::size_t kMaxString = 255;

void append_string(std::string& line, std::string_view part) {
  line += '"';
  for (const char c : part) {
    if (c == '"' || c == '\\') line += '\\';
    line += c;
  }
  line += '"';
}

}  // namespace

std::string name_below(std::string_view labels, const dns::Name& domain) {
  return std::string(labels).append(".").append(domain.to_string());
}

std::string txt_line(std::string_view owner, std::string_view value) {
  std::string line = std::string(owner).append(". TXT ");
  append_string(line, value.substr(0, kMaxString));
  for (std::size_t start = kMaxString; start < value.size(); start += kMaxString) {
    line += ' ';
    append_string(line, value.substr(start, kMaxString));
  }
  return line;
}

std::string_view first_text(const dns::Answer& answer) {
  for (const dns::Record& record : answer.records) {
    if (const auto* text = std::get_if<dns::Text>(&record.data)) return text->joined();
  }
  return {};
}

}  // namespace envelint::audit
