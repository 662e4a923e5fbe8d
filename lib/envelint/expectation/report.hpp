#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/expectation/check.hpp>
#include <envelint/expectation/file.hpp>

#include <memory>
#include <vector>

namespace envelint::expectation {

/// Puts what came of the expectations of one name into the report of the domain of that name; a report without it gets
/// one at its end.
///
/// @param file  what the expectations were read from; the findings show it.
void add_to_report(audit::Report& report, const std::shared_ptr<const text::SourceFile>& file,
                   const Expectation& expectation, std::vector<Unmet> unmet);

}  // namespace envelint::expectation
