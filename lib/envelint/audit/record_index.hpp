#pragma once

#include <envelint/audit/kind.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/dns/record.hpp>

#include <string>
#include <unordered_map>
#include <vector>

namespace envelint::audit {

/// Finds records in a domain's report by what they say, and adds those that are not there yet: a zone file has put its
/// own there, with their places; what DNS gave besides comes after them. Refers to the report.
class RecordIndex {
 public:
  explicit RecordIndex(DomainReport& report);

  /// The index of a record. When it is added, what its text alone shows is added to the report's findings.
  int of(const dns::Record& record, Kind kind);

 private:
  int add(const dns::Record& record, Kind kind, std::string value);

  DomainReport& report_;
  std::unordered_map<std::string, int> index_;
};

}  // namespace envelint::audit
