#pragma once

#include <envelint/inbox/store.hpp>
#include <envelint/receiver/clerk.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace envelint::web {

/// Tells pages what has changed, as server-sent events. However many messages come a second, and however many pages are
/// open: what is told is made once, at most every `kPause`, on a thread of its own, and whoever receives mail only leaves
/// a note.
class Feed : public receiver::Observer {
 public:
  static constexpr std::chrono::milliseconds kPause{50};
  static constexpr std::size_t kMostEvents = 256;  ///< that are kept for those who are slow
  static constexpr std::size_t kMostEntries = 50;  ///< messages in one event

  explicit Feed(const inbox::Store& store);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed() override;

  void session_started(const smtp::SessionStart&) override {}
  void message(const receiver::Arrival& arrival) override;
  void message_refused(const receiver::Refusal&) override {}
  void session_ended(const smtp::SessionEnd&) override;
  void trouble(std::string_view) override {}

  /// Tells of something that a page did. For every thread, like all below.
  /// @param data  JSON on one line
  void tell(std::string_view event, std::string_view data);

  /// A reader of events from now on.
  class Reader {
   public:
    explicit Reader(Feed& feed);
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader();

    /// Waits for events, and gives those that have come in their form on the wire. Empty: none came in this time.
    /// @return nothing when there will be no more
    [[nodiscard]] std::optional<std::string> next(std::chrono::milliseconds within);

   private:
    Feed& feed_;
    std::uint64_t next_;
  };

  /// Grows whenever messages have come.
  [[nodiscard]] std::uint64_t generation() const;
  /// Waits until it is not this one any more.
  /// @return whether it is so; false too when the feed is closed
  [[nodiscard]] bool wait_for_other(std::uint64_t generation, std::chrono::steady_clock::time_point until) const;

  /// Ends all waiting. What reads then gets nothing.
  void close();

 private:
  void work();
  void wake();
  [[nodiscard]] std::optional<std::string> describe_new();
  void add(std::string_view event, std::string_view data);

  const inbox::Store& store_;
  mutable std::mutex mutex_;
  std::condition_variable noted_;  // for the thread alone: what comes in is more than what is told
  mutable std::condition_variable changed_;
  bool closed_ = false;
  bool idle_ = false;            // the thread waits for something to tell of
  inbox::MessageId newest_ = 0;  // that came
  bool sessions_ended_ = false;  // since it was told
  inbox::MessageId told_ = 0;    // the newest that was told of; of the thread alone
  std::uint64_t generation_ = 0;
  std::deque<std::string> events_;  // in their form on the wire
  std::uint64_t first_ = 0;         // number of the first of them
  std::size_t readers_ = 0;
  std::thread thread_;  // last
};

}  // namespace envelint::web
