#pragma once

#include <envelint/net/address.hpp>
#include <envelint/net/prefix_set.hpp>
#include <envelint/smtp/auth.hpp>
#include <envelint/smtp/envelope.hpp>
#include <envelint/smtp/fault.hpp>
#include <envelint/smtp/reply.hpp>
#include <envelint/smtp/transcript.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The receiving side of SMTP (RFC 5321) and LMTP (RFC 2033) as a machine without sockets, clocks and threads: octets
/// go in, and what is to be done comes out. Whatever a client can send is therefore a line in a test.
namespace envelint::smtp {

/// What EHLO can offer.
enum class Extension : std::uint8_t {
  pipelining,             ///< RFC 2920
  size,                   ///< RFC 1870
  eight_bit_mime,         ///< RFC 6152
  smtputf8,               ///< RFC 6531
  dsn,                    ///< RFC 3461
  enhanced_status_codes,  ///< RFC 2034
  chunking,               ///< RFC 3030
  binary_mime,            ///< RFC 3030; needs chunking
  requiretls,             ///< RFC 8689; offered within TLS only
  limits,                 ///< RFC 9422
  starttls,               ///< RFC 3207; needs SessionOptions::can_start_tls
  auth,                   ///< RFC 4954; needs AuthOptions::policy
  xclient,                ///< Postfix XCLIENT; needs SessionOptions::xclient_from
};

/// A set of extensions.
class ExtensionSet {
 public:
  constexpr ExtensionSet() noexcept = default;
  constexpr ExtensionSet(std::initializer_list<Extension> extensions) noexcept {
    for (const Extension extension : extensions) add(extension);
  }
  [[nodiscard]] constexpr bool has(Extension extension) const noexcept { return (bits_ & bit(extension)) != 0; }
  constexpr void add(Extension extension) noexcept { bits_ |= bit(extension); }

 private:
  static constexpr std::uint32_t bit(Extension extension) noexcept {
    return std::uint32_t{1} << static_cast<unsigned>(extension);
  }
  std::uint32_t bits_ = 0;
};

/// What happens to a message with a bare CR, a bare LF, a NUL or a line of more than 998 octets. Whichever it is, data
/// ends at CRLF.CRLF and nowhere else, no octet is changed, and each is told with its offset.
enum class BareNewlines : std::uint8_t {
  reject,  ///< 550. A bare LF in a command ends the session, for what it means is a matter of opinion
  note,    ///< accepted. In a command a bare LF ends the line, so that a person with netcat gets answers
  keep,    ///< the same; whoever reports is asked to say nothing of it
};

/// Octets of a message. Gmail and Outlook take 25 and 35 MB; a test receiver keeps it in memory.
inline constexpr std::size_t kMaxMessage = std::size_t{32} << 20;
/// Octets of a message beyond `max_message` that are read and thrown away, so that the client hears of its 552.
/// Nobody honest sends twice as much as SIZE said.
inline constexpr std::size_t kMaxDrain = std::size_t{32} << 20;
/// Octets of a message's header. Honest ones have some ten thousand.
inline constexpr std::size_t kMaxHeaderOctets = std::size_t{1} << 20;
/// RFC 5321 §4.5.3.1.8 wants 100 at least; 20,000 accepted recipients have been somebody's CVE.
inline constexpr std::size_t kMaxRecipients = 1000;
/// Messages of one session.
inline constexpr std::size_t kMaxMessages = 10'000;
/// Commands that lead to no message, beyond one RCPT a recipient: NOOP and RSET for ever hold a connection.
inline constexpr std::size_t kMaxIdleCommands = 1000;
/// Errors in a row, after which the client is told goodbye: it does not listen, or speaks another protocol.
inline constexpr std::size_t kMaxErrors = 5;
/// Refused AUTH commands: enough for typing errors, too few for guessing.
inline constexpr std::size_t kMaxAuthFailures = 3;
/// Octets of a command line with its CRLF: 512 (RFC 5321 §4.5.3.1.4), and what SIZE, BODY, DSN, AUTH=, SMTPUTF8 and
/// REQUIRETLS add to MAIL and RCPT.
inline constexpr std::size_t kMaxCommandLine = 2048;
/// Octets of an AUTH command or response (RFC 4954 §4).
inline constexpr std::size_t kMaxAuthLine = 12288;
/// Octets of a line that is too long that are read and thrown away until its end; a flood after that.
inline constexpr std::size_t kMaxDiscardedLine = std::size_t{64} << 10;
/// Octets that are kept while the session waits for the server. See Session::wants_bytes.
inline constexpr std::size_t kMaxPending = std::size_t{256} << 10;

struct SessionOptions {
  std::string hostname = "localhost";  ///< in the greeting and in EHLO
  bool lmtp = false;                   ///< RFC 2033: LHLO, and a reply for each recipient
  bool can_start_tls = false;          ///< whether the server has a certificate
  bool require_tls = false;            ///< no AUTH, VRFY nor mail in clear: 530 (RFC 3207 §4)
  std::optional<TlsInfo> tls;          ///< of a connection that began with TLS (RFC 8314)
  AuthOptions auth;
  BareNewlines bare_newlines = BareNewlines::reject;
  ExtensionSet hidden;          ///< extensions that are neither announced nor understood, for testing clients
  net::PrefixSet xclient_from;  ///< peers that may use XCLIENT
  net::PrefixSet proxy_from;    ///< peers whose first octets have to be a PROXY protocol header, version 1 or 2
  Faults faults;                ///< what is to go wrong

  std::size_t max_message = kMaxMessage;
  std::size_t max_drain = kMaxDrain;
  std::size_t max_header = kMaxHeaderOctets;
  std::size_t max_recipients = kMaxRecipients;
  std::size_t max_messages = kMaxMessages;
  std::size_t max_idle_commands = kMaxIdleCommands;
  std::size_t max_errors = kMaxErrors;
};

/// Octets to send. One reply, whole.
struct SendReply {
  int code;
  std::string bytes;
  bool slow = false;  ///< a fault: wait a second first
};

/// Send everything before it, then do the handshake as a server, then call `tls_started` or `tls_failed`. Octets that
/// were read in clear before the handshake are given to `consume`, never to the TLS engine.
struct StartTls {};

/// A whole message. The session waits for `message_done`.
struct Message {
  Envelope envelope;
  std::string bytes;  ///< as it came, but for the dots of transparency (RFC 5321 §4.5.2); at most `max_message` octets
  std::vector<WireOddity> oddities;
};

/// A message that the session itself refused after it was sent. Its reply comes next; nothing is to be done.
struct MessageRefused {
  Envelope envelope;
  Reply reply;
  std::vector<WireOddity> oddities;
};

/// Send everything before it and close the connection. Nothing comes after it.
struct Close {
  enum class Why : std::uint8_t {
    quit,             ///< the client said so
    peer_closed,      ///< the client is gone, see `peer_closed`
    timed_out,        ///< see `timed_out`
    shutting_down,    ///< see `shutting_down`
    refused,          ///< a 421 in `message_done`
    too_many_errors,  ///< in a row, or in AUTH
    flood,            ///< too much of something: commands, octets of a message, of a line, of what is pipelined
    not_smtp,         ///< HTTP, or a TLS hello in clear
    bare_newline,     ///< a bare LF in a command
    injection,        ///< octets in clear behind STARTTLS, where an attacker can put them (CVE-2011-0411)
    tls_failed,       ///< see `tls_failed`
    bad_proxy,        ///< no PROXY protocol header where one has to be, or one that cannot be read
    overloaded,       ///< see `overloaded`
    fault,            ///< a fault that was asked for
    bad_chunk,        ///< a BDAT whose size cannot be read, so that nobody knows where the next command begins
  };
  Why why;
};
/// A clause for a log: `the client sent commands in clear behind STARTTLS`.
[[nodiscard]] std::string_view to_string(Close::Why why) noexcept;

using Event = std::variant<SendReply, StartTls, Message, MessageRefused, Close>;

/// What the session waits for. A server has its deadlines by this.
enum class Phase : std::uint8_t {
  proxy_header,
  command,
  auth_response,
  data,             ///< of DATA, until CRLF.CRLF
  chunk,            ///< of BDAT
  tls_handshake,    ///< for `tls_started` or `tls_failed`
  message_verdict,  ///< for `message_done`
  silent,           ///< a fault: nothing is answered any more
  closed,
};

/// One session, from the greeting to the end.
///
///     Session session(options, peer, port);
///     for (;;) {
///       while (std::optional<Event> event = session.next()) { … send, handshake, message_done, or close … }
///       if (session.wants_bytes()) session.consume(read_some());
///     }
///
/// Promises: for each command exactly one reply, in order, however the octets were cut into pieces (with LMTP one for
/// each recipient at the end of a message); a 421 may come at any time and is the last. The same octets give the same
/// events. Memory is bounded by `max_message` and the constants above, plus the replies to one piece: give pieces of
/// some ten thousand octets, and take all events after each. Nothing that a client sends throws.
///
/// Not for several threads at once. Pieces are not kept; whoever keeps secrets wipes his read buffer.
class Session {
 public:
  /// @param peer  who the connection is with
  /// @param port  of the peer; 0 if unknown
  Session(SessionOptions options, const net::Address& peer, std::uint16_t port = 0);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// Takes what arrived. After Close it is thrown away.
  void consume(std::string_view bytes);
  /// What is to be done next; nothing when more octets, or an answer of the server, are needed.
  [[nodiscard]] std::optional<Event> next();

  /// The handshake is done. All that was learned from the client in clear is forgotten (RFC 3207 §4.2). If there were
  /// octets in clear behind STARTTLS they are discarded and the session ends with a 421, sent within TLS.
  void tls_started(TlsInfo info);
  /// The handshake failed. The session ends without a word: nobody knows what the other side would read.
  /// @param why  for the transcript; may hold bytes of others
  void tls_failed(std::string_view why = {});
  /// Answers a Message. With LMTP every recipient gets this reply. A 421 ends the session.
  void message_done(const Reply& reply);
  /// The same with a reply for each recipient (LMTP; SMTP takes the first). What is missing is 451.
  void message_done(std::span<const Reply> replies);

  /// The client let a deadline pass: 421, but within a handshake without a word. While the session waits for
  /// `message_done` it is not the client who is late, and nothing happens.
  void timed_out();
  /// The server has no memory left for what this client sends: 421.
  void overloaded();
  /// The server ends: 421, after the reply to a message that is being judged.
  void shutting_down();
  /// The client has closed its side. Nobody reads replies any more.
  void peer_closed();

  [[nodiscard]] Phase phase() const noexcept;
  /// Whether a recipient asked that the next STARTTLS of this peer fail, in another session.
  [[nodiscard]] bool starttls_is_to_fail() const noexcept;
  /// Whether to read on. False while a message is being judged and half of kMaxPending is kept already, in a handshake,
  /// and at the end. Who gives more all the same has the session closed at kMaxPending.
  [[nodiscard]] bool wants_bytes() const noexcept;
  /// Octets held: of a message, a line, of what is pipelined, and of the transcript.
  [[nodiscard]] std::size_t buffered() const noexcept;
  /// Who is at the other end, as PROXY and XCLIENT have told so far.
  [[nodiscard]] const Client& client() const noexcept;
  /// What it greeted with; its name is bytes of others.
  [[nodiscard]] Hello hello() const noexcept;
  [[nodiscard]] const std::string& hello_name() const noexcept;
  /// What was said since the last call.
  [[nodiscard]] std::vector<TranscriptEntry> take_transcript();

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace envelint::smtp
