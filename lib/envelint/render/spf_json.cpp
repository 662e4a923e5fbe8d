#include <envelint/render/spf_json.hpp>

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace envelint::render {
namespace {

std::string_view word_of(spf::Outcome outcome) {
  switch (outcome) {
    case spf::Outcome::match: return "match";
    case spf::Outcome::no_match: return "no_match";
    case spf::Outcome::not_tested: return "not_tested";
    case spf::Outcome::error: return "error";
  }
  return "";
}

void add_asked(JsonWriter& json, const std::vector<spf::Asked>& questions) {
  if (questions.empty()) return;
  json.open_array("asked");
  for (const spf::Asked& asked : questions) {
    json.open_object();
    json.member("question", fmt::format("{} {}", asked.query.name.to_string(), to_string(asked.query.type)));
    json.member("answer", asked.answer);
    json.member("void", asked.is_void);
    json.close_object();
  }
  json.close_array();
}

void add_step(JsonWriter& json, const spf::Step& step) {
  json.open_object();
  json.member("depth", step.depth);
  json.member("domain", step.domain);
  json.member("term", step.term);
  json.member("start", step.span.start);
  json.member("end", step.span.end);
  json.member_unless_empty("target", step.target);
  json.member("outcome", word_of(step.outcome));
  json.member_unless_empty("reason", step.reason);
  json.member("reference", fmt::format("RFC 7208 {}", step.section));
  json.member("lookups", step.lookups);
  json.member("void_lookups", step.void_lookups);
  add_asked(json, step.asked);
  json.close_object();
}

}  // namespace

void add_spf_members(JsonWriter& json, const spf::CheckResult& result) {
  json.member("result", to_string(result.verdict));
  json.member("identity", to_string(result.identity));
  json.member_unless_empty("domain", result.domain);
  json.member_unless_empty("mechanism", result.mechanism);
  json.open_array("path");
  for (const std::string& domain : result.path) json.value(domain);
  json.close_array();
  json.member_unless_empty("explanation", result.explanation);
  json.member_unless_empty("reason", result.reason);
  json.member("lookups", result.lookups);
  json.member("void_lookups", result.void_lookups);
  add_asked(json, result.asked);
  if (result.steps.empty()) return;
  json.open_array("trace");
  for (const spf::Step& step : result.steps) add_step(json, step);
  json.close_array();
}

}  // namespace envelint::render
