#include "key_files.hpp"

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace cli {
namespace {

std::string last_error() { return std::strerror(errno); }

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

bool is_of_the_shell(std::string_view path) {
  return path == "/dev/stdin" || path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/");
}

std::optional<std::string> refusal(const std::string& path, const struct stat& info, std::size_t most) {
  if (S_ISDIR(info.st_mode)) return "it is a directory";
  if (S_ISFIFO(info.st_mode) && !is_of_the_shell(path)) return "it is a named pipe; give a file";
  if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) return "it is a device; give a file";
  if (S_ISREG(info.st_mode) && info.st_size > static_cast<off_t>(most)) {
    return fmt::format("it has more than {} octets, which no such file has", most);
  }
  return std::nullopt;
}

// Octets read, or nothing when reading fails.
std::optional<std::size_t> read_all(int from, std::span<std::uint8_t> into) {
  std::size_t size = 0;
  while (size < into.size()) {
    const ssize_t got = read(from, into.data() + size, into.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return size;
}

bool write_all(int to, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(to, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(to) == 0;
}

std::filesystem::path folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

// Creates a file that was not there, under a name of its own. `mode` holds from the moment it exists.
int create_beside(const std::string& path, mode_t mode, std::string& name) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    name = fmt::format("{}.new-{}-{}", path, getpid(), i);
    const int made = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (made >= 0 || errno != EEXIST) return made;
  }
  return -1;
}

bool place_where_nothing_is(const char* from, const char* to) {
  if (link(from, to) == 0) {
    unlink(from);
    return true;
  }
  // File systems without hard links.
  const bool unknown = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS;
  return unknown && renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0;
}

// A name is safe on disk when its folder is.
void flush_folder(const std::string& path) {
  const Descriptor folder(open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.is_open()) fsync(folder.get());
}

}  // namespace

std::expected<SecretFile, std::string> read_secret_file(const std::string& path, std::size_t most) {
  // Without O_NONBLOCK, opening a named pipe waits for somebody to write.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info{};
  if (!file.is_open() || fstat(file.get(), &info) != 0) return std::unexpected(last_error());
  if (auto why = refusal(path, info, most)) return std::unexpected(*std::move(why));
  if (fcntl(file.get(), F_SETFL, 0) != 0) return std::unexpected(last_error());
  SecretFile out{envelint::dkim::SecretBytes(most + 1), false};
  const auto size = read_all(file.get(), out.content.writable());
  if (!size) return std::unexpected(last_error());
  if (*size > most) return std::unexpected(fmt::format("it has more than {} octets, which no such file has", most));
  out.content.shorten(*size);
  out.open_to_others = S_ISREG(info.st_mode) && (info.st_mode & (S_IRGRP | S_IROTH)) != 0;
  return out;
}

NewFiles::~NewFiles() {
  for (const Staged& file : files_) {
    if (!file.placed) unlink(file.temporary.c_str());
  }
}

std::optional<std::string> NewFiles::stage(const std::string& path, std::string_view content, Mode mode) {
  std::string name;
  const Descriptor file(create_beside(path, static_cast<mode_t>(mode), name));
  if (!file.is_open()) return fmt::format("{}: {}", path, last_error());
  files_.push_back({name, path});
  if (!write_all(file.get(), content)) return fmt::format("{}: {}", path, last_error());
  return std::nullopt;
}

std::optional<std::string> NewFiles::place(bool replace) {
  for (Staged& file : files_) {
    file.placed = replace ? std::rename(file.temporary.c_str(), file.path.c_str()) == 0
                          : place_where_nothing_is(file.temporary.c_str(), file.path.c_str());
    if (file.placed) continue;
    std::string why = fmt::format("{}: {}", file.path, last_error());
    for (const Staged& before : files_) {
      if (before.placed && !replace) unlink(before.path.c_str());
    }
    return why;
  }
  for (const Staged& file : files_) flush_folder(file.path);
  return std::nullopt;
}

}  // namespace cli
