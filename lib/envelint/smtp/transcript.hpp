#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envelint::smtp {

/// One line of what was said in a session.
struct TranscriptEntry {
  enum class Who : std::uint8_t {
    client,   ///< a command, or a line of an AUTH exchange with its secrets as `****`
    content,  ///< octets of a message: only how many
    server,   ///< a reply, its lines separated by LF
    note,     ///< something that nobody said: TLS began, the client is gone
  };
  Who who;
  std::string text;  ///< everything hidden is made visible (`text::visible`)
};

/// What was said, in order and bounded: what is more than kMaxEntries or kMaxOctets between two calls of `take` is left
/// out, and a note says so.
class Transcript {
 public:
  static constexpr std::size_t kMaxEntries = 4096;
  static constexpr std::size_t kMaxOctets = std::size_t{256} << 10;

  /// @param line  of any octets; made visible here, and cut at 512 characters
  void add(TranscriptEntry::Who who, std::string_view line);
  [[nodiscard]] const std::vector<TranscriptEntry>& entries() const noexcept { return entries_; }
  /// Octets of the entries so far.
  [[nodiscard]] std::size_t octets() const noexcept { return octets_; }
  /// Hands out the entries so far and goes on with none.
  [[nodiscard]] std::vector<TranscriptEntry> take() noexcept;

 private:
  std::vector<TranscriptEntry> entries_;
  std::size_t octets_ = 0;
};

}  // namespace envelint::smtp
