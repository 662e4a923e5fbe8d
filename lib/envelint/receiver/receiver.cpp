#include <envelint/receiver/receiver.hpp>

#include <utility>

namespace envelint::receiver {
namespace {

// Sessions and messages that wait for the clerk, above which no connection is taken: somebody reads slowly what he tells.
constexpr std::size_t kMostWaiting = 5000;

}  // namespace

Receiver::Receiver(io::EventLoop& server, Ground ground, inbox::Store* store, Observer& observer,
                   ReceiverOptions options)
    : loop_(server),
      discard_(options.discard),
      answered_(server, {[](void* self) { static_cast<Receiver*>(self)->wake_answered(); }, this}) {
  if (discard_) return;
  clerk_.emplace(store, observer, options.policy,
                 [this](std::shared_ptr<Arrival> arrival) { answered_.put(std::move(arrival)); });
  evaluator_.emplace(ground, std::move(options.evaluator),
                     [this](std::shared_ptr<Arrival> arrival) { clerk_->put(std::move(arrival)); });
}

Receiver::~Receiver() = default;

void Receiver::wake_answered() {
  for (const std::shared_ptr<Arrival>& arrival : answered_.take()) arrival->answered.set();
}

void Receiver::session_started(const smtp::SessionStart& start) {
  if (clerk_) clerk_->put(start);
}

task::Task<std::vector<smtp::Reply>> Receiver::message(smtp::SessionId session,
                                                       std::unique_ptr<smtp::Message> message) {
  if (discard_) co_return std::vector{smtp::Reply(250, "2.0.0", "Thrown away")};
  const auto arrival = std::make_shared<Arrival>(loop_, session, std::move(message));
  evaluator_->give(arrival);
  io::Signal::Wait wait = arrival->answered.wait(io::Deadline::never());
  co_await wait;
  co_return std::vector{arrival->reply};
}

void Receiver::message_refused(smtp::SessionId session, smtp::MessageRefused refused) {
  if (clerk_) clerk_->put(Refusal{session, std::move(refused)});
}

void Receiver::session_ended(smtp::SessionEnd end) {
  if (clerk_) clerk_->put(std::move(end));
}

bool Receiver::ready() const { return !clerk_ || clerk_->waiting() < kMostWaiting; }

}  // namespace envelint::receiver
