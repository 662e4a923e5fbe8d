#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// Replaces the content of a file as a whole or not at all: writes a new file beside it with the same mode, flushes it
/// to disk and puts it in the old one's place. A symbolic link is followed, and stays.
///
/// @param before  what the file has to hold now; if somebody else has changed it, nothing is written.
/// @return in a few words why it could not be done, or nothing.
[[nodiscard]] std::optional<std::string> replace_file(const std::string& path, std::string_view before,
                                                      std::string_view after);

/// Writes a file as a whole or not at all, in the place of one of that name if there is one. Only its owner may read it.
/// @return in a few words why it could not be done, or nothing.
[[nodiscard]] std::optional<std::string> write_file(const std::string& path, std::string_view content);

/// A file that is written piece by piece, and put in its place as a whole at the end, like that of write_file. Whoever
/// ends before that, by a signal too, leaves nothing behind.
class GrowingFile {
 public:
  /// @return why no such file can be written, or nothing.
  [[nodiscard]] std::optional<std::string> open(const std::string& path);
  GrowingFile() = default;
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;
  ~GrowingFile();

  /// Adds to the end. What cannot be written is told by place().
  void append(std::string_view text);

  /// Puts what was appended in its place. Once.
  /// @return in a few words why it could not be done, or nothing.
  [[nodiscard]] std::optional<std::string> place();

 private:
  std::string path_;
  std::FILE* spool_ = nullptr;  // has no name
  std::optional<std::string> fault_;
};

}  // namespace cli
