// What to change so that the setup works.

#include <envelint/rehearsal/conclusion.hpp>

#include <envelint/audit/key_report.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/verdict/report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace envelint::rehearsal {
namespace {

using finding::Code;
using finding::Finding;

/// Collects findings that were not told before.
class Changes {
 public:
  explicit Changes(const Rehearsal& rehearsal) : rehearsal_(rehearsal) {}

  audit::Report collect() {
    for (const audit::DomainReport& domain : rehearsal_.lint.domains) {
      for (const Finding& one : domain.findings) {
        if (counts_as_error(one)) told_.emplace_back(one.code, one.message);
      }
    }
    for (const KeyResult& key : rehearsal_.keys) {
      if (key.verdict.match != dkim::KeyMatch::matches) add(audit::report_key(key.facts, key.verdict));
    }
    for (const Trouble& trouble : troubles(rehearsal_)) {
      if (trouble.broken && !trouble.rows.empty()) add(rehearsal_.rows[trouble.rows.front()]);
    }
    return std::move(out_);
  }

 private:
  void add(const Delivery& row) {
    if (row.scene != Scene::sender) return;
    const auto message = mail::Message::split(*row.message);
    for (audit::DomainReport& one : verdict::report(message, row.verdict)) {
      std::erase_if(one.findings, is_about_client);
      add(std::move(one));
    }
  }

  /// The client's own names are not part of the play: HELO is that of the command line, and reverse DNS is not there.
  static bool is_about_client(const Finding& finding) { return finding::entry(finding.code).id.starts_with("PTR"); }

  void add(audit::DomainReport report) {
    std::erase_if(report.findings, [&](const Finding& one) {
      const std::pair key(one.code, one.message);
      if (one.severity < finding::Severity::warning || std::ranges::find(told_, key) != told_.end()) return true;
      told_.push_back(key);
      return false;
    });
    report.unknown.clear();
    if (!report.findings.empty()) out_.domains.push_back(std::move(report));
  }

  const Rehearsal& rehearsal_;
  std::vector<std::pair<Code, std::string>> told_;
  audit::Report out_;
};

}  // namespace

audit::Report changes(const Rehearsal& rehearsal) { return Changes(rehearsal).collect(); }

}  // namespace envelint::rehearsal
