#include <envelint/receiver/clerk.hpp>

#include <envelint/receiver/record.hpp>

#include <fmt/core.h>

#include <chrono>
#include <utility>

namespace envelint::receiver {
namespace {

// What is stored together: more would make the first of them wait for the last.
constexpr std::size_t kMostTogether = 256;
constexpr std::size_t kOctetsTogether = std::size_t{32} << 20;
// Nothing has come for so long when tidying begins: between two messages of a rush it would only hold up the second.
constexpr std::chrono::milliseconds kQuiet{250};

}  // namespace

Clerk::Clerk(inbox::Store* store, Observer& observer, Policy policy, Answer answer)
    : store_(store), observer_(observer), policy_(policy), answer_(std::move(answer)), thread_([this] { work(); }) {}

Clerk::~Clerk() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  condition_.notify_one();
  thread_.join();
}

void Clerk::put(Job job) {
  waiting_.fetch_add(1, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  condition_.notify_one();
}

void Clerk::work() {
  const auto is_wanted = [this] { return closing_ || !jobs_.empty(); };
  bool untidy = store_ != nullptr;  // an earlier run may have left something
  bool quiet = false;
  while (true) {
    std::vector<Job> jobs;
    {
      std::unique_lock lock(mutex_);
      if (!untidy)
        condition_.wait(lock, is_wanted);
      else if (!quiet)
        condition_.wait_for(lock, kQuiet, is_wanted);
      if (jobs_.empty() && closing_) return;
      jobs = std::exchange(jobs_, {});
    }
    do_all(jobs);
    waiting_.fetch_sub(jobs.size(), std::memory_order_relaxed);
    quiet = jobs.empty();
    untidy = quiet ? tidy() : store_ != nullptr;
  }
}

/// @return whether there is more to do. After trouble that is left until something comes.
bool Clerk::tidy() {
  const auto more = store_->tidy();
  if (!more && more.error() != tidy_trouble_) observer_.trouble(more.error());
  tidy_trouble_ = more ? "" : more.error();
  return more.value_or(false);
}

/// First what somebody waits for, then the telling.
void Clerk::do_all(std::vector<Job>& jobs) {
  number_sessions(jobs);
  std::vector<std::shared_ptr<Arrival>> together;
  std::size_t octets = 0;
  const auto settle_together = [&] {
    settle(together);
    together.clear();
    octets = 0;
  };
  for (const Job& job : jobs) {
    const auto* const arrival = std::get_if<std::shared_ptr<Arrival>>(&job);
    if (arrival == nullptr) continue;
    together.push_back(*arrival);
    octets += (*arrival)->received->bytes.size();
    if (together.size() == kMostTogether || octets > kOctetsTogether) settle_together();
  }
  if (!together.empty()) settle_together();
  store_sessions(jobs);
  for (const Job& job : jobs) tell(job);
}

/// The store has its own numbers, which go on where those of an earlier run ended.
void Clerk::number_sessions(std::span<Job> jobs) {
  if (store_ == nullptr) return;
  const auto number = [this](smtp::SessionId id) {
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? 0 : found->second;
  };
  for (Job& job : jobs) {
    if (auto* const start = std::get_if<smtp::SessionStart>(&job)) {
      const auto next = store_->next_session_id();
      if (!next) observer_.trouble(next.error());
      start->id = numbers_[start->id] = next.value_or(0);
    } else if (auto* const arrival = std::get_if<std::shared_ptr<Arrival>>(&job)) {
      (*arrival)->session = number((*arrival)->session);
    } else if (auto* const refusal = std::get_if<Refusal>(&job)) {
      refusal->session = number(refusal->session);
    } else if (auto* const end = std::get_if<smtp::SessionEnd>(&job)) {
      const smtp::SessionId id = end->start.id;
      end->start.id = number(id);
      numbers_.erase(id);
    }
  }
}

void Clerk::settle(std::span<const std::shared_ptr<Arrival>> arrivals) {
  for (const auto& arrival : arrivals) {
    if (arrival->judged) arrival->action = action_of(arrival->judged->verdict, policy_);
  }
  if (store_ != nullptr) {
    store(arrivals);
  } else {
    for (const auto& arrival : arrivals) arrival->reply = reply_of(*arrival);
  }
  for (const auto& arrival : arrivals) answer_(arrival);
}

void Clerk::store(std::span<const std::shared_ptr<Arrival>> arrivals) {
  std::vector<inbox::Message> batch;
  batch.reserve(arrivals.size());
  for (const auto& arrival : arrivals) batch.push_back(record_of(*arrival));
  auto ids = store_->add(batch);
  // One that has no room must not keep out those beside it.
  if (!ids && arrivals.size() > 1) {
    for (const auto& arrival : arrivals) store({&arrival, 1});
    return;
  }
  if (!ids) {
    arrivals.front()->reply = smtp::Reply(452, "4.3.1", "It cannot be kept: " + ids.error());
    observer_.trouble(ids.error());
    return;
  }
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    arrivals[i]->id = (*ids)[i];
    arrivals[i]->reply = reply_of(*arrivals[i]);
  }
}

void Clerk::store_sessions(std::span<const Job> jobs) {
  if (store_ == nullptr) return;
  std::vector<inbox::Session> ended;
  for (const Job& job : jobs) {
    const auto* const end = std::get_if<smtp::SessionEnd>(&job);
    if (end != nullptr && end->start.id != 0) ended.push_back(record_of(*end));
  }
  if (ended.empty()) return;
  if (const auto stored = store_->add_sessions(ended); !stored) observer_.trouble(stored.error());
}

void Clerk::tell(const Job& job) {
  if (const auto* const arrival = std::get_if<std::shared_ptr<Arrival>>(&job)) {
    observer_.message(**arrival);
  } else if (const auto* const start = std::get_if<smtp::SessionStart>(&job)) {
    observer_.session_started(*start);
  } else if (const auto* const refusal = std::get_if<Refusal>(&job)) {
    observer_.message_refused(*refusal);
  } else {
    observer_.session_ended(std::get<smtp::SessionEnd>(job));
  }
}

}  // namespace envelint::receiver
