#include <envelint/io/connection.hpp>

#include <envelint/io/socket.hpp>
#include <envelint/io/tls_session.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::io {
namespace {

using Kind = TlsAttempt::Kind;

const std::error_code kTimedOut = std::make_error_code(std::errc::timed_out);

enum class Direction : std::uint8_t { readable, writable };

Direction wanted(const TlsAttempt& attempt) {
  return attempt.kind == Kind::wants_write ? Direction::writable : Direction::readable;
}

/// The socket's readiness for the reading and the writing coroutine alike. TLS may make either wait for either
/// direction, so what one of them has waited for may be what both did.
class Readiness {
 public:
  explicit Readiness(Descriptor& descriptor) noexcept : descriptor_(&descriptor) {}
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  [[nodiscard]] EventLoop& loop() const noexcept { return descriptor_->loop(); }

  /// Wakes all that wait for this direction, to try once more.
  void wake(Direction direction) noexcept {
    for (Signal* signal : waiting_[index(direction)]) {
      if (signal != nullptr) signal->set();
    }
  }

  void enter(Direction direction, Signal* signal) {
    replace(direction, nullptr, signal);
    ask(direction,
        direction == Direction::readable ? Call{on<Direction::readable>, this} : Call{on<Direction::writable>, this});
  }
  void leave(Direction direction, Signal* signal) {
    replace(direction, signal, nullptr);
    if (std::ranges::count(waiting_[index(direction)], nullptr) == 2) ask(direction, {});
  }

 private:
  static constexpr std::size_t index(Direction direction) noexcept { return static_cast<std::size_t>(direction); }

  template <Direction Which>
  static void on(void* readiness) {
    static_cast<Readiness*>(readiness)->wake(Which);
  }

  void ask(Direction direction, Call call) {
    direction == Direction::readable ? descriptor_->when_readable(call) : descriptor_->when_writable(call);
  }
  void replace(Direction direction, Signal* old, Signal* now) {
    auto& all = waiting_[index(direction)];
    if (auto* const place = std::ranges::find(all, old); place != all.end()) *place = now;
  }

  Descriptor* descriptor_;
  std::array<std::array<Signal*, 2>, 2> waiting_{};
};

/// One coroutine's wait, taken back when it is destroyed.
class Entry {
 public:
  Entry(Readiness& readiness, Direction direction)
      : signal(readiness.loop()), readiness_(readiness), direction_(direction) {
    readiness.enter(direction, &signal);
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry() { readiness_.leave(direction_, &signal); }

  Signal signal;

 private:
  Readiness& readiness_;
  Direction direction_;
};

task::Task<bool> ready(Readiness* readiness, Direction direction, Deadline until) {
  Entry entry(*readiness, direction);
  auto wait = entry.signal.wait(until);
  co_return co_await wait;
}

}  // namespace

struct Connection::Tls {
  Tls(Descriptor& descriptor, TlsSession begun) : readiness(descriptor), session(std::move(begun)) {}

  Readiness readiness;
  TlsSession session;
  // Set while a write is under way, and for good when it was given up: TLS has a part of it, and would take what is
  // written next for the rest.
  bool writing = false;
};

Connection::Connection(Stream stream) : stream_(std::move(stream)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection::~Connection() = default;

Connection& Connection::operator=(Connection&&) noexcept = default;

task::Task<std::expected<std::size_t, std::error_code>> Connection::read_some(std::span<char> into, Deadline until) {
  return tls_ ? read_tls(into, until) : stream_.read_some(into, until);
}

task::Task<std::error_code> Connection::write(std::string bytes, Deadline until) {
  return tls_ ? write_tls(std::move(bytes), until) : stream_.write(std::move(bytes), until);
}

task::Task<std::expected<std::size_t, std::error_code>> Connection::read_tls(std::span<char> into, Deadline until) {
  while (true) {
    const TlsAttempt attempt = tls_->session.read(into);
    if (attempt.kind == Kind::failed) co_return std::unexpected(attempt.error);
    if (attempt.kind == Kind::done || attempt.kind == Kind::ended) {
      tls_->readiness.wake(Direction::readable);
      co_return attempt.octets;
    }
    if (!co_await ready(&tls_->readiness, wanted(attempt), until)) co_return std::unexpected(kTimedOut);
  }
}

task::Task<std::error_code> Connection::write_tls(std::string bytes, Deadline until) {
  if (std::exchange(tls_->writing, true)) co_return kTimedOut;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const TlsAttempt attempt = tls_->session.write(rest);
    if (attempt.kind == Kind::failed) co_return attempt.error;
    if (attempt.kind == Kind::ended) co_return std::make_error_code(std::errc::broken_pipe);
    if (attempt.kind == Kind::done) {
      tls_->readiness.wake(Direction::writable);
      rest.remove_prefix(attempt.octets);
      continue;
    }
    if (!co_await ready(&tls_->readiness, wanted(attempt), until)) co_return kTimedOut;
  }
  tls_->writing = false;
  co_return std::error_code();
}

task::Task<std::expected<TlsSummary, std::string>> Connection::begin_tls(TlsRole role, const TlsContext* context,
                                                                         std::string server_name, Deadline until) {
  Descriptor& descriptor = stream_.descriptor();
  auto session = TlsSession::begin(*context, role, server_name, descriptor.number());
  if (!session) co_return std::unexpected(session.error());
  tls_ = std::make_unique<Tls>(descriptor, *std::move(session));
  while (true) {
    const TlsAttempt attempt = tls_->session.handshake();
    if (attempt.kind == Kind::done) co_return tls_->session.summary();
    if (attempt.kind == Kind::failed) co_return std::unexpected(tls_->session.why_no_handshake(attempt.error));
    if (attempt.kind == Kind::ended) co_return std::unexpected("the peer closed TLS in the middle of the handshake");
    if (!co_await ready(&tls_->readiness, wanted(attempt), until)) {
      co_return std::unexpected("the handshake was not done in time");
    }
  }
}

task::Task<std::expected<TlsSummary, std::string>> Connection::accept_tls(const TlsContext* context, Deadline until) {
  return begin_tls(TlsRole::server, context, {}, until);
}

task::Task<std::expected<TlsSummary, std::string>> Connection::connect_tls(const TlsContext* context,
                                                                           std::string server_name, Deadline until) {
  return begin_tls(TlsRole::client, context, std::move(server_name), until);
}

void Connection::finish_writing() noexcept {
  if (tls_ && !tls_->writing) static_cast<void>(tls_->session.close());
  stream_.finish_writing();
}

void Connection::stop_reading() noexcept { stream_.stop_reading(); }

task::Task<void> Connection::shutdown_tls(Deadline until) {
  while (tls_ && !tls_->writing) {
    const TlsAttempt attempt = tls_->session.close();
    const bool waits = attempt.kind == Kind::wants_read || attempt.kind == Kind::wants_write;
    if (!waits) co_return;
    if (!co_await ready(&tls_->readiness, wanted(attempt), until)) co_return;
  }
}

void Connection::abort() noexcept { reset_tcp(stream_.descriptor().number()); }

std::expected<Endpoint, std::error_code> Connection::local() const {
  return local_endpoint(stream_.descriptor().number());
}

std::expected<Endpoint, std::error_code> Connection::peer() const {
  return peer_endpoint(stream_.descriptor().number());
}

}  // namespace envelint::io
