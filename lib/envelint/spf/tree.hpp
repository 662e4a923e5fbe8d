#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/net/prefix_set.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/task/task.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What evaluating an SPF record costs, whoever sends.
///
/// RFC 7208 §4.6.4 lets an evaluation meet 10 terms that ask DNS, in the record and in all that it includes or is
/// redirected to, and two questions that find nothing. Receivers stop at the first match, so what one evaluation costs
/// depends on the sender. The tree has every term that an evaluation can come to, in the order of evaluation, with the
/// count that a sender has reached there whom nothing before has matched.
namespace envelint::spf {

/// The limits of §4.6.4.
inline constexpr std::uint32_t kMaxLookups = 10;
inline constexpr std::uint32_t kMaxVoidLookups = 2;
inline constexpr std::size_t kMaxMxHosts = 10;

/// What became of a term that asks DNS.
enum class TermFate : std::uint8_t {
  found,           ///< there is what it asks for
  nothing,         ///< there is not: no address, no MX record, no such name
  depends,         ///< macros or `ptr`: it depends on the message
  no_record,       ///< include, redirect: the domain has no SPF record
  no_domain,       ///< include, redirect: the domain does not exist
  several,         ///< include, redirect: the domain has more than one SPF record
  faulty,          ///< include, redirect: the record there has a syntax error
  loop,            ///< include, redirect: it leads back to a record that is being evaluated; not followed
  too_many_hosts,  ///< mx: more than 10 hosts (§4.6.4)
  no_name,         ///< its domain-spec is no domain name
  unknown,         ///< nobody answered
  cut,             ///< not followed: the tree is larger than we go
};
[[nodiscard]] std::string_view to_string(TermFate fate) noexcept;

/// One term that counts.
struct TreeTerm {
  std::uint32_t depth = 0;            ///< 0 in the domain's own record
  std::optional<std::size_t> parent;  ///< index of the include or redirect whose record it is in
  std::size_t top = 0;                ///< index of the term of the domain's own record that leads here, or itself
  std::string domain;                 ///< whose record
  std::string term;                   ///< as written
  Span span;                          ///< its place in that record's value
  TermKind kind = TermKind::mechanism;
  Mechanism mechanism = Mechanism::all;
  Modifier modifier = Modifier::unknown;
  Qualifier qualifier = Qualifier::pass;
  std::string target;  ///< the name asked about; empty where it depends on the message
  TermFate fate = TermFate::found;
  std::uint32_t number = 0;            ///< lookups counted so far, with this one
  std::uint32_t cost = 1;              ///< lookups of the term and all that it leads to
  bool void4 = false;                  ///< its question finds nothing for IPv4 clients (§4.6.4)
  bool void6 = false;                  ///< the same for IPv6 clients
  std::size_t hosts = 0;               ///< mx: how many
  std::string answer;                  ///< what came back in a few words: addresses, a syntax error, why not
  bool outside = false;                ///< fate unknown: it was not asked, as the zone files do not say
  bool told = false;                   ///< fate unknown: a finding of the domain speaks of that question
  std::uint64_t ipv4 = 0;              ///< IPv4 addresses that it matches, or that pass there, as far as known
  std::uint64_t ipv6_networks = 0;     ///< the same in IPv6 /64 networks
  std::vector<net::Prefix> addresses;  ///< depth 0: the same, where they are few enough to be listed
  bool adds_nothing = false;           ///< it matches addresses, and terms before it have matched all of them
  bool redundant = false;  ///< depth 0: without it every sender gets the same result, as far as DNS is today

  [[nodiscard]] bool is(Mechanism wanted) const noexcept { return kind == TermKind::mechanism && mechanism == wanted; }
  [[nodiscard]] bool is(Modifier wanted) const noexcept { return kind == TermKind::modifier && modifier == wanted; }
  /// Whether it asks for another domain's record.
  [[nodiscard]] bool needs_record() const noexcept { return is(Mechanism::include) || is(Modifier::redirect); }
  /// Whether the evaluation ends here with permerror.
  [[nodiscard]] bool breaks() const noexcept {
    return fate == TermFate::no_record || fate == TermFate::no_domain || fate == TermFate::several ||
           fate == TermFate::faulty || fate == TermFate::loop || fate == TermFate::too_many_hosts ||
           (fate == TermFate::no_name && needs_record());
  }
};

/// What a sender meets whom no term matches.
struct LookupCount {
  std::uint32_t lookups = 0;
  std::uint32_t void_lookups = 0;
};

/// A sender that passes, and how an evaluation comes to the term that it passes by.
struct SenderPath {
  std::uint32_t lookups = 0;
  /// As written: includes and redirects from the domain's own record on, and last the term that matches.
  std::vector<std::string> terms;
};

/// What is wrong with the explanation that `exp=` names (§6.2).
enum class ExplanationFault : std::uint8_t { missing, several, not_ascii, bad_macro, too_long };

struct Explanation {
  Span term;  ///< `exp=…` in the domain's own record
  std::string target;
  ExplanationFault fault = ExplanationFault::missing;
  std::size_t count = 0;  ///< several: TXT records; too_long: octets
};

/// One change that makes a record cheaper.
struct MendStep {
  enum class Kind : std::uint8_t {
    drop_redundant,  ///< nobody's result changes
    drop_void,       ///< it finds nothing
    drop_broken,     ///< it makes the whole record a permerror
    drop_ptr,        ///< §5.5: should not be used
    list_addresses,  ///< a, mx: the addresses in its place, as they are today
    list_included,   ///< include: the same
  };
  Kind kind;
  std::size_t term;  ///< index into the tree's terms, depth 0
  std::string text;  ///< what takes its place; empty where it is dropped
};
[[nodiscard]] std::string_view to_string(MendStep::Kind kind) noexcept;

/// The gentlest changes found that bring the count to kMaxLookups or below.
struct Mend {
  std::vector<MendStep> steps;
  std::string record;         ///< the whole corrected value
  std::uint32_t lookups = 0;  ///< what it costs
  bool same_result = false;   ///< every sender gets the same result as without the limit
};

struct Tree {
  dns::Name domain;
  std::string record;  ///< the domain's own
  /// Every term that counts, in the order of evaluation; the terms of an included record follow the `include`.
  /// A term that breaks the evaluation is stepped over, so that the count is what mending it will show.
  std::vector<TreeTerm> terms;
  LookupCount v4;  ///< of an IPv4 client
  LookupCount v6;  ///< of an IPv6 client; differs where names have addresses of one family only
  /// Whether the counts are what they are. Otherwise they are the least: something was not answered, depends on the
  /// message, or was not followed.
  bool exact = true;
  std::optional<SenderPath> best;          ///< the sender that passes after the fewest lookups; none where nobody can
  std::optional<SenderPath> dearest;       ///< the one that passes after the most
  net::PrefixSet authorised;               ///< every address that passes, as far as known
  std::optional<Explanation> explanation;  ///< only where something is wrong with it
  std::optional<Mend> mend;                ///< only above the limit, and only where it can be done

  /// What a sender costs whom no term matches: the most there is.
  [[nodiscard]] std::uint32_t lookups() const noexcept { return v4.lookups > v6.lookups ? v4.lookups : v6.lookups; }
};

/// Most terms that a tree has, networks and `all` not counted.
inline constexpr std::size_t kMaxTreeTerms = 2000;
/// Most addresses and networks that are listed for a term.
inline constexpr std::size_t kMaxListed = 32;

/// Reads a domain's SPF record and all that it leads to, each record once, and counts.
///
/// @param record  the domain's SPF record; terms with a syntax error are left out
/// Never fails: what nobody answers is part of the tree. Asks at most 600 questions, many at once. The resolver must
/// outlive the task.
[[nodiscard]] task::Task<Tree> explore(dns::Resolver& resolver, dns::Name domain, std::string record);

}  // namespace envelint::spf
