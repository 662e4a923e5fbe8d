#include <support/catch.hpp>

#include <envelint/audit/mx_rules.hpp>

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

using namespace envelint;
using audit::MxHost;
using audit::MxTarget;
using Lines = std::vector<std::string>;

namespace {

dns::Name name(std::string_view text) { return *dns::Name::parse(text); }

MxTarget at(std::string_view address) { return {MxTarget::State::addresses, {}, {*net::Address::parse(address)}}; }

/// What a zone knows of its hosts; every other name is unknown.
const std::map<std::string, MxTarget> kZone{
    {"mail.example.com", at("192.0.2.1")},
    {"inside.example.com", at("10.0.0.1")},
    {"loop.example.com", at("::1")},
    {"gone.example.com", {MxTarget::State::absent}},
    {"example.com", {MxTarget::State::absent}},
    {"mail_1.example.com", at("192.0.2.2")},
    {"alias.example.com", {MxTarget::State::alias, name("mail.example.com")}},
};

MxTarget look_up(const dns::Name& host) {
  const auto it = kZone.find(host.to_lower());
  return it == kZone.end() ? MxTarget{} : it->second;
}

finding::Findings lint(const std::vector<std::pair<std::uint16_t, std::string>>& records) {
  std::vector<MxHost> hosts;
  for (const auto& [preference, target] : records) {
    const auto digits = static_cast<std::uint32_t>(std::to_string(preference).size());
    const auto end = digits + 1 + static_cast<std::uint32_t>(target.size());
    hosts.push_back({preference, name(target), {0, digits}, {digits + 1, end}, static_cast<int>(hosts.size())});
  }
  finding::Findings out;
  audit::check_mx(name("example.com"), hosts, look_up, out);
  return out;
}

Lines found(const std::vector<std::pair<std::uint16_t, std::string>>& records) {
  Lines out;
  const finding::Findings findings = lint(records);
  for (const finding::Finding& finding : findings.items()) {
    out.push_back(fmt::format("{} {}", finding::entry(finding.code).id, finding.record));
  }
  return out;
}

}  // namespace

TEST_CASE("ordinary MX records have no findings", "[audit][mx]") {
  CHECK(found({{10, "mail.example.com."}, {20, "mx.example.net."}}).empty());
  CHECK(found({{0, "."}}).empty());
  CHECK(found({}).empty());
}

TEST_CASE("a host outside what is known is never blamed", "[audit][mx]") {
  CHECK(found({{0, "example.net."}}).empty());
}

TEST_CASE("a null MX stands alone and has preference 0", "[audit][mx]") {
  CHECK(found({{0, "."}, {10, "mail.example.com."}}) == Lines{"MX004 0"});
  CHECK(found({{10, "."}}) == Lines{"MX005 0"});
  const auto findings = lint({{10, "."}});
  CHECK(finding::apply("10 .", findings.items().front().fix->edits) == "0 .");
}

TEST_CASE("an address is no host, with or without the origin behind it", "[audit][mx]") {
  CHECK(found({{10, "192.0.2.1."}}) == Lines{"MX008 0"});
  CHECK(found({{10, "192.0.2.1.example.com."}}) == Lines{"MX008 0"});
  CHECK(found({{10, "1.2.3.example.net."}}).empty());
}

TEST_CASE("an alias is replaced by the host behind it", "[audit][mx]") {
  CHECK(found({{10, "alias.example.com."}}) == Lines{"MX009 0"});
  const auto findings = lint({{10, "alias.example.com."}});
  CHECK(finding::apply("10 alias.example.com.", findings.items().front().fix->edits) == "10 mail.example.com.");
}

TEST_CASE("a host without address cannot be reached", "[audit][mx]") {
  CHECK(found({{10, "gone.example.com."}}) == Lines{"MX010 0"});
}

TEST_CASE("addresses of inner networks and localhost cannot be reached", "[audit][mx]") {
  CHECK(found({{10, "inside.example.com."}}) == Lines{"MX011 0"});
  CHECK(found({{10, "loop.example.com."}}) == Lines{"MX011 0"});
  CHECK(found({{10, "localhost."}}) == Lines{"MX011 0"});
  CHECK(found({{10, "localhost.example.com."}}) == Lines{"MX011 0"});
  CHECK(lint({{10, "localhost."}}).items().front().help.find("MX 0 .") != std::string::npos);
}

TEST_CASE("names that no host can have are told", "[audit][mx]") {
  CHECK(found({{10, "mail_1.example.com."}}) == Lines{"MX012 0"});
  CHECK(found({{10, "mail."}}) == Lines{"MX012 0"});
  CHECK(found({{10, "mail.1."}}) == Lines{"MX012 0"});
  CHECK(found({{10, "-mail.example.net."}}) == Lines{"MX012 0"});
}

TEST_CASE("a host that is listed with two preferences is told once", "[audit][mx]") {
  CHECK(found({{10, "mail.example.com."}, {20, "MAIL.example.com."}}) == Lines{"MX013 1"});
}

TEST_CASE("the domain itself with preference 0 and nothing behind it was meant as a null MX", "[audit][mx]") {
  CHECK(found({{0, "example.com."}}) == Lines{"MX026 0"});
}
