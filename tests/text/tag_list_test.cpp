#include <support/catch.hpp>

#include <envelint/text/tag_list.hpp>

#include <string>

using namespace envelint::text;
using Kind = TagFault::Kind;

namespace {
std::vector<Kind> kinds(std::string_view text) {
  std::vector<Kind> out;
  for (const TagFault& fault : parse_tag_list(text).faults) out.push_back(fault.kind);
  return out;
}
}  // namespace

TEST_CASE("a tag-list keeps names and values with their places", "[text][tag_list]") {
  const std::string_view text = "v=DKIM1; k = rsa ;p=abc=;";
  const TagList list = parse_tag_list(text);
  REQUIRE(list.tags.size() == 3);
  CHECK(list.faults.empty());
  CHECK(slice(text, list.tags[1].name) == "k");
  CHECK(slice(text, list.tags[1].value) == "rsa");
  CHECK(slice(text, list.tags[1].span) == "k = rsa");
  CHECK(slice(text, list.tags[2].value) == "abc=");
  REQUIRE(list.find(text, "p") != nullptr);
  CHECK(list.find(text, "P") == nullptr);
}

TEST_CASE("a tag-list goes on after every fault", "[text][tag_list]") {
  CHECK(kinds("v=DKIM1; junk; p=a") == std::vector{Kind::no_equals});
  CHECK(kinds("v=DKIM1;; p=a") == std::vector{Kind::empty_tag});
  CHECK(kinds("v=DKIM1; p=a; p=b") == std::vector{Kind::duplicate});
  CHECK(kinds("1k=rsa; =x; k-k=1") == std::vector{Kind::bad_name, Kind::bad_name, Kind::bad_name});
  CHECK(kinds("n=caf\xC3\xA9; p=a") == std::vector{Kind::bad_value});
  CHECK(kinds("") == std::vector<Kind>{});
  CHECK(kinds("p=") == std::vector<Kind>{});
}

TEST_CASE("a tag-list of ten thousand tags is cut off, and says so", "[text][tag_list]") {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "t" + std::to_string(i) + "=1;";
  const TagList list = parse_tag_list(text);
  CHECK(list.tags.size() == kMaxTags);
  REQUIRE(list.faults.size() == 1);
  CHECK(list.faults[0].kind == Kind::too_many);
}
