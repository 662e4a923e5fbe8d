#include <support/catch.hpp>

#include <envelint/dmarc/discovery.hpp>
#include <envelint/dns/authoritative.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/task/sync_wait.hpp>

#include <render/reports.hpp>
#include <render/snapshot.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

using namespace envelint;
using nlohmann::json;
using reports::Domain;
using reports::report_of;

namespace {

std::string written(std::string_view text) {
  std::string out;
  render::JsonWriter writer(out, false);
  writer.value(text);
  return out;
}

/// A tree in which every member of the schema occurs.
spf::Tree full_tree() {
  spf::Tree tree;
  tree.v4 = {11, 1};
  tree.v6 = {11, 0};
  tree.best = spf::SenderPath{1, {"a"}};
  tree.dearest = spf::SenderPath{2, {"include:_spf.example.net", "a"}};
  tree.authorised.add(net::Prefix::parse("192.0.2.0/28").value());
  spf::TreeTerm include;
  include.term = "include:_spf.example.net";
  include.span = {7, 31};
  include.number = 1;
  include.cost = 11;
  include.target = "_spf.example.net";
  include.answer = "16 IPv4, 1 IPv6 /64";
  include.ipv4 = 16;
  include.ipv6_networks = 1;
  include.redundant = true;
  spf::TreeTerm inner;
  inner.depth = 1;
  inner.parent = 0;
  inner.term = "a";
  inner.number = 2;
  inner.fate = spf::TermFate::nothing;
  inner.void4 = true;
  tree.terms = {include, inner};
  tree.mend =
      spf::Mend{{{spf::MendStep::Kind::list_addresses, 0, "ip4:192.0.2.0/28"}}, "v=spf1 ip4:192.0.2.0/28", 0, true};
  return tree;
}

/// A report in which every member of the schema occurs.
audit::Report full_report() {
  const std::string zone = "$TTL 300\n@ TXT \"v=spf1 ipv4:192.0.2.1\" \" -all\"\n";
  Domain domain("example.com");
  domain.record({"v=spf1 ipv4:192.0.2.1", " -all"});
  audit::RecordReport& record = domain.report().records.front();
  record.ttl = 300;
  record.source = audit::RecordSource{
      0,
      reports::span_of(zone, "@ TXT \"v=spf1 ipv4:192.0.2.1\" \" -all\""),
      reports::span_of(zone, "\"v=spf1 ipv4:192.0.2.1\" \" -all\""),
      {{{0, reports::span_of(zone, "v=spf1").start, 1}, {21, reports::span_of(zone, " -all").start, 1}}}};
  domain.find("ipv4")
      .message("`ipv4` is no SPF mechanism")
      .label("this word")
      .note("receivers answer permerror")
      .help("write `ip4:192.0.2.1`")
      .also(domain.at("192.0.2.1 "), "an address")
      .fix(domain.at("ipv4"), "ip4");
  domain.record({"v=DKIM1; p=SECRET; t=s"}, audit::Kind::dkim);
  domain.find("SECRET").message("a private key").secret().suggest(domain.at("SECRET"), "SECRE");
  domain.find("t=s").message("a flag").suggest(domain.at("; t=s"), "");
  domain.find_elsewhere().message("the file").place({0, {0, 4}});
  domain.find_elsewhere().message("a name").owner("_dmarc.example.com");
  domain.report().unknown.push_back({"example.net TXT", "timeout"});
  domain.report().spf = full_tree();
  return {{std::make_shared<const text::SourceFile>("x.zone", zone)}, {domain.take()}};
}

json schema() {
  const char* root = std::getenv("ENVELINT_SOURCE_DIR");
  std::ifstream in(std::filesystem::path(root == nullptr ? "." : root) / "docs/schema/lint-1.json");
  return json::parse(in);
}

/// Checks a value against the part of JSON Schema that our schemas use, and notes which members occurred.
class Checker {
 public:
  explicit Checker(const json& root) : root_(root) {}

  void check(const json& value, const json& schema, const std::string& path) {
    if (schema.contains("$ref")) {
      const std::string name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
      check(value, root_["$defs"].at(name), "#" + name);
      return;
    }
    INFO(path);
    CHECK_FALSE(value.is_null());
    if (schema.contains("const")) CHECK(value == schema["const"]);
    if (schema.contains("enum")) CHECK(std::ranges::count(schema["enum"], value) == 1);
    if (schema.contains("type")) CHECK(has_type(value, schema["type"]));
    if (schema.contains("minimum")) CHECK(value.get<int>() >= schema["minimum"].get<int>());
    for (const auto& key : schema.value("required", json::array())) CHECK(value.contains(key.get<std::string>()));
    if (value.is_array()) {
      for (const json& item : value) check(item, schema["items"], path + "[]");
    }
    if (!value.is_object()) return;
    for (const auto& [key, member] : value.items()) {
      INFO(key);
      REQUIRE(schema["properties"].contains(key));
      seen_.insert(path + "." + key);
      check(member, schema["properties"][key], path + "." + key);
    }
  }

  /// Members that the schema names and no value had.
  [[nodiscard]] std::set<std::string> unseen() {
    note(root_, "");
    for (const auto& [name, part] : root_["$defs"].items()) note(part, "#" + name);
    for (const std::string& path : seen_) named_.erase(path);
    return named_;
  }

 private:
  static bool has_type(const json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "integer") return value.is_number_integer();
    if (type == "boolean") return value.is_boolean();
    return type == "string" && value.is_string();
  }

  void note(const json& schema, const std::string& path) {
    if (schema.contains("items")) note(schema["items"], path + "[]");
    if (!schema.contains("properties")) return;
    for (const auto& [key, part] : schema["properties"].items()) {
      named_.insert(path + "." + key);
      note(part, path + "." + key);
    }
  }

  const json& root_;
  std::set<std::string> seen_;
  std::set<std::string> named_;
};

/// What DNS has to say about a domain with a policy.
dmarc::Discovery discovered() {
  dns::FakeResolver dns(R"(_dmarc.example.com. TXT "v=DMARC1; p=reject")");
  const dns::PublicSuffixList suffixes;
  return task::sync_wait(dmarc::discover(dns, *dns::Name::parse("example.com"), suffixes));
}

/// Servers of a zone in which every member of the schema occurs.
dns::AuthoritativeFacts servers() {
  const auto text_of = [](const char* value) {
    dns::Answer answer(dns::Answer::State::records);
    answer.records.emplace_back(*dns::Name::parse("example.com"), dns::Type::txt, 300, dns::Text(std::string(value)));
    answer.ttl = 300;
    return answer;
  };
  dns::ZoneServer good;
  good.name = *dns::Name::parse("ns1.example.com");
  good.address = net::Address::parse("192.0.2.1").value();
  good.in_zone = good.in_delegation = true;
  good.state = dns::ZoneServer::State::serves;
  dns::Soa soa;
  soa.serial = 7;
  soa.minimum = 300;
  good.soa.answer = dns::Answer(dns::Answer::State::records);
  good.soa.answer.records.emplace_back(*dns::Name::parse("example.com"), dns::Type::soa, 300, soa);
  good.soa.round_trip = std::chrono::microseconds(1500);
  good.answers.resize(2);
  good.answers[0].answer = text_of("v=spf1 -all");
  good.answers[1].answer = text_of("v=spf1 -all");
  for (dns::ServerAnswer& answer : good.answers) answer.authoritative = true;
  dns::ZoneServer lame;
  lame.name = *dns::Name::parse("ns2.example.com");
  lame.address = net::Address::parse("192.0.2.2").value();
  lame.state = dns::ZoneServer::State::lame;
  lame.why = "it refuses";
  dns::ZoneServers zone;
  zone.zone = *dns::Name::parse("example.com");
  zone.delegation_known = true;
  zone.servers = {good, lame};
  zone.without_address.push_back({*dns::Name::parse("ns3.example.com"), true, true, {}, {}});
  zone.questions.assign(2, dns::Query(*dns::Name::parse("example.com"), dns::Type::txt));
  zone.resolver = {text_of("v=spf1 ~all"), dns::Answer(dns::Trouble::timeout)};
  return {{zone}};
}

}  // namespace

TEST_CASE("strings are escaped as RFC 8259 asks, and misleading characters too", "[render][json]") {
  CHECK(written("plain") == R"("plain")");
  CHECK(written("a\"b\\c/\t\n\r\b\f") == R"("a\"b\\c/\t\n\r\b\f")");
  CHECK(written(std::string_view("\0\x1B[31m\x7F", 7)) == R"("\u0000\u001b[31m\u007f")");
  CHECK(written("caf\xC3\xA9 \xE6\xBC\xA2") == "\"caf\xC3\xA9 \xE6\xBC\xA2\"");
  CHECK(written("\xC2\x9B") == R"("\u009b")");
  CHECK(written("\xE2\x80\xAE") == R"("\u202e")");
  CHECK(written("\xF3\xA0\x81\x81") == R"("\udb40\udc41")");
  CHECK(written("a\xFFz") == R"("a\\xFFz")");
}

TEST_CASE("what is written is what a JSON reader reads", "[render][json]") {
  const std::string text = "\"\\ \x01\x1F \xC2\xA0\xE2\x80\xAE \xF3\xA0\x81\x81 \xF0\x9F\x98\x80 caf\xC3\xA9";
  CHECK(json::parse(written(text)).get<std::string>() == text);
}

TEST_CASE("a report has the members of the contract and of the schema, all of them and no others", "[render][json]") {
  const json rules = schema();
  Checker checker(rules);
  audit::Report report = full_report();
  report.domains.front().dmarc = discovered();
  report.domains.front().providers = {{"SendGrid", false, true, audit::ProviderRow::Key::missing}};
  report.domains.front().overview = {{audit::Kind::spf, audit::OverviewLine::State::found, "v=spf1 -all"}};
  report.domains.front().resolver.proof = audit::ResolverReport::Proof::unverified;
  report.domains.front().resolver.remarks = {{"example.com TXT", "192.0.2.53", 3, "stale"}};
  report.domains.front().authoritative = servers();
  report.domains.front().expectations.emplace().count = 1;
  report.domains.front().expectations->undecided = {
      {"`192.0.2.1` passes SPF for example.com", "example.com TXT", "timeout", {0, {0, 1}}}};
  checker.check(json::parse(render::json(report)), rules, "");
  CHECK(checker.unseen() == std::set<std::string>{});
}

TEST_CASE("the JSON of a report", "[render][json]") {
  CHECK(is_snapshot("report.json.txt", render::json(full_report())));
}

TEST_CASE("a finding says where it is in value and file", "[render][json]") {
  const json document = json::parse(render::json(full_report()));
  const json& finding = document["domains"][0]["findings"][0];
  CHECK(finding["where"] == json::parse(R"({"owner": "example.com", "type": "TXT", "kind": "spf", "start": 7, "end": 11,
      "file": "x.zone", "line": 2, "column": 15, "end_line": 2, "end_column": 19})"));
  CHECK(finding["fix"]["replacement"] == "v=spf1 ip4:192.0.2.1 -all");
  CHECK(finding["fix"]["safe"] == true);
}

TEST_CASE("secrets are masked byte for byte", "[render][json]") {
  const std::string text = render::json(full_report());
  CHECK(text.find("SECRE") == std::string::npos);
  const json document = json::parse(text);
  CHECK(document["domains"][0]["records"][1]["value"] == "v=DKIM1; p=******; t=s");
  CHECK_FALSE(document["domains"][0]["findings"][1]["fix"].contains("replacement"));
}

TEST_CASE("ndjson is one document a line, each with its own sums", "[render][json]") {
  Domain first("example.com");
  first.record({"v=spf1 a\nb"});
  first.find("a").message("a");
  Domain second("");
  second.record({"v=spf1 -all"}, audit::Kind::spf, true);
  const std::string text = render::ndjson({{}, {first.take(), second.take()}});
  REQUIRE(std::ranges::count(text, '\n') == 2);
  const json one = json::parse(text.substr(0, text.find('\n')));
  const json two = json::parse(text.substr(text.find('\n') + 1));
  CHECK(one["schema"] == "envelint/lint/1");
  CHECK(one["summary"]["error"] == 1);
  CHECK(two["summary"]["error"] == 0);
  CHECK_FALSE(two["domains"][0].contains("domain"));
  CHECK_FALSE(two["domains"][0]["records"][0].contains("owner"));
}

TEST_CASE("the catalogue can be read as JSON", "[render][json]") {
  const json document = json::parse(render::catalogue_json(finding::catalogue()));
  CHECK(document["schema"] == "envelint/explain/1");
  CHECK(document["findings"].size() == finding::catalogue().size());
}
