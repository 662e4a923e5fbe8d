#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/finding/finding.hpp>
#include <envelint/net/address.hpp>
#include <envelint/text/span.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace envelint::audit {

/// One MX record, with the places of its two words in the text that findings about it point into (`10
/// mail.example.com.` of one record). Spans may be empty when there is no text.
struct MxHost {
  std::uint16_t preference = 0;
  dns::Name target;
  text::Span preference_span;
  text::Span target_span;
  int record = -1;  ///< index into the report's records, copied to the findings
};

/// What is known of the host an MX names.
struct MxTarget {
  enum class State : std::uint8_t {
    unknown,    ///< nothing: it lies outside what was read, or asking failed. Never a finding
    absent,     ///< the name does not exist, or has neither A nor AAAA
    alias,      ///< the name is a CNAME
    addresses,  ///< it has addresses
  };
  State state = State::unknown;
  std::optional<dns::Name> alias;       ///< where the CNAME leads, for State::alias
  std::vector<net::Address> addresses;  ///< all that are known, for State::addresses
};

/// Answers what is known of a host. Called at most once for each record, and for names only that can be host names.
using MxLookup = std::function<MxTarget(const dns::Name&)>;

/// The findings about the MX records of one name: MX004, MX005, MX008 to MX013 and MX026. Findings about a record
/// carry its index, those about the set the owner. Pure: what there is to know comes through `lookup`.
void check_mx(const dns::Name& owner, std::span<const MxHost> hosts, const MxLookup& lookup, finding::Findings& out);

}  // namespace envelint::audit
