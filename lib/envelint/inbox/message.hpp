#pragma once

#include <envelint/net/address.hpp>
#include <envelint/smtp/envelope.hpp>
#include <envelint/smtp/transcript.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Received mail that is kept: the octets as they came, and beside them all that is known about them.
namespace envelint::inbox {

/// From 1 on, in the order in which messages were added. Never used again, also when its message is removed.
using MessageId = std::uint64_t;
/// From 1 on. Never used again.
using SessionId = std::uint64_t;

/// What a list says of a message.
struct Summary {
  std::string from;  ///< of the header, like the next two: decoded for a person. Bytes of others
  std::string to;
  std::string subject;
  std::string spf;  ///< a word of RFC 8601 §2.7, like the next ones; empty: not evaluated
  std::string dkim;
  std::string arc;
  std::string dmarc;
  std::string disposition;  ///< `none`, `quarantine` or `reject`
};

/// A message with all that is known about it.
struct Message {
  MessageId id = 0;  ///< given by the store
  SessionId session = 0;
  std::int64_t received_ms = 0;  ///< milliseconds since 1970
  smtp::Envelope envelope;
  std::vector<smtp::WireOddity> oddities;
  std::string raw;  ///< exactly as it came
  Summary summary;
  std::string verdict_json;  ///< the document of `envelint verify --format json`; empty: not evaluated
  int reply_code = 250;      ///< what the client was told
  std::string reply_text;
  bool unread = true;
  std::uint64_t attachments = 0;  ///< how many it has
  /// What searches look into besides the summary and the envelope, decoded for a person: the header, `Name: value`, a
  /// field a line, and the text of the body. Where both are empty they are taken from `raw` as they stand there, an empty
  /// header always is. A store keeps them folded (`folded`), and kMaxSearched octets at most. Bytes of others.
  std::string search_header;
  std::string search_text;
};

/// A session with what was said in it, also when it brought no message.
struct Session {
  SessionId id = 0;
  std::int64_t started_ms = 0;  ///< milliseconds since 1970
  std::int64_t ended_ms = 0;
  net::Address peer;  ///< who the connection was with, whatever a proxy said
  std::uint16_t port = 0;
  smtp::Client client;
  smtp::Hello hello = smtp::Hello::none;
  std::string hello_name;  ///< bytes of others
  std::optional<smtp::TlsInfo> tls;
  std::string ended;  ///< why, a clause: `the client is gone`
  std::vector<smtp::TranscriptEntry> transcript;
  std::uint64_t messages = 0;  ///< how many it brought
};

/// Octets of a message that searches look into.
inline constexpr std::size_t kMaxSearched = std::size_t{64} << 10;

/// Octets of one transcript that are kept.
inline constexpr std::size_t kMaxTranscript = std::size_t{256} << 10;

/// A transcript of at most kMaxTranscript octets: what is too much is left out of its middle, and a note says so. How a
/// session began and how it ended is what one looks for.
[[nodiscard]] std::vector<smtp::TranscriptEntry> bounded(std::vector<smtp::TranscriptEntry> transcript);

/// About how many octets are needed to keep it, in memory or on disk. A budget counts these, because a message of one
/// octet can have a thousand recipients.
[[nodiscard]] std::uint64_t weight(const Message& message) noexcept;
[[nodiscard]] std::uint64_t weight(const Session& session) noexcept;

}  // namespace envelint::inbox
