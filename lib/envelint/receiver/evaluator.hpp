#pragma once

#include <envelint/dkim/verifying_key.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/io/gate.hpp>
#include <envelint/io/mailbox.hpp>
#include <envelint/io/task_set.hpp>
#include <envelint/receiver/arrival.hpp>
#include <envelint/receiver/client.hpp>
#include <envelint/spf/record_cache.hpp>
#include <envelint/task/task.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace envelint::receiver {

/// Where messages are judged: a loop and a resolver on it. Of the evaluator's thread while there is one; both must
/// outlive it.
struct Ground {
  io::EventLoop* loop = nullptr;
  dns::Resolver* resolver = nullptr;
  bool live = false;  ///< whether the resolver asks the network, so that there is waiting
};

struct EvaluatorOptions {
  bool judge = true;  ///< false: everything is passed on as it is
  bool autopsy = true;
  ClientOverride client;
  std::string receiver;              ///< the name of this host
  std::optional<std::uint64_t> now;  ///< the time by which signatures expire; else that of arrival
};

/// A thread that judges messages, many at once where DNS lets it wait.
class Evaluator {
 public:
  using Done = std::function<void(std::shared_ptr<Arrival>)>;

  /// @param done  called on the evaluator's thread with each message when it is judged
  Evaluator(Ground ground, EvaluatorOptions options, Done done);
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;
  /// Ends when all that was given is judged.
  ~Evaluator();

  /// For every thread.
  void give(std::shared_ptr<Arrival> arrival) { given_.put(std::move(arrival)); }

 private:
  [[nodiscard]] task::Task<void> serve();
  [[nodiscard]] task::Task<void> evaluate(std::shared_ptr<Arrival> arrival);
  [[nodiscard]] task::Task<void> judge(Arrival* arrival);
  [[nodiscard]] task::Task<void> imagine_sender(Arrival* arrival);
  [[nodiscard]] verdict::JudgeOptions how(const Arrival& arrival);

  Ground ground_;
  EvaluatorOptions options_;
  Done done_;
  dns::PublicSuffixList suffixes_;
  spf::RecordCache records_;
  dkim::KeyCache keys_;
  io::Signal woken_;
  io::Mailbox<std::shared_ptr<Arrival>> given_;  // an empty one: no more will come
  bool closing_ = false;
  io::Gate gate_;
  io::TaskSet tasks_;
  std::thread thread_;
};

}  // namespace envelint::receiver
