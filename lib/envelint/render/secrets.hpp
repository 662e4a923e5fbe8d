#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/text/span.hpp>

#include <cstdint>
#include <vector>

namespace envelint::render {

/// What must not be shown of one domain, whichever finding is about to show it. Refers to the report.
class Secrets {
 public:
  explicit Secrets(const audit::DomainReport& domain);

  [[nodiscard]] bool empty() const noexcept { return findings_.empty(); }
  /// The spans of a record's value.
  [[nodiscard]] std::vector<text::Span> of_record(int record) const;
  /// The bytes of a file.
  [[nodiscard]] std::vector<text::Span> of_file(std::uint32_t file) const;

 private:
  const audit::DomainReport* domain_;
  std::vector<const finding::Finding*> findings_;
};

}  // namespace envelint::render
