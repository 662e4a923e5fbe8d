#include <envelint/render/judgement_json.hpp>

#include <envelint/render/arc.hpp>
#include <envelint/render/dkim_json.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/verdict_json.hpp>
#include <envelint/verdict/result_fields.hpp>

#include <cstdint>

namespace envelint::render {

void add_judgement(JsonWriter& json, const verdict::Judgement& judged, const std::string& receiver) {
  const std::string_view authserv_id = receiver.empty() ? kNoReceiver : std::string_view(receiver);
  add_verdict(json, judged.message, judged.verdict);
  add_dkim_results(json, judged.message, judged.verdict.dkim, judged.autopsies);
  add_arc(json, judged.verdict.arc);
  json.member("authentication_results", verdict::print(verdict::results_of(judged.verdict, authserv_id)));
  if (!receiver.empty()) {
    json.member("forged_results", std::uint64_t{verdict::claims(judged.message, receiver).size()});
  }
  json.open_array("oddities");
  for (const mail::Oddity& oddity : mail::all_oddities(judged.message)) {
    json.open_object();
    json.member("offset", std::uint64_t{oddity.offset});
    json.member("text", to_string(oddity.kind));
    json.close_object();
  }
  json.close_array();
  add_findings(json, judged.report);
}

}  // namespace envelint::render
