#include <envelint/receiver/policy.hpp>

#include <envelint/receiver/summary.hpp>
#include <envelint/verdict/conclusion.hpp>

#include <fmt/core.h>

namespace envelint::receiver {

std::string_view to_string(Action action) noexcept {
  switch (action) {
    case Action::accept: return "accept";
    case Action::quarantine: return "quarantine";
    case Action::reject: return "reject";
    case Action::defer: return "defer";
  }
  return "";
}

Action action_of(const verdict::Verdict& verdict, Policy policy) noexcept {
  if (policy == Policy::accept) return Action::accept;
  const verdict::DmarcVerdict& dmarc = verdict.dmarc;
  if (dmarc.status == verdict::DmarcStatus::temperror && policy == Policy::enforce) return Action::defer;
  if (dmarc.disposition == dmarc::Policy::none) return Action::accept;
  if (dmarc.disposition == dmarc::Policy::reject && policy == Policy::enforce) return Action::reject;
  return Action::quarantine;
}

smtp::Reply reply_of(const Arrival& arrival) {
  // RFC 7489 §10.3 and RFC 7372 §3: what a receiver says that does as DMARC asks.
  if (arrival.action == Action::reject)
    return {550, "5.7.1", "Rejected as DMARC asks. " + verdict::conclude(arrival.judged->verdict)};
  if (arrival.action == Action::defer)
    return {451, "4.4.3", "DNS would not say. " + verdict::conclude(arrival.judged->verdict)};
  std::string text = "Taken";
  if (arrival.judged) text += ": " + results_in_words(arrival);
  if (arrival.action == Action::quarantine) text += ", to be quarantined";
  if (arrival.id != 0) text += fmt::format(", kept as {}", arrival.id);
  return {250, "2.0.0", text};
}

}  // namespace envelint::receiver
