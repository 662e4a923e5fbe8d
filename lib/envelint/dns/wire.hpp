#pragma once

#include <envelint/dns/resolver.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// DNS messages as bytes (RFC 1035 §4). Nothing here asks or waits; everything from outside passes through here.
namespace envelint::dns {

/// The response codes that somebody acts upon; others are carried by number.
enum class Rcode : std::uint16_t {
  noerror = 0,
  formerr = 1,
  servfail = 2,
  nxdomain = 3,
  notimp = 4,
  refused = 5,
  badvers = 16,  ///< RFC 6891 §9
};

/// "SERVFAIL", or "RCODE 9".
[[nodiscard]] std::string to_string(Rcode rcode);

/// What a question asks for besides its records. Not an aggregate: it is a coroutine parameter.
struct QueryFlags {
  QueryFlags() noexcept {}

  bool recursion_desired = true;
  bool checking_disabled = false;  ///< RFC 4035 §3.2.2: answer also what DNSSEC does not prove
  bool dnssec_ok = false;          ///< RFC 3225: send the signatures too
  bool edns = true;                ///< RFC 6891, with 1232 octets for an answer over UDP
};

/// The largest answer over UDP that is asked for: it passes every path in one piece (DNS Flag Day 2020).
inline constexpr std::size_t kUdpPayload = 1232;
/// A message has at most this many octets over TCP (RFC 1035 §4.2.2).
inline constexpr std::size_t kMaxMessage = 65'535;

/// A question as bytes. AD is set: an answer says then whether it has been proved (RFC 6840 §5.7).
struct EncodedQuery {
  std::string bytes;
  std::size_t question_size = 0;  ///< octets of the question, which begins behind the 12 of the header

  [[nodiscard]] std::uint16_t id() const noexcept;
  void set_id(std::uint16_t id) noexcept;
  [[nodiscard]] std::string_view question() const noexcept;
};

[[nodiscard]] EncodedQuery encode_query(std::uint16_t id, const Query& query, const QueryFlags& flags);

/// Gives letters of the question's name the case that `bits` says, the next bit for each octet: what an answer must
/// repeat, and a blind forger has to guess ("0x20", draft-vixie-dnsext-dns0x20).
void set_case(EncodedQuery& query, std::string_view bits) noexcept;

/// Whether a message answers a question.
enum class Match : std::uint8_t {
  no,          ///< another identifier, question or opcode, or no answer at all
  wrong_case,  ///< an answer, but the letters of the question have another case
  headless,    ///< an error without the question it is about, as old servers send for what they cannot read
  yes,
};
[[nodiscard]] Match match_reply(const EncodedQuery& query, std::string_view reply) noexcept;

/// Whether an answer that matches says that it is not whole (TC). It is not read then but asked for over TCP.
[[nodiscard]] bool is_truncated(std::string_view reply) noexcept;

/// Why a message is refused.
enum class WireFault : std::uint8_t {
  header,            ///< no header, or not exactly one question
  name,              ///< a name that is longer than 255 octets, runs out, or points anywhere but backwards
  record_data,       ///< data that is shorter or longer than its record says, or not of its type
  too_many_records,  ///< more than 512 records
  too_many_strings,  ///< a TXT record with more than 64 strings
  options,           ///< more than one OPT record, or one that cannot be read
  signature,         ///< a transaction signature, which nobody asked for
  trailing,          ///< bytes behind the last record
};

/// A word or two, for "the answer has …".
[[nodiscard]] std::string_view to_string(WireFault fault) noexcept;

/// RFC 8914. The text is made visible and cut: it can be shown.
struct ExtendedError {
  std::uint16_t code = 0;
  std::string text;
};

/// An answer that can be used. Records of classes other than IN, and OPT, are left out.
struct Message {
  Rcode rcode = Rcode::noerror;
  bool authoritative = false;        ///< AA
  bool recursion_available = false;  ///< RA
  bool authenticated = false;        ///< AD
  bool edns = false;
  std::vector<Record> answer;
  std::vector<Record> authority;
  std::vector<Record> additional;
  std::optional<ExtendedError> extended_error;  ///< the first of them
};

/// Reads a message. Any bytes are taken; what is not wholly in order is refused.
///
/// Bounded against messages made to hurt: a name has at most 255 octets and 16 compression pointers, each strictly
/// backwards; at most 512 records, at most 64 strings in a TXT record; data fills its length to the octet, and the
/// last record ends the message. Memory is at most a few times the size of the message.
[[nodiscard]] std::expected<Message, WireFault> decode_message(std::string_view bytes);

/// Gives the question of a reply that matches the spelling of `name`, and so every name that is compressed by pointing
/// there: what is shown is then what was asked.
void restore_case(std::string& reply, const Name& name) noexcept;

}  // namespace envelint::dns
