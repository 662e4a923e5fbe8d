#include <envelint/render/terminal.hpp>

#include <envelint/render/block.hpp>
#include <envelint/render/dmarc_view.hpp>
#include <envelint/render/overview.hpp>
#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/render/servers.hpp>
#include <envelint/render/spf_tree.hpp>
#include <envelint/render/words.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

namespace envelint::render {
namespace {

using finding::Finding;

/// By record, then by place, the worst first at one place. An error of the file itself comes first, before all records
/// or the others of its record, since nothing else counts until the file can be loaded. What else is about no record
/// comes last.
auto rank(const Finding& finding) {
  const bool breaks_file = finding.place && finding.severity == finding::Severity::error;
  const int record = finding.record >= 0 ? finding.record : breaks_file ? -1 : std::numeric_limits<int>::max();
  const std::uint32_t file = finding.place ? finding.place->file : 0;
  const std::uint32_t start = finding.place ? finding.place->span.start : finding.span.start;
  return std::tuple(record, !breaks_file, file, start, -static_cast<int>(finding.severity));
}

std::vector<const Finding*> in_order(const std::vector<Finding>& findings) {
  std::vector<const Finding*> order;
  for (const Finding& finding : findings) order.push_back(&finding);
  std::ranges::stable_sort(order, {}, [](const Finding* finding) { return rank(*finding); });
  return order;
}

Style style_of(const audit::Summary& sum) {
  if (sum.error > 0) return Style::error;
  if (sum.warning > 0 || sum.unknown > 0) return Style::warning;
  return sum.notice > 0 ? Style::notice : Style::info;
}

constexpr std::size_t kMostUnknown = 5;

std::string expectations_in_words(const audit::ExpectationReport& expectations) {
  return fmt::format(", {} of {} met", expectations.met(), count_of(expectations.count, "expectation"));
}

/// Lays out a whole report.
class Pages {
 public:
  Pages(const audit::Report& report, const TerminalOptions& options)
      : report_(report),
        options_(options),
        paint_(options.colour),
        width_(std::max(options.width, options.kMinWidth)) {}

  [[nodiscard]] std::string take() && {
    const bool headings = report_.domains.size() > 1 ||
                          std::ranges::any_of(report_.domains, [](const auto& d) { return d.records.size() > 1; });
    for (const audit::DomainReport& domain : report_.domains) add_domain(domain, headings);
    if (report_.domains.size() > 1) add_total();
    add_hint();
    return std::move(out_);
  }

 private:
  void add_domain(const audit::DomainReport& domain, bool heading) {
    const bool undecided = domain.expectations && !domain.expectations->undecided.empty();
    const bool clean = domain.findings.empty() && domain.unknown.empty() && domain.overview.empty() && !undecided;
    if ((heading || !domain.overview.empty()) && !clean) add_heading(domain);
    append_overview(out_, paint_, domain, width_);
    add_findings(domain);
    if (domain.spf) append_spf_tree(out_, paint_, *domain.spf, width_);
    if (domain.dmarc) append_dmarc(out_, paint_, *domain.dmarc, width_);
    if (domain.authoritative) append_servers(out_, paint_, width_, *domain.authoritative);
    add_unknowns(domain);
    if (undecided) add_undecided(*domain.expectations);
    add_summary(domain);
    // The next domain begins after a blank line; clean ones are lines of a list.
    if (!clean && &domain != &report_.domains.back()) out_ += '\n';
  }

  void add_heading(const audit::DomainReport& domain) {
    if (domain.domain.empty()) return;
    if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
    const std::string name = text::visible(domain.domain);
    paint_.append(out_, Style::strong, name);
    const std::string records = fmt::format("  ({})", count_records(domain));
    const bool all_unknown = domain.records.empty() && !domain.unknown.empty();
    if (!all_unknown && columns(name) + records.size() <= width_) paint_.append(out_, Style::faint, records);
    out_ += "\n\n";
  }

  void add_findings(const audit::DomainReport& domain) {
    Blocks blocks(report_, domain, options_, out_);
    std::size_t hidden = 0;
    for (const Finding* finding : in_order(domain.findings)) {
      if (worst_ == nullptr || finding->severity > worst_->severity) worst_ = finding;
      if (options_.max_findings > 0 && shown_ == options_.max_findings) {
        ++hidden;
        continue;
      }
      ++shown_;
      blocks.add(*finding);
    }
    if (hidden == 0) return;
    out_ += fmt::format("{} not shown\n\n", count_of(hidden, shown_ > 0 ? "more finding" : "finding"));
  }

  // Of a domain that was looked up, findings tell what was not answered (DNS001, DNS002).
  void add_unknowns(const audit::DomainReport& domain) {
    const auto tells = [](const Finding& finding) {
      return finding.code == finding::Code::dns_lookup_failed || finding.code == finding::Code::dns_dnssec_bogus;
    };
    if (!domain.overview.empty() && std::ranges::any_of(domain.findings, tells)) return;
    const std::size_t named = std::min(domain.unknown.size(), kMostUnknown);
    for (std::size_t i = 0; i < named; ++i) add_unknown(domain.unknown[i]);
    if (named < domain.unknown.size()) {
      out_ += fmt::format("{} unanswered\n", count_of(domain.unknown.size() - named, "more question"));
    }
  }

  void add_unknown(const audit::UnknownReport& unknown) {
    add_unknown(fmt::format("nobody answered `{}`: {}", unknown.question, unknown.reason));
  }

  void add_undecided(const audit::ExpectationReport& expectations) {
    for (const audit::UndecidedReport& one : expectations.undecided) {
      const text::SourceFile& file = *report_.files[one.place.file];
      add_unknown(fmt::format("whether {} ({}:{}): `{}` is not known: {}", one.expected, file.path(),
                              file.position(one.place.span.start).line, one.question, one.reason));
    }
  }

  void add_unknown(const std::string& text) {
    paint_.append(out_, Style::warning, "unknown");
    out_ += ": ";
    add_words(9, Style::strong, text);
    out_ += '\n';
  }

  void add_summary(const audit::DomainReport& domain) {
    const audit::Summary sum = audit::summarize(domain);
    const std::string counts = count_findings(sum);
    std::string name = text::visible(domain.domain);
    if (name.empty() && domain.records.size() == 1 && !counts.empty()) {
      name = judge_only_record(domain);
    }
    std::string text = !counts.empty() ? counts : fmt::format("no findings ({})", judge_records(domain));
    if (domain.expectations) text += expectations_in_words(*domain.expectations);
    if (!name.empty()) {
      paint_.append(out_, Style::strong, name + ":");
      out_ += ' ';
      name += ": ";
    }
    add_words(columns(name), style_of(sum), text);
  }

  void add_total() {
    const audit::Summary sum = audit::summarize(report_);
    const std::string counts = count_findings(sum);
    const bool pasted = std::ranges::all_of(report_.domains, [](const auto& d) { return d.domain.empty(); });
    const std::string name = count_of(report_.domains.size(), pasted ? "record" : "domain") + ":";
    out_ += '\n';
    paint_.append(out_, Style::strong, name);
    out_ += ' ';
    add_words(name.size() + 1, style_of(sum), counts.empty() ? "no findings" : counts);
  }

  void add_hint() {
    if (worst_ == nullptr) return;
    add_words(0, Style::plain, fmt::format("`envelint explain {}` says more", entry(worst_->code).id));
  }

  /// Text behind what already stands on the line.
  void add_words(std::size_t used, Style style, std::string_view text) {
    append_prose(out_, paint_, style, text, {width_, used, 4});
  }

  const audit::Report& report_;
  const TerminalOptions& options_;
  Painter paint_;
  std::size_t width_;
  std::string out_;
  std::size_t shown_ = 0;
  const Finding* worst_ = nullptr;
};

}  // namespace

std::string terminal(const audit::Report& report, const TerminalOptions& options) {
  return Pages(report, options).take();
}

}  // namespace envelint::render
