#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/finding/finding.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace envelint::audit {

/// Silences findings as the comments of a zone file ask: `; envelint: ignore CODE -- reason` beside or before an
/// entry, `; envelint: ignore-file CODE -- reason` for the whole file. Remembers which comments had any effect.
/// Refers to the zone, which must outlive it.
class Suppressor {
 public:
  explicit Suppressor(const dns::Zone& zone);

  /// Whether a comment silences this finding of this domain.
  [[nodiscard]] bool silences(const DomainReport& domain, const finding::Finding& finding);

  /// Adds X017 for each comment that silenced nothing, gives no reason or cannot be read. Call it at the end.
  ///
  /// @param with_dns  whether rules that ask DNS had their turn. Without, comments that name such a code are left alone.
  void report_idle(finding::Findings& out, bool with_dns) const;

 private:
  [[nodiscard]] bool silenced_by_file(std::uint32_t file, finding::Code code);
  [[nodiscard]] bool silenced_by_entry(const finding::FilePlace& place, finding::Code code);

  const dns::Zone& zone_;
  std::vector<std::size_t> whole_file_;  // indices into zone_.suppressions
  std::vector<std::size_t> by_entry_;    // the others, in the order of their entries: entries are disjoint or the same
  std::map<std::pair<std::uint32_t, finding::Code>, bool> file_verdicts_;
  std::vector<bool> used_;  // by index into zone_.suppressions
};

}  // namespace envelint::audit
