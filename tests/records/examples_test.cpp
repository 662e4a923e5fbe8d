#include <support/catch.hpp>
#include <support/zone_servers.hpp>

#include <envelint/audit/collect.hpp>
#include <envelint/audit/key_report.hpp>
#include <envelint/audit/signature_rules.hpp>
#include <envelint/audit/zone_audit.hpp>
#include <envelint/dkim/key_file.hpp>
#include <envelint/dkim/private_key.hpp>
#include <envelint/dkim/sign.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/expectation/check.hpp>
#include <envelint/expectation/file.hpp>
#include <envelint/expectation/report.hpp>
#include <envelint/finding/catalogue.hpp>
#include <envelint/finding/page.hpp>
#include <envelint/task/sync_wait.hpp>
#include <envelint/verdict/report.hpp>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// Runs the zones on the pages of records/ and holds what is found against the carets drawn there. A rule without a
// page does not compile; a page without a rule has a Bad zone that draws nothing, and fails here.

using namespace envelint;

namespace {

/// A finding as a page can show it. Columns count from 1; `end` is one past the last.
struct Mark {
  std::string code;
  std::uint32_t line = 0;  // 0: no place in a text
  std::uint32_t start = 0;
  std::uint32_t end = 0;

  friend bool operator==(const Mark&, const Mark&) = default;
};

std::string describe(const Mark& mark) {
  if (mark.line == 0) return mark.code + " without a place";
  return mark.code + " in line " + std::to_string(mark.line) + ", columns " + std::to_string(mark.start) + " to " +
         std::to_string(mark.end);
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

// `;   ^^^^ SPF020`, `;   | SPF063`
std::optional<Mark> read_carets(const std::string& line) {
  const std::size_t start = line.find_first_of("^|");
  if (!line.starts_with(';') || start == std::string::npos || line.find_first_not_of(' ', 1) != start) return {};
  const std::size_t end = line.find_first_not_of(line[start], start);
  if (end == std::string::npos) return {};
  const bool point = line[start] == '|';
  return Mark{line.substr(end + 1), 0, static_cast<std::uint32_t>(start + 1),
              static_cast<std::uint32_t>(point ? start + 1 : end + 1)};
}

std::vector<Mark> expectations(const std::string& zone) {
  std::vector<Mark> out;
  const std::vector<std::string> lines = split_lines(zone);
  std::uint32_t subject = 0;
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    if (auto mark = read_carets(lines[i])) {
      mark->line = subject;
      out.push_back(*mark);
    } else if (lines[i].starts_with("; expect ")) {
      const std::string rest = lines[i].substr(9);
      out.push_back(Mark{rest.substr(0, rest.find(' '))});
    } else {
      subject = i + 1;
    }
  }
  return out;
}

struct Found {
  Mark mark;
  finding::Severity severity;
  std::string message;
};

// The column as it is seen: characters count, not their bytes.
std::uint32_t seen_column(const text::SourceFile& file, text::LineColumn place) {
  const std::string_view before = file.line(place.line).substr(0, place.column - 1);
  const auto continued = std::ranges::count_if(before, [](char c) { return (c & 0xC0) == 0x80; });
  return place.column - static_cast<std::uint32_t>(continued);
}

Found locate(const audit::Report& report, const audit::DomainReport& domain, const finding::Finding& finding) {
  Found found{{std::string(finding::entry(finding.code).id)}, finding.severity, finding.message};
  std::optional<finding::FilePlace> place = finding.place;
  if (!place && finding.record >= 0) {
    const auto& source = domain.records.at(static_cast<std::size_t>(finding.record)).source;
    if (source) place = finding::FilePlace{source->file, source->to_file(finding.span)};
  }
  if (!place) return found;
  const text::SourceFile& file = *report.files.at(place->file);
  const text::LineColumn start = file.position(place->span.start);
  const text::LineColumn end = file.position(place->span.end);
  found.mark.line = start.line;
  const text::LineColumn line_end{start.line, static_cast<std::uint32_t>(file.line(start.line).size() + 1)};
  found.mark.start = seen_column(file, start);
  found.mark.end = seen_column(file, end.line == start.line ? end : line_end);
  return found;
}

/// What the first line of an example asks for: `; lint example.com --selector s1`. The zone is then all of DNS. With
/// `--authoritative` each of its servers is asked too (support/zone_servers.hpp says how they may differ); with
/// `--key BASE64`, a public key, only this key is looked for at the selector: `keygen --check`.
struct Request {
  dns::Name domain;
  audit::CollectOptions options;
  std::optional<dkim::PublicKey> key;
  bool authoritative = false;
};

std::optional<Request> read_request(const std::string& zone_text) {
  if (!zone_text.starts_with("; lint ")) return std::nullopt;
  std::istringstream words(zone_text.substr(7, zone_text.find('\n') - 7));
  std::string word;
  words >> word;
  Request request{*dns::Name::parse(word), {}, {}};
  while (words >> word) {
    if (word == "--authoritative") {
      request.authoritative = true;
      continue;
    }
    std::string value;
    words >> value;
    REQUIRE((word == "--selector" || word == "--key"));
    if (word == "--selector") request.options.selectors.push_back(value);
    if (word == "--key") request.key = dkim::read_public_key(value).value();
  }
  return request;
}

/// What live DNS has where that is not the example's zone: the lines after `;live `.
std::string live_lines(const std::string& zone_text) {
  std::string out;
  for (const std::string& line : split_lines(zone_text)) {
    if (line.starts_with(";live ")) out += line.substr(6) + "\n";
  }
  return out;
}

dns::Zone read_example(const std::string& text) {
  dns::ZoneOptions options;
  options.origin = *dns::Name::parse("example.com");
  return dns::read_zone({.path = "example.zone", .content = text, .identity = {}}, options);
}

audit::Report report_of_key(dns::Resolver& dns, const Request& request) {
  dkim::KeyCheckRequest wanted(request.domain, request.options.selectors.at(0), *request.key,
                               audit::likely_selectors());
  const dkim::KeyCheckFacts facts = task::sync_wait(dkim::collect_key_facts(dns, std::move(wanted)));
  audit::Report report;
  report.domains.push_back(audit::report_key(facts, dkim::judge_key(facts)));
  return report;
}

/// `; signature v=1; a=…` is a message with this signature, which `envelint verify` is given with the zone for DNS.
std::optional<audit::Report> report_of_message(const dns::Zone& zone, const std::string& zone_text) {
  constexpr std::string_view kStart = "; signature ";
  constexpr std::uint64_t kNow = 1'800'000'000;
  if (!zone_text.starts_with(kStart)) return std::nullopt;
  const std::string tags = zone_text.substr(kStart.size(), zone_text.find('\n') - kStart.size());
  const std::string message = "DKIM-Signature: " + tags + "\r\nFrom: a@example.com\r\nTo: b@example.net\r\n\r\nHi.\r\n";
  dns::ZoneResolver dns(zone);
  audit::Report report;
  report.domains = audit::report_signatures(
      task::sync_wait(dkim::verify(dns, mail::Message::split(message), dkim::VerifyOptions(kNow))));
  return report;
}

/// The message of `;> ` lines, or a short one.
std::string message_lines(const std::string& zone_text) {
  std::string out;
  for (const std::string& line : split_lines(zone_text)) {
    if (line.starts_with(";> ")) out += line.substr(3) + "\r\n";
  }
  if (out.empty()) out = "From: a@example.com\r\nTo: b@example.net\r\n";
  return out + "\r\nHi.\r\n";
}

/// Signs for example.com with the selector s1 and the key that RFC 8463 §A.2 shows for everybody's use.
std::string signed_message(const std::string& message) {
  constexpr std::string_view kKey =
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
      "-----END PRIVATE KEY-----\n";
  const auto key = dkim::PrivateKey::read(kKey).value();
  dkim::SignOptions options("example.com", 1'790'000'000);
  return dkim::sign(mail::Message::split(message), {{&key, "s1"}}, options).value() + message;
}

/// `; received IP HELO MAIL-FROM [signed] [bulk-sender]` is a message that came so, which `envelint verify` is given with
/// the zone for DNS; lines that begin with `;> ` are its header.
std::optional<audit::Report> report_of_received(const dns::Zone& zone, const std::string& zone_text) {
  constexpr std::string_view kStart = "; received ";
  constexpr std::uint64_t kNow = 1'800'000'000;
  if (!zone_text.starts_with(kStart)) return std::nullopt;
  std::istringstream words(zone_text.substr(kStart.size(), zone_text.find('\n') - kStart.size()));
  std::string ip, helo, sender, word;
  words >> ip >> helo >> sender;
  std::string bytes = message_lines(zone_text);
  verdict::Profile profile = verdict::Profile::none;
  while (words >> word) {
    REQUIRE((word == "signed" || word == "bulk-sender"));
    if (word == "signed") bytes = signed_message(bytes);
    if (word == "bulk-sender") profile = verdict::Profile::bulk_sender;
  }
  static const dns::PublicSuffixList suffixes;
  dns::ZoneResolver dns(zone);
  const auto message = mail::Message::split(bytes);
  verdict::Envelope envelope(net::Address::parse(ip).value(), helo, sender);
  const auto result =
      task::sync_wait(verdict::evaluate(dns, message, envelope, verdict::EvaluationOptions(suffixes, kNow)));
  audit::Report report;
  report.domains = verdict::report(message, result, profile);
  return report;
}

/// `; expectation KEY = VALUE` is a line of the table for example.com in a file of expectations (`lint --expect`).
std::optional<audit::Report> report_of_expectations(const dns::Zone& zone, const std::string& zone_text) {
  constexpr std::string_view kStart = "; expectation ";
  std::string toml;
  for (const std::string& line : split_lines(zone_text)) {
    if (line.starts_with(kStart)) toml += line.substr(kStart.size()) + "\n";
  }
  if (toml.empty()) return std::nullopt;
  const auto file = expectation::read_expectations("envelint.toml", "[domains.\"example.com\"]\n" + toml);
  REQUIRE(file.has_value());
  dns::ZoneResolver dns(zone);
  const dns::PublicSuffixList suffixes;
  audit::Report report;
  for (const expectation::Expectation& one : file->names) {
    expectation::add_to_report(report, file->file, one, task::sync_wait(expectation::check(dns, one, suffixes)));
  }
  return report;
}

audit::Report report_of(const dns::Zone& zone, const std::string& zone_text) {
  if (auto report = report_of_received(zone, zone_text)) return *std::move(report);
  if (auto report = report_of_message(zone, zone_text)) return *std::move(report);
  if (auto report = report_of_expectations(zone, zone_text)) return *std::move(report);
  auto request = read_request(zone_text);
  if (!request) return audit::audit_zone(zone);
  dns::ZoneResolver dns(zone);
  if (request->key) return report_of_key(dns, *request);
  test::ZoneServersOf servers(zone_text, request->domain);
  if (request->authoritative) request->options.direct = &servers;
  request->options.authoritative.any_address = true;  // those of documentation
  std::vector<audit::DomainFacts> facts;
  static const dns::PublicSuffixList suffixes;
  facts.push_back(task::sync_wait(audit::collect(dns, request->domain, request->options, suffixes)));
  if (const std::string live_text = live_lines(zone_text); !live_text.empty()) {
    const dns::Zone live_zone = read_example(live_text);
    dns::ZoneResolver live(live_zone);
    facts.front().live_differences =
        task::sync_wait(audit::compare_with_live(dns, live, audit::mail_questions(zone, request->domain)));
  }
  return audit::audit_zone(zone, {request->domain}, facts);
}

std::vector<Found> lint(const std::string& zone_text) {
  const dns::Zone zone = read_example(zone_text);
  const audit::Report report = report_of(zone, zone_text);
  std::vector<Found> out;
  for (const audit::DomainReport& domain : report.domains) {
    for (const finding::Finding& finding : domain.findings) out.push_back(locate(report, domain, finding));
  }
  return out;
}

bool satisfies(const Mark& expected, const Found& found) {
  return expected.line == 0 ? expected.code == found.mark.code : expected == found.mark;
}

void check_example(const finding::CatalogueEntry& entry, const finding::Example& example) {
  const std::vector<Mark> expected = expectations(example.zone);
  const std::vector<Found> found = lint(example.zone);
  std::string all;
  for (const Found& f : found) all += "  " + describe(f.mark) + ": " + f.message + "\n";
  CAPTURE(entry.id, example.line, example.zone, all);
  for (const Mark& mark : expected) {
    CAPTURE(describe(mark));
    CHECK(std::ranges::any_of(found, [&](const Found& f) { return satisfies(mark, f); }));
  }
  for (const Found& f : found) {
    const bool listed = std::ranges::any_of(expected, [&](const Mark& mark) { return satisfies(mark, f); });
    // A page about DNS cannot show a whole domain: what it leaves out draws warnings, and the errors that it takes no
    // mail and that none can pass DMARC, which are not its subject.
    const auto least = read_request(example.zone) ? finding::Severity::error : finding::Severity::warning;
    const bool only_lacks = read_request(example.zone) && (f.mark.code == "MX002" || f.mark.code == "X001");
    const bool may_be_left_out = f.mark.code != entry.id && (f.severity < least || only_lacks);
    CAPTURE(describe(f.mark), f.message);
    CHECK((listed || may_be_left_out));
  }
  if (example.bad) {
    CHECK(std::ranges::any_of(expected, [&](const Mark& mark) { return mark.code == entry.id; }));
  } else {
    CHECK(expected.empty());
  }
}

}  // namespace

TEST_CASE("every zone on every page draws what the page says, and nothing else", "[records]") {
  for (const finding::CatalogueEntry& entry : finding::catalogue()) {
    const auto page = finding::read_page(entry.page);
    REQUIRE(page.has_value());
    for (const finding::Example& example : page->examples) check_example(entry, example);
  }
}

TEST_CASE("every finding of every Bad zone says what is wrong in one line", "[records]") {
  for (const finding::CatalogueEntry& entry : finding::catalogue()) {
    const auto page = finding::read_page(entry.page);
    for (const finding::Example& example : page->examples) {
      for (const Found& found : lint(example.zone)) {
        CAPTURE(entry.id, found.mark.code, found.message);
        CHECK_FALSE(found.message.empty());
        CHECK_FALSE(found.message.ends_with('.'));
        CHECK_FALSE(found.message.contains('\n'));
      }
    }
  }
}
