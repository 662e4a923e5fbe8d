#include <support/catch.hpp>

#include <envelint/web/lint_desk.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace envelint;
using nlohmann::json;

namespace {

/// Knows no domain.
std::expected<audit::Report, std::string> nobody(const dns::Name&, const std::vector<std::string>&) {
  return std::unexpected("nobody is asked");
}

web::Reply asked(const json& body, const web::DomainLint& look_up = nobody) {
  web::LintDesk desk(look_up);
  web::Request request;
  request.body = body.dump();
  return desk.answer(request);
}

std::string codes_of(const web::Reply& reply) {
  std::string out;
  const json document = json::parse(reply.body);
  for (const auto& domain : document["domains"]) {
    for (const auto& finding : domain["findings"]) out += finding["code"].get<std::string>() + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("A record is judged as what its name, its looks or somebody says") {
  CHECK(codes_of(asked({{"record", "v=spf1 inclde:a.example -all"}})).contains("SPF020"));
  CHECK(codes_of(asked({{"record", "v=DMARC1; p=rejct"}, {"name", "_dmarc.example.com"}})).contains("DMARC"));
  CHECK(asked({{"record", "x"}, {"type", "poem"}}).status == 400);
  CHECK(asked({{"record", std::string(web::LintDesk::kMostRecord + 1, 'x')}}).status == 400);
}

TEST_CASE("What a terminal shows stands beside the document") {
  const json document = json::parse(asked({{"record", "v=spf1 mx -all"}}).body);
  CHECK(document["schema"] == "envelint/lint/1");
  CHECK(document["text"].get<std::string>().contains("SPF"));
}

TEST_CASE("A zone is looked at as a whole, and what it names elsewhere is not looked for") {
  const auto whole = asked(
      {{"zone", "@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\n@ MX 10 mx\n@ TXT \"v=spf1 mx a:gone.example.org -all\"\n"},
       {"name", "example.org"}});
  const json document = json::parse(whole.body);
  CHECK(document["domains"][0]["domain"] == "example.org");
  CHECK(document["domains"][0]["spf"]["lookups"] == 2);
  CHECK(codes_of(asked({{"zone", "$INCLUDE /etc/passwd\n"}})).contains("ZONE"));
  CHECK(asked({{"zone", "@ TXT \"x\"\n"}, {"name", "a..b"}}).status == 400);
}

TEST_CASE("A domain is looked up by whoever can, with the selectors that are given") {
  std::string told;
  const auto look_up = [&](const dns::Name& domain, const std::vector<std::string>& selectors) {
    told = domain.to_string() + " " + selectors.at(0);
    return std::expected<audit::Report, std::string>();
  };
  CHECK(asked({{"domain",
                "B\xC3\xBC"
                "cher.example"},
               {"selectors", {"s1"}}},
              look_up)
            .status == 200);
  CHECK(told == "xn--bcher-kva.example s1");
  CHECK(asked({{"domain", "example.com"}}).body.contains("nobody is asked"));
  CHECK(asked({{"domain", "192.0.2.1"}}, look_up).status == 400);
  CHECK(asked({{"domain", "example.com"}, {"selectors", "s1"}}, look_up).status == 400);
  CHECK(asked({{"domain", "example.com"}, {"selectors", {1}}}, look_up).status == 400);
}
