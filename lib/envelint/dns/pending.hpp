#pragma once

#include <envelint/dns/wire.hpp>
#include <envelint/io/signal.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace envelint::dns {

class PendingTable;

/// One question under way and what comes of it. It is its asker's: destroying it is all that giving up takes.
class PendingReply {
 public:
  enum class State : std::uint8_t {
    waiting,
    replied,     ///< `reply` is the answer; its question, identifier and place of origin are right
    wrong_case,  ///< an answer came whose letters have another case (UDP only)
    headless,    ///< an error without a question came
    failed,      ///< nothing can come any more: `error`
  };

  /// Sets `arrived` when the state changes.
  PendingReply(EncodedQuery encoded, io::Signal& arrived) noexcept : query(std::move(encoded)), arrived_(&arrived) {}
  PendingReply(const PendingReply&) = delete;
  PendingReply& operator=(const PendingReply&) = delete;
  ~PendingReply();

  /// Ends the wait before anything was sent.
  void fail(std::error_code why) { finish(State::failed, why); }

  EncodedQuery query;
  State state = State::waiting;
  std::string reply;
  std::error_code error;

 private:
  friend class PendingTable;

  void finish(State how, std::error_code why = {});

  io::Signal* arrived_;
  PendingTable* table_ = nullptr;
  PendingReply* next_ = nullptr;
  std::shared_ptr<void> transport_;  // stays open as long as somebody waits for it
};

/// The questions under way on one socket, by identifier.
class PendingTable {
 public:
  PendingTable() = default;
  PendingTable(const PendingTable&) = delete;
  PendingTable& operator=(const PendingTable&) = delete;
  ~PendingTable();

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool holds(std::uint16_t id) const noexcept;

  /// The identifier of its query must be free. `transport` is kept until the reply is destroyed.
  void add(PendingReply& pending, std::shared_ptr<void> transport) noexcept;
  /// Gives a message to the one that asked for it. False when it answers none of them, which all go on waiting.
  bool deliver(std::string_view message, bool any_case);
  /// Nothing will come any more.
  void fail_all(std::error_code why);

 private:
  friend class PendingReply;
  static constexpr std::size_t kBuckets = 256;

  PendingReply*& bucket(std::uint16_t id) noexcept { return buckets_[id % kBuckets]; }
  void remove(PendingReply& pending) noexcept;

  std::array<PendingReply*, kBuckets> buckets_{};
  std::size_t size_ = 0;
};

}  // namespace envelint::dns
