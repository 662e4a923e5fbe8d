#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// Whether and where the domain takes mail: MX001, MX002, MX003, MX006 and MX017. Pure.
void check_mail_hosts(const DomainFacts& facts, finding::Findings& out);

}  // namespace envelint::audit
