#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/dns/zone_file.hpp>

#include <span>
#include <unordered_set>
#include <vector>

namespace envelint::dns {

/// Which names zone files have the say about: those at or below the owner of an SOA record, but not below a delegation
/// (RFC 1034 §4.2.1). Without any SOA: those at or below the origins.
///
/// Holds names of its own; the zones need not outlive it. Questions change nothing, so several threads may ask.
class ZoneScope {
 public:
  explicit ZoneScope(const Zone& zone) : ZoneScope(std::span(&zone, 1)) {}
  explicit ZoneScope(std::span<const Zone> zones);
  /// The names at or below some apexes.
  explicit ZoneScope(std::vector<Name> apexes) : apexes_(std::move(apexes)) {}

  [[nodiscard]] bool holds(const Name& name) const;
  /// Whether an SOA record says where the zone begins, so that the files are a zone and not a piece of one.
  [[nodiscard]] bool is_whole_zone() const noexcept { return whole_zone_; }
  [[nodiscard]] const std::vector<Name>& apexes() const noexcept { return apexes_; }

 private:
  [[nodiscard]] bool is_delegated(const Name& name) const;

  std::vector<Name> apexes_;
  std::unordered_set<Name> delegations_;
  bool whole_zone_ = false;
};

}  // namespace envelint::dns
