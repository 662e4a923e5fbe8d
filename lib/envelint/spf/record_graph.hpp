#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/net/prefix_set.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/task/task.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

/// What stands behind the terms of a record and of all records that it leads to. Only for `tree.cpp`.
namespace envelint::spf {

/// What is known of one term before anyone is evaluated.
struct TermFacts {
  bool live = false;                    ///< evaluation can come to it, and it asks DNS or names a record
  bool depends = false;                 ///< macros or `ptr`: it depends on the message
  std::optional<dns::Name> target;      ///< the domain-spec with macros expanded; the record's own name without one
  std::optional<std::size_t> leads_to;  ///< include, redirect: index into the records
  std::size_t hosts = 0;                ///< mx: how many MX records there are
  bool void4 = false;                   ///< the question that counts finds nothing for an IPv4 client (§4.6.4)
  bool void6 = false;                   ///< the same for an IPv6 client
  std::string unanswered;               ///< the first question that nobody answered, with the reason
  bool outside = false;                 ///< that question was not asked: the zone files do not say
  std::string answer;                   ///< what came back, in a few words
  net::PrefixSet match;                 ///< the addresses that it matches, as far as known; not for include
};

/// What became of the question for a domain's SPF record.
enum class RecordState : std::uint8_t {
  usable,   ///< one record that can be read
  none,     ///< the domain has no SPF record
  missing,  ///< the domain does not exist
  several,  ///< more than one
  faulty,   ///< it has a syntax error
  unknown,  ///< nobody answered
  unread,   ///< not asked for: too many records
};

/// One record, read once however often it is included.
struct RecordFacts {
  dns::Name name;
  RecordState state = RecordState::unread;
  bool is_void = false;  ///< the question for it found nothing at all
  std::string detail;    ///< the syntax error, or why there is no answer
  bool outside = false;  ///< it was not asked for: the zone files do not say
  Record record;
  std::vector<TermFacts> terms;  ///< one for each of the record's terms
};

/// What `exp=` leads to (§6.2).
struct ExplanationFacts {
  Span term;  ///< `exp=…` in the domain's own record
  dns::Name target;
  bool depends = false;
  dns::Answer answer;
};

struct RecordGraph {
  std::deque<RecordFacts> records;  ///< the domain's own first
  std::optional<ExplanationFacts> explanation;
  bool cut = false;  ///< more was there than is read
};

/// Reads a domain's record and all it leads to. Most questions are under way at once. The resolver must outlive it.
[[nodiscard]] task::Task<RecordGraph> read_graph(dns::Resolver& resolver, dns::Name domain, std::string record);

}  // namespace envelint::spf
