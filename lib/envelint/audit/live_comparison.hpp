#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/finding/finding.hpp>
#include <envelint/task/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace envelint::audit {

struct DomainFacts;
struct DomainReport;

/// A question about the domain's mail that zone files and live DNS answer differently.
struct LiveDifference {
  dns::Query query;
  std::vector<std::string> in_file;  ///< the records in presentation form, sorted; an alias as `CNAME target`
  std::vector<std::string> live;
  std::optional<std::uint32_t> live_ttl;  ///< seconds for which caches may go on giving the live answer
};

/// The questions that a domain's mail depends on, as far as zone files tell them: the fixed names of the protocols, and
/// every selector, MX host and TLSA name that the files hold. At most 500. Pure.
[[nodiscard]] std::vector<dns::Query> mail_questions(const dns::Zone& zone, const dns::Name& domain);

/// Asks two sources the same questions and keeps what they answer differently. Of the TXT records at a name only those
/// that are about mail count. What either of them does not answer is left out: unknown is not different.
///
/// Both resolvers must outlive the task.
[[nodiscard]] task::Task<std::vector<LiveDifference>> compare_with_live(dns::Resolver& file, dns::Resolver& live,
                                                                        std::vector<dns::Query> questions);

/// X009 for each difference among the facts, at the record of the report where there is one. Pure.
void check_live_differences(const DomainFacts& facts, const DomainReport& report, finding::Findings& out);

}  // namespace envelint::audit
