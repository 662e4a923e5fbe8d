#include "fuzz_edits.hpp"

#include <envelint/audit/zone_audit.hpp>
#include <envelint/audit/zone_fix.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/terminal.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

using namespace envelint;

namespace {

void check_finding(const audit::DomainReport& domain, const finding::Finding& finding) {
  if (finding.record < 0) return;
  fuzz_require(static_cast<std::size_t>(finding.record) < domain.records.size(), "the record is in the report");
  const std::size_t size = domain.records[static_cast<std::size_t>(finding.record)].value.joined().size();
  fuzz_require(finding.span.start <= finding.span.end && finding.span.end <= size, "the span lies in the value");
  if (finding.fix) fuzz_edits(finding.fix->edits, size);
}

}  // namespace

/// From any bytes as a zone file to everything that `lint --zone` can print of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const dns::ZoneText text{"fuzz.zone", std::string(fuzz_text(data, size)), {}};
  dns::ZoneOptions options;
  options.origin = *dns::Name::parse("example.com");
  const audit::Report report = audit::audit_zone(dns::read_zone(text, options));
  for (const audit::DomainReport& domain : report.domains) {
    for (const finding::Finding& finding : domain.findings) check_finding(domain, finding);
  }
  const std::string shown = render::terminal(report);
  fuzz_require(std::ranges::none_of(shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }),
               "no control byte reaches the terminal");
  fuzz_require(nlohmann::json::accept(render::json(report)), "JSON is valid");
  for (const audit::FixedFile& file : audit::fix_zone(text, options, {})) {
    fuzz_require(file.before != file.after, "a file is listed only if it changes");
  }
  return 0;
}
