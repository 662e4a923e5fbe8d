#include <envelint/inbox/export.hpp>

#include <envelint/inbox/time_text.hpp>
#include <envelint/io/file_descriptor.hpp>

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <utility>

namespace envelint::inbox {
namespace {

namespace fs = std::filesystem;

using Fault = std::optional<std::string>;

constexpr std::string_view kFromLine = "From ";

/// What the last system call says of a file.
std::string trouble(const fs::path& file) {
  const std::string why = errno == EEXIST ? "it is there already, and is not overwritten" : std::strerror(errno);
  return fmt::format("{}: {}", file.string(), why);
}

bool write_all(int file, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(file, octets.data(), octets.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) octets.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

io::FileDescriptor create(const fs::path& file) {
  return io::FileDescriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
}

/// Programs that read mail go by the time of the file.
bool set_time(int file, std::int64_t milliseconds) {
  const std::int64_t rest = (milliseconds % 1000 + 1000) % 1000;
  const timespec time{milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0), rest * 1'000'000};
  const std::array<timespec, 2> both{time, time};
  return ::futimens(file, both.data()) == 0;
}

/// Writes a new file as a whole, or none.
Fault write_new(const fs::path& file, const Message& message, bool flush) {
  const io::FileDescriptor created = create(file);
  if (!created) return trouble(file);
  const bool written = write_all(created.number(), message.raw) && set_time(created.number(), message.received_ms);
  if (written && (!flush || ::fsync(created.number()) == 0)) return std::nullopt;
  Fault out = trouble(file);
  ::unlink(file.c_str());
  return out;
}

Fault flush_folder(const fs::path& folder) {
  const io::FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.number()) != 0) return trouble(folder);
  return std::nullopt;
}

Fault make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) return std::nullopt;
  std::error_code error;
  if (errno != EEXIST) return trouble(folder);
  if (!fs::is_directory(folder, error)) return fmt::format("{}: it is there already, and no folder", folder.string());
  return std::nullopt;
}

class EmlFolder final : public Exporter {
 public:
  explicit EmlFolder(fs::path folder) : folder_(std::move(folder)) {}

  Fault open() { return make_folder(folder_); }

  Fault add(const Message& message) override {
    return write_new(folder_ / fmt::format("{}.eml", message.id), message, false);
  }

  Fault finish() override {
    const io::FileDescriptor opened(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened || ::syncfs(opened.number()) != 0) return trouble(folder_);
    return std::nullopt;
  }

 private:
  fs::path folder_;
};

class MboxFile final : public Exporter {
 public:
  explicit MboxFile(fs::path file) : path_(std::move(file)) {}
  ~MboxFile() override {
    if (file_) ::unlink(path_.c_str());
  }

  Fault open() {
    file_ = create(path_);
    return file_ ? std::nullopt : Fault(trouble(path_));
  }

  Fault add(const Message& message) override {
    return write_all(file_.number(), mbox_entry(message)) ? std::nullopt : Fault(trouble(path_));
  }

  Fault finish() override {
    if (::fsync(file_.number()) != 0) return trouble(path_);
    file_ = io::FileDescriptor();
    return std::nullopt;
  }

 private:
  fs::path path_;
  io::FileDescriptor file_;  // none when the file is whole
};

/// The host's name as names of files in a Maildir have it (cr.yp.to/proto/maildir.html).
std::string host_part() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  std::string out;
  for (const char c : std::string_view(name.data())) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    out += plain ? std::string(1, c) : fmt::format("\\{:03o}", static_cast<unsigned char>(c));
  }
  return out.empty() ? "localhost" : out;
}

class Maildir final : public Exporter {
 public:
  explicit Maildir(fs::path folder) : folder_(std::move(folder)), host_(host_part()) {}

  Fault open() {
    std::error_code error;
    const bool others = fs::exists(folder_, error) && !fs::is_empty(folder_, error);
    if (others && !fs::is_directory(folder_ / "new", error)) {
      return fmt::format("{}: it is there already, and no Maildir", folder_.string());
    }
    for (const fs::path& folder : {folder_, folder_ / "tmp", folder_ / "new", folder_ / "cur"}) {
      if (Fault fault = make_folder(folder)) return fault;
    }
    return std::nullopt;
  }

  /// A new message has no flags, so its name has none. When it is in `new` it is whole and on the disk.
  Fault add(const Message& message) override {
    const std::string name = name_for(message);
    const fs::path before = folder_ / "tmp" / name;
    if (Fault fault = write_new(before, message, true)) return fault;
    Fault out = move(before, folder_ / "new" / name);
    if (out) ::unlink(before.c_str());
    return out;
  }

  Fault finish() override { return flush_folder(folder_ / "new"); }

 private:
  /// When it came, and what no other message of this or another process here has.
  std::string name_for(const Message& message) {
    const std::int64_t received = std::max<std::int64_t>(message.received_ms, 0);
    return fmt::format("{}.M{:06}P{}R{:08x}Q{}.{},S={}", received / 1000, received % 1000 * 1000, ::getpid(), random_,
                       ++count_, host_, message.raw.size());
  }

  /// A link, unlike a rename, does not replace what is there. Some file systems have none.
  static Fault move(const fs::path& from, const fs::path& to) {
    if (::link(from.c_str(), to.c_str()) == 0) {
      ::unlink(from.c_str());
      return std::nullopt;
    }
    const bool no_links = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS;
    if (no_links && ::rename(from.c_str(), to.c_str()) == 0) return std::nullopt;
    return trouble(to);
  }

  fs::path folder_;
  std::string host_;
  unsigned random_ = std::random_device()();
  std::uint64_t count_ = 0;
};

template <class Form>
std::expected<std::unique_ptr<Exporter>, std::string> opened(const std::string& path) {
  auto out = std::make_unique<Form>(path);
  if (Fault fault = out->open()) return std::unexpected(*std::move(fault));
  return out;
}

/// The sender as the line before a message has it: one word, whatever it is made of.
std::string mbox_sender(const smtp::Path& path) {
  if (path.written.empty()) return "MAILER-DAEMON";
  std::string out = path.written;
  std::ranges::replace_if(out, [](char c) { return c <= ' ' || c > '~'; }, '_');
  return out;
}

bool is_from_line(std::string_view line) {
  const std::size_t marks = line.find_first_not_of('>');
  return marks != std::string_view::npos && line.substr(marks).starts_with(kFromLine);
}

/// With bare LF for CRLF, and one `>` more before each line that looks like the one between messages.
std::string mbox_lines(std::string_view raw) {
  std::string out;
  out.reserve(raw.size() + 1);
  while (!raw.empty()) {
    const std::size_t lf = raw.find('\n');
    std::string_view line = raw.substr(0, lf);
    raw.remove_prefix(lf == std::string_view::npos ? raw.size() : lf + 1);
    if (lf != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    if (is_from_line(line)) out += '>';
    out.append(line).append("\n");
  }
  return out;
}

}  // namespace

std::expected<std::unique_ptr<Exporter>, std::string> exporter(ExportForm form, const std::string& path) {
  switch (form) {
    case ExportForm::eml: return opened<EmlFolder>(path);
    case ExportForm::mbox: return opened<MboxFile>(path);
    case ExportForm::maildir: return opened<Maildir>(path);
  }
  return std::unexpected(std::string("no such form"));
}

std::string mbox_entry(const Message& message) {
  return fmt::format("{}{} {}\n{}\n", kFromLine, mbox_sender(message.envelope.from.path),
                     mbox_date(message.received_ms), mbox_lines(message.raw));
}

bool survives_mbox(std::string_view raw) {
  // Every LF needs one CR before it, and not two: that one would be taken for the line end when it is read.
  for (std::size_t lf = raw.find('\n'); lf != std::string_view::npos; lf = raw.find('\n', lf + 1)) {
    if (lf == 0 || raw[lf - 1] != '\r' || (lf >= 2 && raw[lf - 2] == '\r')) return false;
  }
  return raw.empty() || raw.ends_with('\n');
}

}  // namespace envelint::inbox
