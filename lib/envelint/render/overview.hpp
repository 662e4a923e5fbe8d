#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/render/paint.hpp>

#include <cstddef>
#include <string>

namespace envelint::render {

/// Appends the overview of a domain, a line an area: its name, a word that says how it stands, and what is there. The word
/// is `ok`, `none`, `unknown`, or the severity of the area's worst finding. A blank line follows; nothing where there is
/// no overview.
void append_overview(std::string& out, const Painter& paint, const audit::DomainReport& domain, std::size_t width);

}  // namespace envelint::render
