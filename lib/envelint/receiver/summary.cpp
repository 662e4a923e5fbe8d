#include <envelint/receiver/summary.hpp>

#include <envelint/receiver/header_text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace envelint::receiver {
namespace {

std::string_view dkim_word(const std::vector<dkim::SignatureResult>& results) {
  using enum dkim::Result;
  if (results.empty()) return "none";
  for (const dkim::Result best : {pass, policy, temperror, fail, neutral, permerror}) {
    if (std::ranges::find(results, best, &dkim::SignatureResult::result) != results.end()) return to_string(best);
  }
  return "none";
}

std::string_view or_dash(std::string_view word) { return word.empty() ? "-" : word; }

}  // namespace

ResultWords words_of(const Arrival& arrival) {
  if (!arrival.judged) return {};
  const verdict::Verdict& verdict = arrival.judged->verdict;
  return {.spf = verdict.spf ? to_string(verdict.spf->verdict) : std::string_view(),
          .dkim = dkim_word(verdict.dkim),
          .arc = to_string(verdict.arc.status),
          .dmarc = to_string(verdict.dmarc.status)};
}

std::string results_in_words(const Arrival& arrival) {
  const ResultWords words = words_of(arrival);
  return fmt::format("spf={} dkim={} dmarc={}", or_dash(words.spf), or_dash(words.dkim), or_dash(words.dmarc));
}

inbox::Summary summary_of(const Arrival& arrival) {
  inbox::Summary out;
  if (arrival.message) {
    out.from = field_text(*arrival.message, "From");
    out.to = field_text(*arrival.message, "To");
    out.subject = field_text(*arrival.message, "Subject");
  }
  const ResultWords words = words_of(arrival);
  out.spf = words.spf;
  out.dkim = words.dkim;
  out.arc = words.arc;
  out.dmarc = words.dmarc;
  if (arrival.judged) out.disposition = to_string(arrival.judged->verdict.dmarc.disposition);
  return out;
}

}  // namespace envelint::receiver
