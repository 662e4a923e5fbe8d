#include <support/catch.hpp>

#include <envelint/dmarc/discovery.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/render/dmarc_json.hpp>
#include <envelint/render/dmarc_view.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/task/sync_wait.hpp>

#include <nlohmann/json.hpp>
#include <render/snapshot.hpp>

#include <string>
#include <string_view>

using namespace envelint;

namespace {

dmarc::Discovery discover(std::string_view zone, std::string_view domain) {
  static const dns::PublicSuffixList suffixes;
  dns::FakeResolver dns(zone);
  return task::sync_wait(dmarc::discover(dns, *dns::Name::parse(domain), suffixes));
}

std::string view(std::string_view zone, std::string_view domain, std::size_t width = 80) {
  std::string out;
  render::append_dmarc(out, render::Painter(false), discover(zone, domain), width);
  return out;
}

nlohmann::json json(std::string_view zone, std::string_view domain) {
  std::string out;
  render::JsonWriter writer(out, false);
  writer.open_object();
  render::write_dmarc(writer, discover(zone, domain));
  writer.close_object();
  return nlohmann::json::parse(out).at("dmarc");
}

constexpr std::string_view kOrdinary = R"(
  _dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine; np=reject; t=y; pct=50"
  www.example.com.    A   192.0.2.1
)";

constexpr std::string_view kDisagreement = R"(
  _dmarc.mail.example.com. TXT "v=DMARC1; p=reject"
)";

constexpr std::string_view kTrouble = R"(
  _dmarc.www.example.com. TXT "v=spf1 -all"
  ;! timeout _dmarc.example.com
)";

}  // namespace

TEST_CASE("both generations of receivers stand side by side in 80 columns", "[render][dmarc]") {
  CHECK(is_snapshot("dmarc_ordinary.txt", view(kOrdinary, "example.com")));
  CHECK(is_snapshot("dmarc_inherited.txt", view(kOrdinary, "www.example.com")));
  CHECK(is_snapshot("dmarc_disagreement.txt", view(kDisagreement, "mail.example.com")));
  CHECK(is_snapshot("dmarc_trouble.txt", view(kTrouble, "www.example.com")));
  CHECK(is_snapshot("dmarc_nothing.txt", view("", "example.com")));
}

TEST_CASE("the table is never wider than it may be, whatever DNS says", "[render][dmarc]") {
  const std::string label(60, 'x');
  const std::string domain = "a.b.c.d.e.f." + label + "." + label + ".example.com";
  const std::string zone =
      "_dmarc." + domain + ". TXT \"v=DMARC1; p=reject; sp=none\"\n_dmarc.example.com. TXT \"v=\\027[31m\"\n";
  for (const std::size_t width : {40U, 60U, 80U, 120U}) {
    const std::string text = view(zone, domain, width);
    CHECK_FALSE(text.contains('\x1b'));
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = text.find('\n', start);
      CHECK(render::columns(std::string_view(text).substr(start, end - start)) <= width);
      start = end + 1;
    }
  }
}

TEST_CASE("JSON gives the newer receivers' result at the top and both below", "[render][dmarc][json]") {
  const auto top = json(kOrdinary, "example.com");
  CHECK(top["policy"] == "quarantine");  // t=y
  CHECK(top["found_at"] == "_dmarc.example.com");
  CHECK(top["organizational_domain"] == "example.com");
  CHECK(top["rfc9989"]["published_policy"] == "reject");
  CHECK(top["rfc9989"]["tag"] == "p");
  CHECK(top["rfc9989"]["subdomain_policy"] == "none");
  CHECK(top["rfc9989"]["nonexistent_subdomain_policy"] == "quarantine");
  CHECK(top["rfc9989"]["queries"].size() == 2);
  CHECK(top["rfc9989"]["queries"][0]["name"] == "_dmarc.example.com");
  CHECK(top["rfc9989"]["queries"][0]["result"] == "record");
  CHECK(top["rfc9989"]["queries"][1]["result"] == "none");
  CHECK(top["rfc7489"]["policy"] == "reject");
  CHECK(top["rfc7489"]["pct"] == 50);
  CHECK(top["rfc7489"]["nonexistent_subdomain_policy"] == "quarantine");
}

TEST_CASE("what is not known or not there has no member in JSON, and says so in result", "[render][dmarc][json]") {
  const auto trouble = json(kTrouble, "www.example.com");
  CHECK_FALSE(trouble.contains("policy"));
  CHECK_FALSE(trouble.contains("organizational_domain"));
  CHECK(trouble["rfc9989"]["result"] == "unknown");
  CHECK(trouble["rfc9989"]["queries"][1]["result"] == "unknown");
  CHECK(trouble["rfc9989"]["queries"][1]["detail"] == "timeout");
  const auto nothing = json("", "example.com");
  CHECK_FALSE(nothing.contains("policy"));
  CHECK_FALSE(nothing.contains("found_at"));
  CHECK(nothing["organizational_domain"] == "example.com");
  CHECK(nothing["rfc7489"]["result"] == "none");
  CHECK(nothing["exists"] == "no");
}
