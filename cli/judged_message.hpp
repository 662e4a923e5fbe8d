#pragma once

#include "dns_source.hpp"

#include <envelint/audit/report.hpp>
#include <envelint/dkim/autopsy.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/task/task.hpp>
#include <envelint/verdict/evaluate.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// A message with all that was found out about it.
struct JudgedMessage {
  const envelint::mail::Message& message;
  envelint::verdict::Verdict verdict;
  std::vector<envelint::dkim::Autopsy> autopsies;  ///< empty where nobody looked into it
  envelint::audit::Report report;
};

/// Evaluates a message. Over the network it ends in time. `source` must outlive the task.
[[nodiscard]] envelint::task::Task<envelint::verdict::Verdict> evaluate_from(
    DnsSource* source, envelint::mail::Message message, envelint::verdict::Envelope envelope,
    envelint::verdict::EvaluationOptions options);

/// Looks into why signatures fail; likewise.
[[nodiscard]] envelint::task::Task<std::vector<envelint::dkim::Autopsy>> look_into(
    DnsSource* source, const envelint::mail::Message* message,
    const std::vector<envelint::dkim::SignatureResult>* results, envelint::dkim::AutopsyOptions options);

/// Who says it in the fields that are written, where `--receiver` does not. The name of this machine would differ from
/// run to run.
inline constexpr std::string_view kNoReceiver = "localhost";

/// Adds what is known of the message to an object that is open (docs/schema/verify-1.json), from `conclusion` on.
/// @param receiver  the name of the host that checks; may be empty
void add_judged(envelint::render::JsonWriter& json, const JudgedMessage& judged, const std::string& receiver);

}  // namespace cli
