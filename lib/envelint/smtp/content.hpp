#pragma once

#include <envelint/smtp/envelope.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envelint::smtp {

/// The octets of one message while they arrive: kept up to a limit, watched for what is odd, never changed.
/// Any cut into pieces gives the same.
class Content {
 public:
  struct Limits {
    std::size_t message;
    std::size_t drain;
    std::size_t header;
  };

  /// @param limits  see SessionOptions
  /// @param body    what MAIL declared: BINARYMIME has no lines to be watched (RFC 3030 §3)
  /// @param utf8    SMTPUTF8: octets above 127 are nothing odd
  Content(const Limits& limits, Body body, bool utf8);

  void add(std::string_view octets);
  /// A line begins whose single dot was taken away.
  void note_lost_dot() { note(WireOddity::Kind::dot_not_doubled, total_); }
  /// No more comes.
  /// @param by_chunks  only then can the last line be without an end
  void finish(bool by_chunks);

  /// How many octets came, those that are not kept too.
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  [[nodiscard]] std::size_t held() const noexcept { return octets_.size(); }
  /// More than Limits::message: nothing is kept any more, and the rest is only counted.
  [[nodiscard]] bool too_long() const noexcept { return total_ > limits_.message; }
  /// More than may be thrown away.
  [[nodiscard]] bool flooded() const noexcept { return too_long() && total_ - limits_.message > limits_.drain; }
  [[nodiscard]] bool header_too_long() const noexcept { return header_ > limits_.header; }
  /// The first bare CR, bare LF, NUL or long line.
  [[nodiscard]] const std::optional<WireOddity>& first_breach() const noexcept { return breach_; }

  /// Sorted by offset after `finish`.
  [[nodiscard]] std::vector<WireOddity> take_oddities() noexcept { return std::move(oddities_); }
  [[nodiscard]] std::string take_octets() noexcept { return std::move(octets_); }

 private:
  void watch(std::string_view octets);
  void watch_run(std::string_view run);
  void watch_special(char c);
  void end_line();
  void grow_line(std::size_t size);
  void note(WireOddity::Kind kind, std::uint64_t offset);
  void breach(WireOddity::Kind kind, std::uint64_t offset);

  Limits limits_;
  bool lines_;  ///< whether it has lines to be watched
  bool eight_bit_allowed_;
  std::string octets_;
  std::uint64_t total_ = 0;
  std::uint64_t header_ = 0;  ///< octets of the header so far
  bool in_header_ = true;
  bool after_cr_ = false;
  std::uint64_t seen_ = 0;  ///< octets watched
  std::uint64_t line_start_ = 0;
  std::size_t line_size_ = 0;
  std::optional<std::uint64_t> eight_bit_;
  std::optional<WireOddity> breach_;
  std::optional<std::uint64_t> more_;
  std::vector<WireOddity> oddities_;
};

}  // namespace envelint::smtp
