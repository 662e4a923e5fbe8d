#pragma once

#include <envelint/inbox/store.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/io/mailbox.hpp>
#include <envelint/receiver/clerk.hpp>
#include <envelint/receiver/evaluator.hpp>
#include <envelint/smtp/server.hpp>

#include <memory>
#include <optional>

namespace envelint::receiver {

struct ReceiverOptions {
  EvaluatorOptions evaluator;
  Policy policy = Policy::accept;
  bool discard = false;  ///< takes everything at once and keeps nothing: to see how fast a sender is
};

/// What a server's mail comes to: the server's thread hands messages to the evaluator, that to the clerk, who has them
/// answered. So neither DNS nor a disk is ever waited for where sockets are.
class Receiver : public smtp::Handler {
 public:
  /// @param server    the loop of the server; runs no more when the receiver is destroyed
  /// @param ground    where messages are judged; another loop
  /// @param store     nullptr: nothing is kept
  /// @param observer  must outlive the receiver, like all else
  Receiver(io::EventLoop& server, Ground ground, inbox::Store* store, Observer& observer, ReceiverOptions options);
  /// Ends when everything is judged, stored and told.
  ~Receiver() override;

  void session_started(const smtp::SessionStart& start) override;
  [[nodiscard]] task::Task<std::vector<smtp::Reply>> message(smtp::SessionId session,
                                                             std::unique_ptr<smtp::Message> message) override;
  void message_refused(smtp::SessionId session, smtp::MessageRefused refused) override;
  void session_ended(smtp::SessionEnd end) override;
  [[nodiscard]] bool ready() const override;

 private:
  void wake_answered();

  io::EventLoop& loop_;
  bool discard_;
  io::Mailbox<std::shared_ptr<Arrival>> answered_;
  // In this order: each hands on to the one before it.
  std::optional<Clerk> clerk_;
  std::optional<Evaluator> evaluator_;
};

}  // namespace envelint::receiver
