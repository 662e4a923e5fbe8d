#pragma once

#include <envelint/net/address.hpp>
#include <envelint/net/prefix.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace envelint::net {

/// A set of addresses of both families, kept as ranges that neither overlap nor touch, in ascending order.
/// IPv4-mapped IPv6 addresses are IPv6 addresses here: map them back first (`Address::unmapped`) where they are not.
class PrefixSet {
 public:
  /// All addresses from `first` to `last`, both in it and of one family.
  struct Range {
    Address first;
    Address last;
    friend bool operator==(const Range&, const Range&) = default;
  };

  PrefixSet() = default;
  /// The union of prefixes in any order. Sorts once: n log n, where adding one by one may move n ranges each time.
  explicit PrefixSet(std::span<const Prefix> prefixes);

  /// Adds the addresses of a prefix. Logarithmic to find its place, linear in the ranges behind it.
  void add(const Prefix& prefix);
  /// Adds all of another set.
  void add(const PrefixSet& other);
  /// Takes away all addresses of another set. Linear in the ranges of both.
  void remove(const PrefixSet& other);

  [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }
  [[nodiscard]] bool contains(const Address& address) const noexcept;
  /// Whether every address of the prefix is in the set, be it by several of the prefixes added.
  [[nodiscard]] bool covers(const Prefix& prefix) const noexcept;
  /// Whether every address of the other set is in this one.
  [[nodiscard]] bool covers(const PrefixSet& other) const noexcept;
  /// Whether any address of the prefix is in the set.
  [[nodiscard]] bool overlaps(const Prefix& prefix) const noexcept;

  /// The number of IPv4 addresses, at most 2^32.
  [[nodiscard]] std::uint64_t count_v4() const noexcept;
  /// The number of IPv6 /64 networks that have an address in the set; 2^64 - 1 also where it is 2^64.
  [[nodiscard]] std::uint64_t count_v6_networks() const noexcept;

  [[nodiscard]] const std::vector<Range>& ranges() const noexcept { return ranges_; }
  /// The fewest prefixes that hold exactly the set, in ascending order.
  [[nodiscard]] std::vector<Prefix> prefixes() const;

  friend bool operator==(const PrefixSet&, const PrefixSet&) = default;

 private:
  void merge_sorted(const std::vector<Range>& ranges);
  [[nodiscard]] const Range* reaching(const Address& address) const noexcept;

  std::vector<Range> ranges_;
};

}  // namespace envelint::net
