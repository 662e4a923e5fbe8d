#include "judged_message.hpp"

#include "oddity_notes.hpp"

#include <envelint/dns/deadline_resolver.hpp>
#include <envelint/render/arc.hpp>
#include <envelint/render/dkim_json.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/verdict_json.hpp>
#include <envelint/verdict/result_fields.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace cli {

using namespace envelint;

task::Task<verdict::Verdict> evaluate_from(DnsSource* source, mail::Message message, verdict::Envelope envelope,
                                           verdict::EvaluationOptions options) {
  constexpr std::chrono::seconds kLongest{20};
  if (!source->is_live()) {
    co_return co_await verdict::evaluate(source->resolver(), std::move(message), std::move(envelope),
                                         std::move(options));
  }
  dns::DeadlineResolver resolver(source->resolver(), source->loop(), source->loop().after(kLongest));
  co_return co_await verdict::evaluate(resolver, std::move(message), std::move(envelope), std::move(options));
}

task::Task<std::vector<dkim::Autopsy>> look_into(DnsSource* source, const mail::Message* message,
                                                 const std::vector<dkim::SignatureResult>* results,
                                                 dkim::AutopsyOptions options) {
  constexpr std::chrono::seconds kLongest{10};
  if (!source->is_live()) co_return co_await dkim::autopsy(source->resolver(), message, results, std::move(options));
  dns::DeadlineResolver resolver(source->resolver(), source->loop(), source->loop().after(kLongest));
  co_return co_await dkim::autopsy(resolver, message, results, std::move(options));
}

void add_judged(render::JsonWriter& json, const JudgedMessage& judged, const std::string& receiver) {
  const std::string_view authserv_id = receiver.empty() ? kNoReceiver : std::string_view(receiver);
  render::add_verdict(json, judged.message, judged.verdict);
  render::add_dkim_results(json, judged.message, judged.verdict.dkim, judged.autopsies);
  render::add_arc(json, judged.verdict.arc);
  json.member("authentication_results", verdict::print(verdict::results_of(judged.verdict, authserv_id)));
  if (!receiver.empty()) {
    json.member("forged_results", std::uint64_t{verdict::claims(judged.message, receiver).size()});
  }
  json.open_array("oddities");
  for (const mail::Oddity& oddity : oddities_of(judged.message)) {
    json.open_object();
    json.member("offset", std::uint64_t{oddity.offset});
    json.member("text", to_string(oddity.kind));
    json.close_object();
  }
  json.close_array();
  render::add_findings(json, judged.report);
}

}  // namespace cli
