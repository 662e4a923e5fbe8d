#include <envelint/smtp/visit.hpp>

#include <envelint/io/signal.hpp>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace envelint::smtp {
namespace {

constexpr std::chrono::seconds kSlow{1};
// How long and how much is read of a client that is being sent away, so that it hears why: a connection that is closed
// while something waits to be read is reset, and the last reply with it.
constexpr std::chrono::seconds kLinger{2};
constexpr std::size_t kLingerOctets = std::size_t{4} << 20;
// Replies to what is pipelined are sent together up to this size.
constexpr std::size_t kMostUnsent = std::size_t{64} << 10;
// A session that holds less than this is not sent away for want of memory.
constexpr std::size_t kSmall = std::size_t{64} << 10;

/// `<1896.697170952@mx.example.com>` with 128 bits of chance in it (RFC 2195 §2).
std::string cram_challenge(const std::string& hostname) {
  std::array<unsigned char, 16> chance{};
  if (RAND_bytes(chance.data(), static_cast<int>(chance.size())) != 1) return {};
  std::string out = "<";
  for (const unsigned char octet : chance) out += fmt::format("{:02x}", octet);
  return out + "@" + hostname + ">";
}

TlsInfo info_of(const io::TlsSummary& summary) {
  return {summary.version, summary.cipher, summary.server_name, summary.peer_certificate};
}

bool is_message(Phase phase) { return phase == Phase::data || phase == Phase::chunk; }

}  // namespace

Visit::Visit(ServerShared& shared, io::Connection connection, SessionStart start, ListenOptions listener)
    : shared_(shared),
      connection_(std::move(connection)),
      start_(std::move(start)),
      listener_(std::move(listener)),
      replied_(shared.loop.now()) {}

Visit::~Visit() {
  shared_.held -= held_;
  if (!told_) end();  // cut off with the server: what was said is not lost
}

SessionOptions Visit::session_options(bool starttls_fails) const {
  SessionOptions out = shared_.options.session;
  out.lmtp = listener_.lmtp;
  out.tls = tls_;
  out.can_start_tls = shared_.options.tls.has_value() && !listener_.implicit_tls;
  if (out.auth.policy != AuthPolicy::off) out.auth.cram_challenge = cram_challenge(out.hostname);
  if (starttls_fails) out.faults.set(Step::starttls, Fault{Fault::Kind::drop});
  return out;
}

task::Task<void> Visit::run(bool starttls_fails) {
  shared_.handler.session_started(start_);
  bool begun = true;
  if (listener_.implicit_tls) begun = co_await begin_tls();
  if (begun) {
    session_.emplace(session_options(starttls_fails), start_.peer.address, start_.peer.port);
    if (stopping_) session_->shutting_down();
    co_await converse();
    co_await leave();
  }
  end();
}

task::Task<bool> Visit::begin_tls() {
  auto summary =
      co_await connection_.accept_tls(&*shared_.options.tls, shared_.loop.after(shared_.options.timeouts.handshake));
  if (summary) {
    tls_ = info_of(*summary);
  } else {
    trouble_ = fmt::format("the TLS handshake failed: {}", summary.error());
  }
  co_return summary.has_value();
}

task::Task<void> Visit::converse() {
  while (true) {
    co_await act();
    if (why_) co_return;
    if (broken_) {
      session_->peer_closed();
    } else {
      co_await read();
    }
  }
}

/// Does what the session says, until it waits for the client or has ended.
task::Task<void> Visit::act() {
  while (std::optional<Event> event = session_->next()) {
    if (auto* const said = std::get_if<SendReply>(&*event)) {
      if (said->slow) co_await wait_before_reply();
      unsent_ += said->bytes;
      if (unsent_.size() > kMostUnsent) co_await flush();
    } else if (auto* const message = std::get_if<Message>(&*event)) {
      co_await judge(std::make_unique<Message>(std::move(*message)));
    } else if (auto* const refused = std::get_if<MessageRefused>(&*event)) {
      ++messages_;
      shared_.handler.message_refused(start_.id, std::move(*refused));
    } else if (std::holds_alternative<StartTls>(*event)) {
      co_await start_tls();
    } else {
      why_ = std::get<Close>(*event).why;
    }
  }
  hold(session_->buffered());
  if (!unsent_.empty()) co_await flush();
}

task::Task<void> Visit::wait_before_reply() {
  co_await flush();
  co_await io::sleep_until(&shared_.loop, shared_.loop.after(kSlow));
}

task::Task<void> Visit::judge(std::unique_ptr<Message> message) {
  co_await flush();
  ++messages_;
  hold(session_->buffered() + message->bytes.size());
  const std::vector<Reply> replies = co_await shared_.handler.message(start_.id, std::move(message));
  if (stopping_) session_->shutting_down();
  if (replies.size() == 1) {
    session_->message_done(replies.front());
  } else {
    session_->message_done(replies);
  }
}

task::Task<void> Visit::start_tls() {
  co_await flush();
  if (broken_ || stopping_) co_return session_->tls_failed("the connection is closed");
  auto summary =
      co_await connection_.accept_tls(&*shared_.options.tls, shared_.loop.after(shared_.options.timeouts.handshake));
  if (!summary) {
    broken_ = true;
    co_return session_->tls_failed(summary.error());
  }
  tls_ = info_of(*summary);
  session_->tls_started(*tls_);
}

task::Task<void> Visit::flush() {
  if (unsent_.empty()) co_return;
  std::string bytes = std::exchange(unsent_, {});
  if (broken_) co_return;
  if (co_await connection_.write(std::move(bytes), shared_.loop.after(shared_.options.timeouts.write))) broken_ = true;
  replied_ = shared_.loop.now();
}

task::Task<void> Visit::read() {
  auto size = co_await connection_.read_some(shared_.buffer, read_deadline());
  if (size && *size > 0) co_return take(std::span(shared_.buffer).first(*size));
  if (stopping_) co_return session_->shutting_down();
  if (size || size.error() != std::errc::timed_out) co_return session_->peer_closed();
  if (late()) session_->timed_out();
}

void Visit::take(std::span<const char> octets) {
  const bool secret = !is_message(session_->phase());
  session_->consume({octets.data(), octets.size()});
  if (secret) OPENSSL_cleanse(shared_.buffer.data(), octets.size());
  window_octets_ += octets.size();
  hold(session_->buffered());
  if (shared_.held > shared_.options.max_held && held_ > kSmall) session_->overloaded();
}

/// When what is waited for is late: the rest of a command counts from the last reply, so that an octet now and then gains
/// no time, and in a message so much has to come in a given time.
io::Deadline Visit::read_deadline() {
  const ServerTimeouts& timeouts = shared_.options.timeouts;
  const bool in_message = is_message(session_->phase());
  if (in_message && !in_message_) {
    window_start_ = shared_.loop.now();
    window_octets_ = 0;
  }
  in_message_ = in_message;
  return io::Deadline(in_message ? window_start_ + timeouts.progress : replied_ + timeouts.command);
}

/// Whether the deadline that has passed is the client's end. In a message the next window begins if enough has come.
bool Visit::late() {
  const bool enough = in_message_ && window_octets_ >= shared_.options.timeouts.least_octets;
  window_start_ = shared_.loop.now();
  window_octets_ = 0;
  return !enough;
}

void Visit::hold(std::size_t octets) {
  shared_.held += octets;
  shared_.held -= std::exchange(held_, octets);
}

task::Task<void> Visit::leave() {
  const io::Deadline until = shared_.loop.after(kLinger);
  if (broken_ || why_ == Close::Why::peer_closed || why_ == Close::Why::fault) co_return;
  co_await connection_.shutdown_tls(until);
  if (why_ == Close::Why::quit) co_return;
  connection_.finish_writing();
  for (std::size_t read = 0; read < kLingerOctets;) {
    const auto size = co_await connection_.read_some(shared_.buffer, until);
    if (!size || *size == 0) co_return;
    read += *size;
  }
}

void Visit::stop() noexcept {
  if (std::exchange(stopping_, true)) return;
  connection_.stop_reading();
}

void Visit::end() {
  told_ = true;
  SessionEnd out;
  out.start = start_;
  out.time = std::chrono::system_clock::now();
  out.client.address = start_.peer.address;
  out.client.port = start_.peer.port;
  out.tls = tls_;
  out.why = why_ ? std::string(to_string(*why_)) : trouble_;
  if (out.why.empty()) out.why = "the server was ended";
  out.messages = messages_;
  if (session_) {
    out.client = session_->client();
    out.hello = session_->hello();
    out.hello_name = session_->hello_name();
    out.transcript = session_->take_transcript();
  }
  shared_.handler.session_ended(std::move(out));
}

}  // namespace envelint::smtp
