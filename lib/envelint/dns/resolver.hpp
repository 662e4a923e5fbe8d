#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/dns/record.hpp>
#include <envelint/dns/type.hpp>
#include <envelint/task/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envelint::dns {

/// A question. Not an aggregate: it is a coroutine parameter (docs/architecture.md, coroutine laws).
struct Query {
  Query(Name query_name, Type query_type) : name(std::move(query_name)), type(query_type) {}

  Name name;
  Type type;

  friend bool operator==(const Query&, const Query&) = default;
};

/// Why nothing is known about a question.
enum class Trouble : std::uint8_t {
  timeout,    ///< nobody answered in time
  servfail,   ///< the server failed (RFC 1035 §4.1.1 RCODE 2)
  refused,    ///< the server would not answer (RCODE 5)
  bogus,      ///< DNSSEC validation failed (RFC 4035 §5.5)
  network,    ///< no server could be reached
  malformed,  ///< what came back is no answer to the question
  loop,       ///< the CNAME chain leads back to itself, or is longer than 8
  limit,      ///< the answer is larger than we take, or too much was asked
  outside,    ///< not asked: the name lies outside the zone files or the recording that answers
};

[[nodiscard]] std::string_view to_string(Trouble trouble) noexcept;
[[nodiscard]] std::optional<Trouble> parse_trouble(std::string_view word) noexcept;

/// An answer is one of three: records, nothing there, or unknown. Unknown is never "nothing there".
struct Answer {
  enum class State : std::uint8_t {
    records,   ///< at least one record of the type asked for
    nodata,    ///< the name exists and has no such record
    nxdomain,  ///< the name does not exist, nor anything below it (RFC 8020)
    unknown,   ///< see `trouble`
  };

  Answer() = default;
  explicit Answer(State answer_state) : state(answer_state) {}
  explicit Answer(Trouble why, std::string explanation = {})
      : state(State::unknown), trouble(why), detail(std::move(explanation)) {}

  [[nodiscard]] bool has_records() const noexcept { return state == State::records; }
  [[nodiscard]] bool nothing() const noexcept { return state == State::nodata || state == State::nxdomain; }
  [[nodiscard]] bool unknown() const noexcept { return state == State::unknown; }

  State state = State::nodata;
  Trouble trouble = Trouble::timeout;  ///< meaningful only when unknown
  std::string detail;                  ///< more on the trouble for a person, may be empty
  std::vector<Record> records;         ///< of the type asked for, at the end of the CNAME chain
  std::vector<Name> chain;             ///< the CNAME targets on the way, in order

  /// Seconds for which the answer holds: the least TTL on the way, or the negative TTL (RFC 2308 §5) where nothing is
  /// there. Empty where the source knows none.
  std::optional<std::uint32_t> ttl;
  /// Whether a resolver that is believed says that DNSSEC has proved the answer (RFC 4035 §3.2.3).
  bool authenticated = false;
  /// The same said by a resolver that is not believed: what it says may have been changed on the way (RFC 6840 §5.8).
  bool unverified_ad = false;
  /// The Extended DNS Error (RFC 8914) that came with the answer; its text is in `detail`.
  std::optional<std::uint16_t> extended_error;
  /// Who answered, as text (`192.0.2.53`, `192.0.2.53:5353`); empty for sources that are no servers.
  std::string server;
};

/// Answers questions. Network, zone file, cache and recording all stand behind this.
/// An implementation says itself whether several questions may be in flight at once.
class Resolver {
 public:
  Resolver() = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  virtual ~Resolver() = default;

  /// Never throws for anything that comes from outside: trouble is an answer.
  virtual task::Task<Answer> query(Query query) = 0;

  /// The answer to a question if it lies at hand, for who asks a million times a second: neither a task nor a copy is
  /// made. Nothing where it has to be asked for by `query`, which is always so unless a resolver says otherwise.
  /// The answer stays where it is until the resolver is changed or destroyed.
  [[nodiscard]] virtual const Answer* at_hand(const Name& /*name*/, Type /*type*/) { return nullptr; }
};

}  // namespace envelint::dns
