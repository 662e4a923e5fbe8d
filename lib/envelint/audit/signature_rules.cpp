#include <envelint/audit/signature_rules.hpp>

#include <envelint/audit/judge.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace envelint::audit {
namespace {

using dkim::SignatureFault;
using finding::Code;

std::string owner_of(const dkim::SignatureResult& result) {
  const auto& name = result.signature.key_name();
  return name ? name->to_string() : std::string();
}

bool has_fault(const dkim::SignatureResult& result, SignatureFault::Kind kind) {
  return std::ranges::any_of(result.signature.faults(),
                             [&](const SignatureFault& fault) { return fault.kind == kind; });
}

/// RFC 6376 §8.2: anybody may append to the body and keep the signature valid.
void check_length(const dkim::SignatureResult& result, finding::Findings& out) {
  if (!result.signature.length()) return;
  std::string there;
  if (result.unsigned_octets > 0)
    there = fmt::format("; {} octets of this body are not signed", result.unsigned_octets);
  out.add(Code::x_weak_signature, {})
      .owner(owner_of(result))
      .message("the signature of {} has `l=`: text can be added to its mail{}", result.signature.domain(), there)
      .note("whatever stands behind the counted octets is shown to readers as if {} had signed it",
            result.signature.domain())
      .help("turn the body length count off in the signing software (OpenDKIM: `BodyLengths`)");
}

void check_from(const dkim::SignatureResult& result, finding::Findings& out) {
  if (!has_fault(result, SignatureFault::Kind::from_unsigned)) return;
  out.add(Code::x_weak_signature, {})
      .owner(owner_of(result))
      .message("the signature of {} does not cover `From`", result.signature.domain())
      .note("verifiers must ignore such a signature")
      .help("add `from` to the fields that the signing software signs, twice if it can");
}

void check_algorithm(const dkim::SignatureResult& result, finding::Findings& out) {
  if (result.signature.algorithm() != dkim::SigningAlgorithm::rsa_sha1) return;
  out.add(Code::x_weak_signature, {})
      .owner(owner_of(result))
      .message("the signature of {} is made with `rsa-sha1`", result.signature.domain())
      .note("by RFC 8301 §3.1 verifiers must not accept it any more")
      .help("set the signing software to `rsa-sha256`; the key can stay as it is");
}

void check_expiration(const dkim::SignatureResult& result, finding::Findings& out) {
  if (result.reason != dkim::Reason::expired) return;
  const std::uint64_t expiration = result.signature.expiration().value_or(0);
  const std::uint64_t timestamp = result.signature.timestamp().value_or(expiration);
  out.add(Code::x_weak_signature, {})
      .owner(owner_of(result))
      .message("the signature of {} has expired", result.signature.domain())
      .note(
          "`x={}` is {} seconds after the message was signed; mail that waits in a queue or is forwarded later no "
          "longer verifies",
          expiration, expiration - std::min(timestamp, expiration))
      .help(
          "have signatures last for a week at least, or leave `x=` out; to verify old mail, say when it came with "
          "`--now`");
}

DomainReport& report_for(std::vector<DomainReport>& reports, std::string_view domain) {
  const auto known = std::ranges::find(reports, domain, &DomainReport::domain);
  if (known != reports.end()) return *known;
  reports.emplace_back().domain = domain;
  return reports.back();
}

/// The record of a key that may not be used, once for each name.
void add_key(DomainReport& report, const dkim::SignatureResult& result) {
  if (result.key_ok != false || !result.key_answer) return;
  const std::string owner = owner_of(result);
  const bool known = std::ranges::find(report.records, owner, &RecordReport::owner) != report.records.end();
  if (known) return;
  for (const dns::Record& record : result.key_answer->records) {
    const auto* text = std::get_if<dns::Text>(&record.data);
    if (text == nullptr) continue;
    Judgement judgement = judge_value(Kind::dkim, *text, owner);
    const int index = static_cast<int>(report.records.size());
    report.records.push_back({owner, record.type, Kind::dkim, *text, {}, judgement.valid, record.ttl, std::nullopt});
    for (finding::Finding& finding : judgement.findings) {
      if (finding.owner.empty()) finding.record = index;
      report.findings.push_back(std::move(finding));
    }
  }
}

}  // namespace

void check_signature(const dkim::SignatureResult& result, finding::Findings& out) {
  if (result.skipped() || result.signature.domain().empty()) return;
  check_from(result, out);
  check_algorithm(result, out);
  check_length(result, out);
  check_expiration(result, out);
}

std::vector<DomainReport> report_signatures(const std::vector<dkim::SignatureResult>& results) {
  std::vector<DomainReport> out;
  for (const dkim::SignatureResult& result : results) {
    if (!result.signature.domain_name()) continue;
    DomainReport& report = report_for(out, result.signature.domain_name()->to_lower());
    finding::Findings findings;
    check_signature(result, findings);
    for (finding::Finding& finding : std::move(findings).take()) report.findings.push_back(std::move(finding));
    add_key(report, result);
    if (result.key_answer && result.key_answer->unknown()) {
      report.unknown.push_back({owner_of(result) + " TXT", std::string(to_string(result.key_answer->trouble))});
    }
  }
  return out;
}

}  // namespace envelint::audit
