#pragma once

#include <envelint/dns/resolver.hpp>

#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

/// Recordings of DNS: what was asked and what came back, as text that a person can read and attach to a report, and
/// from which the same findings can be made again offline.
///
/// The first line is `{"schema":"envelint/dns/1"}`. Each line after it is one question: `name`, `type`, `state`
/// (`records`, `nodata`, `nxdomain` or a word for the trouble), `records` as lines of a zone file, `chain`, `ttl`,
/// `authenticated`, `extended_error`, `detail` and `server`; members without a value are left out.
namespace envelint::dns {

/// What one recording may hold.
inline constexpr std::size_t kMaxRecordingBytes = std::size_t{64} << 20;

struct QuestionHash {
  [[nodiscard]] std::size_t operator()(const Query& query) const noexcept {
    return std::hash<Name>{}(query.name) * 31 + static_cast<std::size_t>(query.type);
  }
};
using Answers = std::unordered_map<Query, Answer, QuestionHash>;

/// Asks another resolver and writes down what comes back: every question once, with its first answer, as soon as it is
/// answered. Refers to that resolver. For one thread; questions may be in flight together.
///
/// Answers are not kept, so that a list of domains may be as long as it likes. Of questions there is a bound, because a
/// recording has one.
class RecordingResolver : public Resolver {
 public:
  using Write = std::function<void(std::string_view line)>;

  /// @param write  gets each line of the recording with its line end, the first at once.
  /// @param most   octets; lines for which there is no room are counted in left_out().
  RecordingResolver(Resolver& inner, Write write, std::size_t most = kMaxRecordingBytes);

  task::Task<Answer> query(Query query) override;

  /// Writes down an answer that did not come through here, unless the question has one: of a question that was given up.
  void add(const Query& query, const Answer& answer);

  /// Answers for which the recording had no room.
  [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }

 private:
  bool write(std::string_view line);

  Resolver& inner_;
  Write write_;
  std::size_t room_;
  std::unordered_set<Query, QuestionHash> written_;
  std::size_t left_out_ = 0;
};

/// Answers from a recording; what was not asked then is Trouble::outside now. Several threads may ask.
class ReplayResolver : public Resolver {
 public:
  explicit ReplayResolver(Answers answers) : answers_(std::move(answers)) {}

  task::Task<Answer> query(Query query) override;
  [[nodiscard]] const Answer* at_hand(const Name& name, Type type) override;

 private:
  Answers answers_;
};

/// Why a recording cannot be read, and in which line (from 1).
struct RecordingFault {
  std::size_t line;
  std::string message;
};

/// Reads a recording. Any bytes are taken; never throws but for memory.
[[nodiscard]] std::expected<Answers, RecordingFault> read_recording(std::string_view text);

}  // namespace envelint::dns
