#include <support/catch.hpp>

#include <envelint/text/field_list.hpp>
#include <envelint/text/tag_list.hpp>

#include <string>
#include <vector>

using namespace envelint::text;
using Kind = FieldFault::Kind;

namespace {
constexpr FieldListKind kSts{"v=STSv1", "_mta-sts"};

std::vector<Kind> kinds(std::string_view text) {
  std::vector<Kind> out;
  for (const FieldFault& fault : parse_field_list(text, kSts).faults) out.push_back(fault.kind);
  return out;
}

std::string only_fault(std::string_view text) {
  const FieldList list = parse_field_list(text, kSts);
  return list.faults.size() == 1 ? std::string(slice(text, list.faults[0].span)) : "not one fault";
}

std::vector<std::string> fields(std::string_view text) {
  std::vector<std::string> out;
  for (const Field& field : parse_field_list(text, kSts).fields) out.emplace_back(slice(text, field.span));
  return out;
}
using Fields = std::vector<std::string>;
}  // namespace

TEST_CASE("a version and its fields are read with their places", "[text][field_list]") {
  const std::string_view text = "v=STSv1; id=2024 ;a.b=c;";
  const FieldList list = parse_field_list(text, kSts);
  CHECK(list.valid());
  CHECK(list.faults.empty());
  CHECK(slice(text, list.version) == "v=STSv1");
  REQUIRE(list.fields.size() == 2);
  CHECK(slice(text, list.fields[0].name) == "id");
  CHECK(slice(text, list.fields[0].value) == "2024");
  CHECK(slice(text, list.fields[1].span) == "a.b=c");
}

TEST_CASE("white space behind the last semicolon is part of the grammar", "[text][field_list]") {
  CHECK(kinds("v=STSv1; id=1; ").empty());
  CHECK(kinds("v=STSv1; id=1 ") == std::vector{Kind::wrapping});
}

TEST_CASE("a version that is nearly right is found and named", "[text][field_list]") {
  for (const std::string_view version : {"v=stsv1", "V=STSv1", "v = STSv1", "v=STSv10", "v=STSv1.0", "v=STS", "STSv1",
                                         "v:STSv1", "version=STSv1", "v=MTASTSv1"}) {
    INFO(version);
    const std::string text = std::string(version) + "; id=1";
    CHECK(kinds(text) == std::vector{Kind::version_misspelt});
    CHECK(only_fault(text) == version);
    CHECK(fields(text) == Fields{"id=1"});
  }
}

TEST_CASE("a version that runs into the first field lacks its semicolon", "[text][field_list]") {
  for (const std::string_view text : {"v=STSv1 id=1", "v=STSv1, id=1", "v=STSv1id=1", "v=STSv1:id=1"}) {
    INFO(text);
    CHECK(kinds(text) == std::vector{Kind::no_semicolon});
    CHECK(fields(text) == Fields{"id=1"});
  }
}

TEST_CASE("a gap before the first semicolon is legal and told", "[text][field_list]") {
  CHECK(kinds("v=STSv1 ; id=1") == std::vector{Kind::version_gap});
  CHECK(parse_field_list("v=STSv1 ; id=1", kSts).valid());
}

TEST_CASE("a version in a later place is found there", "[text][field_list]") {
  CHECK(kinds("id=1; v=STSv1") == std::vector{Kind::version_not_first});
  CHECK(fields("id=1; v=STSv1") == Fields{"id=1"});
  CHECK(kinds("id=1") == std::vector{Kind::version_absent});
  CHECK(kinds("") == std::vector{Kind::version_absent});
}

TEST_CASE("an owner name before the version is set aside", "[text][field_list]") {
  CHECK(only_fault("_mta-sts v=STSv1; id=1") == "_mta-sts ");
  CHECK(only_fault("_MTA-STS.example.com: v=STSv1; id=1") == "_MTA-STS.example.com: ");
  const std::string_view line = "_mta-sts.example.com. 300 IN TXT \"v=STSv1; id=1\"";
  CHECK(only_fault(line) == "_mta-sts.example.com. 300 IN TXT \"");
  CHECK(fields(line) == Fields{"id=1"});
}

TEST_CASE("what DNS rules report is wrapping here and hides nothing", "[text][field_list]") {
  for (const std::string_view text : {"\"v=STSv1; id=1\"", " v=STSv1; id=1", "v=STSv1\\; id=1", "v=STSv1;\\040id=1",
                                      "\"v=STSv1;\" \"id=1\"", "v=STSv1;\xC2\xA0id=1", "\xEF\xBB\xBFv=STSv1; id=1"}) {
    INFO(text);
    const FieldList list = parse_field_list(text, kSts);
    CHECK_FALSE(list.valid());
    for (const FieldFault& fault : list.faults) CHECK(fault.kind == Kind::wrapping);
    CHECK(fields(text) == Fields{"id=1"});
  }
}

TEST_CASE("faults of fields keep their places", "[text][field_list]") {
  CHECK(only_fault("v=STSv1;; id=1") == ";");
  CHECK(only_fault("v=STSv1; id=1; foo") == "foo");
  CHECK(only_fault("v=STSv1; id = 1") == "id = 1");
}

TEST_CASE("a flood of fields is cut off", "[text][field_list]") {
  std::string text = "v=STSv1";
  for (int i = 0; i < 100'000; ++i) text += ";a=b";
  const FieldList list = parse_field_list(text, kSts);
  CHECK(list.fields.size() == kMaxFields);
  CHECK(list.faults.back().kind == Kind::too_many);
}

TEST_CASE("names and values of extensions have their own letters", "[text][field_list]") {
  CHECK(is_extension_name("a_b-c.d"));
  CHECK_FALSE(is_extension_name("_a"));
  CHECK_FALSE(is_extension_name(std::string(33, 'a')));
  CHECK(extension_value_fault("a:b<") == std::string_view::npos);
  CHECK(extension_value_fault("a=b") == 1);
  CHECK(extension_value_fault("a b") == 1);
}
