#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/io/descriptor.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/io/file_descriptor.hpp>
#include <envelint/task/task.hpp>

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

/// No domain name takes as much, however it is written.
inline constexpr std::size_t kMaxDomainLine = 4096;

/// Reads one line of a list of domains: a name, perhaps with white space around and a comment behind `#`.
/// @return nothing for a line without a name, or what is wrong with it.
[[nodiscard]] std::expected<std::optional<envelint::dns::Name>, std::string> read_domain_line(std::string_view line);

/// Domains to be looked at, one after the other: those of the command line, then those of a file, which is read as it is
/// needed, so that it may have any length. A pipe that has nothing yet is waited for without holding up the loop.
/// Complains on standard error about lines that hold no domain, and goes on.
class DomainList {
 public:
  /// @param names  the domains of the command line.
  /// @param path   the file, `-` for standard input, or empty for none.
  /// @return the list, or why the file cannot be opened.
  [[nodiscard]] static std::expected<std::unique_ptr<DomainList>, std::string> open(
      envelint::io::EventLoop& loop, std::vector<envelint::dns::Name> names, const std::string& path);

  /// The next domain, or nothing at the end. One caller at a time.
  [[nodiscard]] envelint::task::Task<std::optional<envelint::dns::Name>> next();

  /// What is to be done before each complaint, as to take a line of progress away.
  void before_complaint(std::function<void()> call) { before_complaint_ = std::move(call); }

  /// Whether everything could be read so far, and every line was a domain.
  [[nodiscard]] bool all_read() const noexcept { return all_read_; }
  /// How many domains there were so far.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  DomainList() = default;

  [[nodiscard]] std::optional<std::string> take_line();
  [[nodiscard]] envelint::task::Task<bool> fill();
  [[nodiscard]] std::optional<envelint::dns::Name> parse(const std::string& line);
  [[nodiscard]] bool begins_as_text();
  void fault(std::string_view what, std::string_view consequence = "; skipped");

  std::function<void()> before_complaint_;
  std::vector<envelint::dns::Name> names_;
  std::size_t next_name_ = 0;
  std::string path_;
  envelint::io::FileDescriptor file_;                   // a file that never lets one wait
  std::optional<envelint::io::Descriptor> waited_for_;  // a pipe or terminal
  std::string buffer_;
  std::size_t at_ = 0;
  bool at_end_ = true;
  bool too_long_ = false;  // the line at hand
  std::size_t line_ = 0;
  std::size_t count_ = 0;
  bool all_read_ = true;
};

}  // namespace cli
