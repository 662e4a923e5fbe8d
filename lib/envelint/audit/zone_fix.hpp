#pragma once

#include <envelint/audit/selection.hpp>
#include <envelint/dns/zone_file.hpp>

#include <string>
#include <vector>

namespace envelint::audit {

/// A file before and after its fixes.
struct FixedFile {
  std::string path;
  std::string before;
  std::string after;
};

/// Makes every safe fix that a selection keeps in a zone file and the files it includes, and reads the result again
/// until nothing is left to mend or kMaxFixRounds are over. Bytes that no fix is about stay as they are. Findings that
/// comments silence are left alone.
///
/// @return the files that changed, in the order they are read. Nothing is written to disk.
[[nodiscard]] std::vector<FixedFile> fix_zone(const dns::ZoneText& top, const dns::ZoneOptions& options,
                                              const Selection& selection);

}  // namespace envelint::audit
