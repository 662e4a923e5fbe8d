#include <envelint/finding/finding.hpp>

#include <algorithm>

namespace envelint::finding {

std::string apply(std::string_view value, std::vector<Edit> edits) {
  // An insertion comes before a change of the byte it stands before.
  std::ranges::sort(edits, {}, [](const Edit& edit) { return std::pair(edit.span.start, edit.span.end); });
  std::string out;
  std::size_t done = 0;
  for (const Edit& edit : edits) {
    out.append(value.substr(done, edit.span.start - done)).append(edit.text);
    done = edit.span.end;
  }
  return out.append(value.substr(done));
}

bool Findings::has(Code code) const noexcept { return std::ranges::find(items_, code, &Finding::code) != items_.end(); }

}  // namespace envelint::finding
