#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/text/span.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Reports for tests, made by hand so that they depend on no rule.
namespace reports {

using envelint::finding::Code;
using envelint::text::Span;

inline constexpr Code kCode = Code::spf_unknown_mechanism;

/// The span of the first `word` in `text`, which must be there.
inline Span span_of(std::string_view text, std::string_view word) {
  const std::size_t start = text.find(word);
  return envelint::text::span_of(start, start + word.size());
}

/// A domain with TXT records and what is found in them.
class Domain {
 public:
  explicit Domain(std::string name) { report_.domain = std::move(name); }

  Domain& record(std::vector<std::string> strings, envelint::audit::Kind kind = envelint::audit::Kind::spf,
                 bool valid = false) {
    envelint::audit::RecordReport record;
    record.owner = report_.domain;
    record.kind = kind;
    record.value = envelint::dns::Text(strings);
    record.valid = valid;
    report_.records.push_back(std::move(record));
    return *this;
  }
  /// A finding in the record added last.
  envelint::finding::Draft find(Span span) {
    findings_.push_back(envelint::finding::Finding{.code = kCode,
                                                   .severity = envelint::finding::Severity::error,
                                                   .span = span,
                                                   .record = static_cast<int>(report_.records.size()) - 1});
    return envelint::finding::Draft(findings_.back());
  }
  envelint::finding::Draft find(std::string_view word) { return find(span_of(value(), word)); }
  /// A finding about a name or a file.
  envelint::finding::Draft find_elsewhere() {
    findings_.push_back(envelint::finding::Finding{.code = kCode, .severity = envelint::finding::Severity::warning});
    return envelint::finding::Draft(findings_.back());
  }
  [[nodiscard]] Span at(std::string_view word) const { return span_of(value(), word); }
  [[nodiscard]] std::string_view value() const { return report_.records.back().value.joined(); }
  [[nodiscard]] envelint::audit::DomainReport& report() { return report_; }

  [[nodiscard]] envelint::audit::DomainReport take() {
    report_.findings = findings_;
    return report_;
  }

 private:
  envelint::audit::DomainReport report_;
  std::vector<envelint::finding::Finding> findings_;
};

inline envelint::audit::Report report_of(Domain& domain) { return {{}, {domain.take()}}; }

}  // namespace reports
