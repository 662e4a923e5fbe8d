#include <support/catch.hpp>

#include <cli/explain.hpp>

#include <envelint/finding/catalogue.hpp>

#include <algorithm>
#include <string>

using namespace cli;

TEST_CASE("a finding is explained by code and by name, in any case", "[cli][explain]") {
  const Explanation page = explain("SPF020", {});
  CHECK(page.exit_status == 0);
  CHECK(page.output.starts_with("error[SPF020] unknown-mechanism\n"));
  CHECK(page.output.find("RFC 7208 §4.6.1") != std::string::npos);
  CHECK(page.output.find("## How to mend it") != std::string::npos);
  CHECK(explain("unknown-Mechanism", {}).output == page.output);
  CHECK(explain("spf020", {}).output == page.output);
}

TEST_CASE("a word that is no finding gets the nearest ones", "[cli][explain]") {
  const Explanation near = explain("unknwon-mechanism", {});
  CHECK(near.exit_status == 2);
  CHECK(near.output.empty());
  CHECK(near.trouble ==
        "envelint: no finding has the code or name `unknwon-mechanism`; did you mean `unknown-mechanism`?\n");
  CHECK(explain("qqqqqqqq\x1B[31m", {}).trouble ==
        "envelint: no finding has the code or name `qqqqqqqq\\u{001B}[31m`; `envelint explain` lists all\n");
}

TEST_CASE("all findings are listed, or those of a family", "[cli][explain]") {
  const Explanation all = explain("", {});
  for (const auto& entry : envelint::finding::catalogue()) CHECK(all.output.find(entry.id) != std::string::npos);
  const Explanation family = explain("spf", {});
  CHECK(family.output.starts_with("SPF"));
  CHECK(family.exit_status == 0);
}

TEST_CASE("a page as JSON", "[cli][explain]") {
  CHECK(explain("SPF020", {.json = true}).output.find("\"schema\": \"envelint/explain/1\"") != std::string::npos);
}
