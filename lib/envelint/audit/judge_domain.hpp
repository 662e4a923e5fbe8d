#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/audit/mx_rules.hpp>
#include <envelint/audit/report.hpp>

namespace envelint::audit {

/// Judges what was asked about a domain, and adds to its report: records that are not there yet with what their text
/// shows, findings that need DNS, and the questions that nobody answered. Pure.
///
/// @param report  empty but for the domain's name, or with the records and findings of its zone file.
void judge_facts(const DomainFacts& facts, DomainReport& report);

/// What is known of a host that an MX record names.
[[nodiscard]] MxTarget find_mail_host(const DomainFacts& facts, const dns::Name& name);

/// The whole report of a domain that was looked up, without a zone file. Pure.
[[nodiscard]] DomainReport judge_domain(const DomainFacts& facts);

}  // namespace envelint::audit
