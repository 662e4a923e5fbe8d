#include <envelint/dns/zone_file.hpp>
#include <envelint/dns/zone_rules.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace envelint;

namespace {

void check_place(const dns::Zone& zone, std::uint32_t file, text::Span span) {
  if (file >= zone.files.size() || span.start > span.end || span.end > zone.files[file]->content().size()) std::abort();
}

}  // namespace

/// Reads any bytes as a zone file, without a disk, and lets the rules look at it. Every place must lie in its file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const dns::Zone zone = dns::read_zone({"fuzz.zone", std::string(reinterpret_cast<const char*>(data), size), {}});
  for (const dns::ZoneRecord& record : zone.records) {
    check_place(zone, record.file, record.entry);
    check_place(zone, record.file, record.rdata);
    const auto* const value = std::get_if<dns::Text>(&record.record.data);
    if (value == nullptr || record.map.empty()) continue;
    const auto end = static_cast<std::uint32_t>(value->joined().size());
    for (std::uint32_t i = 0; i < end; ++i) check_place(zone, record.file, record.map.to_file({i, i + 1}));
  }
  finding::Findings findings;
  dns::check_zone(zone, findings);
  for (const finding::Finding& finding : findings.items()) {
    if (!finding.place) std::abort();
    check_place(zone, finding.place->file, finding.place->span);
    if (!finding.file_fix) continue;
    for (const finding::FileEdit& edit : finding.file_fix->edits) check_place(zone, edit.file, edit.span);
  }
  return 0;
}
