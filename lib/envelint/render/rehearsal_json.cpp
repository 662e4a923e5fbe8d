#include <envelint/render/rehearsal_json.hpp>

#include <envelint/rehearsal/conclusion.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/render/rehearsal_text.hpp>
#include <envelint/verdict/conclusion.hpp>

#include <array>
#include <string_view>

namespace envelint::render {
namespace {

using rehearsal::Delivery;
using rehearsal::OpenTerm;
using rehearsal::Rehearsal;
using verdict::DmarcResult;

std::string_view word(OpenTerm::Why why) {
  constexpr std::array<std::string_view, 3> kWords{"outside", "unanswered", "depends"};
  return kWords[static_cast<std::size_t>(why)];
}

void add_keys(JsonWriter& json, const Rehearsal& rehearsal) {
  json.open_array("keys");
  for (const rehearsal::KeyResult& key : rehearsal.keys) {
    json.open_object();
    json.member("selector", key.selector);
    json.member("owner", key.facts.asked.owner.to_string());
    json.member("match", dkim::to_string(key.verdict.match));
    json.member("summary", key.verdict.summary);
    json.member("fingerprint", key.facts.key.fingerprint());
    json.close_object();
  }
  json.close_array();
}

void add_generation(JsonWriter& json, std::string_view key, const DmarcResult& result) {
  json.open_object(key);
  json.member("result", to_string(result.status));
  if (result.policy.applies()) json.member("policy", to_string(result.policy.applied));
  json.member("disposition", to_string(result.disposition));
  json.member("spf_aligned", result.spf_aligned);
  json.member("dkim_aligned", result.dkim_aligned);
  if (result.pct < 100) {
    json.member("pct", std::uint64_t{result.pct});
    json.member("otherwise", to_string(result.otherwise));
  }
  json.close_object();
}

void add_dkim(JsonWriter& json, const Delivery& row) {
  json.open_array("dkim");
  for (const dkim::SignatureResult& one : row.verdict.dkim) {
    json.open_object();
    json.member("result", to_string(one.result));
    json.member_unless_empty("reason", to_string(one.reason));
    json.close_object();
  }
  json.close_array();
}

void add_row(JsonWriter& json, const Delivery& row) {
  json.open_object();
  json.member("scene", to_string(row.scene));
  json.member("outcome", to_string(row.outcome));
  json.member_unless_empty("why", row.why);
  json.member("ip", row.sender.address.to_string());
  if (!row.sender.term.empty()) {
    json.member("term", row.sender.term);
    json.member("listed_in", row.sender.listed_in.to_string());
  }
  json.member("mail_from", row.verdict.envelope.mail_from);
  json.member("helo", row.verdict.envelope.helo);
  if (row.verdict.spf) {
    json.open_object("spf");
    json.member("result", to_string(row.verdict.spf->verdict));
    json.member_unless_empty("domain", row.verdict.spf->domain);
    json.member_unless_empty("mechanism", row.verdict.spf->mechanism);
    json.member_unless_empty("reason", row.verdict.spf->reason);
    json.close_object();
  }
  add_dkim(json, row);
  json.open_object("dmarc");
  json.member("result", to_string(row.verdict.dmarc.status));
  json.member("disposition", to_string(row.verdict.dmarc.disposition));
  if (const verdict::AuthorVerdict* author = row.verdict.of_author()) {
    json.member("domain", author->discovery.domain.to_string());
    add_generation(json, "rfc9989", author->rfc9989);
    add_generation(json, "rfc7489", author->rfc7489);
  }
  json.close_object();
  json.member("receivers", what_receivers_do(row));
  json.member("conclusion", verdict::conclude(row.verdict));
  json.close_object();
}

void add_open(JsonWriter& json, const Rehearsal& rehearsal) {
  json.open_array("open_terms");
  for (const OpenTerm& term : rehearsal.senders.open) {
    json.open_object();
    json.member_unless_empty("term", term.term);
    json.member("listed_in", term.listed_in.to_string());
    json.member("cause", word(term.why));
    json.member_unless_empty("question", term.question);
    json.member("reason", term.reason);
    json.close_object();
  }
  json.close_array();
}

void add_troubles(JsonWriter& json, const Rehearsal& rehearsal) {
  json.open_array("troubles");
  for (const rehearsal::Trouble& one : troubles(rehearsal)) {
    json.open_object();
    json.member("kind", one.broken ? "broken" : "undecided");
    json.member("what", one.what);
    json.member_unless_empty("why", one.why);
    json.member_unless_empty("help", one.help);
    json.close_object();
  }
  json.close_array();
}

void add_lint(JsonWriter& json, const Rehearsal& rehearsal) {
  const audit::Summary sum = audit::summarize(rehearsal.lint);
  json.open_object("lint");
  json.member("error", std::uint64_t{sum.error});
  json.member("warning", std::uint64_t{sum.warning});
  json.member("notice", std::uint64_t{sum.notice});
  json.member("info", std::uint64_t{sum.info});
  json.member("unknown", std::uint64_t{sum.unknown});
  json.close_object();
  json.open_array("expectations");
  for (const audit::DomainReport& domain : rehearsal.lint.domains) {
    if (!domain.expectations) continue;
    json.open_object();
    json.member("domain", domain.domain);
    json.member("count", std::uint64_t{domain.expectations->count});
    json.member("met", std::uint64_t{domain.expectations->met()});
    json.member("not_met", std::uint64_t{domain.expectations->not_met});
    json.close_object();
  }
  json.close_array();
}

/// The errors of the zone, and what to change for the deliveries that are broken.
void add_all_findings(JsonWriter& json, const Rehearsal& rehearsal) {
  audit::Report all = rehearsal.lint;
  for (audit::DomainReport& domain : all.domains) {
    std::erase_if(domain.findings, [](const finding::Finding& one) { return !rehearsal::counts_as_error(one); });
  }
  audit::Report more = changes(rehearsal);
  for (audit::DomainReport& domain : more.domains) all.domains.push_back(std::move(domain));
  add_findings(json, all);
}

}  // namespace

std::string rehearsal_json(const Rehearsal& rehearsal) {
  std::string out;
  JsonWriter json(out, true);
  json.open_object();
  json.member("schema", "envelint/rehearse/1");
  json.member("result", to_string(result_of(rehearsal)));
  json.member("conclusion", conclude(rehearsal));
  json.member("domain", rehearsal.domain.to_string());
  json.member("from", rehearsal.from);
  json.member("mail_from", rehearsal.mail_from);
  json.member("helo", rehearsal.helo);
  json.member("policy", policy_in_words(rehearsal));
  add_keys(json, rehearsal);
  json.open_array("rows");
  for (const Delivery& row : rehearsal.rows) add_row(json, row);
  json.close_array();
  add_open(json, rehearsal);
  add_troubles(json, rehearsal);
  json.open_array("remarks");
  for (const std::string& one : remarks(rehearsal)) json.value(one);
  json.close_array();
  add_lint(json, rehearsal);
  add_all_findings(json, rehearsal);
  json.close_object();
  out += '\n';
  return out;
}

}  // namespace envelint::render
