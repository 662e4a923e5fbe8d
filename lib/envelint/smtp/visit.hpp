#pragma once

#include <envelint/io/connection.hpp>
#include <envelint/smtp/server.hpp>

#include <array>
#include <span>

namespace envelint::smtp {

/// What all sessions of a server share. Of the loop's thread.
struct ServerShared {
  ServerShared(io::EventLoop& on, Handler& to, ServerOptions chosen)
      : loop(on), handler(to), options(std::move(chosen)) {}

  io::EventLoop& loop;
  Handler& handler;
  ServerOptions options;
  std::size_t held = 0;
  // One for all: nothing suspends between reading into it and the session having taken it.
  std::array<char, std::size_t{64} << 10> buffer{};
};

/// One client and its session: reads, writes, keeps the time, and does what the session says.
class Visit {
 public:
  Visit(ServerShared& shared, io::Connection connection, SessionStart start, ListenOptions listener);
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit();

  /// From the greeting to the end. Tells the handler of both.
  /// @param starttls_fails  a fault that an earlier session asked for
  [[nodiscard]] task::Task<void> run(bool starttls_fails);
  /// Ends it, when what was sent has its answer.
  void stop() noexcept;

  [[nodiscard]] const io::Endpoint& peer() const noexcept { return start_.peer; }
  [[nodiscard]] bool starttls_is_to_fail() const noexcept { return session_ && session_->starttls_is_to_fail(); }
  /// Whether it ended by a fault that was asked for.
  [[nodiscard]] bool faulted() const noexcept { return why_ == Close::Why::fault; }

 private:
  [[nodiscard]] SessionOptions session_options(bool starttls_fails) const;
  [[nodiscard]] task::Task<bool> begin_tls();
  [[nodiscard]] task::Task<void> converse();
  [[nodiscard]] task::Task<void> act();
  [[nodiscard]] task::Task<void> wait_before_reply();
  [[nodiscard]] task::Task<void> judge(std::unique_ptr<Message> message);
  [[nodiscard]] task::Task<void> start_tls();
  [[nodiscard]] task::Task<void> read();
  [[nodiscard]] task::Task<void> flush();
  [[nodiscard]] task::Task<void> leave();
  [[nodiscard]] io::Deadline read_deadline();
  [[nodiscard]] bool late();
  void take(std::span<const char> octets);
  void hold(std::size_t octets);
  void end();

  ServerShared& shared_;
  io::Connection connection_;
  SessionStart start_;
  ListenOptions listener_;
  std::optional<TlsInfo> tls_;
  std::optional<Session> session_;
  std::string unsent_;
  std::optional<Close::Why> why_;
  std::string trouble_;  // what went wrong before there was a session
  bool told_ = false;    // the handler knows that it has ended
  bool stopping_ = false;
  bool broken_ = false;  // nothing can be written any more
  std::size_t held_ = 0;
  std::size_t messages_ = 0;
  io::TimePoint replied_;  // when the last reply was sent
  bool in_message_ = false;
  io::TimePoint window_start_;  // of the time in which ServerTimeouts::least_octets have to come
  std::size_t window_octets_ = 0;
};

}  // namespace envelint::smtp
