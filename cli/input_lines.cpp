#include "input_lines.hpp"

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cli {
namespace {

constexpr std::size_t kBlock = std::size_t{64} << 10;

/// Unlike fread, takes what is there and does not wait for a whole block.
ssize_t read_some(std::FILE* file, char* to, std::size_t size) {
  const int number = fileno(file);
  if (number < 0) {  // a file in memory
    const std::size_t count = std::fread(to, 1, size, file);
    return std::ferror(file) != 0 ? -1 : static_cast<ssize_t>(count);
  }
  while (true) {
    const ssize_t count = ::read(number, to, size);
    if (count >= 0 || errno != EINTR) return count;
  }
}

}  // namespace

bool InputLines::read() {
  buffer_.resize(kBlock);
  const ssize_t count = read_some(file_, buffer_.data(), kBlock);
  failed_ = count < 0;
  buffer_.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  at_ = 0;
  return !buffer_.empty();
}

void InputLines::take(std::size_t size) {
  if (line_.text.size() + size > kMaxInputLine) line_.too_long = true;
  if (line_.too_long) {
    line_.text.clear();
  } else {
    line_.text.append(buffer_, at_, size);
  }
  at_ += size;
}

InputLine InputLines::finished() {
  if (line_.text.ends_with('\r')) line_.text.pop_back();
  line_.number = ++number_;
  return std::exchange(line_, {});
}

std::optional<InputLine> InputLines::next_read() {
  while (at_ < buffer_.size()) {
    const std::size_t end = std::min(buffer_.find('\n', at_), buffer_.size());
    take(end - at_);
    if (end == buffer_.size()) return std::nullopt;
    ++at_;
    InputLine line = finished();
    if (!line.text.empty() || line.too_long) return line;
  }
  return std::nullopt;
}

std::optional<InputLine> InputLines::last() {
  if (line_.text.empty() && !line_.too_long) return std::nullopt;
  InputLine line = finished();
  if (line.text.empty() && !line.too_long) return std::nullopt;
  return line;
}

std::optional<InputLine> InputLines::next() {
  while (true) {
    if (auto line = next_read()) return line;
    if (!read()) return last();
  }
}

}  // namespace cli
