#include <envelint/web/json_bounds.hpp>

namespace envelint::web {

bool has_few_values(std::string_view json) noexcept {
  std::size_t values = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{' || c == ',')) {
      if (++values > kMaxJsonValues) return false;
    }
  }
  return true;
}

}  // namespace envelint::web
