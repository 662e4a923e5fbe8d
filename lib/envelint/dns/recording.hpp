#pragma once

#include <envelint/dns/resolver.hpp>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

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

/// Asks another resolver and keeps what comes back. Refers to it. For one thread; questions may be in flight together.
class RecordingResolver : public Resolver {
 public:
  explicit RecordingResolver(Resolver& inner) : inner_(inner) {}

  task::Task<Answer> query(Query query) override;

  /// Keeps an answer that did not come through here, unless the question has one: of a question that was given up.
  void add(const Query& query, const Answer& answer);

  /// The recording so far: every question once, with its first answer, in the order in which they were answered.
  [[nodiscard]] std::string text() const;

 private:
  Resolver& inner_;
  Answers answers_;
  std::vector<Query> order_;
};

/// Answers from a recording; what was not asked then is Trouble::outside now. Several threads may ask.
class ReplayResolver : public Resolver {
 public:
  explicit ReplayResolver(Answers answers) : answers_(std::move(answers)) {}

  task::Task<Answer> query(Query query) override;

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
