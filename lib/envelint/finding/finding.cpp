#include <envelint/finding/finding.hpp>

#include <algorithm>

namespace envelint::finding {

std::string apply(std::string_view value, std::vector<Edit> edits) {
  std::ranges::stable_sort(edits, {}, [](const Edit& edit) { return edit.span.start; });
  std::string out;
  std::size_t done = 0;
  for (const Edit& edit : edits) {
    out.append(value.substr(done, edit.span.start - done)).append(edit.text);
    done = edit.span.end;
  }
  return out.append(value.substr(done));
}

bool Findings::has(Code code) const noexcept {
  return std::ranges::find(items_, code, &Finding::code) != items_.end();
}

}  // namespace envelint::finding
