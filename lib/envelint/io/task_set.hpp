#pragma once

#include <envelint/io/event_loop.hpp>

#include <list>

namespace envelint::io {

/// Tasks that nobody awaits: the sessions of a server, questions whose asker may go. Destroying the set destroys those
/// that have not ended, with all they hold. A task that throws ends the program: it has to tell its faults itself.
class TaskSet {
 public:
  explicit TaskSet(EventLoop& loop)
      : sweep_(loop, {[](void* set) { static_cast<TaskSet*>(set)->ended_.clear(); }, this}) {}
  TaskSet(const TaskSet&) = delete;
  TaskSet& operator=(const TaskSet&) = delete;

  /// Runs the task until it ends or first suspends.
  void start(task::Task<void> task) {
    running_.emplace_back(*this, std::move(task));
    Entry& entry = running_.back();
    entry.place = std::prev(running_.end());
    const task::detail::Continuation end{[](void* ended) { end_of(*static_cast<Entry*>(ended)); }, &entry};
    if (!entry.task.start(end)) end_of(entry);
  }

  [[nodiscard]] std::size_t size() const noexcept { return running_.size(); }

 private:
  struct Entry {
    Entry(TaskSet& owner, task::Task<void> started) : set(&owner), task(std::move(started)) {}

    TaskSet* set;
    task::Task<void> task;
    std::list<Entry>::iterator place;
  };

  // A task that has just ended is still on the stack: its frame goes on the next turn.
  static void end_of(Entry& entry) noexcept {
    entry.task.take();
    TaskSet& set = *entry.set;
    set.ended_.splice(set.ended_.end(), set.running_, entry.place);
    set.sweep_.request();
  }

  std::list<Entry> running_;
  std::list<Entry> ended_;
  Deferred sweep_;
};

}  // namespace envelint::io
