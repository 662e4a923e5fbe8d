#include "fuzz.hpp"

#include <envelint/smtp/proxy_protocol.hpp>
#include <envelint/smtp/session.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <variant>
#include <vector>

using namespace envelint;
using namespace envelint::smtp;

namespace {

constexpr std::size_t kMost = 200;  // octets of a message: small, so that limits are met
const net::Address kPeer(std::array<std::uint8_t, 4>{192, 0, 2, 1});

SessionOptions options_of(std::uint8_t bits) {
  SessionOptions out;
  out.hostname = "mx.example";
  out.lmtp = (bits & 1) != 0;
  if ((bits & 2) != 0) out.tls = TlsInfo{"TLSv1.3", "", "", ""};
  out.can_start_tls = true;
  out.auth.policy = (bits & 4) != 0 ? AuthPolicy::any : AuthPolicy::listed;
  out.auth.users = {{"joe", "secret"}};
  out.auth.without_tls = (bits & 8) != 0;
  out.auth.cram_challenge = "<1@mx.example>";
  if ((bits & 16) != 0) out.bare_newlines = BareNewlines::note;
  if ((bits & 32) != 0) out.proxy_from.add(net::Prefix(kPeer));
  if ((bits & 64) != 0) out.xclient_from.add(net::Prefix(kPeer));
  out.max_message = kMost;
  out.max_drain = 100;
  out.max_header = 100;
  out.max_recipients = 5;
  out.max_messages = 5;
  out.max_idle_commands = 50;
  return out;
}

bool is_reply(std::string_view bytes) {
  const std::string_view code = bytes.substr(0, 3);
  while (!bytes.empty()) {
    const std::size_t end = bytes.find("\r\n");
    if (end == std::string_view::npos || end < 4 || end + 2 > kMaxReplyLine) return false;
    const std::string_view line = bytes.substr(0, end);
    const bool last = end + 2 == bytes.size();
    const bool printable = std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
    if (line.substr(0, 3) != code || line[3] != (last ? ' ' : '-') || !printable) return false;
    bytes.remove_prefix(end + 2);
  }
  return code.size() == 3;
}

/// A session and a server around it that takes every message and holds every promise against what happens.
class Run {
 public:
  explicit Run(const SessionOptions& options) : lmtp_(options.lmtp), session_(options, kPeer) { drain(); }

  void give(std::string_view bytes) {
    session_.consume(bytes);
    const std::size_t bound = kMost + kMaxPending + kMaxAuthLine + kMaxProxyHeader + Transcript::kMaxOctets + 1;
    fuzz_require(session_.buffered() <= bound, "what is held has a bound");
    drain();
  }

  /// The handshake, if one is waited for, and the end of the connection.
  void end() {
    if (session_.phase() == Phase::tls_handshake) session_.tls_started({});
    drain();
    session_.timed_out();
    drain();
    fuzz_require(closed_ && session_.phase() == Phase::closed, "a deadline ends the session");
    session_.consume("NOOP\r\n");
    session_.shutting_down();
    fuzz_require(!session_.next(), "nothing follows the end");
    check_transcript();
  }

  [[nodiscard]] const std::string& trace() const { return trace_; }

 private:
  void drain() {
    while (std::optional<Event> event = session_.next()) {
      fuzz_require(!closed_, "nothing follows Close");
      std::visit([this](const auto& each) { on(each); }, *event);
    }
  }

  void on(const SendReply& reply) {
    fuzz_require(is_reply(reply.bytes), "a reply is well formed");
    fuzz_require(std::stoi(reply.bytes.substr(0, 3)) == reply.code, "its code is the code");
    last_code_ = reply.code;
    trace_ += reply.bytes;
  }
  void on(const StartTls& /*tls*/) { trace_ += "TLS\n"; }
  void on(const Close& close) {
    closed_ = true;
    trace_ += to_string(close.why);
  }
  void on(const MessageRefused& refused) { tell(refused.envelope, refused.oddities); }
  void on(const Message& message) {
    fuzz_require(message.bytes.size() <= kMost, "a message is no longer than the limit");
    fuzz_require(last_code_ == 354 || message.envelope.by_chunks, "a message comes after 354 or BDAT");
    fuzz_require(!message.envelope.to.empty() && message.envelope.to.size() <= 5,
                 "it has recipients, and not too many");
    for (const WireOddity& oddity : message.oddities)
      fuzz_require(oddity.offset <= message.bytes.size(), "an oddity lies in the message");
    tell(message.envelope, message.oddities);
    trace_ += message.bytes;
    session_.message_done(Reply(250, "2.0.0", "Stored"));
  }

  void tell(const Envelope& envelope, const std::vector<WireOddity>& oddities) {
    trace_ += envelope.protocol() + envelope.client.address.to_string() + envelope.from.path.written;
    for (const Recipient& recipient : envelope.to) trace_ += recipient.path.written;
    for (const WireOddity& oddity : oddities)
      trace_ += std::string(to_string(oddity.kind)) + std::to_string(oddity.offset);
  }

  /// Every line of the client has one reply before the next line, and no reply comes unasked but a 421.
  void check_transcript() {
    using Who = TranscriptEntry::Who;
    bool owed = true;  // the greeting
    bool last_was_server = false;
    for (const TranscriptEntry& entry : session_.take_transcript()) {
      if (entry.who == Who::client) {
        fuzz_require(!owed, "a command waits for the reply to the one before");
        owed = true;
      }
      if (entry.who == Who::content) owed = true;
      if (entry.who == Who::server) {
        const bool repeated = lmtp_ && last_was_server;
        fuzz_require(owed || repeated || entry.text.starts_with("421"), "a reply answers something");
        owed = false;
      }
      if (entry.who != Who::note) last_was_server = entry.who == Who::server;
      trace_ += entry.text + "\n";
    }
  }

  bool lmtp_;
  bool closed_ = false;
  int last_code_ = 0;
  std::string trace_;
  Session session_;
};

}  // namespace

// The first octet chooses options, the second how the rest is cut; the rest is what a client sends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 32768) return 0;
  const SessionOptions options = options_of(data[0]);
  const std::string_view octets = fuzz_text(data + 2, size - 2);
  Run whole(options);
  whole.give(octets);
  whole.end();
  Run pieces(options);
  std::uint32_t random = data[1];
  for (std::size_t start = 0; start < octets.size();) {
    random = random * 1103515245U + 12345U;
    const std::size_t step = data[1] == 0 ? 1 : 1 + (random >> 16) % data[1];
    pieces.give(octets.substr(start, step));
    start += step;
  }
  pieces.end();
  fuzz_require(whole.trace() == pieces.trace(), "any cut gives the same");
  return 0;
}
