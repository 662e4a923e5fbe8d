#include "message_input.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

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

}  // namespace

std::expected<MessageInput, std::string> read_message(const std::string& path) {
  MessageInput input;
  input.name = path == "-" ? "standard input" : path;
  std::unique_ptr<std::FILE, CloseFile> opened;
  if (path != "-") {
    opened.reset(std::fopen(path.c_str(), "rb"));
    if (!opened) return std::unexpected(fmt::format("{}: {}", input.name, std::strerror(errno)));
  }
  auto bytes = read_all(opened ? opened.get() : stdin);
  if (!bytes) return std::unexpected(fmt::format("{}: {}", input.name, bytes.error()));
  if (bytes->empty()) return std::unexpected(fmt::format("{}: it is empty, and no message", input.name));
  input.line_ends = envelint::mail::line_ends(*bytes);
  const bool bare = input.line_ends == envelint::mail::LineEnds::lf_as_crlf;
  input.bytes = bare ? envelint::mail::to_crlf(*bytes) : *std::move(bytes);
  return input;
}

}  // namespace cli
