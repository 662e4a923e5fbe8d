#pragma once

#include "receive_hooks.hpp"
#include "receive_junit.hpp"
#include "receive_web.hpp"

#include <envelint/io/endpoint.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/receiver/clerk.hpp>
#include <envelint/receiver/expected.hpp>
#include <envelint/render/terminal.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Where the server listens.
struct Listening {
  envelint::io::Endpoint endpoint;
  bool implicit_tls = false;
  bool lmtp = false;
};

struct WatchOptions {
  envelint::render::TerminalOptions layout;
  bool verbose = false;
  bool lines = false;    ///< ndjson
  std::string receiver;  ///< the name of this host; may be empty
  std::vector<envelint::receiver::Expected> expected;
  std::optional<std::uint64_t> count;
  std::string timeout_text;
  std::string junit;
  std::vector<std::string> command;
  std::optional<WebhookUrl> webhook;
};

/// Tells what happens on standard output, holds each message against what is expected, and knows when it is enough.
class Watch : public envelint::receiver::Observer {
 public:
  /// @param enough  asked of the loop when as many messages have come as are wanted
  Watch(WatchOptions options, envelint::io::EventLoop& loop, envelint::io::Call enough);

  void listening(const std::vector<Listening>& where, bool tls, const std::optional<WebListening>& page);

  void session_started(const envelint::smtp::SessionStart& start) override;
  void message(const envelint::receiver::Arrival& arrival) override;
  void message_refused(const envelint::receiver::Refusal& refusal) override;
  void session_ended(const envelint::smtp::SessionEnd& end) override;
  void trouble(std::string_view what) override;

  /// Whether as many messages have come as are wanted.
  [[nodiscard]] bool has_enough();

  /// At the end, when nothing comes any more: waits for the hooks, says what was missing, writes the report.
  /// @return the exit status
  [[nodiscard]] int finish(bool timed_out);

 private:
  void print(std::string_view text);
  void check(const envelint::receiver::Arrival& arrival);
  void settle(std::string suite, std::string name, std::uint64_t message, std::optional<std::string> unmet);
  void hand_on(const envelint::receiver::Arrival& arrival);
  void hook_failed(std::uint64_t message, std::string_view hook, const std::string& why);

  WatchOptions options_;
  envelint::io::EventLoop& loop_;
  envelint::io::Call enough_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::mutex mutex_;  // of what the thread of the hooks touches too: all below
  std::uint64_t messages_ = 0;
  std::vector<JunitCase> cases_;
  bool hinted_ = false;
  bool missed_ = false;
  bool undecided_ = false;
  std::optional<Hooks> hooks_;
};

}  // namespace cli
