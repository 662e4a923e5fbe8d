#include <support/catch.hpp>

#include <envelint/web/json_bounds.hpp>

#include <string>

using envelint::web::has_few_values;

namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("the values of a JSON text are counted before it is parsed", "[web]") {
  CHECK(has_few_values(""));
  CHECK(has_few_values(R"({"domain":"example.com","selectors":["s1","s2"]})"));
  CHECK(has_few_values(repeat("[", 1000)));
  CHECK_FALSE(has_few_values(repeat("[", 1001)));
  CHECK_FALSE(has_few_values("[" + repeat("1,", 1001) + "1]"));
  CHECK_FALSE(has_few_values(repeat("{\"a\":", 1001)));
}

TEST_CASE("what stands in a string is no value", "[web]") {
  CHECK(has_few_values("{\"zone\":\"" + repeat("[,{", 1000) + "\"}"));
  CHECK(has_few_values("{\"zone\":\"\\\"" + repeat(",", 5000) + "\"}"));
  CHECK_FALSE(has_few_values("{\"zone\":\"\\\\\"" + repeat(",", 5000) + "}"));
}
