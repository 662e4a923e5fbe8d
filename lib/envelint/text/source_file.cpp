#include <envelint/text/source_file.hpp>

#include <algorithm>
#include <utility>

namespace envelint::text {

SourceFile::SourceFile(std::string path, std::string content) : path_(std::move(path)), content_(std::move(content)) {
  line_starts_.push_back(0);
  for (std::size_t i = content_.find('\n'); i != std::string::npos; i = content_.find('\n', i + 1)) {
    line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

LineColumn SourceFile::position(std::size_t offset) const noexcept {
  const auto after = std::ranges::upper_bound(line_starts_, static_cast<std::uint32_t>(offset));
  const auto line = static_cast<std::uint32_t>(after - line_starts_.begin());
  return {line, static_cast<std::uint32_t>(offset) - line_starts_[line - 1] + 1};
}

std::string_view SourceFile::line(std::uint32_t number) const noexcept {
  if (number == 0 || number > line_starts_.size()) return {};
  std::string_view rest = std::string_view(content_).substr(line_starts_[number - 1]);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

std::size_t SourceFile::line_start(std::uint32_t number) const noexcept {
  if (number == 0 || number > line_starts_.size()) return content_.size();
  return line_starts_[number - 1];
}

}  // namespace envelint::text
