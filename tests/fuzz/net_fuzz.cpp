#include "fuzz.hpp"

#include <envelint/net/address.hpp>
#include <envelint/net/prefix.hpp>
#include <envelint/net/prefix_set.hpp>
#include <envelint/net/registry.hpp>

#include <algorithm>

using namespace envelint::net;

namespace {

void check_prefix(const Prefix& prefix) {
  fuzz_require(Address::parse(prefix.address().to_string()) == prefix.address(), "a printed address reads the same");
  fuzz_require(Prefix::parse(prefix.to_string()) == prefix, "a printed prefix reads the same");
  fuzz_require(prefix.contains(prefix.first()) && prefix.contains(prefix.last()), "a prefix contains its ends");
  fuzz_require(!prefix.network().has_host_bits(), "a network has no host bits");
  const SpecialRange* range = special_range(prefix);
  fuzz_require(range == nullptr || range->prefix.contains(prefix), "a special range holds what it is said of");
}

}  // namespace

// The input is a list of prefixes, one a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz_text(data, size);
  std::vector<Prefix> prefixes;
  PrefixSet one_by_one;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (const auto prefix = Prefix::parse(rest.substr(0, end))) {
      check_prefix(*prefix);
      prefixes.push_back(*prefix);
      one_by_one.add(*prefix);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const PrefixSet at_once(prefixes);
  fuzz_require(at_once == one_by_one, "the order of additions does not matter");
  for (const Prefix& prefix : prefixes) fuzz_require(at_once.covers(prefix), "a set covers what was added");
  fuzz_require(PrefixSet(at_once.prefixes()) == at_once, "the prefixes of a set make the same set");
  return 0;
}
