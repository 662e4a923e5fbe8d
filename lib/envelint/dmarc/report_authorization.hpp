#pragma once

#include <envelint/dmarc/discovery.hpp>
#include <envelint/dmarc/record_finder.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/task/task.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Whether the addresses in `rua` and `ruf` can get the reports they ask for.
namespace envelint::dmarc {

/// Whether a host agrees to reports about a domain (RFC 9990, "Verifying External Destinations"; RFC 7489 §7.1).
enum class Consent : std::uint8_t {
  not_needed,  ///< the host is in the domain's own organization
  given,       ///< `v=DMARC1` stands where it has to
  missing,     ///< nothing stands there
  malformed,   ///< what stands there does not begin with `v=DMARC1`
  diverted,    ///< it names another address, and that at another host: no report is sent at all
  too_long,    ///< DNS has no name long enough to say so
  unknown,     ///< nobody answered
};

/// Whether mail can be brought to a host (RFC 5321 §5.1, RFC 7505).
enum class Reach : std::uint8_t {
  reachable,
  no_such_host,  ///< the name does not exist
  nowhere,       ///< it has neither MX nor address
  null_mx,       ///< it says that it takes no mail
  unknown,       ///< nobody answered
};

/// A host that reports are to go to.
struct Destination {
  dns::Name host;
  Span span;  ///< the host where the policy record names it first
  Consent consent = Consent::unknown;
  dns::Name consent_name;  ///< `<domain>._report._dmarc.<host>`; the root where none is needed or it is too long
  dns::Answer consent_answer;
  std::string diverted_to;  ///< the address at another host, with Consent::diverted
  Reach reach = Reach::unknown;
};

/// The hosts that a policy record sends reports to.
struct ReportAuthorization {
  dns::Name policy_domain;  ///< the domain whose record it is
  std::vector<Destination> destinations;
  bool all_checked = true;  ///< false where more hosts are named than are looked at
};

/// Asks whether mail can be brought to a host: up to three questions. The resolver must outlive the task.
[[nodiscard]] task::Task<Reach> find_reach(dns::Resolver& resolver, dns::Name host);

/// Most hosts that are looked at: no real record names as many.
inline constexpr std::size_t kMaxDestinations = 8;

/// Looks at every host to which a record has reports sent by mail.
///
/// A host in the record's own organization, for receivers of either generation, has to agree to nothing. Asks up to 12
/// questions a host. Never fails; the finder and the list must outlive the task.
///
/// @param policy  a lookup that found a record
[[nodiscard]] task::Task<ReportAuthorization> authorize_reports(RecordFinder& finder, LookupPtr policy,
                                                                const dns::PublicSuffixList& suffixes);

}  // namespace envelint::dmarc
