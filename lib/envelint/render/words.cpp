#include <envelint/render/words.hpp>

#include <fmt/format.h>

#include <array>

namespace envelint::render {
namespace {

constexpr std::array<std::string_view, 11> kKindWords{"SPF",  "DKIM", "DMARC",   "MTA-STS", "TLS-RPT", "BIMI",
                                                      "TLSA", "MX",   "address", "PTR",     "TXT"};

struct Tally {
  std::size_t all = 0;
  std::size_t judged = 0;
  std::size_t valid = 0;
};

using Tallies = std::array<Tally, kKindWords.size()>;

Tallies tally(const audit::DomainReport& domain) {
  Tallies tallies{};
  for (const audit::RecordReport& record : domain.records) {
    Tally& kind = tallies[static_cast<std::size_t>(record.kind)];
    ++kind.all;
    if (!record.valid) continue;
    ++kind.judged;
    if (*record.valid) ++kind.valid;
  }
  return tallies;
}

// There are no rules for BIMI records, nor for text that is no mail record.
std::string verdict(audit::Kind which, const Tally& kind) {
  if (which == audit::Kind::bimi || which == audit::Kind::txt) return ", not judged";
  if (kind.judged == 0) return {};
  if (kind.valid == kind.all) return ", valid";
  if (kind.valid == 0) return ", not valid";
  return fmt::format(", {} of them valid", kind.valid);
}

void add(std::string& list, std::string_view separator, std::string_view item) {
  if (!list.empty()) list += separator;
  list += item;
}

}  // namespace

std::string_view kind_word(audit::Kind kind) noexcept { return kKindWords[static_cast<std::size_t>(kind)]; }

std::string count_of(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string count_findings(const audit::Summary& summary) {
  std::string out;
  if (summary.error > 0) add(out, ", ", count_of(summary.error, "error"));
  if (summary.warning > 0) add(out, ", ", count_of(summary.warning, "warning"));
  if (summary.notice > 0) add(out, ", ", count_of(summary.notice, "notice"));
  if (summary.info > 0) add(out, ", ", fmt::format("{} info", summary.info));
  if (summary.unknown > 0) add(out, ", ", count_of(summary.unknown, "question") + " unanswered");
  return out;
}

std::string count_records(const audit::DomainReport& domain) {
  const Tallies tallies = tally(domain);
  std::string out;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    if (tallies[i].all > 0) add(out, ", ", count_of(tallies[i].all, fmt::format("{} record", kKindWords[i])));
  }
  return out.empty() ? "no records" : out;
}

std::string judge_records(const audit::DomainReport& domain) {
  const Tallies tallies = tally(domain);
  std::string out;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    if (tallies[i].all == 0) continue;
    add(out, "; ",
        count_of(tallies[i].all, fmt::format("{} record", kKindWords[i])) +
            verdict(static_cast<audit::Kind>(i), tallies[i]));
  }
  return out.empty() ? "no records" : out;
}

std::string judge_only_record(const audit::DomainReport& domain) {
  const audit::RecordReport& record = domain.records.front();
  std::string out = fmt::format("{} record", kind_word(record.kind));
  // A record that receivers can use may still be an error, such as `+all`; to call it valid then would mislead.
  if (record.valid == false) out += ", not valid";
  if (record.valid == true && audit::summarize(domain).error == 0) out += ", valid";
  return out;
}

}  // namespace envelint::render
