#include <support/catch.hpp>

#include <envelint/spf/known_includes.hpp>
#include <envelint/spf/repair.hpp>

using namespace envelint::spf;

namespace {

std::string split(std::string_view word) {
  std::string out;
  std::size_t start = 0;
  for (const std::uint32_t cut : split_glued(word)) {
    out.append(word.substr(start, cut - start)).append(" ");
    start = cut;
  }
  return out.append(word.substr(start));
}

}  // namespace

TEST_CASE("glued terms fall apart where each piece is a term", "[spf][repair]") {
  CHECK(split("mx-all") == "mx -all");
  CHECK(split("ip4:192.95.20.4~all") == "ip4:192.95.20.4 ~all");
  CHECK(split("+a+mx~all") == "+a +mx ~all");
  CHECK(split("mxinclude:websitewelcome.com") == "mx include:websitewelcome.com");
  CHECK(split("-allinclude:spf.example.com") == "-all include:spf.example.com");
  CHECK(split("redirect=_spf.example.net~all") == "redirect=_spf.example.net ~all");
  CHECK(split("ip4:185.59.117.184ip4:131.207.50.20") == "ip4:185.59.117.184 ip4:131.207.50.20");
  CHECK(split("~allgoogle-site-verification=Sild6yp") == "~all google-site-verification=Sild6yp");
  CHECK(split("include:_spf.example.com?all") == "include:_spf.example.com ?all");
  CHECK(split("a,mx,ip4:192.95.20.4") == "a, mx, ip4:192.95.20.4");
}

TEST_CASE("a word that is one term, or none, stays whole", "[spf][repair]") {
  for (const char* word : {"include:marshall", "ipv4:192.95.20.4", "include:spf.marshall.example", "mx", "-all",
                           "example.com", ">>>", ""}) {
    CAPTURE(word);
    CHECK(split_glued(word).empty());
  }
}

TEST_CASE("words torn apart are seen to belong together", "[spf][repair]") {
  CHECK(joins_to_term("ip4:", "192.95.20.4"));
  CHECK(joins_to_term("include:", "spf.example.com"));
  CHECK(joins_to_term("-", "all"));
  CHECK(joins_to_term("include:", "x.example~all"));  // and glued besides
  CHECK_FALSE(joins_to_term("a:", "include:lh.example"));
  CHECK_FALSE(joins_to_term("include:", "mx"));
  CHECK_FALSE(joins_to_term("mx", "all"));
}

TEST_CASE("misspelt mechanisms are repaired where the result can be read", "[spf][repair]") {
  const auto repaired = [](std::string_view word) -> std::string {
    const auto repair = repair_mechanism(word);
    if (!repair) return "-";
    return std::string(word).replace(repair->place, repair->length, repair->text);
  };
  CHECK(repaired("ipv4:192.95.20.4") == "ip4:192.95.20.4");
  CHECK(repaired("ip:192.95.20.4") == "ip4:192.95.20.4");
  CHECK(repaired("ip:2600:db8::1") == "ip6:2600:db8::1");
  CHECK(repaired("inlcude:spf.example.com") == "include:spf.example.com");
  CHECK(repaired("-al") == "-all");
  CHECK(repaired("prt") == "ptr");
  CHECK(repaired("178.23.174.0/27") == "ip4:178.23.174.0/27");
  CHECK(repaired("+142.217.0.1/16") == "+ip4:142.217.0.1/16");
  CHECK(repaired("_spf.example.gal") == "include:_spf.example.gal");
  CHECK(repaired("mail.example.gal") == "a:mail.example.gal");
  CHECK(repaired(">>>") == "-");
  CHECK(repaired("brevo-code:f484a168") == "-");
}

TEST_CASE("a wrong separator is put right", "[spf][repair]") {
  CHECK(repair_separator("redirect:_spf.example.com")->text == "=");
  CHECK(repair_separator("ip4.185.73.173.32/28")->text == ":");
  CHECK(repair_separator("ip4125.60.54.104")->length == 0);
  CHECK_FALSE(repair_separator("mail.example.com").has_value());
}

TEST_CASE("addresses survive the usual slips", "[spf][repair]") {
  CHECK(repair_address("ip4:67.43.235.202", Mechanism::ip4) == "67.43.235.202");
  CHECK(repair_address("192.095.020.4", Mechanism::ip4) == "192.95.20.4");
  CHECK(repair_address("192.95.20.4.", Mechanism::ip4) == "192.95.20.4");
  CHECK(repair_address("I72.55.168.16", Mechanism::ip4) == "172.55.168.16");
  CHECK(repair_address("192.95.20", Mechanism::ip4) == std::nullopt);
  CHECK(prefix_of_mask("255.255.255.0") == "24");
  CHECK(prefix_of_mask("255.0.255.0") == std::nullopt);
  CHECK(prefix_without_zeros("08") == "8");
  CHECK(prefix_without_zeros("00") == "0");
  CHECK(repair_dual_cidr("/24/64") == "/24//64");
}

TEST_CASE("an include one letter from a well-known one is noticed", "[spf][known]") {
  CHECK(near_known_include("spf.google.com") == "_spf.google.com");
  CHECK(near_known_include("_spf-google.com") == "_spf.google.com");
  CHECK(near_known_include("_spf.googel.com") == "_spf.google.com");
  CHECK(near_known_include("spf.protection.outlok.com") == "spf.protection.outlook.com");
  CHECK(near_known_include("_SPF.google.com") == std::nullopt);
  CHECK(near_known_include("_spf1.google.com") == std::nullopt);
  CHECK(near_known_include("spfb.protection.outlook.com") == std::nullopt);
  CHECK(near_known_include("example.com") == std::nullopt);
}
