#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace cli {

/// Splits a command at its blanks; words between quotes, of either kind, may hold some. There is no shell and nothing
/// else has a meaning. Nothing where a quote is open at the end, or there is no word.
[[nodiscard]] std::optional<std::vector<std::string>> split_command(std::string_view text);

/// Where a webhook goes: `http://127.0.0.1:8000/mail`. Without user and password: what fails is told, and they with it.
struct WebhookUrl {
  std::string base;  ///< `http://127.0.0.1:8000`
  std::string path;
};
[[nodiscard]] std::optional<WebhookUrl> parse_webhook(std::string_view text);

/// What is done elsewhere with each message: a command, a webhook, one after the other on a thread of their own, so that
/// nobody who sends mail waits for them.
class Hooks {
 public:
  /// A message to be handed on.
  struct Item {
    std::uint64_t message = 0;  ///< its id; 0 where it was not kept
    std::string event;          ///< JSON
    std::string octets;
  };
  /// Is told on the thread of the hooks what failed: for which message, what, and why.
  using Failed = std::function<void(std::uint64_t message, std::string_view hook, const std::string& why)>;

  Hooks(std::vector<std::string> command, std::optional<WebhookUrl> webhook, Failed failed);
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;
  /// Ends when all is done.
  ~Hooks();

  [[nodiscard]] bool any() const noexcept { return !command_.empty() || webhook_; }
  /// Waits while a thousand messages wait already, or so many that they take a lot of memory.
  void put(Item item);

 private:
  [[nodiscard]] static std::size_t octets_of(const Item& item) noexcept;
  void work();
  void run_command(const Item& item) const;
  void call_webhook(const Item& item) const;

  std::vector<std::string> command_;
  std::optional<WebhookUrl> webhook_;
  Failed failed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  std::size_t octets_ = 0;  // of the items
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace cli
