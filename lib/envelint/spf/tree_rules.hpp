#pragma once

#include <envelint/finding/finding.hpp>
#include <envelint/net/address.hpp>
#include <envelint/spf/tree.hpp>

#include <cstddef>
#include <span>

namespace envelint::spf {

/// How many names reverse DNS gives for an address that may send for the domain.
struct ClientNames {
  net::Address address;
  std::size_t names = 0;
};

/// What is wrong with where a record leads, and with what that costs: SPF074, SPF077, SPF090 to SPF105. Pure.
///
/// Spans are in the domain's own record: trouble in a record further down is shown at the term that leads there.
/// @param clients  for `ptr` (SPF100); may be empty
void check_tree(const Tree& tree, std::span<const ClientNames> clients, finding::Findings& out);

}  // namespace envelint::spf
