#include <envelint/dns/extended_error.hpp>

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace envelint::dns {
namespace {

constexpr std::uint16_t kForged = 4;
constexpr std::uint16_t kBlocked = 15;
constexpr std::uint16_t kFiltered = 17;

constexpr std::array<std::string_view, 25> kNames{"Other Error",
                                                  "Unsupported DNSKEY Algorithm",
                                                  "Unsupported DS Digest Type",
                                                  "Stale Answer",
                                                  "Forged Answer",
                                                  "DNSSEC Indeterminate",
                                                  "DNSSEC Bogus",
                                                  "Signature Expired",
                                                  "Signature Not Yet Valid",
                                                  "DNSKEY Missing",
                                                  "RRSIGs Missing",
                                                  "No Zone Key Bit Set",
                                                  "NSEC Missing",
                                                  "Cached Error",
                                                  "Not Ready",
                                                  "Blocked",
                                                  "Censored",
                                                  "Filtered",
                                                  "Prohibited",
                                                  "Stale NXDOMAIN Answer",
                                                  "Not Authoritative",
                                                  "Not Supported",
                                                  "No Reachable Authority",
                                                  "Network Error",
                                                  "Invalid Data"};

}  // namespace

std::string describe_extended_error(std::uint16_t code) {
  return code < kNames.size() ? fmt::format("{} ({})", kNames[code], code) : fmt::format("error {}", code);
}

bool says_withheld(std::uint16_t code) noexcept { return code == kForged || (code >= kBlocked && code <= kFiltered); }

}  // namespace envelint::dns
