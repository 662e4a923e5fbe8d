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

void add_result(JsonWriter& json, const mail::Message& message, const SignatureResult& result) {
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
  json.close_object();
}

}  // namespace

void add_dkim_results(JsonWriter& json, const mail::Message& message, const std::vector<SignatureResult>& results) {
  json.open_array("dkim");
  for (const SignatureResult& result : results) add_result(json, message, result);
  if (results.empty()) {
    json.open_object();
    json.member("result", to_string(dkim::Result::none));
    json.close_object();
  }
  json.close_array();
}

}  // namespace envelint::render
