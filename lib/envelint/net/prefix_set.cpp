#include <envelint/net/prefix_set.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

namespace envelint::net {
namespace {

using Range = PrefixSet::Range;

Range range_of(const Prefix& prefix) noexcept { return {prefix.first(), prefix.last()}; }

/// Octets in network order as a number.
std::uint64_t number(const std::array<std::uint8_t, 16>& octets, std::size_t start, std::size_t count) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = start; i < start + count; ++i) value = value << 8 | octets[i];
  return value;
}

std::uint64_t v4_number(const Address& address) noexcept { return number(address.octets(), 0, 4); }
std::uint64_t network_number(const Address& address) noexcept { return number(address.octets(), 0, 8); }

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) noexcept {
  const std::uint64_t sum = a + b;
  return sum < a ? std::numeric_limits<std::uint64_t>::max() : sum;
}

/// The address after this one; nothing after the last of the family.
std::optional<Address> successor(const Address& address) noexcept {
  auto octets = address.octets();
  for (std::size_t i = address.is_v4() ? 4 : 16; i-- > 0;) {
    if (++octets[i] == 0) continue;
    if (!address.is_v4()) return Address(octets);
    return Address(std::array<std::uint8_t, 4>{octets[0], octets[1], octets[2], octets[3]});
  }
  return std::nullopt;
}

/// The address before this one, which is not the first of its family.
Address predecessor(const Address& address) noexcept {
  auto octets = address.octets();
  for (std::size_t i = address.is_v4() ? 4 : 16; i-- > 0;) {
    if (octets[i]-- != 0) break;
  }
  if (!address.is_v4()) return Address(octets);
  return Address(std::array<std::uint8_t, 4>{octets[0], octets[1], octets[2], octets[3]});
}

/// Whether `range`, which does not begin before `before`, leaves no gap behind it.
bool continues(const Range& before, const Range& range) noexcept {
  if (range.first <= before.last) return true;
  const auto following = successor(before.last);
  return following && *following == range.first;
}

/// The largest prefix that begins at `range.first` and does not leave the range.
Prefix leading_prefix(const Range& range) noexcept {
  Prefix best(range.first);
  while (best.length() > 0) {
    const Prefix wider(range.first, best.length() - 1);
    if (wider.has_host_bits() || wider.last() > range.last) break;
    best = wider;
  }
  return best;
}

}  // namespace

PrefixSet::PrefixSet(std::span<const Prefix> prefixes) {
  std::vector<Range> ranges;
  ranges.reserve(prefixes.size());
  std::ranges::transform(prefixes, std::back_inserter(ranges), range_of);
  std::ranges::sort(ranges, {}, &Range::first);
  merge_sorted(ranges);
}

void PrefixSet::merge_sorted(const std::vector<Range>& ranges) {
  ranges_.clear();
  for (const Range& range : ranges) {
    if (ranges_.empty() || !continues(ranges_.back(), range)) {
      ranges_.push_back(range);
    } else {
      ranges_.back().last = std::max(ranges_.back().last, range.last);
    }
  }
}

void PrefixSet::add(const Prefix& prefix) {
  Range range = range_of(prefix);
  // From the first range that reaches up to the new one, to the first that begins beyond it: those become one.
  const auto begin = std::ranges::partition_point(ranges_, [&](const Range& r) {
    return r.last < range.first && !continues(r, range);
  });
  auto end = begin;
  while (end != ranges_.end() && continues(range, *end)) {
    range.first = std::min(range.first, end->first);
    range.last = std::max(range.last, end->last);
    ++end;
  }
  if (begin == end) {
    ranges_.insert(begin, range);
    return;
  }
  *begin = range;
  ranges_.erase(std::next(begin), end);
}

void PrefixSet::add(const PrefixSet& other) {
  std::vector<Range> both;
  both.reserve(ranges_.size() + other.ranges_.size());
  std::ranges::merge(ranges_, other.ranges_, std::back_inserter(both), {}, &Range::first, &Range::first);
  merge_sorted(both);
}

void PrefixSet::remove(const PrefixSet& other) {
  std::vector<Range> left;
  auto gone = other.ranges_.begin();
  for (Range rest : ranges_) {
    while (gone != other.ranges_.end() && gone->last < rest.first) ++gone;
    bool ended = false;
    for (auto it = gone; !ended && it != other.ranges_.end() && it->first <= rest.last; ++it) {
      if (it->first > rest.first) left.push_back({rest.first, predecessor(it->first)});
      ended = it->last >= rest.last;
      if (!ended) rest.first = *successor(it->last);
    }
    if (!ended) left.push_back(rest);
  }
  ranges_ = std::move(left);
}

const Range* PrefixSet::reaching(const Address& address) const noexcept {
  const auto found = std::ranges::lower_bound(ranges_, address, {}, &Range::last);
  return found == ranges_.end() ? nullptr : &*found;
}

bool PrefixSet::contains(const Address& address) const noexcept { return covers(Prefix(address)); }

bool PrefixSet::covers(const Prefix& prefix) const noexcept {
  const Range* range = reaching(prefix.last());
  return range != nullptr && range->first <= prefix.first();
}

bool PrefixSet::covers(const PrefixSet& other) const noexcept {
  return std::ranges::all_of(other.ranges_, [this](const Range& range) {
    const Range* around = reaching(range.last);
    return around != nullptr && around->first <= range.first;
  });
}

bool PrefixSet::overlaps(const Prefix& prefix) const noexcept {
  const Range* range = reaching(prefix.first());
  return range != nullptr && range->first <= prefix.last();
}

std::uint64_t PrefixSet::count_v4() const noexcept {
  std::uint64_t count = 0;
  for (const Range& range : ranges_) {
    if (range.first.is_v4()) count += v4_number(range.last) - v4_number(range.first) + 1;
  }
  return count;
}

std::uint64_t PrefixSet::count_v6_networks() const noexcept {
  std::uint64_t count = 0;
  std::optional<std::uint64_t> counted;  // the last network counted: the next range may begin in it
  for (const Range& range : ranges_) {
    if (range.first.is_v4()) continue;
    const std::uint64_t first = network_number(range.first);
    const std::uint64_t last = network_number(range.last);
    count = saturating_add(count, last - first);
    if (counted != first) count = saturating_add(count, 1);
    counted = last;
  }
  return count;
}

std::vector<Prefix> PrefixSet::prefixes() const {
  std::vector<Prefix> out;
  for (Range rest : ranges_) {
    while (true) {
      out.push_back(leading_prefix(rest));
      const auto following = successor(out.back().last());
      if (!following || *following > rest.last) break;
      rest.first = *following;
    }
  }
  return out;
}

}  // namespace envelint::net
