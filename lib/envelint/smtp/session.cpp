#include <envelint/smtp/session.hpp>

#include <envelint/smtp/machine.hpp>

#include <utility>

namespace envelint::smtp {

std::string_view to_string(Close::Why why) noexcept {
  using enum Close::Why;
  switch (why) {
    case quit: return "the client said goodbye";
    case peer_closed: return "the client closed the connection";
    case timed_out: return "the client was silent for too long";
    case shutting_down: return "the server is shutting down";
    case refused: return "the server refused to go on";
    case too_many_errors: return "the client made too many errors";
    case flood: return "the client sent too much";
    case not_smtp: return "the client does not speak SMTP";
    case bare_newline: return "the client ended a command with a bare LF";
    case injection: return "the client sent commands in clear behind STARTTLS";
    case tls_failed: return "the TLS handshake failed";
    case bad_proxy: return "the connection did not begin with a PROXY header";
    case overloaded: return "the server had no memory left for more";
    case fault: return "a fault was asked for";
    case bad_chunk: return "the client sent a BDAT whose size cannot be read";
  }
  return "";
}

Session::Session(SessionOptions options, const net::Address& peer, std::uint16_t port)
    : machine_(std::make_unique<Machine>(std::move(options), peer, port)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

void Session::consume(std::string_view bytes) { machine_->consume(bytes); }
std::optional<Event> Session::next() { return machine_->next(); }
void Session::tls_started(TlsInfo info) { machine_->tls_started(std::move(info)); }
void Session::tls_failed(std::string_view why) { machine_->tls_failed(why); }
void Session::message_done(std::span<const Reply> replies) { machine_->message_done(replies); }
void Session::message_done(const Reply& reply) {
  const std::vector<Reply> replies(machine_->replies_wanted(), reply);
  machine_->message_done(replies);
}
void Session::timed_out() { machine_->timed_out(); }
void Session::overloaded() { machine_->overloaded(); }
void Session::shutting_down() { machine_->shutting_down(); }
void Session::peer_closed() { machine_->peer_closed(); }
Phase Session::phase() const noexcept { return machine_->phase(); }
bool Session::starttls_is_to_fail() const noexcept { return machine_->starttls_is_to_fail(); }
bool Session::wants_bytes() const noexcept { return machine_->wants_bytes(); }
std::size_t Session::buffered() const noexcept { return machine_->buffered(); }
const Client& Session::client() const noexcept { return machine_->client(); }
Hello Session::hello() const noexcept { return machine_->hello(); }
const std::string& Session::hello_name() const noexcept { return machine_->hello_name(); }
std::vector<TranscriptEntry> Session::take_transcript() { return machine_->take_transcript(); }

}  // namespace envelint::smtp
