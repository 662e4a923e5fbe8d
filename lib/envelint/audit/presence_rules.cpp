#include <envelint/audit/presence_rules.hpp>

#include <envelint/audit/alignment_rules.hpp>
#include <envelint/audit/helo_rules.hpp>
#include <envelint/audit/mail_host_rules.hpp>
#include <envelint/audit/parked_rules.hpp>
#include <envelint/audit/policy_presence_rules.hpp>
#include <envelint/audit/provider_rules.hpp>
#include <envelint/audit/reverse_rules.hpp>
#include <envelint/audit/selector_rules.hpp>
#include <envelint/audit/spf_presence_rules.hpp>

namespace envelint::audit {

void check_presence(const DomainFacts& facts, finding::Findings& out) {
  check_mail_hosts(facts, out);
  check_reverse(facts, out);
  check_spf_presence(facts, out);
  check_helo_names(facts, out);
  check_selectors(facts, out);
  // These look at what was found so far: one mistake is one finding.
  check_providers(facts, out);
  check_alignment(facts, out);
  check_policy_presence(facts, out);
  check_parked(facts, out);
}

}  // namespace envelint::audit
