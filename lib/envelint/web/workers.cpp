#include <envelint/web/workers.hpp>

#include <system_error>
#include <thread>
#include <utility>

namespace envelint::web {
namespace {

constexpr std::chrono::seconds kIdle{5};

}  // namespace

Workers::~Workers() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return threads_ == 0; });
}

bool Workers::give(std::function<void()> work) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return given_.size() < idle_ || threads_ < most_; });
  given_.push_back(std::move(work));
  if (given_.size() <= idle_) {
    changed_.notify_all();
    return true;
  }
  try {
    std::thread([this] { serve(); }).detach();
  } catch (const std::system_error&) {
    given_.pop_back();
    return false;
  }
  ++threads_;  // before it can look at anything, for the lock is held
  return true;
}

void Workers::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    const bool something = changed_.wait_for(lock, kIdle, [this] { return closing_ || !given_.empty(); });
    --idle_;
    if (!something || given_.empty()) break;
    const auto work = std::move(given_.front());
    given_.pop_front();
    lock.unlock();
    work();
    lock.lock();
    changed_.notify_all();
  }
  --threads_;
  changed_.notify_all();  // still with the lock: when it is given back, this may be gone
}

}  // namespace envelint::web
