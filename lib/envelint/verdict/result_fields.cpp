#include <envelint/verdict/result_fields.hpp>

#include <envelint/text/base64.hpp>
#include <envelint/verdict/received_spf.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace envelint::verdict {
namespace {

/// RFC 6008 §4: enough of a signature to tell it from others.
constexpr std::size_t kSignatureStart = 8;

void add(std::string ptype, std::string property, std::string value, MethodResult& out) {
  if (!value.empty()) out.properties.push_back({std::move(ptype), std::move(property), std::move(value)});
}

MethodResult method(std::string name, std::string_view result) {
  MethodResult out;
  out.method = std::move(name);
  out.result = std::string(result);
  return out;
}

// RFC 8601 §2.7.2.
MethodResult result_of(const spf::CheckResult& spf, const Envelope& envelope) {
  MethodResult out = method("spf", to_string(spf.verdict));
  if (spf.verdict != spf::Verdict::pass) out.reason = spf.reason;
  if (spf.identity == spf::Identity::mail_from) {
    add("smtp", "mailfrom", envelope.mail_from, out);
  } else {
    add("smtp", "helo", envelope.helo, out);
  }
  return out;
}

// RFC 8601 §2.7.1.
MethodResult result_of(const dkim::SignatureResult& result) {
  const dkim::Signature& signature = result.signature;
  MethodResult out = method("dkim", to_string(result.result));
  if (result.reason != dkim::Reason::verified) out.reason = std::string(to_string(result.reason));
  add("header", "d", std::string(signature.domain()), out);
  add("header", "s", std::string(signature.selector()), out);
  if (signature.algorithm()) add("header", "a", std::string(to_string(*signature.algorithm())), out);
  add("header", "b", text::base64_encode(signature.signature()).substr(0, kSignatureStart), out);
  return out;
}

MethodResult result_of(const arc::ChainResult& chain) {
  MethodResult out = method("arc", to_string(chain.status));
  if (chain.fault != arc::ChainFault::none) out.reason = std::string(to_string(chain.fault));
  return out;
}

MethodResult result_of(const DmarcVerdict& dmarc, const dmarc::Author& author, const AuthorVerdict* one) {
  MethodResult out = method("dmarc", to_string(dmarc.status));
  if (one != nullptr && one->rfc9989.policy.applies()) {
    out.comment = fmt::format("p={} dis={}", to_string(one->rfc9989.policy.applied), to_string(dmarc.disposition));
  }
  if (!author.usable()) out.reason = std::string(to_string(author.status));
  if (!author.domains.empty()) add("header", "from", author.domains.front().to_string(), out);
  return out;
}

MethodResult result_of(const ReverseDns& reverse, const net::Address& client) {
  MethodResult out = method("iprev", to_string(reverse.status));
  add("policy", "iprev", client.unmapped().to_string(), out);
  return out;
}

}  // namespace

AuthenticationResults results_of(const Verdict& verdict, std::string_view authserv_id) {
  AuthenticationResults out;
  out.authserv_id = std::string(authserv_id);
  if (verdict.spf) out.results.push_back(result_of(*verdict.spf, verdict.envelope));
  if (verdict.spf_helo) out.results.push_back(result_of(*verdict.spf_helo, verdict.envelope));
  for (const dkim::SignatureResult& result : verdict.dkim) {
    if (!result.skipped()) out.results.push_back(result_of(result));
  }
  if (verdict.dkim.empty()) out.results.push_back(method("dkim", "none"));
  if (verdict.arc.status != arc::ChainStatus::none) out.results.push_back(result_of(verdict.arc));
  out.results.push_back(result_of(verdict.dmarc, verdict.author, verdict.of_author()));
  if (verdict.envelope.client) out.results.push_back(result_of(verdict.reverse, *verdict.envelope.client));
  return out;
}

std::string result_fields(const Verdict& verdict, std::string_view authserv_id) {
  std::string out = print_field(results_of(verdict, authserv_id));
  if (!verdict.spf) return out;
  const Envelope& envelope = verdict.envelope;
  const spf::CheckRequest request(*envelope.client, envelope.mail_from, envelope.helo);
  return out + received_spf_field(*verdict.spf, request, authserv_id);
}

}  // namespace envelint::verdict
