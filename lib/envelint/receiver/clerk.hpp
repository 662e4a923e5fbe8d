#pragma once

#include <envelint/inbox/store.hpp>
#include <envelint/receiver/arrival.hpp>
#include <envelint/receiver/policy.hpp>
#include <envelint/smtp/server.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

namespace envelint::receiver {

/// A message that a session refused by itself, after it was sent.
struct Refusal {
  smtp::SessionId session = 0;
  smtp::MessageRefused refused;
};

/// Is told what happens, in the order in which it happened, on the clerk's thread. While it takes its time, nothing more
/// is stored or answered: whoever has slow work to do hands it on.
class Observer {
 public:
  virtual ~Observer() = default;

  virtual void session_started(const smtp::SessionStart& start) = 0;
  virtual void message(const Arrival& arrival) = 0;
  virtual void message_refused(const Refusal& refusal) = 0;
  virtual void session_ended(const smtp::SessionEnd& end) = 0;
  /// Something could not be stored.
  virtual void trouble(std::string_view what) = 0;
};

/// A thread that stores what has come, has it answered, and then tells of it. What has come meanwhile is stored together:
/// however many clients wait, a disk is waited for once. When it is quiet, it tidies the store.
class Clerk {
 public:
  using Job = std::variant<std::shared_ptr<Arrival>, smtp::SessionStart, Refusal, smtp::SessionEnd>;
  using Answer = std::function<void(std::shared_ptr<Arrival>)>;

  /// @param store   nullptr: nothing is kept
  /// @param answer  called on the clerk's thread with each message that has its reply
  Clerk(inbox::Store* store, Observer& observer, Policy policy, Answer answer);
  Clerk(const Clerk&) = delete;
  Clerk& operator=(const Clerk&) = delete;
  /// Ends when all that was put is done.
  ~Clerk();

  /// For every thread.
  void put(Job job);
  /// How much waits to be done.
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.load(std::memory_order_relaxed); }

 private:
  void work();
  bool tidy();
  void do_all(std::vector<Job>& jobs);
  void number_sessions(std::span<Job> jobs);
  void settle(std::span<const std::shared_ptr<Arrival>> arrivals);
  void store(std::span<const std::shared_ptr<Arrival>> arrivals);
  void store_sessions(std::span<const Job> jobs);
  void tell(const Job& job);

  inbox::Store* store_;
  Observer& observer_;
  Policy policy_;
  Answer answer_;
  std::unordered_map<smtp::SessionId, inbox::SessionId> numbers_;  // of the server, by the store
  std::string tidy_trouble_;                                       // the last one, which is told once
  std::mutex mutex_;
  std::condition_variable condition_;
  std::vector<Job> jobs_;
  std::atomic<std::size_t> waiting_ = 0;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace envelint::receiver
