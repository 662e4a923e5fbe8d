#include "domain_list.hpp"

#include "lint_output.hpp"

#include <envelint/dns/name_input.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace cli {

using namespace envelint;

namespace {

constexpr std::size_t kBlock = std::size_t{16} << 10;

bool lets_one_wait(int file) {
  struct stat status{};
  return fstat(file, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) &&
         (S_ISFIFO(status.st_mode) || isatty(file) == 1);
}

/// Standard input as a file of its own: whether reads of it block is then nobody else's affair.
io::FileDescriptor reopen_standard_input() {
  return io::FileDescriptor(::open("/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

}  // namespace

std::expected<std::optional<dns::Name>, std::string> read_domain_line(std::string_view line) {
  line = text::trim(line.substr(0, line.find('#')));
  if (line.empty()) return std::nullopt;
  auto name = dns::parse_domain(line);
  if (!name) return std::unexpected(std::move(name.error()));
  return *std::move(name);
}

std::expected<std::unique_ptr<DomainList>, std::string> DomainList::open(io::EventLoop& loop,
                                                                         std::vector<dns::Name> names,
                                                                         const std::string& path) {
  std::unique_ptr<DomainList> list(new DomainList());
  list->names_ = std::move(names);
  if (path.empty()) return list;
  list->at_end_ = false;
  list->path_ = path == "-" ? "standard input" : path;
  if (path != "-") {
    list->file_ = io::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!list->file_) return std::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
    return list;
  }
  if (lets_one_wait(STDIN_FILENO)) {
    if (auto own = reopen_standard_input()) {
      list->waited_for_.emplace(loop, std::move(own));
      return list;
    }
  }
  list->file_ = io::FileDescriptor(::dup(STDIN_FILENO));
  return list;
}

task::Task<std::optional<dns::Name>> DomainList::next() {
  if (next_name_ < names_.size()) {
    ++count_;
    co_return names_[next_name_++];
  }
  while (true) {
    while (auto line = take_line()) {
      if (auto name = parse(*line)) {
        ++count_;
        co_return std::move(name);
      }
    }
    if (at_end_) co_return std::nullopt;
    at_end_ = !co_await fill();
  }
}

// The next line of what has been read; at the end of the file, what is left is one.
std::optional<std::string> DomainList::take_line() {
  const std::size_t end = buffer_.find('\n', at_);
  const bool whole = end != std::string::npos;
  if (!whole && !(at_end_ && (at_ < buffer_.size() || too_long_))) {
    buffer_.erase(0, std::exchange(at_, 0));
    if (buffer_.size() > kMaxDomainLine) {
      too_long_ = true;
      buffer_.clear();
    }
    return std::nullopt;
  }
  if (++line_ == 1 && !begins_as_text()) return std::nullopt;
  std::string line = buffer_.substr(at_, whole ? end - at_ : std::string::npos);
  at_ = whole ? end + 1 : buffer_.size();
  if (std::exchange(too_long_, false) || line.size() > kMaxDomainLine) {
    fault("it is longer than any name");
    line.clear();
  }
  return line;
}

// Passes a byte order mark over. False for the one of UTF-16, whose lines are no lines here: the list ends then.
bool DomainList::begins_as_text() {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (buffer_.starts_with(kMark)) at_ = kMark.size();
  if (!buffer_.starts_with("\xFF\xFE") && !buffer_.starts_with("\xFE\xFF")) return true;
  fault("the file is UTF-16; save it as UTF-8", "");
  buffer_.clear();
  at_end_ = true;
  return false;
}

// False at the end of the file.
task::Task<bool> DomainList::fill() {
  char block[kBlock];
  while (true) {
    const int number = waited_for_ ? waited_for_->number() : file_.number();
    const ssize_t got = ::read(number, block, sizeof block);
    if (got > 0) {
      buffer_.append(block, static_cast<std::size_t>(got));
      co_return true;
    }
    if (got == 0) co_return false;
    if (errno == EINTR) continue;
    if (errno != EAGAIN || !waited_for_) {
      complain(fmt::format("{}: {}", path_, std::strerror(errno)));
      all_read_ = false;
      co_return false;
    }
    auto ready = waited_for_->readable(io::Deadline::never());
    co_await std::move(ready);
  }
}

std::optional<dns::Name> DomainList::parse(const std::string& line) {
  auto name = read_domain_line(line);
  if (name) return *std::move(name);
  fault(name.error());
  return std::nullopt;
}

void DomainList::fault(std::string_view what, std::string_view consequence) {
  if (before_complaint_) before_complaint_();
  complain(fmt::format("{}:{}: {}{}", path_, line_, what, consequence));
  all_read_ = false;
}

}  // namespace cli
