#include <support/catch.hpp>
#include <support/lint.hpp>

#include <envelint/audit/fix.hpp>
#include <envelint/audit/zone_fix.hpp>

#include <map>

using namespace envelint;

namespace {

std::string fixed(audit::Kind kind, std::string_view value) {
  return audit::fix_value(kind, dns::Text(std::string(value)), {}, {});
}

std::string fixed_zone(std::string_view text, const audit::Selection& selection = {}) {
  dns::ZoneOptions options;
  options.origin = *dns::Name::parse("example.com");
  const auto files =
      audit::fix_zone({.path = "test.zone", .content = std::string(text), .identity = {}}, options, selection);
  return files.empty() ? "unchanged" : files.at(0).after;
}

}  // namespace

TEST_CASE("all safe fixes of a record are made, round after round", "[audit][fix]") {
  CHECK(fixed(audit::Kind::spf, "v=spf1 ipv4:192.95.20.4 include: x.example.net\xC2\xA0mx,a-all") ==
        "v=spf1 ip4:192.95.20.4 include:x.example.net mx a -all");
  CHECK(fixed(audit::Kind::dmarc, "v=dmarc1 p=reject; rua=a@example.com") ==
        "v=DMARC1; p=reject; rua=mailto:a@example.com");
  CHECK(fixed(audit::Kind::spf, "v=spf1 mx +all") == "v=spf1 mx +all");  // only suggested
}

TEST_CASE("a zone file is mended in place, and keeps every other byte", "[audit][fix]") {
  CHECK(fixed_zone("; mail\r\n@\tTXT ( \"v=spf1 ipv4:192.95.20.4 \" ; office\r\n  \"-all\" )\r\nwww A 192.95.20.5") ==
        "; mail\r\n@\tTXT ( \"v=spf1 ip4:192.95.20.4 \" ; office\r\n  \"-all\" )\r\nwww A 192.95.20.5");
  CHECK(fixed_zone("@ TXT \"v=spf1 mx -all\"\n") == "unchanged");
}

TEST_CASE("text without quotes gets them when a fix needs them", "[audit][fix]") {
  CHECK(fixed_zone("@ TXT v=spf1 mx -all\n") == "@ TXT \"v=spf1 mx -all\"\n");
  CHECK(fixed_zone("_dmarc TXT v=DMARC1; p=reject; rua=mailto:a@example.com\n") ==
        "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:a@example.com\"\n");
}

TEST_CASE("a string that a fix would make too long is written anew in pieces", "[audit][fix]") {
  std::string terms;
  for (int i = 0; terms.size() < 240; ++i) terms += " ip4:192.95." + std::to_string(100 + i) + ".1";
  const std::string mended = fixed_zone("@ TXT \"v=spf1;" + terms + "-all,mx\"\n");
  for (const dns::ZoneRecord& record : test::zone(mended).records) {
    for (const std::string& string : std::get<dns::Text>(record.record.data).strings()) CHECK(string.size() <= 255);
  }
}

TEST_CASE("what is silenced or not selected is left alone", "[audit][fix]") {
  CHECK(fixed_zone("@ TXT \"v=spf1 ipv4:192.95.20.4 -all\" ; envelint: ignore SPF020 -- later\n") == "unchanged");
  CHECK(fixed_zone("@ TXT \"v=spf1 ipv4:192.95.20.4 -all\"\n", {.select = {"DKIM"}, .ignore = {}}) == "unchanged");
}

TEST_CASE("included files are mended too", "[audit][fix]") {
  const std::map<std::string, std::string, std::less<>> disk{
      {"keys.zone", "_dmarc TXT \"v=dmarc1; p=none; rua=mailto:a@example.com\"\n"}};
  dns::ZoneOptions options;
  options.origin = *dns::Name::parse("example.com");
  options.opener = [&](std::string_view, std::string_view name) -> std::expected<dns::ZoneText, std::string> {
    const auto it = disk.find(name);
    if (it == disk.end()) return std::unexpected("no such file");
    return dns::ZoneText{.path = it->first, .content = it->second, .identity = {}};
  };
  const auto files = audit::fix_zone(
      {.path = "top.zone", .content = "@ TXT \"v=spf1 -all mx\"\n$INCLUDE keys.zone\n", .identity = {}}, options, {});
  REQUIRE(files.size() == 2);
  CHECK(files[0].after == "@ TXT \"v=spf1 -all\"\n$INCLUDE keys.zone\n");
  CHECK(files[1].path == "keys.zone");
  CHECK(files[1].after == "_dmarc TXT \"v=DMARC1; p=none; rua=mailto:a@example.com\"\n");
}
