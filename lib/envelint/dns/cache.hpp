#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/io/task_set.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

namespace envelint::dns {

struct CacheOptions {
  /// An answer is kept as long as its TTL says, but within these. One that knows no TTL is kept for the least.
  std::chrono::seconds least{5};
  std::chrono::seconds most{3600};
  std::chrono::seconds trouble{5};  ///< RFC 9520 §3.2 asks for at least one
  std::size_t max_answers = 100'000;
  std::size_t max_octets = 64 * 1024 * 1024;  ///< of all answers, roughly
};

/// Asks another resolver once where many ask the same: answers are kept while they hold (negative ones too, RFC 2308),
/// and who asks what is being asked already waits for that answer. What was not asked for longest goes first.
///
/// The question goes on when its first asker is destroyed, for those who wait with it. An answer's `ttl` is what is
/// left of it. Lives on its loop, not thread-safe; it must outlive the tasks it gave, and `inner` must outlive it.
class CachingResolver : public Resolver {
 public:
  CachingResolver(Resolver& inner, io::EventLoop& loop, CacheOptions options = {});
  ~CachingResolver() override;

  task::Task<Answer> query(Query query) override;

  struct Counts {
    std::uint64_t hits = 0;    ///< answered from what is kept
    std::uint64_t shared = 0;  ///< waited for somebody else's question
    std::uint64_t asked = 0;   ///< asked of the inner resolver
  };
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const Query& query) const noexcept {
      return std::hash<Name>()(query.name) * 31 + static_cast<std::size_t>(query.type);
    }
  };
  struct Flight;
  struct Kept {
    Query query;
    Answer answer;
    io::TimePoint stored;
    io::TimePoint expires;
    std::size_t octets = 0;
  };
  using Order = std::list<Kept>;  // the one asked for last in front

  [[nodiscard]] const Kept* find(const Query& query);
  [[nodiscard]] Answer left_of(const Kept& kept, const Query& query) const;
  void keep(const Query& query, const Answer& answer);
  void drop(Order::iterator kept);
  [[nodiscard]] task::Task<void> fetch(Query query, std::shared_ptr<Flight> flight);

  Resolver* inner_;
  io::EventLoop* loop_;
  CacheOptions options_;
  Counts counts_;
  Order order_;
  std::unordered_map<Query, Order::iterator, Hash> kept_;
  std::size_t octets_ = 0;
  std::unordered_map<Query, std::shared_ptr<Flight>, Hash> flights_;
  io::TaskSet fetches_;
};

}  // namespace envelint::dns
