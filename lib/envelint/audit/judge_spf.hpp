#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/audit/report.hpp>

namespace envelint::audit {

/// Adds to a domain's report what its SPF record leads to and costs. The record must be in the report already. Pure.
void judge_spf_tree(const DomainFacts& facts, DomainReport& report);

}  // namespace envelint::audit
