#include <envelint/render/verdict_json.hpp>

#include <envelint/render/spf_json.hpp>
#include <envelint/verdict/conclusion.hpp>
#include <envelint/verdict/story.hpp>

#include <array>
#include <string_view>

namespace envelint::render {
namespace {

using verdict::AuthorVerdict;
using verdict::DmarcResult;
using verdict::Verdict;

std::string_view word(dmarc::AuthorStatus status) {
  constexpr std::array<std::string_view, 7> kWords{
      "one", "no_field", "several_fields", "no_domain", "several_domains", "unreadable", "not_looked_at"};
  return kWords[static_cast<std::size_t>(status)];
}

std::string_view word(verdict::AlignmentReason reason) {
  constexpr std::array<std::string_view, 5> kWords{"same_domain", "same_organization", "strict", "other_organization",
                                                   "unknown"};
  return kWords[static_cast<std::size_t>(reason)];
}

std::string_view word(verdict::Identifier::State state) {
  constexpr std::array<std::string_view, 4> kWords{"authenticated", "failed", "unknown", "not_counted"};
  return kWords[static_cast<std::size_t>(state)];
}

void add_envelope(JsonWriter& json, const verdict::Envelope& envelope) {
  if (!envelope.client) return;
  json.open_object("envelope");
  json.member("ip", envelope.client->to_string());
  json.member_unless_empty("helo", envelope.helo);
  json.member("mail_from", envelope.mail_from);
  if (envelope.tls) json.member("tls", *envelope.tls);
  json.close_object();
}

void add_spf(JsonWriter& json, const Verdict& verdict) {
  if (verdict.spf) {
    json.open_object("spf");
    add_spf_members(json, *verdict.spf);
    json.close_object();
  }
  if (verdict.spf_helo) {
    json.open_object("spf_helo");
    add_spf_members(json, *verdict.spf_helo);
    json.close_object();
  }
}

void add_reverse(JsonWriter& json, const Verdict& verdict) {
  if (!verdict.envelope.client) return;
  json.open_object("reverse_dns");
  json.member("result", to_string(verdict.reverse.status));
  json.open_array("names");
  for (const verdict::ClientName& one : verdict.reverse.names) {
    json.open_object();
    json.member("name", one.name.to_string());
    json.member("leads_back", one.leads_back);
    json.close_object();
  }
  json.close_array();
  if (verdict.helo_answer && !verdict.helo_answer->unknown()) json.member("helo_leads_back", verdict.helo_leads_back);
  json.close_object();
}

void add_author(JsonWriter& json, const Verdict& verdict) {
  json.open_object("author");
  json.member("result", word(verdict.author.status));
  json.open_array("domains");
  for (const dns::Name& domain : verdict.author.domains) json.value(domain.to_string());
  json.close_array();
  json.member_unless_empty("reason", verdict::author_trouble(verdict.author));
  json.close_object();
}

/// What of a generation's result the object `dmarc` has too.
void add_result_members(JsonWriter& json, const DmarcResult& result) {
  json.member("result", to_string(result.status));
  if (result.policy.applies()) json.member("policy", to_string(result.policy.applied));
  json.member("disposition", to_string(result.disposition));
  json.member("spf_aligned", result.spf_aligned);
  json.member("dkim_aligned", result.dkim_aligned);
}

void add_alignments(JsonWriter& json, const Verdict& verdict, const AuthorVerdict& author, const DmarcResult& result) {
  json.open_array("alignments");
  for (const verdict::Alignment& one : result.alignments) {
    const verdict::Identifier& its = verdict.identifiers[one.identifier];
    const bool walk = result.receiver == dmarc::Receiver::rfc9989;
    const dmarc::OrganizationalDomain& organization = walk ? its.rfc9989 : its.rfc7489;
    json.open_object();
    json.member("mechanism", its.mechanism == verdict::Mechanism::spf ? "spf" : "dkim");
    if (its.mechanism == verdict::Mechanism::dkim) json.member("signature", std::uint64_t{its.signature});
    json.member("domain", its.domain.to_string());
    json.member("state", word(its.state));
    if (organization.known()) json.member("organizational_domain", organization.name.to_string());
    json.member("mode", one.mode == dmarc::Alignment::strict ? "s" : "r");
    if (one.aligned) json.member("aligned", *one.aligned);
    json.member("by", word(one.reason));
    json.member("reason", explain(one, its, author.discovery.domain, result));
    json.close_object();
  }
  json.close_array();
}

void add_generation(JsonWriter& json, std::string_view key, const Verdict& verdict, const AuthorVerdict& author,
                    const DmarcResult& result) {
  json.open_object(key);
  add_result_members(json, result);
  if (result.policy.applies()) {
    json.member("published_policy", to_string(result.policy.published));
    json.member("tag", to_string(result.policy.tag));
    json.member("found_at", result.policy.source->owner.to_string());
  }
  if (result.pct < 100) {
    json.member("pct", std::uint64_t{result.pct});
    json.member("otherwise", to_string(result.otherwise));
  }
  if (result.organizational_domain.known()) {
    json.member("organizational_domain", result.organizational_domain.name.to_string());
  }
  add_alignments(json, verdict, author, result);
  json.close_object();
}

void add_dmarc(JsonWriter& json, const Verdict& verdict) {
  json.open_object("dmarc");
  if (const AuthorVerdict* author = verdict.of_author()) {
    json.member("domain", author->discovery.domain.to_string());
    add_result_members(json, author->rfc9989);
    add_generation(json, "rfc9989", verdict, *author, author->rfc9989);
    add_generation(json, "rfc7489", verdict, *author, author->rfc7489);
  } else {
    json.member("result", to_string(verdict.dmarc.status));
    json.member("disposition", to_string(verdict.dmarc.disposition));
    json.member("spf_aligned", false);
    json.member("dkim_aligned", false);
    json.member("reason", verdict::author_trouble(verdict.author));
  }
  json.close_object();
}

void add_story(JsonWriter& json, const mail::Message& message, const Verdict& verdict) {
  json.open_array("story");
  for (const verdict::Step& step : tell(message, verdict)) {
    json.open_object();
    json.member("stage", to_string(step.stage));
    json.member("outcome", to_string(step.outcome));
    json.member_unless_empty("subject", step.subject);
    json.member("text", step.text);
    json.member_unless_empty("reference", step.reference);
    json.open_array("details");
    for (const std::string& detail : step.details) json.value(detail);
    json.close_array();
    json.open_array("asked");
    for (const verdict::StepQuestion& one : step.asked) {
      json.open_object();
      json.member("question", one.question);
      json.member("answer", one.answer);
      json.close_object();
    }
    json.close_array();
    json.close_object();
  }
  json.close_array();
}

}  // namespace

void add_verdict(JsonWriter& json, const mail::Message& message, const Verdict& verdict) {
  json.member("conclusion", verdict::conclude(verdict));
  json.member_unless_empty("consequence", verdict::consequence(verdict));
  add_envelope(json, verdict.envelope);
  add_spf(json, verdict);
  add_reverse(json, verdict);
  add_author(json, verdict);
  add_dmarc(json, verdict);
  add_story(json, message, verdict);
}

}  // namespace envelint::render
