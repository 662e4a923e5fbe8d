#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::text {

/// A place in a file as people count it: both from 1, columns in bytes.
struct LineColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend constexpr bool operator==(LineColumn, LineColumn) noexcept = default;
};

/// A text file with its name and the places where its lines begin. Immutable once made.
class SourceFile {
 public:
  SourceFile(std::string path, std::string content);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string_view content() const noexcept { return content_; }
  /// The line and column of a byte offset; the offset one past the end is a place too.
  [[nodiscard]] LineColumn position(std::size_t offset) const noexcept;
  /// The text of a line (counted from 1) without its line end; empty when there is no such line.
  [[nodiscard]] std::string_view line(std::uint32_t number) const noexcept;
  /// The byte offset where a line (counted from 1) begins.
  [[nodiscard]] std::size_t line_start(std::uint32_t number) const noexcept;
  [[nodiscard]] std::uint32_t line_count() const noexcept { return static_cast<std::uint32_t>(line_starts_.size()); }

 private:
  std::string path_;
  std::string content_;
  std::vector<std::uint32_t> line_starts_;
};

}  // namespace envelint::text
