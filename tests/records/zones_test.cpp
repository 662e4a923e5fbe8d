#include <support/catch.hpp>

#include <envelint/audit/collect.hpp>
#include <envelint/audit/fix.hpp>
#include <envelint/audit/zone_audit.hpp>
#include <envelint/audit/zone_domains.hpp>
#include <envelint/audit/zone_fix.hpp>
#include <envelint/dns/overlay_resolver.hpp>
#include <envelint/dns/zone_disk.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/render/terminal.hpp>
#include <envelint/task/sync_wait.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

// The whole zones of records/zones, as the program shows them in a terminal of 80 columns.

using namespace envelint;
using finding::Severity;

namespace {

std::filesystem::path source_folder() {
  const char* root = std::getenv("ENVELINT_SOURCE_DIR");
  return root == nullptr ? "." : root;
}

dns::ZoneText open(std::string_view name) {
  const std::string path = "records/zones/" + std::string(name) + ".example.zone";
  auto text = dns::open_zone_file((source_folder() / path).string());
  REQUIRE(text.has_value());
  text->path = path;  // the same wherever the sources are
  return *std::move(text);
}

// As `envelint lint --zone` does it: what lies outside the zone is unknown.
audit::Report lint(dns::ZoneText text) {
  const dns::Zone zone = dns::read_zone(std::move(text), {});
  const dns::ZoneResolver records(zone);
  const dns::ZoneScope scope(zone);
  dns::OverlayResolver dns(records, scope, nullptr);
  const dns::PublicSuffixList suffixes;
  auto selectors = audit::selectors_of(zone);
  std::vector<audit::DomainFacts> facts;
  for (const dns::Name& domain : audit::mail_domains(zone)) {
    audit::CollectOptions options;
    options.selectors = selectors[domain];
    facts.push_back(task::sync_wait(audit::collect(dns, domain, std::move(options), suffixes)));
  }
  return audit::audit_zone(zone, {}, facts);
}

/// With ENVELINT_UPDATE_SNAPSHOTS=1 in the environment the kept text is written instead.
bool is_shown_as_kept(std::string_view name, const audit::Report& report) {
  const std::string shown = render::terminal(report, {.width = 80});
  const auto path = source_folder() / "tests/records/snapshots" / (std::string(name) + ".txt");
  if (std::getenv("ENVELINT_UPDATE_SNAPSHOTS") != nullptr) {
    std::ofstream(path, std::ios::binary) << shown;
    return true;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string kept{std::istreambuf_iterator<char>(in), {}};
  if (kept == shown) return true;
  std::cerr << path.string() << " differs; it is now:\n" << shown;
  return false;
}

}  // namespace

TEST_CASE("the healthy zone draws nothing at all", "[records][zones]") {
  const audit::Report report = lint(open("healthy"));
  for (const audit::DomainReport& domain : report.domains) CHECK(domain.findings.empty());
  CHECK(is_shown_as_kept("healthy", report));
}

TEST_CASE("the parked zone draws nothing but the word that it takes no mail", "[records][zones]") {
  const audit::Report report = lint(open("parked"));
  for (const audit::DomainReport& domain : report.domains) {
    for (const finding::Finding& finding : domain.findings) CHECK(entry(finding.code).id == "MX003");
  }
  CHECK(is_shown_as_kept("parked", report));
}

TEST_CASE("the zone with many providers draws notices only", "[records][zones]") {
  const audit::Report report = lint(open("providers"));
  const audit::Summary sum = audit::summarize(report);
  CHECK(sum.error == 0);
  CHECK(sum.warning == 0);
  CHECK(sum.notice > 0);
  CHECK(is_shown_as_kept("providers", report));
}

TEST_CASE("the broken zone has faults in every kind of record, each told once", "[records][zones]") {
  const audit::Report report = lint(open("broken"));
  std::set<std::string_view> families;
  std::set<std::string_view> codes;
  for (const audit::DomainReport& domain : report.domains) {
    for (const finding::Finding& finding : domain.findings) {
      const std::string_view id = entry(finding.code).id;
      codes.insert(id);
      families.insert(id.substr(0, id.size() - 3));
    }
  }
  CHECK(families == std::set<std::string_view>{"DKIM", "DMARC", "DNS", "MX", "RPT", "SPF", "STS", "TLSA", "X", "ZONE"});
  CHECK(codes.size() >= 14);
  // A host that is missing because its name is mistaken, and a key that a semicolon cut off, are no faults of their
  // own.
  CHECK_FALSE(codes.contains("MX010"));
  CHECK_FALSE(codes.contains("DKIM008"));
  CHECK(is_shown_as_kept("broken", report));
}

TEST_CASE("the README shows what the program says about the broken zone", "[records][zones]") {
  const std::string shown = render::terminal(lint(open("broken")), {.width = 80});
  std::ifstream in(source_folder() / "README.md", std::ios::binary);
  const std::string readme{std::istreambuf_iterator<char>(in), {}};
  const std::string fence = "```text\n";
  const std::size_t start = readme.find(fence);
  REQUIRE(start != std::string::npos);
  std::string capture = readme.substr(start + fence.size());
  capture.resize(capture.find("```"));
  for (std::size_t from = 0; from < capture.size();) {
    const std::size_t to = std::min(capture.find("\n\n", from), capture.size());
    const std::string block = capture.substr(from, to - from);
    INFO(block);
    CHECK((block == "[…]" || shown.find(block) != std::string::npos));
    from = to + 2;
  }
}

TEST_CASE("the safe fixes of the broken zone leave nothing to fix and no new error", "[records][zones]") {
  const auto fixed = audit::fix_zone(open("broken"), {}, {});
  REQUIRE(fixed.size() == 1);
  dns::ZoneText text = open("broken");
  text.content = fixed.front().after;
  const audit::Report report = lint(text);
  CHECK(audit::fix_zone(text, {}, {}).empty());
  CHECK(audit::summarize(report).error < audit::summarize(lint(open("broken"))).error);
}
