#pragma once

#include <envelint/finding/finding.hpp>
#include <envelint/spf/record.hpp>

namespace envelint::spf {

/// What a record that can be read says and should not, or says in vain: SPF035 to SPF106. Faulty terms are left out.
void check_sense(const Record& record, finding::Findings& out);

}  // namespace envelint::spf
