#include <envelint/render/dkim_json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace envelint::render {
namespace {

using dkim::SignatureResult;
using dkim::SignatureTagId;

void add_fact(JsonWriter& json, std::string_view key, const std::optional<bool>& fact) {
  if (fact) json.member(key, *fact);
}

void add_number(JsonWriter& json, std::string_view key, const std::optional<std::uint64_t>& number) {
  if (number && *number != dkim::Signature::kInfinite) json.member(key, *number);
}

void add_names(JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.open_array(key);
  for (const std::string& name : names) json.value(name);
  json.close_array();
}

void add_coverage(JsonWriter& json, const mail::Message& message, const SignatureResult& result) {
  if (result.covered.empty()) return;
  const dkim::Coverage coverage = dkim::coverage(message, result);
  add_names(json, "signed_fields", coverage.signed_names);
  add_names(json, "unsigned_fields", coverage.unsigned_names);
  add_names(json, "duplicated_fields", coverage.duplicated_names);
}

void add_change(JsonWriter& json, const dkim::Change& change) {
  json.open_object();
  json.member("cause", to_string(change.cause));
  json.member("place", to_string(change.place));
  json.member("text", describe(change));
  json.member_unless_empty("field", change.field);
  json.member_unless_empty("before", change.before);
  json.member_unless_empty("after", change.after);
  if (change.lines) json.member("lines", *change.lines);
  if (change.line) json.member("line", *change.line);
  if (change.offset) json.member("offset", *change.offset);
  json.member_unless_empty("selector", change.selector);
  json.member_unless_empty("domain", change.domain);
  json.close_object();
}

void add_difference(JsonWriter& json, const dkim::Difference& difference) {
  json.open_object();
  json.member("place", to_string(difference.place));
  json.member_unless_empty("field", difference.field);
  json.member("offset", difference.offset);
  json.member("line", difference.line);
  if (!difference.absent_in_original) json.member("original", difference.original);
  if (!difference.absent_now) json.member("now", difference.now);
  json.member("text", describe(difference));
  json.close_object();
}

void add_autopsy(JsonWriter& json, const dkim::Autopsy& autopsy) {
  json.open_object("autopsy");
  json.member("cause", to_string(autopsy.cause()));
  json.member("summary", autopsy.summary);
  json.member("complete", autopsy.complete);
  json.open_array("failed");
  for (const dkim::Place place : autopsy.failed) json.value(to_string(place));
  json.close_array();
  json.open_array("changes");
  for (const dkim::Change& change : autopsy.changes) add_change(json, change);
  json.close_array();
  add_names(json, "known", autopsy.known);
  json.member("tried", autopsy.tried);
  json.member("gave_up", autopsy.gave_up);
  if (autopsy.original) {
    json.open_object("original");
    json.member("body_hash_ok", autopsy.original->body_hash_ok);
    add_fact(json, "header_signature_ok", autopsy.original->header_signature_ok);
    json.open_array("differences");
    for (const dkim::Difference& difference : autopsy.original->differences) add_difference(json, difference);
    json.close_array();
    json.close_object();
  }
  json.close_object();
}

/// @param autopsy  may be nullptr.
void add_result(JsonWriter& json, const mail::Message& message, const SignatureResult& result,
                const dkim::Autopsy* autopsy) {
  const dkim::Signature& signature = result.signature;
  json.open_object();
  json.member("result", to_string(result.result));
  json.member_unless_empty("domain", signature.domain());
  json.member_unless_empty("selector", signature.selector());
  json.member_unless_empty("identity", signature.identity());
  if (signature.algorithm()) json.member("algorithm", to_string(*signature.algorithm()));
  if (result.key_bits() != 0) json.member("key_bits", std::uint64_t{result.key_bits()});
  json.member("canonicalization", std::string(to_string(signature.header_canonicalization())) + "/" +
                                      std::string(to_string(signature.body_canonicalization())));
  json.member_unless_empty("reason", to_string(result.reason));
  json.member_unless_empty("detail", result.detail);
  add_fact(json, "body_hash_ok", result.body_hash_ok);
  add_fact(json, "header_signature_ok", result.header_signature_ok);
  add_fact(json, "key_ok", result.key_ok);
  if (signature.key_name()) json.member("key_name", signature.key_name()->to_string());
  if (result.testing) json.member("testing", true);
  if (result.skipped()) json.member("skipped", true);
  add_number(json, "timestamp", signature.timestamp());
  add_number(json, "expiration", signature.expiration());
  if (result.in_future) json.member("in_future", true);
  if (!result.body_hash.empty()) {
    json.member("body_hash", text::base64_encode(result.body_hash));
    json.member("body_octets", result.body_octets);
  }
  if (signature.length()) json.member("unsigned_octets", result.unsigned_octets);
  add_coverage(json, message, result);
  if (autopsy != nullptr && autopsy->needed()) add_autopsy(json, *autopsy);
  json.close_object();
}

}  // namespace

void add_dkim_results(JsonWriter& json, const mail::Message& message, const std::vector<SignatureResult>& results,
                      std::span<const dkim::Autopsy> autopsies) {
  json.open_array("dkim");
  for (std::size_t i = 0; i < results.size(); ++i) {
    add_result(json, message, results[i], i < autopsies.size() ? &autopsies[i] : nullptr);
  }
  if (results.empty()) {
    json.open_object();
    json.member("result", to_string(dkim::Result::none));
    json.close_object();
  }
  json.close_array();
}

}  // namespace envelint::render
