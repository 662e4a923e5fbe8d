#include <support/catch.hpp>

#include <envelint/net/prefix_set.hpp>

#include <support/rounds.hpp>

#include <bitset>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint::net;

namespace {

PrefixSet set_of(std::initializer_list<std::string_view> texts) {
  PrefixSet set;
  for (const std::string_view text : texts) {
    const auto prefix = Prefix::parse(text);
    REQUIRE(prefix);
    set.add(*prefix);
  }
  return set;
}

Prefix prefix(std::string_view text) { return *Prefix::parse(text); }

std::string listed(const PrefixSet& set) {
  std::string out;
  for (const Prefix& prefix : set.prefixes()) out.append(out.empty() ? "" : " ").append(prefix.to_string());
  return out;
}

/// The last sixteen bits of an address stand for it: 0.0.x.y and ::x:y.
using Bits = std::bitset<2 * 65536>;

Prefix small_prefix(std::mt19937& random, bool v4) {
  const auto high = static_cast<std::uint8_t>(random());
  const auto low = static_cast<std::uint8_t>(random());
  const int host_bits = static_cast<int>(random() % 17);
  if (v4) return {Address(std::array<std::uint8_t, 4>{0, 0, high, low}), 32 - host_bits};
  std::array<std::uint8_t, 16> octets{};
  octets[14] = high;
  octets[15] = low;
  return {Address(octets), 128 - host_bits};
}

std::size_t index_of(const Address& address) {
  const auto& octets = address.octets();
  return address.is_v4() ? static_cast<std::size_t>(octets[2] << 8 | octets[3])
                         : static_cast<std::size_t>(65536 + (octets[14] << 8 | octets[15]));
}

void mark(Bits& bits, const Prefix& prefix) {
  for (std::size_t i = index_of(prefix.first()); i <= index_of(prefix.last()); ++i) bits.set(i);
}

Address address_at(std::size_t index) {
  const auto high = static_cast<std::uint8_t>(index >> 8 & 0xFF);
  const auto low = static_cast<std::uint8_t>(index & 0xFF);
  if (index < 65536) return Address(std::array<std::uint8_t, 4>{0, 0, high, low});
  std::array<std::uint8_t, 16> octets{};
  octets[14] = high;
  octets[15] = low;
  return Address(octets);
}

}  // namespace

TEST_CASE("prefixes that overlap or touch become one range", "[net][prefix_set]") {
  CHECK(listed(set_of({"192.0.2.0/25", "192.0.2.128/25"})) == "192.0.2.0/24");
  CHECK(listed(set_of({"192.0.2.0/24", "192.0.2.7"})) == "192.0.2.0/24");
  CHECK(listed(set_of({"192.0.2.7", "192.0.2.0/24", "192.0.2.9"})) == "192.0.2.0/24");
  CHECK(listed(set_of({"192.0.2.4", "192.0.2.2", "192.0.2.3"})) == "192.0.2.2/31 192.0.2.4");
  CHECK(listed(set_of({"192.0.2.1", "192.0.2.3"})) == "192.0.2.1 192.0.2.3");
  CHECK(listed(set_of({"2001:db8::/33", "2001:db8:8000::/33", "192.0.2.1"})) == "192.0.2.1 2001:db8::/32");
  CHECK(listed(set_of({"0.0.0.0/1", "128.0.0.0/1", "::/0"})) == "0.0.0.0/0 ::/0");
}

TEST_CASE("addresses are counted once", "[net][prefix_set]") {
  CHECK(set_of({}).count_v4() == 0);
  CHECK(set_of({"192.0.2.0/24", "192.0.2.0/25", "198.51.100.1"}).count_v4() == 257);
  CHECK(set_of({"0.0.0.0/0"}).count_v4() == 4294967296U);
  CHECK(set_of({"2001:db8::/32"}).count_v4() == 0);
}

TEST_CASE("IPv6 is counted in /64 networks", "[net][prefix_set]") {
  CHECK(set_of({"192.0.2.0/24"}).count_v6_networks() == 0);
  CHECK(set_of({"2001:db8::/32"}).count_v6_networks() == 4294967296U);
  CHECK(set_of({"2001:db8::1"}).count_v6_networks() == 1);
  CHECK(set_of({"2001:db8::1", "2001:db8::3", "2001:db8::8:0/112"}).count_v6_networks() == 1);
  CHECK(set_of({"2001:db8::1", "2001:db8:0:1::1"}).count_v6_networks() == 2);
  CHECK(set_of({"::/0"}).count_v6_networks() == 18446744073709551615U);
  CHECK(set_of({"::/1", "8000::/1"}).count_v6_networks() == 18446744073709551615U);
}

TEST_CASE("a set covers what several prefixes hold together", "[net][prefix_set]") {
  const PrefixSet set = set_of({"192.0.2.0/25", "192.0.2.128/25", "2001:db8::/32"});
  CHECK(set.covers(prefix("192.0.2.0/24")));
  CHECK_FALSE(set.covers(prefix("192.0.2.0/23")));
  CHECK(set.overlaps(prefix("192.0.2.0/23")));
  CHECK_FALSE(set.overlaps(prefix("198.51.100.0/24")));
  CHECK(set.covers(prefix("2001:db8:1::/48")));
  CHECK_FALSE(set.contains(prefix("::ffff:192.0.2.1").address()));
}

TEST_CASE("what is taken away leaves gaps", "[net][prefix_set]") {
  PrefixSet set = set_of({"192.0.2.0/24", "2001:db8::/32", "::/128"});
  set.remove(set_of({"192.0.2.0/26", "192.0.2.255", "2001:db8::/33", "0.0.0.0/8"}));
  CHECK(listed(set) ==
        "192.0.2.64/26 192.0.2.128/26 192.0.2.192/27 192.0.2.224/28 192.0.2.240/29 192.0.2.248/30 "
        "192.0.2.252/31 192.0.2.254 :: 2001:db8:8000::/33");
  PrefixSet all = set_of({"0.0.0.0/0", "::/0"});
  all.remove(set_of({"0.0.0.0/0", "::/1"}));
  CHECK(listed(all) == "8000::/1");
}

TEST_CASE("set arithmetic agrees with brute force", "[net][prefix_set][property]") {
  std::mt19937 random(3);
  for (int round = 0; round < test::rounds(25); ++round) {
    Bits bits;
    PrefixSet one_by_one;
    std::vector<Prefix> all;
    const int count = 1 + static_cast<int>(random() % 60);
    for (int i = 0; i < count; ++i) {
      const Prefix prefix = small_prefix(random, random() % 2 == 0);
      if (prefix.size() > 4096 && random() % 4 != 0) continue;  // leave room for gaps
      mark(bits, prefix);
      one_by_one.add(prefix);
      all.push_back(prefix);
    }
    const PrefixSet at_once(all);
    REQUIRE(one_by_one == at_once);

    std::size_t v4 = 0;
    bool same = true;
    for (std::size_t i = 0; i < bits.size(); ++i) {
      same = same && at_once.contains(address_at(i)) == bits[i];
      v4 += i < 65536 && bits[i] ? 1 : 0;
    }
    REQUIRE(same);
    REQUIRE(at_once.count_v4() == v4);

    for (int i = 0; i < 50; ++i) {
      const Prefix asked = small_prefix(random, random() % 2 == 0);
      Bits wanted;
      mark(wanted, asked);
      REQUIRE(at_once.covers(asked) == ((wanted & ~bits).none()));
      REQUIRE(at_once.overlaps(asked) == ((wanted & bits).any()));
    }

    const auto prefixes = at_once.prefixes();
    REQUIRE(PrefixSet(prefixes) == at_once);
    for (std::size_t i = 1; i < prefixes.size(); ++i) REQUIRE(prefixes[i - 1].last() < prefixes[i].first());

    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    PrefixSet joined(std::vector<Prefix>(all.begin(), middle));
    joined.add(PrefixSet(std::vector<Prefix>(middle, all.end())));
    REQUIRE(joined == at_once);

    const PrefixSet taken(std::vector<Prefix>(middle, all.end()));
    PrefixSet left = at_once;
    left.remove(taken);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      same = same && left.contains(address_at(i)) == (bits[i] && !taken.contains(address_at(i)));
    }
    REQUIRE(same);
    REQUIRE(at_once.covers(taken));
    REQUIRE(left.covers(at_once) == taken.empty());
  }
}
