#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::smtp {

/// RFC 5321 §4.5.3.1.5 says 512; servers that explain themselves in URLs send more.
inline constexpr std::size_t kMaxServerLine = 2048;
/// Lines of one reply. EHLO of a rich server has twenty; a hostile one has no end.
inline constexpr std::size_t kMaxServerLines = 100;

/// A reply as a client reads it (RFC 5321 §4.2). Bytes of others.
struct ServerReply {
  ServerReply() = default;

  int code = 0;                    ///< 200 to 559
  std::vector<std::string> lines;  ///< at least one; without code, separator and line end
  bool bare_lf = false;            ///< a line ended without CR

  /// 2xx.
  [[nodiscard]] bool is_done() const noexcept { return code / 100 == 2; }
  /// The lines with LF between them.
  [[nodiscard]] std::string text() const;
  /// The same, with the code before each, as they came: `250-mx.example.com`.
  [[nodiscard]] std::string wire() const;
  /// `5.1.1` of RFC 2034 where the text begins with one of the same class; empty otherwise.
  [[nodiscard]] std::string_view enhanced() const noexcept;
};

/// Finds replies in the octets of a server. Bounded, whatever comes; for any cut of the octets the same.
class ReplyReader {
 public:
  enum class State : std::uint8_t {
    open,   ///< more octets are needed
    reply,  ///< `reply()` is whole
    fault,  ///< this is no reply, see `fault()`
  };

  /// Takes octets, none behind the end of a reply. @return how many
  [[nodiscard]] std::size_t read(std::string_view bytes);
  [[nodiscard]] State state() const noexcept { return state_; }
  /// Whether a reply has begun that has not ended.
  [[nodiscard]] bool has_begun() const noexcept { return !line_.empty() || !reply_.lines.empty(); }

  [[nodiscard]] const ServerReply& reply() const noexcept { return reply_; }
  /// What is wrong, as a clause; everything hidden in it is made visible.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

  /// Begins the next reply.
  void clear() noexcept;

 private:
  void end_line();
  void fail(std::string clause);

  State state_ = State::open;
  std::string line_;
  ServerReply reply_;
  std::string fault_;
};

}  // namespace envelint::smtp
