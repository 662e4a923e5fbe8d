#include <envelint/render/overview.hpp>

#include <envelint/audit/overview.hpp>
#include <envelint/dns/extended_error.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/render/words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::render {
namespace {

using State = audit::OverviewLine::State;
using audit::ResolverReport;
using finding::Severity;

constexpr std::size_t kMostRemarks = 4;  // of different words; JSON has all
constexpr std::size_t kMostQuestions = 3;

struct Mark {
  std::string_view word;
  Style style;
};

// A notice is no reason to act.
Mark mark_of(const audit::OverviewLine& line, const audit::DomainReport& domain) {
  const auto worst = audit::worst_in(domain, line.area);
  if (worst == Severity::error) return {"error", Style::error};
  if (line.state == State::unknown) return {"unknown", Style::warning};
  if (worst == Severity::warning) return {"warning", Style::warning};
  if (line.state == State::nothing) return {"none", Style::faint};
  return {"ok", Style::inserted};
}

/// `SendGrid: SPF, no DKIM key`
std::string words_of(const audit::ProviderRow& row) {
  using Key = audit::ProviderRow::Key;
  std::string seen;
  const auto add = [&seen](std::string_view word) { seen.append(seen.empty() ? "" : ", ").append(word); };
  if (row.receives) add("MX");
  if (row.spf) add("SPF");
  if (row.key == Key::found) add("DKIM");
  if (row.key == Key::missing) add("no DKIM key at its usual selectors");
  return fmt::format("{}: {}", row.name, seen);
}

/// RFC 4035 §3.2.3, RFC 6840 §5.8.
Mark mark_of(ResolverReport::Proof proof) {
  switch (proof) {
    case ResolverReport::Proof::proved: return {"ok", Style::inserted};
    case ResolverReport::Proof::unverified: return {"unknown", Style::warning};
    case ResolverReport::Proof::partial: return {"partial", Style::faint};
    case ResolverReport::Proof::none: break;
  }
  return {"none", Style::faint};
}

std::string words_of(const ResolverReport& resolver) {
  const std::string& server = resolver.server;
  switch (*resolver.proof) {
    case ResolverReport::Proof::proved: return fmt::format("the records are proved, {} says", server);
    case ResolverReport::Proof::unverified:
      return fmt::format(
          "unverified: {} says that the records are proved, but what it says may have been changed on the way; ask a "
          "resolver on this machine",
          server);
    case ResolverReport::Proof::partial: return "some of the records are proved, and others are not";
    case ResolverReport::Proof::none: break;
  }
  return fmt::format("no record is proved: the zone is not signed, or {} does not validate", server);
}

/// The same remark on several answers is said once: "`a.example A`, `a.example MX` and 3 more".
struct RemarkGroup {
  const ResolverReport::Remark* first;
  std::vector<std::string_view> questions;
};

bool same_words(const ResolverReport::Remark& a, const ResolverReport::Remark& b) {
  return a.code == b.code && a.server == b.server && a.text == b.text;
}

std::vector<RemarkGroup> grouped(const std::vector<ResolverReport::Remark>& remarks) {
  std::vector<RemarkGroup> out;
  for (const ResolverReport::Remark& remark : remarks) {
    auto group = std::ranges::find_if(out, [&](const RemarkGroup& one) { return same_words(*one.first, remark); });
    if (group == out.end()) {
      if (out.size() == kMostRemarks) continue;
      group = out.insert(out.end(), RemarkGroup{&remark, {}});
    }
    group->questions.push_back(remark.question);
  }
  return out;
}

/// "Stale Answer (3), 192.0.2.53 says of `example.com TXT`: the zone's servers are down"
std::string words_of(const RemarkGroup& group) {
  const ResolverReport::Remark& remark = *group.first;
  std::string out = dns::describe_extended_error(remark.code);
  out += remark.server.empty() ? " is said of " : fmt::format(", {} says of ", remark.server);
  const std::size_t named = std::min(group.questions.size(), kMostQuestions);
  for (std::size_t i = 0; i < named; ++i) out += fmt::format("{}`{}`", i > 0 ? ", " : "", group.questions[i]);
  if (named < group.questions.size()) out += fmt::format(" and {} more", group.questions.size() - named);
  if (!remark.text.empty()) out += ": " + remark.text;
  return out;
}

}  // namespace

void append_overview(std::string& out, const Painter& paint, const audit::DomainReport& domain, std::size_t width) {
  constexpr std::size_t kIndent = 2 + 9 + 9;  // the longest of both words, TLS-RPT and `unknown`, and two blanks
  for (const audit::OverviewLine& line : domain.overview) {
    const Mark mark = mark_of(line, domain);
    paint.append(out, Style::strong, fmt::format("  {:<9}", kind_word(line.area)));
    paint.append(out, mark.style, mark.word);
    out.append(9 - mark.word.size(), ' ');
    append_prose(out, paint, Style::plain, line.text, {width, kIndent, kIndent});
  }
  for (const audit::ProviderRow& row : domain.providers) {
    paint.append(out, Style::strong, fmt::format("  {:<18}", "provider"));
    append_prose(out, paint, Style::plain, words_of(row), {width, kIndent, kIndent});
  }
  const auto append_line = [&](std::string_view what, const Mark& mark, const std::string& text) {
    paint.append(out, Style::strong, fmt::format("  {:<9}", what));
    paint.append(out, mark.style, fmt::format("{:<9}", mark.word));
    append_prose(out, paint, Style::plain, text, {width, kIndent, kIndent});
  };
  const ResolverReport& resolver = domain.resolver;
  if (resolver.proof) append_line("DNSSEC", mark_of(*resolver.proof), words_of(resolver));
  for (const RemarkGroup& group : grouped(resolver.remarks)) {
    append_line("DNS", {"note", Style::notice}, words_of(group));
  }
  if (!domain.overview.empty()) out += '\n';
}

}  // namespace envelint::render
