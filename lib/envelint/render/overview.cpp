#include <envelint/render/overview.hpp>

#include <envelint/audit/overview.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/render/words.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace envelint::render {
namespace {

using State = audit::OverviewLine::State;
using finding::Severity;

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
  if (!domain.overview.empty()) out += '\n';
}

}  // namespace envelint::render
