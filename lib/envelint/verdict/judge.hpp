#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/dkim/autopsy.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/verdict/evaluate.hpp>
#include <envelint/verdict/report.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace envelint::verdict {

/// A message with all that was found out about it.
struct Judgement {
  const mail::Message& message;
  Verdict verdict;
  std::vector<dkim::Autopsy> autopsies;  ///< empty where nobody looked into why signatures fail
  audit::Report report;
};

/// How far a message is looked into. Not an aggregate: it is a coroutine parameter.
struct JudgeOptions {
  explicit JudgeOptions(EvaluationOptions how) : evaluation(std::move(how)) {}

  EvaluationOptions evaluation;
  bool autopsy = true;  ///< whether to search for why signatures fail
  dkim::AutopsyOptions autopsy_options;
  Profile profile = Profile::none;
  /// The loop of a resolver that asks the network: questions are given up when these times are over. Without it there
  /// is nothing to wait for.
  io::EventLoop* loop = nullptr;
  std::chrono::seconds longest_evaluation{20};
  std::chrono::seconds longest_autopsy{10};
};

/// Evaluates a message, looks into why its signatures fail, and says what to change. The message, its octets and the
/// resolver must outlive the task and the result.
[[nodiscard]] task::Task<Judgement> judge(dns::Resolver* resolver, const mail::Message* message, Envelope envelope,
                                          JudgeOptions options);

}  // namespace envelint::verdict
