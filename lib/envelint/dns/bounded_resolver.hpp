#pragma once

#include <envelint/dns/resolver.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace envelint::dns {

/// A question that nobody answered.
struct Unanswered {
  Query query;
  Trouble trouble;
  std::string detail;  ///< may be empty
  std::string server;  ///< may be empty
};

/// What a server added to an answer that it gave (RFC 8914): that it is stale, say, or not its own.
struct Remark {
  Query query;
  std::uint16_t code;
  std::string text;    ///< may be empty
  std::string server;  ///< may be empty
};

/// What one piece of work may ask.
struct QuestionBudget {
  QuestionBudget() = default;

  std::size_t questions = 2000;
  /// From this time on, questions are answered with Trouble::timeout at once. Questions in flight then end by the
  /// limits of the resolver behind.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  /// Tells the time; without one there is no deadline.
  std::function<std::chrono::steady_clock::time_point()> clock = {};
};

/// Asks for one piece of work (one domain, one message): no more than its budget allows, and keeps what was not
/// answered. Refers to the other resolver. For one thread; questions may be in flight together.
class BoundedResolver : public Resolver {
 public:
  BoundedResolver(Resolver& inner, QuestionBudget budget) : inner_(inner), budget_(std::move(budget)) {}

  task::Task<Answer> query(Query query) override;

  /// Every question without an answer, once each, in the order in which they failed. Those that were not asked because
  /// of Trouble::outside are not among them.
  [[nodiscard]] const std::vector<Unanswered>& unanswered() const noexcept { return unanswered_; }
  /// What servers remarked on the answers they gave, once for each question.
  [[nodiscard]] const std::vector<Remark>& remarks() const noexcept { return remarks_; }
  [[nodiscard]] std::size_t questions() const noexcept { return asked_; }

 private:
  void note(const Query& query, const Answer& answer);

  Resolver& inner_;
  QuestionBudget budget_;
  std::size_t asked_ = 0;
  std::vector<Unanswered> unanswered_;
  std::vector<Remark> remarks_;
};

}  // namespace envelint::dns
