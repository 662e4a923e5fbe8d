#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/io/deadline.hpp>
#include <envelint/io/endpoint.hpp>

#include <chrono>
#include <vector>

namespace envelint::dns {

/// What one server says of a question that it was asked directly and without recursion.
struct ServerAnswer {
  /// The records of the name itself. A CNAME is in `chain` with its target, and not followed: `state` is nodata then.
  Answer answer;
  bool authoritative = false;  ///< AA: the server has the zone
  bool referral = false;       ///< it names the servers of a zone further down, in `authority`
  std::vector<Record> authority;
  std::vector<Record> additional;
  std::chrono::microseconds round_trip{0};  ///< zero when there was no answer
};

/// Asks one server without recursion (RD=0), as for what a zone's own servers say. The network stands behind this, or
/// a test.
class DirectResolver {
 public:
  DirectResolver() = default;
  DirectResolver(const DirectResolver&) = delete;
  DirectResolver& operator=(const DirectResolver&) = delete;
  virtual ~DirectResolver() = default;

  /// Never throws for anything that comes from outside: trouble is an answer, also that the time is over.
  virtual task::Task<ServerAnswer> ask(io::Endpoint server, Query query, io::Deadline until) = 0;
};

}  // namespace envelint::dns
