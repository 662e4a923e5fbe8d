#include <envelint/smtp/server.hpp>

#include <envelint/io/signal.hpp>
#include <envelint/io/stream.hpp>
#include <envelint/io/task_set.hpp>
#include <envelint/smtp/visit.hpp>

#include <fmt/core.h>

#include <list>
#include <map>
#include <set>
#include <utility>

namespace envelint::smtp {
namespace {

// How long no connection is taken when there are no descriptors left, or the handler is not ready. Those who come
// meanwhile wait in the system's queue.
constexpr std::chrono::milliseconds kPause{50};
constexpr std::chrono::seconds kTurnAway{2};
// Connections taken before others have their turn.
constexpr std::size_t kAcceptsInARow = 16;
// Addresses of which an earlier session asked that STARTTLS fail.
constexpr std::size_t kMostToFail = 1000;

}  // namespace

struct Server::State {
  State(io::EventLoop& loop, Handler& handler, ServerOptions options)
      : shared(loop, handler, std::move(options)), next(shared.options.first_session), gone(loop), tasks(loop) {
    acceptors.emplace(loop);
  }

  [[nodiscard]] task::Task<void> accept(std::list<io::Listener>::iterator listener,
                                        std::shared_ptr<const ListenOptions> options);
  void admit(io::Stream stream, const ListenOptions& options);
  [[nodiscard]] std::optional<std::string> no_room_for(const net::Address& address);
  [[nodiscard]] task::Task<void> turn_away(std::unique_ptr<io::Connection> connection, std::string reply);
  [[nodiscard]] task::Task<void> serve(std::list<std::unique_ptr<Visit>>::iterator place);

  ServerShared shared;
  SessionId next;
  std::list<io::Listener> listeners;
  std::list<std::unique_ptr<Visit>> visits;
  std::map<net::Address, std::size_t> by_address;
  std::set<net::Address> starttls_fails;
  io::Signal gone;  // set when there is no session left, and none will come
  // Last: what runs refers to all else.
  io::TaskSet tasks;
  std::optional<io::TaskSet> acceptors;
};

Server::Server(io::EventLoop& loop, Handler& handler, ServerOptions options)
    : state_(std::make_unique<State>(loop, handler, std::move(options))) {}
Server::~Server() = default;

std::expected<io::Endpoint, std::error_code> Server::listen(ListenOptions options) {
  // Without a certificate there is no TLS to begin with.
  if (options.implicit_tls && !state_->shared.options.tls)
    return std::unexpected(std::make_error_code(std::errc::invalid_argument));
  auto opened = io::Listener::open(state_->shared.loop, options.endpoint);
  if (!opened) return std::unexpected(opened.error());
  state_->listeners.push_back(*std::move(opened));
  const auto place = std::prev(state_->listeners.end());
  options.endpoint = place->endpoint();
  state_->acceptors->start(state_->accept(place, std::make_shared<const ListenOptions>(options)));
  return options.endpoint;
}

task::Task<void> Server::State::accept(std::list<io::Listener>::iterator listener,
                                       std::shared_ptr<const ListenOptions> options) {
  std::size_t in_a_row = 0;
  while (true) {
    if (!shared.handler.ready()) {
      co_await io::sleep_until(&shared.loop, shared.loop.after(kPause));
      continue;
    }
    if (++in_a_row > kAcceptsInARow) {
      in_a_row = 0;
      io::Yield others_have_their_turn(shared.loop);
      co_await others_have_their_turn;
    }
    auto stream = co_await listener->accept(io::Deadline::never());
    if (stream) {
      admit(*std::move(stream), *options);
    } else {
      co_await io::sleep_until(&shared.loop, shared.loop.after(kPause));
    }
  }
}

/// Why a client cannot be served now, or nothing.
std::optional<std::string> Server::State::no_room_for(const net::Address& address) {
  const ServerOptions& options = shared.options;
  if (visits.size() >= options.max_sessions)
    return fmt::format("421 4.3.2 {} has {} sessions; come again later\r\n", options.session.hostname, visits.size());
  if (io::Endpoint(address, 0).is_loopback()) return std::nullopt;
  const auto found = by_address.find(address);
  if (found == by_address.end() || found->second < options.max_sessions_per_address) return std::nullopt;
  return fmt::format("421 4.7.0 {} has {} sessions of your address; come again later\r\n", options.session.hostname,
                     found->second);
}

void Server::State::admit(io::Stream stream, const ListenOptions& options) {
  auto connection = std::make_unique<io::Connection>(std::move(stream));
  const auto peer = connection->peer();
  const auto local = connection->local();
  if (!peer || !local) return;  // it has gone already
  io::Endpoint client = *peer;
  client.address = client.address.unmapped();
  if (auto reply = no_room_for(client.address)) {
    // Behind a handshake nobody hears what is said in clear.
    if (!options.implicit_tls) tasks.start(turn_away(std::move(connection), *std::move(reply)));
    return;
  }
  ++by_address[client.address];
  SessionStart start{next++, std::chrono::system_clock::now(), client, *local};
  visits.push_back(std::make_unique<Visit>(shared, std::move(*connection), std::move(start), options));
  tasks.start(serve(std::prev(visits.end())));
}

task::Task<void> Server::State::turn_away(std::unique_ptr<io::Connection> connection, std::string reply) {
  static_cast<void>(co_await connection->write(std::move(reply), shared.loop.after(kTurnAway)));
}

task::Task<void> Server::State::serve(std::list<std::unique_ptr<Visit>>::iterator place) {
  Visit& visit = **place;
  const net::Address address = visit.peer().address;
  co_await visit.run(starttls_fails.contains(address));
  if (visit.starttls_is_to_fail()) {
    if (starttls_fails.size() < kMostToFail) starttls_fails.insert(address);
  } else if (visit.faulted()) {
    starttls_fails.erase(address);
  }
  const auto count = by_address.find(address);
  if (--count->second == 0) by_address.erase(count);
  visits.erase(place);
  if (listeners.empty() && visits.empty()) gone.set();
}

void Server::stop_listening() {
  state_->acceptors.reset();
  state_->listeners.clear();
  if (state_->visits.empty()) state_->gone.set();
}

void Server::stop() {
  for (const auto& visit : state_->visits) visit->stop();
  stop_listening();
}

task::Task<void> Server::ended(io::Deadline until) {
  io::Signal::Wait wait = state_->gone.wait(until);
  co_await wait;
}

std::size_t Server::sessions() const noexcept { return state_->visits.size(); }
std::size_t Server::held() const noexcept { return state_->shared.held; }

}  // namespace envelint::smtp
