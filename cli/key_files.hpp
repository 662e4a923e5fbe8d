#pragma once

#include <envelint/dkim/secret_bytes.hpp>

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// A file that was read and may hold a secret.
struct SecretFile {
  envelint::dkim::SecretBytes content;
  bool open_to_others = false;  ///< group or others may read it
};

/// Reads a file of at most `most` octets into memory that is wiped. Pipes that the shell made (`/dev/fd/N`,
/// `/dev/stdin`) are read to their end; directories, devices and named pipes are refused without waiting.
/// @return the content, or in a few words why it cannot be read.
[[nodiscard]] std::expected<SecretFile, std::string> read_secret_file(const std::string& path, std::size_t most);

/// Files that are made together, each as a whole or not at all. Until `place` they stand under other names beside their
/// own; what is not placed is removed.
class NewFiles {
 public:
  enum class Mode : unsigned {
    secret = 0600,  ///< from the first octet on
    open = 0666,    ///< what the umask leaves of it
  };

  NewFiles() = default;
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles();

  /// Writes the content to disk, beside the place it belongs.
  /// @return in a few words why it cannot be done, or nothing.
  [[nodiscard]] std::optional<std::string> stage(const std::string& path, std::string_view content, Mode mode);
  /// Gives all files their names. A file that is there is replaced only if `replace` says so; if one cannot be placed,
  /// those placed before it are taken away again, but for those that replaced another.
  [[nodiscard]] std::optional<std::string> place(bool replace);

 private:
  struct Staged {
    std::string temporary;
    std::string path;
    bool placed = false;
  };

  std::vector<Staged> files_;
};

}  // namespace cli
