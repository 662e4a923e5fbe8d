#pragma once

#include <envelint/dmarc/record.hpp>
#include <envelint/finding/finding.hpp>

#include <string_view>

/// What can be found in a DMARC record by its text alone. Pure functions: a record goes in, findings come out.
namespace envelint::dmarc {

/// Adds every finding that the record's text shows.
///
/// @param owner  the name the record stands at, if it is known, e.g. `_dmarc.example.com`, with or without the final
///               dot. With it suggestions name the right domain, and a record under `_report._dmarc`, which only
///               says that reports are welcome and needs no policy (RFC 9990), is not asked for one.
/// A text that nobody meant to be DMARC (`!record.intended()`) draws one finding, that it is none.
void check(const Record& record, finding::Findings& out, std::string_view owner = {});

/// Adds the findings that need the name the record stands at and no DNS: authorisation names that are too long, and
/// `sp` and `np` at a depth that no tree walk reaches (RFC 9989 §4.10).
void check_owner(const Record& record, std::string_view owner, finding::Findings& out);

/// Says that `sp`, `np` are never used. Call it where it is certain that the record's domain is not an organizational
/// domain; `organizational_domain` is the one above it, or empty when the record is merely too deep.
void check_ignored_subdomain_policy(const Record& record, std::string_view organizational_domain,
                                    finding::Findings& out);

}  // namespace envelint::dmarc
