#include <support/catch.hpp>

#include <envelint/audit/selection.hpp>

using envelint::audit::is_known_pattern;
using envelint::audit::Selection;
using envelint::finding::Code;

TEST_CASE("codes are selected and ignored by themselves or by their beginning", "[audit][selection]") {
  const Code code = Code::spf_softfail_all;  // SPF062
  CHECK(Selection{}.keeps(code));
  CHECK(Selection{.select = {"SPF"}, .ignore = {}}.keeps(code));
  CHECK(Selection{.select = {"spf06"}, .ignore = {}}.keeps(code));
  CHECK_FALSE(Selection{.select = {"DKIM"}, .ignore = {}}.keeps(code));
  CHECK_FALSE(Selection{.select = {}, .ignore = {"SPF062"}}.keeps(code));
  CHECK_FALSE(Selection{.select = {"SPF"}, .ignore = {"SPF06"}}.keeps(code));
  CHECK(Selection{.select = {"SPF062"}, .ignore = {"SPF"}}.keeps(code));
}

TEST_CASE("a pattern that no code begins with is known to be a slip", "[audit][selection]") {
  CHECK(is_known_pattern("SPF"));
  CHECK(is_known_pattern("dmarc02"));
  CHECK_FALSE(is_known_pattern("SPF999"));
  CHECK_FALSE(is_known_pattern(""));
}
