#include "atomic_write.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace cli {
namespace {

std::string last_error() { return std::strerror(errno); }

/// A file descriptor that is closed, and a temporary file that is removed unless it has been put in place.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& beside) : name_(beside.string() + ".XXXXXX") {
    fd_ = mkstemp(name_.data());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (fd_ < 0) return;
    close(fd_);
    if (!placed_) unlink(name_.c_str());
  }

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  /// A name server that reads the file by its owner or group must be able to read the new one.
  bool take_after(const struct stat& old) const {
    struct stat own{};
    if (fstat(fd_, &own) != 0) return false;
    const bool same = own.st_uid == old.st_uid && own.st_gid == old.st_gid;
    return (same || fchown(fd_, old.st_uid, old.st_gid) == 0) && fchmod(fd_, old.st_mode & 07777) == 0;
  }
  bool write_all(std::string_view content) {
    while (!content.empty()) {
      const ssize_t written = write(fd_, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  bool flush() const { return fsync(fd_) == 0; }
  /// A file without a name, gone when it is closed; nullptr when there can be none.
  std::FILE* release_unnamed() {
    if (fd_ < 0 || unlink(name_.c_str()) != 0) return nullptr;
    std::FILE* file = fdopen(fd_, "w+b");
    if (file != nullptr) fd_ = -1;
    return file;
  }
  bool place(const std::filesystem::path& over) {
    placed_ = rename(name_.c_str(), over.c_str()) == 0;
    return placed_;
  }

 private:
  std::string name_;
  int fd_ = -1;
  bool placed_ = false;
};

std::optional<std::string> cannot_replace(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return "it is no regular file";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> replace_file(const std::string& path, std::string_view before, std::string_view after) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  if (error) return error.message();
  struct stat info{};
  if (stat(target.c_str(), &info) != 0) return last_error();
  if (!S_ISREG(info.st_mode)) return "it is no regular file; nothing was written";
  // Putting a new file in its place would get around the permissions of this one.
  if (access(target.c_str(), W_OK) != 0) return last_error() + "; nothing was written";
  std::ifstream in(target, std::ios::binary);
  const std::string now{std::istreambuf_iterator<char>(in), {}};
  if (now != before) return "the file has changed since it was read; nothing was written";
  NewFile file(target);
  if (!file.is_open() || !file.take_after(info) || !file.write_all(after) || !file.flush() || !file.place(target)) {
    return last_error();
  }
  return std::nullopt;
}

std::optional<std::string> write_file(const std::string& path, std::string_view content) {
  if (auto fault = cannot_replace(path)) return fault;
  NewFile file(path);
  if (!file.is_open() || !file.write_all(content) || !file.flush() || !file.place(path)) return last_error();
  return std::nullopt;
}

std::optional<std::string> GrowingFile::open(const std::string& path) {
  if (auto fault = cannot_replace(path)) return fault;
  path_ = path;
  spool_ = NewFile(path).release_unnamed();
  return spool_ == nullptr ? std::optional(last_error()) : std::nullopt;
}

GrowingFile::~GrowingFile() {
  if (spool_ != nullptr) (void)std::fclose(spool_);
}

void GrowingFile::append(std::string_view text) {
  if (!fault_ && std::fwrite(text.data(), 1, text.size(), spool_) != text.size()) fault_ = last_error();
}

std::optional<std::string> GrowingFile::place() {
  if (!fault_ && (std::fflush(spool_) != 0 || std::fseek(spool_, 0, SEEK_SET) != 0)) fault_ = last_error();
  if (fault_) return fault_;
  NewFile file(path_);
  if (!file.is_open()) return last_error();
  std::array<char, 65536> block{};
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), spool_)) {
    if (!file.write_all({block.data(), count})) return last_error();
  }
  if (std::ferror(spool_) != 0 || !file.flush() || !file.place(path_)) return last_error();
  return std::nullopt;
}

}  // namespace cli
