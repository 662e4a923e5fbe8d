#include "input_lines.hpp"

#include <algorithm>
#include <utility>

namespace cli {
namespace {
constexpr std::size_t kBlock = std::size_t{64} << 10;
}

bool InputLines::fill() {
  buffer_.resize(kBlock);
  buffer_.resize(std::fread(buffer_.data(), 1, kBlock, file_));
  at_ = 0;
  return !buffer_.empty();
}

std::optional<InputLine> InputLines::next() {
  InputLine line;
  bool anything = false;
  while (at_ < buffer_.size() || fill()) {
    anything = true;
    const std::size_t end = std::min(buffer_.find('\n', at_), buffer_.size());
    if (line.text.size() + (end - at_) > kMaxInputLine) line.too_long = true;
    if (!line.too_long) line.text.append(buffer_, at_, end - at_);
    at_ = end;
    if (end == buffer_.size()) continue;
    ++at_;
    ++number_;
    if (line.text.ends_with('\r')) line.text.pop_back();
    if (!line.text.empty() || line.too_long) {
      if (line.too_long) line.text.clear();
      line.number = number_;
      return line;
    }
    anything = false;
  }
  if (!anything || (line.text.empty() && !line.too_long)) return std::nullopt;
  line.number = ++number_;
  if (line.too_long) line.text.clear();
  return line;
}

}  // namespace cli
