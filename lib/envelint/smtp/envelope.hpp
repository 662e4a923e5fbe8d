#pragma once

#include <envelint/net/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::smtp {

/// A reverse-path or forward-path (RFC 5321 §4.1.2). Bytes of others.
struct Path {
  std::string local_part;          ///< without quotes and backslashes: `a b` for `"a b"`
  std::string domain;              ///< as written; `[192.0.2.1]` for a literal; empty for `<>` and `<Postmaster>`
  std::string written;             ///< the address as written, without angle brackets and source route
  std::vector<std::string> route;  ///< the hosts of a source route, which is read and ignored (RFC 5321 §4.1.1.3)
  bool ascii = true;               ///< false: an internationalised address (RFC 6531 §3.3)

  /// `<>`, the reverse-path of bounces.
  [[nodiscard]] bool is_null() const noexcept { return local_part.empty() && domain.empty() && written.empty(); }
};

/// A parameter of MAIL or RCPT as it was written.
struct Parameter {
  std::string keyword;  ///< in capitals
  std::optional<std::string> value;
};

/// What BODY of MAIL declares (RFC 6152, RFC 3030).
enum class Body : std::uint8_t { seven_bit, eight_bit_mime, binary_mime };
/// `7BIT`, `8BITMIME`, `BINARYMIME`.
[[nodiscard]] std::string_view to_string(Body body) noexcept;

/// How much of the message a report is to hold (RFC 3461 §4.3).
enum class Ret : std::uint8_t { full, headers };

/// MAIL FROM with what its parameters mean.
struct Sender {
  Path path;
  std::optional<std::uint64_t> size;  ///< RFC 1870; 2^64 - 1 also for what is more
  std::optional<Body> body;
  bool smtputf8 = false;             ///< RFC 6531
  bool requiretls = false;           ///< RFC 8689
  std::optional<Ret> ret;            ///< RFC 3461 §4.3
  std::optional<std::string> envid;  ///< decoded from xtext (RFC 3461 §4.4)
  std::optional<std::string> auth;  ///< decoded from xtext; `<>` for unknown. Recorded, trusted by nobody (RFC 4954 §5)
  std::vector<Parameter> parameters;
};

/// NOTIFY of RCPT (RFC 3461 §4.1).
struct Notify {
  bool never = false;
  bool success = false;
  bool failure = false;
  bool delay = false;
};

/// ORCPT of RCPT (RFC 3461 §4.2).
struct OriginalRecipient {
  std::string type;     ///< `rfc822`, in lower case
  std::string address;  ///< decoded from xtext; for `utf-8` as written (RFC 6533 §3)
};

/// RCPT TO with what its parameters mean.
struct Recipient {
  Path path;
  std::optional<Notify> notify;
  std::optional<OriginalRecipient> original;
  std::vector<Parameter> parameters;
};

/// Who is at the other end, as far as it is known.
struct Client {
  enum class Source : std::uint8_t {
    peer,     ///< the connection itself
    proxy,    ///< a PROXY protocol header
    xclient,  ///< the XCLIENT command
  };
  net::Address address;
  std::uint16_t port = 0;  ///< 0: unknown
  std::string name;        ///< told by XCLIENT; empty otherwise. Bytes of others
  std::string hello;       ///< what it greeted with, told by XCLIENT; empty otherwise. Bytes of others
  Source source = Source::peer;
};

/// The TLS of the connection, as the server found it. Only shown and recorded.
struct TlsInfo {
  std::string version;             ///< `TLSv1.3`
  std::string cipher;              ///< `TLS_AES_256_GCM_SHA384`
  std::string server_name;         ///< of the SNI extension; empty without. Bytes of others
  std::string client_certificate;  ///< its subject; empty without one. Bytes of others
};

/// Who a client has authenticated as (RFC 4954).
struct Identity {
  std::string mechanism;              ///< `PLAIN`; `XCLIENT` when a trusted proxy said so
  std::string user;                   ///< the authentication identity. Bytes of others
  std::string authorization;          ///< who to act as, where PLAIN says so (RFC 4616 §2). Bytes of others
  std::optional<std::string> secret;  ///< password or token, only with AuthOptions::keep_secrets
};

/// Which command the client greeted with.
enum class Hello : std::uint8_t { none, helo, ehlo, lhlo };
/// `EHLO`; empty for none.
[[nodiscard]] std::string_view to_string(Hello hello) noexcept;

/// All that came with a message but the message.
struct Envelope {
  net::Address peer;  ///< who the connection is with, whatever a proxy said
  Client client;
  Hello hello = Hello::none;
  std::string hello_name;   ///< of HELO, EHLO or LHLO. Bytes of others
  bool hello_valid = true;  ///< false: it is no domain name, nor an address literal (RFC 5321 §4.1.1.1)
  Sender from;
  std::vector<Recipient> to;
  std::optional<Identity> identity;
  std::optional<TlsInfo> tls;
  bool by_chunks = false;  ///< with BDAT, not DATA

  /// The WITH of a Received field: `SMTP`, `ESMTPSA`, `LMTPS`, `UTF8SMTPS` (RFC 3848, RFC 6531 §4.3).
  [[nodiscard]] std::string protocol() const;
};

/// What is odd about the octets of a message on the wire. The message is kept as it came.
struct WireOddity {
  enum class Kind : std::uint8_t {
    bare_cr,           ///< CR without LF behind it
    bare_lf,           ///< LF without CR before it
    nul,               ///< an octet 0
    long_line,         ///< a line of more than 998 octets (RFC 5321 §4.5.3.1.6)
    eight_bit,         ///< an octet above 127 where BODY declared none; only the first is told
    dot_not_doubled,   ///< a line began with a single dot, which the client should have doubled; it is lost
    no_final_newline,  ///< the last line of a message sent in chunks has no CRLF
    more,              ///< there are more oddities; the list ends here
  };
  Kind kind;
  std::size_t offset;  ///< in the message as it is handed out: dots that transparency added do not count

  friend bool operator==(const WireOddity&, const WireOddity&) = default;
};
/// A few words for a person: `a bare LF`.
[[nodiscard]] std::string_view to_string(WireOddity::Kind kind) noexcept;

/// How many oddities of a message are kept.
inline constexpr std::size_t kMaxWireOddities = 100;

}  // namespace envelint::smtp
