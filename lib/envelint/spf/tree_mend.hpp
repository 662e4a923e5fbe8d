#pragma once

#include <envelint/finding/finding.hpp>
#include <envelint/spf/tree.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace envelint::spf {

/// The gentlest changes to a record that bring its count to `limit` or below; nothing where there are none. Dropping
/// what adds nothing is gentler than dropping `ptr`, that is gentler than listing the addresses of `a` and `mx`, and
/// that than listing those of an include, which its owner may change any day.
[[nodiscard]] std::optional<Mend> find_mend(const Tree& tree, std::uint32_t limit);

/// The edits of the steps against the tree's record.
[[nodiscard]] std::vector<finding::Edit> edits_of(const Tree& tree, const Mend& mend);

}  // namespace envelint::spf
