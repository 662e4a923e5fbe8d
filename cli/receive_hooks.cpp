#include "receive_hooks.hpp"

#include <envelint/io/file_descriptor.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/core.h>
#include <httplib.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

extern char** environ;

namespace cli {

using envelint::io::FileDescriptor;

namespace {

constexpr std::size_t kMostWaiting = 1000;
constexpr std::size_t kMostOctets = std::size_t{256} << 20;  // that wait
constexpr int kLongestCommand = 60'000;                      // milliseconds
constexpr std::array<std::chrono::milliseconds, 3> kBeforeTry{
    {std::chrono::milliseconds(0), std::chrono::milliseconds(500), std::chrono::seconds(2)}};

std::string last_error() { return std::generic_category().message(errno); }

/// A file with a content that is gone when this is, in a folder that nobody else reads.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content) {
    std::error_code fault;
    const std::filesystem::path folder = std::filesystem::temp_directory_path(fault);
    if (fault) return;
    std::string path = (folder / "envelint-XXXXXX").string();
    file_ = FileDescriptor(::mkostemp(path.data(), O_CLOEXEC));  // mode 0600
    if (!file_) return;
    path_ = std::move(path);
    while (!content.empty()) {
      const ssize_t size = ::write(file_.number(), content.data(), content.size());
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return;
      content.remove_prefix(static_cast<std::size_t>(size));
    }
    whole_ = ::lseek(file_.number(), 0, SEEK_SET) == 0;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  [[nodiscard]] bool whole() const noexcept { return whole_; }
  [[nodiscard]] int number() const noexcept { return file_.number(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  FileDescriptor file_;
  bool whole_ = false;
};

/// Starts a command with a file as its standard input; what it prints goes where our complaints go.
/// @return its process, or why it cannot be started
std::expected<pid_t, std::string> start(std::vector<std::string> words, int input) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, 2, 1);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  // This program ignores it, and a command would inherit that: `yes | head -1` in a script would not end.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &pipe);
  // A group of its own: a Ctrl-C for this program is none for the command, and all it has started ends with it.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  pid_t process = 0;
  const int fault = ::posix_spawnp(&process, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (fault != 0) return std::unexpected(std::generic_category().message(fault));
  return process;
}

/// Waits for a process to end, and ends it when it takes too long. @return why it did not succeed, or nothing
std::optional<std::string> wait_for(pid_t process) {
  const FileDescriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
  pollfd ended{.fd = handle.number(), .events = POLLIN, .revents = 0};
  int ready = 0;
  do ready = handle ? ::poll(&ended, 1, kLongestCommand) : 1;
  while (ready < 0 && errno == EINTR);
  if (ready == 0) ::kill(-process, SIGKILL);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return last_error();
  }
  if (ready == 0) return fmt::format("it took more than {} seconds", kLongestCommand / 1000);
  if (WIFSIGNALED(status)) return fmt::format("it ended by signal {}", WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return fmt::format("it ended with status {}", WEXITSTATUS(status));
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> split_command(std::string_view text) {
  std::vector<std::string> out;
  bool in_word = false;
  char quote = '\0';
  for (const char c : text) {
    if (quote != '\0') {
      if (c == quote)
        quote = '\0';
      else
        out.back() += c;
      continue;
    }
    if (envelint::text::is_space(c)) {
      in_word = false;
      continue;
    }
    if (!std::exchange(in_word, true)) out.emplace_back();
    if (c == '"' || c == '\'')
      quote = c;
    else
      out.back() += c;
  }
  if (quote != '\0' || out.empty()) return std::nullopt;
  return out;
}

namespace {

/// `HOST`, `HOST:PORT`, `[2001:db8::1]:PORT`, in which nothing is that the HTTP library would throw on.
bool is_authority(std::string_view text) {
  using envelint::text::is_digit;
  constexpr std::size_t kMaxAuthority = 300;
  constexpr std::size_t kMaxPortDigits = 5;
  const auto sound = [](char c) { return envelint::text::is_vchar(c) && c != '@' && c != '?' && c != '#'; };
  if (text.size() > kMaxAuthority || !std::ranges::all_of(text, sound)) return false;
  const std::size_t host_end = text.starts_with('[') ? text.find(']') : text.find(':');
  if (text.starts_with('[') && host_end == std::string_view::npos) return false;
  if (host_end == std::string_view::npos) return !text.empty();
  const std::string_view rest = text.substr(text.starts_with('[') ? host_end + 1 : host_end);
  if (rest.empty()) return true;
  const std::string_view port = rest.substr(1);
  if (host_end == 0 || rest.front() != ':' || port.empty() || port.size() > kMaxPortDigits) return false;
  return std::ranges::all_of(port, is_digit) && std::stoi(std::string(port)) <= 65535;
}

}  // namespace

std::optional<WebhookUrl> parse_webhook(std::string_view text) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  const std::size_t host = text.starts_with(kHttp) ? kHttp.size() : text.starts_with(kHttps) ? kHttps.size() : 0;
  if (host == 0 || host == text.size()) return std::nullopt;
  const std::size_t slash = text.find('/', host);
  if (!is_authority(text.substr(host, slash == std::string_view::npos ? slash : slash - host))) return std::nullopt;
  WebhookUrl out;
  out.base = text.substr(0, slash);
  out.path = slash == std::string_view::npos ? "/" : text.substr(slash);
  return out;
}

std::size_t Hooks::octets_of(const Item& item) noexcept { return item.event.size() + item.octets.size(); }

Hooks::Hooks(std::vector<std::string> command, std::optional<WebhookUrl> webhook, Failed failed)
    : command_(std::move(command)),
      webhook_(std::move(webhook)),
      failed_(std::move(failed)),
      thread_([this] { work(); }) {}

Hooks::~Hooks() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Hooks::put(Item item) {
  std::unique_lock lock(mutex_);
  const auto has_room = [&] {
    return items_.empty() || (items_.size() < kMostWaiting && octets_ + octets_of(item) <= kMostOctets);
  };
  changed_.wait(lock, has_room);
  octets_ += octets_of(item);
  items_.push_back(std::move(item));
  changed_.notify_all();
}

void Hooks::work() {
  while (true) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closing_ || !items_.empty(); });
    if (items_.empty()) return;
    const Item item = std::move(items_.front());
    items_.pop_front();
    octets_ -= octets_of(item);
    changed_.notify_all();
    lock.unlock();
    if (!command_.empty()) run_command(item);
    if (webhook_) call_webhook(item);
  }
}

void Hooks::run_command(const Item& item) const {
  const TemporaryFile message(item.octets);
  const TemporaryFile verdict(item.event);
  if (!message.whole() || !verdict.whole()) return failed_(item.message, "exec", "no temporary file can be written");
  std::vector<std::string> words = command_;
  words.push_back(message.path());
  const auto process = start(std::move(words), verdict.number());
  if (!process) return failed_(item.message, "exec", fmt::format("`{}`: {}", command_.front(), process.error()));
  if (const auto why = wait_for(*process))
    failed_(item.message, "exec", fmt::format("`{}`: {}", command_.front(), *why));
}

void Hooks::call_webhook(const Item& item) const {
  std::string why;
  for (const std::chrono::milliseconds before : kBeforeTry) {
    std::this_thread::sleep_for(before);
    httplib::Client client(webhook_->base);
    client.set_connection_timeout(5);
    client.set_read_timeout(10);
    const auto answer = client.Post(webhook_->path, item.event, "application/json");
    if (answer && answer->status / 100 == 2) return;
    why = answer ? fmt::format("the answer was {}", answer->status) : httplib::to_string(answer.error());
    if (answer && answer->status / 100 == 4) break;  // the same again would be answered the same
  }
  // Paths of webhooks hold secrets, and what is told goes into the log of a CI job.
  failed_(item.message, "webhook", fmt::format("{}: {}", webhook_->base, why));
}

}  // namespace cli
