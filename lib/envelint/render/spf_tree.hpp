#pragma once

#include <envelint/render/paint.hpp>
#include <envelint/spf/tree.hpp>

#include <cstddef>
#include <string>

namespace envelint::render {

/// Appends the lookups of an SPF record as a numbered tree, a row for each term that counts: the count reached there,
/// what the term costs with all it leads to, what came back. Ends in a blank line. Nothing for a record that asks DNS
/// for nothing. No line is wider than `width`, which is at least 40.
void append_spf_tree(std::string& out, const Painter& paint, const spf::Tree& tree, std::size_t width);

}  // namespace envelint::render
