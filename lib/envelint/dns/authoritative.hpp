#pragma once

#include <envelint/dns/bounded_resolver.hpp>
#include <envelint/dns/direct_resolver.hpp>
#include <envelint/dns/network_resolver.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/io/endpoint.hpp>
#include <envelint/task/task.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the servers of a zone say themselves, each asked directly: whether they agree, and whether the resolver gives
/// what they do (RFC 1034 §4.2.2).
namespace envelint::dns {

/// How to ask. Not an aggregate: it is a coroutine parameter.
struct AuthoritativeOptions {
  AuthoritativeOptions() = default;

  std::uint16_t port = kDnsPort;
  /// The addresses come from the zone, which is a stranger's. Those of this machine and of private networks are not
  /// asked unless this is set.
  bool any_address = false;
  QuestionBudget budget;  ///< questions to the resolver; its deadline holds for everything
};

/// Most zones that a domain's names may lie in, name servers of a zone, addresses of all of them, and questions.
inline constexpr std::size_t kMaxZones = 4;
inline constexpr std::size_t kMaxNameServers = 13;
inline constexpr std::size_t kMaxServerAddresses = 16;
inline constexpr std::size_t kMaxServerQuestions = 24;

/// A server of a zone, by one of its addresses.
struct ZoneServer {
  enum class State : std::uint8_t {
    serves,     ///< it has the zone
    lame,       ///< it answers, but not for the zone (RFC 9499 §7, "lame delegation")
    silent,     ///< nothing comes back
    set_aside,  ///< not asked: nobody outside reaches its address, which is of a private network or the like
    not_asked,  ///< or not to the end: no way to IPv6, or no time left; no fault of the server
  };

  Name name;
  net::Address address;
  bool in_zone = false;        ///< an NS record of the zone names it
  bool in_delegation = false;  ///< the parent zone names it
  State state = State::silent;
  std::string why;  ///< for a person: why it was not asked, or what is wrong with its answer
  ServerAnswer soa;
  std::vector<ServerAnswer> answers;  ///< of `serves`, in the order of the zone's questions

  [[nodiscard]] const Soa* start_of_authority() const noexcept;
};

/// A name that should be a server of the zone and has no address.
struct NamelessServer {
  Name name;
  bool in_zone = false;
  bool in_delegation = false;
  Answer a;
  Answer aaaa;
};

/// One zone and those who serve it.
struct ZoneServers {
  Name zone;
  bool delegation_known = false;  ///< whether a server of the parent zone said who serves it
  std::vector<ZoneServer> servers;
  std::vector<NamelessServer> without_address;
  std::size_t left_out = 0;  ///< addresses beyond `kMaxServerAddresses`
  std::vector<Query> questions;
  std::vector<Answer> resolver;  ///< what the resolver says to each of them

  /// The newest SOA record that a server gives (RFC 1982).
  [[nodiscard]] const Soa* newest() const noexcept;
  /// Seconds for which a resolver believes that a name does not exist (RFC 2308 §5).
  [[nodiscard]] std::optional<std::uint32_t> negative_ttl() const noexcept;
};

struct AuthoritativeFacts {
  std::vector<ZoneServers> zones;
};

/// Finds the zones that the names of the questions lie in, their servers, and what each of them says. Bounded in zones,
/// servers, questions and time; trouble is a fact. Both resolvers must outlive the task.
[[nodiscard]] task::Task<AuthoritativeFacts> ask_authoritative(Resolver& resolver, DirectResolver& direct,
                                                               std::vector<Query> questions,
                                                               AuthoritativeOptions options);

/// What stands at the very name that was asked for, in sorted lines as a zone file would have it: records, or
/// `CNAME target.`; no line where nothing is there. Two answers with the same lines say the same; letter case counts
/// in text only.
[[nodiscard]] std::vector<std::string> spelled(const Answer& answer);

/// An answer, and those who give it.
struct Opinion {
  std::vector<std::string> lines;  ///< see `spelled`
  std::uint32_t ttl = 0;           ///< the longest that one of them gives
  std::vector<const ZoneServer*> servers;
};

/// What the servers of a zone say to one of its questions: one opinion if they agree, none if nobody said anything.
[[nodiscard]] std::vector<Opinion> opinions(const ZoneServers& zone, std::size_t question);

/// Whether the resolver says something else than all the servers, who agree.
[[nodiscard]] bool resolver_differs(const ZoneServers& zone, std::size_t question);

}  // namespace envelint::dns
