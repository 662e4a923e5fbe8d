#include "message_input.hpp"

#include <envelint/mail/mbox.hpp>

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace cli {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

std::expected<std::string, std::string> read_all(std::FILE* file) {
  constexpr std::size_t kBlock = std::size_t{1} << 16;
  std::string out;
  while (out.size() <= kMaxMessageFile) {
    const std::size_t size = out.size();
    out.resize(size + kBlock);
    const std::size_t got = std::fread(out.data() + size, 1, kBlock, file);
    out.resize(size + got);
    if (got < kBlock) break;
  }
  if (std::ferror(file) != 0) return std::unexpected(std::strerror(errno));
  if (out.size() > kMaxMessageFile) return std::unexpected(fmt::format("it has more than {} octets", kMaxMessageFile));
  return out;
}

std::expected<std::string, std::string> read_file(const std::string& path, const std::string& name) {
  std::unique_ptr<std::FILE, CloseFile> opened;
  if (path != "-") {
    opened.reset(std::fopen(path.c_str(), "rb"));
    if (!opened) return std::unexpected(fmt::format("{}: {}", name, std::strerror(errno)));
  }
  auto bytes = read_all(opened ? opened.get() : stdin);
  if (!bytes) return std::unexpected(fmt::format("{}: {}", name, bytes.error()));
  if (bytes->empty()) return std::unexpected(fmt::format("{}: it is empty, and no message", name));
  return bytes;
}

MessageInput message_of(std::string name, std::string bytes) {
  MessageInput out;
  out.name = std::move(name);
  out.line_ends = envelint::mail::line_ends(bytes);
  const bool bare = out.line_ends == envelint::mail::LineEnds::lf_as_crlf;
  out.bytes = bare ? envelint::mail::to_crlf(bytes) : std::move(bytes);
  return out;
}

std::string name_of(const std::string& path) { return path == "-" ? "standard input" : path; }

std::size_t count_messages(std::string_view file) {
  if (!envelint::mail::is_mbox(file)) return 1;
  std::size_t count = 0;
  envelint::mail::MboxReader reader(file);
  for (envelint::mail::MboxMessage message; reader.next(message);) ++count;
  return count;
}

}  // namespace

std::expected<MessageInput, std::string> read_message(const std::string& path) {
  const std::string name = name_of(path);
  auto bytes = read_file(path, name);
  if (!bytes) return std::unexpected(bytes.error());
  return message_of(name, *std::move(bytes));
}

std::expected<std::size_t, std::string> read_messages(
    const std::string& path, const std::function<void(const MessageInput&, std::size_t count)>& take) {
  const std::string name = name_of(path);
  auto bytes = read_file(path, name);
  if (!bytes) return std::unexpected(bytes.error());
  const std::size_t count = count_messages(*bytes);
  // One with a `From ` line on top is taken as it is, to tell of that line, unless it may have quoted ones.
  const bool quoted = envelint::mail::is_mbox(*bytes) && bytes->contains("\n>");
  if (count < 2 && !quoted) {
    take(message_of(name, *std::move(bytes)), 1);
    return 1;
  }
  envelint::mail::MboxReader reader(*bytes);
  for (envelint::mail::MboxMessage message; reader.next(message);) {
    take(message_of(fmt::format("{}:{}", name, message.line), std::move(message.bytes)), count);
  }
  return count;
}

}  // namespace cli
