#include <envelint/audit/parked_rules.hpp>

#include <envelint/audit/mail_use.hpp>
#include <envelint/audit/zone_lines.hpp>

#include <string>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::Findings;

/// The records that are missing from the set, without that of SPF, of which SPF010 speaks.
std::string missing_records(const DomainFacts& facts) {
  const std::string domain = facts.domain.to_string();
  std::string out = "`" + domain + ". MX 0 .`";
  if (facts.dmarc && facts.dmarc->rfc9989.domain.outcome == dmarc::Outcome::none) {
    out += ", `" + txt_line("_dmarc." + domain, "v=DMARC1; p=reject; sp=reject; np=reject") + "`";
  }
  if (facts.any_key.nothing()) out += ", `" + txt_line("*._domainkey." + domain, "v=DKIM1; p=") + "`";
  return out;
}

}  // namespace

// RFC 7505 for the MX record, RFC 7208 §10.1.2 for the SPF record.
void check_parked(const DomainFacts& facts, Findings& out) {
  if (!looks_parked(facts) || !facts.mx.nothing()) return;
  const std::string domain = facts.domain.to_string();
  out.add(Code::x_parked_set_incomplete, {})
      .owner(domain)
      .message("`{}` seems to have no mail, but does not say that it takes none", domain)
      .note(
          "without an MX record senders try the domain's own address, and keep mail for days that nobody will take; "
          "with a "
          "null MX it is returned at once")
      .help("publish {}", missing_records(facts));
}

}  // namespace envelint::audit
