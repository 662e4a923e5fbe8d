#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/net/address.hpp>
#include <envelint/net/prefix_set.hpp>
#include <envelint/task/task.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace envelint::rehearsal {

/// An address that mail is sent from, and the term of an SPF record that lists it. Not an aggregate: it is a coroutine
/// parameter.
struct Sender {
  Sender() = default;
  explicit Sender(net::Address client, std::string listed_by = {}, dns::Name record_of = {})
      : address(client), term(std::move(listed_by)), listed_in(std::move(record_of)) {}

  net::Address address;
  std::string term;     ///< as written; empty for an address that was named by hand
  dns::Name listed_in;  ///< whose record the term is in
};

/// A term that may let others send than are known here.
struct OpenTerm {
  enum class Why : std::uint8_t {
    outside,     ///< it leads to a name that the zone files do not hold
    unanswered,  ///< DNS would not say
    depends,     ///< macros, `exists` or `ptr`: it depends on the message
  };
  Why why = Why::outside;
  std::string term;      ///< as written; empty where it is the record itself that is not known
  dns::Name listed_in;   ///< whose record the term is in
  std::string question;  ///< `_spf.example.net TXT`; empty with Why::depends
  std::string reason;    ///< what came back, in a few words
};

/// Who may send for a domain by its SPF record (RFC 7208 §4).
struct Senders {
  dns::Name domain;
  std::optional<std::string> record;  ///< where there is just one
  std::size_t records = 0;            ///< SPF records of the domain
  /// For each mechanism that names addresses, through includes and redirects, the first IPv4 and the first IPv6 address
  /// of it that no term before it has decided about.
  std::vector<Sender> listed;
  std::vector<OpenTerm> open;
  net::PrefixSet passing;  ///< every address that is known to pass
  bool cut = false;        ///< there is more than the limits below allow to be looked at
};

/// Most senders that are listed, records that are read, and questions that are asked.
inline constexpr std::size_t kMaxSenders = 64;
inline constexpr std::size_t kMaxSenderRecords = 50;
inline constexpr std::size_t kMaxSenderQuestions = 500;

/// Reads the SPF record of a domain and all it leads to. Never fails: what is not answered is part of the result.
/// Faults of the records are no matter here; evaluating a sender shows what they come to. The resolver must outlive
/// the task.
[[nodiscard]] task::Task<Senders> find_senders(dns::Resolver& resolver, dns::Name domain);

/// The first address for documentation (RFC 5737) that is in neither set; the very first where all of them are.
[[nodiscard]] net::Address stranger_to(const net::PrefixSet& senders, const net::PrefixSet& others = {});

}  // namespace envelint::rehearsal
