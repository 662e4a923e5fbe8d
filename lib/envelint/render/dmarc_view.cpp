#include <envelint/render/dmarc_view.hpp>

#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace envelint::render {
namespace {

using dmarc::EffectivePolicy;
using dmarc::Generation;
using dmarc::LookupPtr;

constexpr std::size_t kIndent = 2;
constexpr std::size_t kTitleColumns = 23;
constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastColumn = 12;

std::string organization(const Generation& generation) {
  const dmarc::OrganizationalDomain& top = generation.organizational_domain;
  return top.known() ? top.name.to_string() : "unknown";
}

std::string source(const EffectivePolicy& policy) {
  if (policy.source == nullptr || !policy.source->has_record()) return "-";
  return fmt::format("{} of {}", to_string(policy.tag), policy.source->owner.to_string());
}

// Grey where nothing is done, a warning's colour where it is not known what is.
Style style_of(const EffectivePolicy& policy) {
  if (policy.outcome == dmarc::Outcome::unknown) return Style::warning;
  return policy.applies() ? Style::strong : Style::faint;
}

/// Lays out the table: a column of titles, one for each generation.
class Table {
 public:
  Table(std::string& out, const Painter& paint, std::size_t width) : out_(out), paint_(paint), width_(width) {
    const std::size_t used = kIndent + kTitleColumns + kGap;
    column_ = std::max(width > used ? (width - used) / 2 : 0, kLeastColumn);
  }

  void row(std::string_view title, std::string_view old, Style old_style, std::string_view modern, Style modern_style) {
    out_.append(kIndent, ' ');
    cell(title, Style::plain, kTitleColumns, true);
    cell(old, old_style, column_, true);
    cell(modern, modern_style, column_, false);
    out_ += '\n';
  }

  void policies(std::string_view title, const EffectivePolicy& old, const EffectivePolicy& modern) {
    row(title, describe(old), style_of(old), describe(modern), style_of(modern));
  }

  void question(const LookupPtr& lookup, bool old, bool modern) {
    const std::string_view who = old && modern ? "both" : old ? "7489" : modern ? "9989" : "-";
    const std::string answer = text::visible(describe(*lookup));
    const std::string name = text::visible(lookup->owner.to_string());
    out_.append(kIndent, ' ');
    cell(who, Style::faint, 4, true);
    const std::size_t room = width_ > kIndent + 6 ? width_ - kIndent - 6 : 0;
    const std::size_t name_columns = std::max(kLeastColumn, std::min(columns(name), room * 3 / 5));
    cell(name, Style::code, name_columns, true);
    const std::size_t rest = std::max(kLeastColumn, room > name_columns + kGap ? room - name_columns - kGap : 0);
    cell(answer, lookup->found == dmarc::Found::unknown ? Style::warning : Style::plain, rest, false);
    out_ += '\n';
  }

 private:
  void cell(std::string_view text, Style style, std::size_t width, bool padded) {
    const std::string shown = shorten(text::visible(text), width);
    paint_.append(out_, style, shown);
    if (padded) out_.append(width - std::min(width, columns(shown)) + kGap, ' ');
  }

  std::string& out_;
  const Painter& paint_;
  std::size_t width_;
  std::size_t column_;
};

bool asks(const Generation& generation, const LookupPtr& lookup) {
  return std::ranges::find(generation.queries, lookup) != generation.queries.end();
}

}  // namespace

void append_dmarc(std::string& out, const Painter& paint, const dmarc::Discovery& found, std::size_t width) {
  const Generation& old = found.rfc7489;
  const Generation& modern = found.rfc9989;
  Table table(out, paint, width);
  table.row("DMARC", "RFC 7489 receivers", Style::faint, "RFC 9989 receivers", Style::faint);
  table.row("organizational domain", organization(old), Style::plain, organization(modern), Style::plain);
  table.row("  found by", describe(old.organizational_domain.boundary), Style::faint,
            describe(modern.organizational_domain.boundary), Style::faint);
  table.policies("policy", old.domain, modern.domain);
  table.row("  taken from", source(old.domain), Style::faint, source(modern.domain), Style::faint);
  table.policies("existing subdomains", old.subdomain, modern.subdomain);
  table.policies("invented subdomains", old.missing_subdomain, modern.missing_subdomain);
  for (const LookupPtr& lookup : found.lookups()) {
    const bool by_old = asks(old, lookup);
    const bool by_modern = asks(modern, lookup);
    if (by_old || by_modern) table.question(lookup, by_old, by_modern);
  }
  out += '\n';
}

}  // namespace envelint::render
