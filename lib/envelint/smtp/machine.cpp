#include <envelint/smtp/machine.hpp>

#include <envelint/smtp/proxy_protocol.hpp>

#include <openssl/crypto.h>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace envelint::smtp {
namespace {

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace

Session::Machine::Machine(SessionOptions options, const net::Address& peer, std::uint16_t port)
    : options_(std::move(options)),
      peer_(peer),
      client_{.address = peer, .port = port, .name = {}, .hello = {}, .source = Client::Source::peer},
      line_(options_.bare_newlines != BareNewlines::reject),
      tls_(options_.tls) {
  if (options_.proxy_from.contains(peer) || options_.proxy_from.contains(peer.unmapped())) {
    phase_ = Phase::proxy_header;
  } else {
    greet();
  }
}

Session::Machine::~Machine() { wipe(pending_); }

void Session::Machine::consume(std::string_view bytes) { run(bytes); }

void Session::Machine::run(std::string_view bytes) {
  while (!bytes.empty()) bytes.remove_prefix(read_some(bytes));
}

/// Takes at least one octet.
std::size_t Session::Machine::read_some(std::string_view bytes) {
  switch (phase_) {
    case Phase::proxy_header: return read_proxy(bytes);
    case Phase::command:
    case Phase::auth_response: return read_line(bytes);
    case Phase::data: return read_data(bytes);
    case Phase::chunk: return read_chunk(bytes);
    case Phase::tls_handshake: leftover_ = true; break;
    case Phase::message_verdict: keep(bytes); break;
    case Phase::silent:
    case Phase::closed: break;
  }
  return bytes.size();
}

void Session::Machine::keep(std::string_view bytes) {
  if (pending_.size() + bytes.size() > kMaxPending) {
    drop(Close::Why::flood, "4.7.0", "Too much was sent while a message was being judged");
  } else {
    pending_ += bytes;
  }
}

std::size_t Session::Machine::read_proxy(std::string_view bytes) {
  const std::size_t before = proxy_.size();
  proxy_ += bytes.substr(0, kMaxProxyHeader - before);
  const std::size_t taken = proxy_.size() - before;
  const ProxyHeader header = read_proxy_header(proxy_);
  if (header.state == ProxyHeader::State::open) return taken;
  if (header.state == ProxyHeader::State::bad) {
    drop(Close::Why::bad_proxy, "4.3.5", "A connection from this address has to begin with a PROXY protocol header");
    return taken;
  }
  if (header.address) {
    client_ = {
        .address = *header.address, .port = header.port, .name = {}, .hello = {}, .source = Client::Source::proxy};
    note(fmt::format("the PROXY protocol says that the client is {}", header.address->to_string()));
  }
  proxy_.clear();
  phase_ = Phase::command;
  greet();
  return header.size - before;
}

std::size_t Session::Machine::read_line(std::string_view bytes) {
  constexpr char kTlsHandshake = 0x16;  // RFC 8446 §5.1, the first octet of a record
  if (phase_ == Phase::command && line_.size() == 0 && bytes.front() == kTlsHandshake) {
    drop(Close::Why::not_smtp, "4.7.0", "This is a TLS hello; this port speaks SMTP and begins TLS with STARTTLS");
    return bytes.size();
  }
  const std::size_t taken = line_.read(bytes);
  switch (line_.state()) {
    case LineReader::State::open: break;
    case LineReader::State::flood:
      drop(Close::Why::flood, "4.7.0", fmt::format("A line of more than {} octets", kMaxDiscardedLine));
      break;
    case LineReader::State::bare_lf: on_bare_lf(); break;
    case LineReader::State::line:
      on_line();
      line_.clear();
      break;
  }
  return taken;
}

/// What such a line means is a matter of opinion, and whoever is of another may have put commands into it.
void Session::Machine::on_bare_lf() {
  const Command command = split_command(line_.text());
  if (phase_ == Phase::command && command.verb == Verb::http) return on_line();
  note("a line ended in a bare LF");
  drop(Close::Why::bare_newline, "4.5.2", "The line ends in a bare LF; lines of SMTP end in CRLF");
}

std::size_t Session::Machine::read_data(std::string_view bytes) {
  const std::size_t taken = data_.read(bytes, *content_);
  if (content_->flooded()) {
    drop(Close::Why::flood, "4.3.4", "The message is far too long");
  } else if (data_.done()) {
    transcript_.add(TranscriptEntry::Who::content, fmt::format("{} octets", content_->total()));
    finish_message();
  }
  return taken;
}

std::size_t Session::Machine::read_chunk(std::string_view bytes) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, bytes.size()));
  chunk_left_ -= taken;
  if (chunk_refusal_) {
    thrown_away_ += taken;
  } else {
    content_->add(bytes.substr(0, taken));
  }
  if (thrown_away_ > options_.max_drain || (content_ && content_->flooded())) {
    drop(Close::Why::flood, "4.3.4", "The message is far too long");
  } else if (chunk_left_ == 0) {
    finish_chunk();
  }
  return taken;
}

std::optional<Event> Session::Machine::next() {
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

void Session::Machine::say(const Reply& reply) {
  std::string bytes = reply.wire(!hides(Extension::enhanced_status_codes));
  std::string line = bytes.substr(0, bytes.size() - 2);
  std::erase(line, '\r');
  transcript_.add(TranscriptEntry::Who::server, line);
  events_.emplace_back(SendReply{reply.code(), std::move(bytes), slow_});
}

void Session::Machine::ok(const Reply& reply) {
  errors_ = 0;
  say(reply);
}

void Session::Machine::fail(const Reply& reply) {
  if (++errors_ < options_.max_errors) {
    say(reply);
    return;
  }
  drop(Close::Why::too_many_errors, "4.7.0",
       fmt::format("{} errors in a row, goodbye. The last one was {} {}", errors_, reply.code(), reply.text()));
}

/// RFC 5321 §3.8: 421 may answer any command, and nothing follows it.
void Session::Machine::drop(Close::Why why, std::string_view enhanced, std::string_view text) {
  say(Reply(421, enhanced, fmt::format("{} {}", options_.hostname, text)));
  close(why);
}

void Session::Machine::close(Close::Why why) {
  phase_ = Phase::closed;
  events_.emplace_back(Close{why});
  note(to_string(why));
  transaction_.reset();
  content_.reset();
  exchange_.reset();
  wipe(pending_);
}

void Session::Machine::note(std::string_view text) { transcript_.add(TranscriptEntry::Who::note, text); }

void Session::Machine::greet() {
  if (fails_at(Step::connect)) {
    if (phase_ == Phase::command) close(Close::Why::fault);
    return;
  }
  say(Reply(220, "", fmt::format("{} {} envelint", options_.hostname, options_.lmtp ? "LMTP" : "ESMTP")));
}

/// RFC 3207 §4.2: nothing that the client said in clear counts any more.
void Session::Machine::forget_client() {
  told_.reset();
  hello_ = Hello::none;
  hello_name_.clear();
  hello_valid_ = true;
  identity_.reset();
  exchange_.reset();
  refused_auth_ = false;
  forget_mail();
}

void Session::Machine::forget_mail() {
  transaction_.reset();
  content_.reset();
  mail_refused_ = false;
}

void Session::Machine::tls_started(TlsInfo info) {
  if (phase_ != Phase::tls_handshake) return;
  note(fmt::format("TLS began: {} {}", info.version, info.cipher));
  tls_ = std::move(info);
  forget_client();
  phase_ = Phase::command;
  if (leftover_) drop(Close::Why::injection, "4.7.0", "Commands came in clear behind STARTTLS; they were thrown away");
}

void Session::Machine::tls_failed(std::string_view why) {
  if (phase_ != Phase::tls_handshake) return;
  if (!why.empty()) note(fmt::format("TLS did not begin: {}", why));
  close(Close::Why::tls_failed);
}

void Session::Machine::message_done(std::span<const Reply> replies) {
  if (phase_ != Phase::message_verdict) return;
  const Reply missing(451, "4.3.0", "The server has no answer for this recipient");
  phase_ = Phase::command;
  for (std::size_t i = 0; i < replies_wanted_; ++i) {
    const Reply& reply = i < replies.size() ? replies[i] : missing;
    const bool final = reply.code() / 100 != 3;
    say(final ? reply : missing);
    if (reply.code() == 421) return close(Close::Why::refused);
  }
  if (ending_) return drop(Close::Why::shutting_down, "4.3.2", "The server is shutting down");
  std::string pending = std::exchange(pending_, {});
  run(pending);
  wipe(pending);
}

void Session::Machine::timed_out() {
  if (phase_ == Phase::closed || phase_ == Phase::message_verdict) return;
  if (phase_ == Phase::tls_handshake) return close(Close::Why::timed_out);
  if (phase_ == Phase::silent) return close(Close::Why::fault);
  drop(Close::Why::timed_out, "4.4.2", "Nothing, or too little, came for too long");
}

void Session::Machine::overloaded() {
  if (phase_ == Phase::closed || phase_ == Phase::tls_handshake || phase_ == Phase::message_verdict) return;
  drop(Close::Why::overloaded, "4.3.1", "There is no memory left for this message now; try again later");
}

void Session::Machine::shutting_down() {
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::tls_handshake || phase_ == Phase::silent) return close(Close::Why::shutting_down);
  if (phase_ == Phase::message_verdict) {
    ending_ = true;
    return;
  }
  drop(Close::Why::shutting_down, "4.3.2", "The server is shutting down");
}

void Session::Machine::peer_closed() {
  if (phase_ != Phase::closed) close(Close::Why::peer_closed);
}

bool Session::Machine::wants_bytes() const noexcept {
  if (phase_ == Phase::closed || phase_ == Phase::tls_handshake) return false;
  return phase_ != Phase::message_verdict || pending_.size() < kMaxPending / 2;
}

std::size_t Session::Machine::buffered() const noexcept {
  return proxy_.size() + pending_.size() + line_.text().size() + (content_ ? content_->held() : 0) +
         transcript_.octets();
}

}  // namespace envelint::smtp
