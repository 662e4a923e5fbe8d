#include <envelint/audit/policy_presence_rules.hpp>

#include <envelint/audit/mail_use.hpp>
#include <envelint/audit/zone_lines.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace envelint::audit {
namespace {

using dns::Answer;
using finding::Code;
using finding::Findings;

/// The first text of an answer that begins with this word, empty without one.
std::string_view text_with(const Answer& answer, std::string_view version) {
  for (const dns::Record& entry : answer.records) {
    const auto* text = std::get_if<dns::Text>(&entry.data);
    if (text != nullptr && text::istarts_with(text->joined(), version)) return text->joined();
  }
  return {};
}

// Records of other kinds at the name, a wildcard's for one, do not count: senders discard them.
bool is_absent(const Answer& answer, std::string_view version) {
  if (answer.nothing()) return answer.chain.empty();  // an alias that leads nowhere is a finding of its own
  return answer.has_records() && text_with(answer, version).empty();
}

struct Misplaced {
  std::string name;
  std::string_view record;
};

/// A record of this version at the domain itself or at one of the names where such records are put by mistake.
Misplaced find_misplaced(const DomainFacts& facts, std::string_view version) {
  if (const auto record = text_with(facts.txt, version); !record.empty()) return {facts.domain.to_string(), record};
  for (const TextFacts& place : facts.misplaced) {
    if (is_from_wildcard(facts, place.txt)) continue;
    const auto record = text_with(place.txt, version);
    if (!record.empty()) return {place.name.to_string(), record};
  }
  return {};
}

bool at_wrong_name(const DomainFacts& facts, Code code, std::string_view version, std::string_view labels,
                   std::string_view what, Findings& out) {
  const Misplaced found = find_misplaced(facts, version);
  if (found.record.empty()) return false;
  const std::string right = name_below(labels, facts.domain);
  out.add(code, {})
      .owner(found.name)
      .message("the {} record stands at `{}`, and `{}` has none", what, found.name, right)
      .note("senders look at `{}` and nowhere else: for them there is no {}", right, what)
      .help("publish it at the other name: `{}`", txt_line(right, found.record));
  return true;
}

/// The policy file to start with: the hosts of the MX records in mode `testing` (RFC 8461 §3.2).
std::string first_policy(const DomainFacts& facts) {
  std::string policy = "version: STSv1, mode: testing, ";
  for (const MailHost& host : facts.mail_hosts) policy += fmt::format("mx: {}, ", host.name.to_string());
  return policy + "max_age: 604800";
}

void no_mta_sts(const DomainFacts& facts, Findings& out) {
  if (!has_mail_hosts(facts)) return;
  const std::string domain = facts.domain.to_string();
  out.add(Code::sts_no_mta_sts, {})
      .owner(name_below("_mta-sts", facts.domain))
      .message("`{}` has no MTA-STS", domain)
      .note(
          "whoever is between a sender and the mail hosts can switch TLS off, or answer in their place, and read the "
          "mail")
      .help("put a file with the lines `{}` at `https://mta-sts.{}/.well-known/mta-sts.txt`, then publish `{}`",
            first_policy(facts), domain, txt_line(name_below("_mta-sts", facts.domain), "v=STSv1; id=1"));
}

// RFC 8461 §3.3.
void policy_host_missing(const DomainFacts& facts, Findings& out) {
  if (!facts.policy_host.a.nothing() || !facts.policy_host.aaaa.nothing()) return;
  const std::string domain = facts.domain.to_string();
  const std::string host = name_below("mta-sts", facts.domain);
  const auto& chain = facts.policy_host.a.chain;
  auto draft = out.add(Code::sts_policy_host_missing, {});
  draft.owner(host)
      .note(
          "senders find the record, cannot fetch the policy, and go on as if there were no MTA-STS; those that have an "
          "older "
          "policy keep to it until it ends")
      .help("give `{}` the address of the web server that has the policy, or remove `_mta-sts.{}.`", host, domain);
  if (chain.empty()) {
    draft.message("`{}`, where the MTA-STS policy is to be fetched, has no address", host);
  } else {
    draft.message("`{}`, where the MTA-STS policy is to be fetched, is an alias for `{}`, which has no address", host,
                  chain.back().to_string());
  }
}

// RFC 8461 §6.
void no_reports(const DomainFacts& facts, Findings& out) {
  const std::string domain = facts.domain.to_string();
  const std::string right = name_below("_smtp._tls", facts.domain);
  out.add(Code::sts_no_tls_reports, {})
      .owner(right)
      .message("`{}` has MTA-STS, but nobody is told when it fails", domain)
      .note("a wrong certificate or MX host in the policy keeps mail away, and only the senders see it")
      .help("publish `{}`", txt_line(right, "v=TLSRPTv1; rua=mailto:tls-reports@" + domain));
}

}  // namespace

void check_policy_presence(const DomainFacts& facts, Findings& out) {
  const bool reports_absent = is_absent(facts.tls_rpt, "v=TLSRPTv1");
  const bool reports_elsewhere =
      reports_absent && at_wrong_name(facts, Code::rpt_wrong_name, "v=TLSRPTv1", "_smtp._tls", "TLS-RPT", out);
  if (is_absent(facts.mta_sts, "v=STSv1")) {
    if (!at_wrong_name(facts, Code::sts_wrong_name, "v=STSv1", "_mta-sts", "MTA-STS", out)) no_mta_sts(facts, out);
    return;
  }
  if (text_with(facts.mta_sts, "v=STSv1").empty()) return;
  policy_host_missing(facts, out);
  if (reports_absent && !reports_elsewhere) no_reports(facts, out);
}

}  // namespace envelint::audit
