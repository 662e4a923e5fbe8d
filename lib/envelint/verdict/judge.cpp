#include <envelint/verdict/judge.hpp>

#include <envelint/dns/deadline_resolver.hpp>

namespace envelint::verdict {
namespace {

task::Task<Verdict> evaluate_in_time(dns::Resolver* resolver, const mail::Message* message, Envelope envelope,
                                     const JudgeOptions* options) {
  if (options->loop == nullptr)
    co_return co_await evaluate(*resolver, *message, std::move(envelope), options->evaluation);
  dns::DeadlineResolver bounded(*resolver, *options->loop, options->loop->after(options->longest_evaluation));
  co_return co_await evaluate(bounded, *message, std::move(envelope), options->evaluation);
}

task::Task<std::vector<dkim::Autopsy>> look_into(dns::Resolver* resolver, const mail::Message* message,
                                                 const std::vector<dkim::SignatureResult>* results,
                                                 const JudgeOptions* options) {
  if (options->loop == nullptr) co_return co_await dkim::autopsy(*resolver, message, results, options->autopsy_options);
  dns::DeadlineResolver bounded(*resolver, *options->loop, options->loop->after(options->longest_autopsy));
  co_return co_await dkim::autopsy(bounded, message, results, options->autopsy_options);
}

}  // namespace

task::Task<Judgement> judge(dns::Resolver* resolver, const mail::Message* message, Envelope envelope,
                            JudgeOptions options) {
  Judgement out{*message, {}, {}, {}};
  out.verdict = co_await evaluate_in_time(resolver, message, std::move(envelope), &options);
  if (options.autopsy) out.autopsies = co_await look_into(resolver, message, &out.verdict.dkim, &options);
  out.report.domains = report(*message, out.verdict, options.profile);
  co_return out;
}

}  // namespace envelint::verdict
