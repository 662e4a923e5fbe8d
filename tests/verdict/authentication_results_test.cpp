#include <envelint/verdict/authentication_results.hpp>

#include <envelint/arc/chain.hpp>
#include <envelint/verdict/field_text.hpp>

#include "hostile.hpp"

#include <support/catch.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace envelint;
using namespace envelint::verdict;
using Kind = ResultsFault::Kind;

namespace {

AuthenticationResults parse(std::string_view value) { return parse_authentication_results(value); }

std::vector<Kind> faults(std::string_view value) {
  std::vector<Kind> out;
  for (const ResultsFault& fault : parse(value).faults) out.push_back(fault.kind);
  return out;
}

/// A result as `method=result type.property=[value]…`, for tests to read.
std::string shown(const MethodResult& one) {
  std::string out = one.method + "=" + one.result;
  for (const Property& each : one.properties) out += " " + each.ptype + "." + each.property + "=[" + each.value + "]";
  return out;
}

AuthenticationResults with_value(std::string value) {
  return {"mx.example.com", {}, {{"spf", {}, "pass", "", "", {{"smtp", "mailfrom", std::move(value)}}}}, false, {}};
}

AuthenticationResults with_all(const std::string& text) {
  return {text,
          1,
          {{"dkim", 1, "fail", text, text, {{"header", "d", text}, {"smtp", "mailfrom", text + "@example.com"}}},
           {text, {}, "pass", "", "", {}},
           {"spf", {}, text, "", "", {}},
           {"arc", {}, "pass", "", "", {{text, "a", "b"}, {"policy", text, "b"}}}},
          false,
          {}};
}

std::vector<std::size_t> claims_of(const std::string& header) {
  const std::string bytes = header + "\r\n";
  return claims(mail::Message::split(bytes), "mx.example.com");
}

}  // namespace

TEST_CASE("a field is read with its methods, results, reasons and properties", "[verdict][results]") {
  const auto field = parse(
      " mx.example.com 1;\r\n"
      " spf=pass (sender is 192.0.2.1) smtp.mailfrom=jo@example.net smtp.helo=mail.example.net;\r\n"
      "\tdkim = fail reason=\"body hash; did \\\"not\\\" verify\" header.d=example.net header.b=\"ab/c+d==\"; "
      "dmarc/1=pass header.from=example.net");
  CHECK(field.faults.empty());
  CHECK(field.authserv_id == "mx.example.com");
  CHECK(field.version == 1U);
  REQUIRE(field.results.size() == 3);
  CHECK(shown(field.results[0]) == "spf=pass smtp.mailfrom=[jo@example.net] smtp.helo=[mail.example.net]");
  CHECK(field.results[0].comment == "sender is 192.0.2.1");
  CHECK(shown(field.results[1]) == "dkim=fail header.d=[example.net] header.b=[ab/c+d==]");
  CHECK(field.results[1].reason == "body hash; did \"not\" verify");
  CHECK(field.results[2].version == 1U);
  CHECK(field.find("dmarc") == &field.results[2]);
  CHECK(field.find("arc") == nullptr);
}

TEST_CASE("comments stand anywhere, and decide nothing", "[verdict][results]") {
  const auto field =
      parse("(a (nested; spf=fail)) mx.example.com (b) ; (c) dkim (d) = (e) pass (f \\) g) (h) header(i).(j)d=(k)x");
  CHECK(field.faults.empty());
  CHECK(field.authserv_id == "mx.example.com");
  REQUIRE(field.results.size() == 1);
  CHECK(shown(field.results[0]) == "dkim=pass header.d=[x]");
  CHECK(field.results[0].comment == "f ) g h i j k");
}

TEST_CASE("none says that nothing was checked", "[verdict][results]") {
  CHECK(parse("mx.example.com; none").none);
  CHECK(faults("mx.example.com; none").empty());
  CHECK(parse("mx.example.com 1 ; (really) None (at all)").none);
  CHECK(faults("mx.example.com; none; spf=pass") == std::vector{Kind::none_and_more});
  CHECK(faults("mx.example.com") == std::vector{Kind::no_results});
}

TEST_CASE("values are tokens, quoted strings or addresses", "[verdict][results]") {
  const auto value = [](std::string text) {
    const auto field = parse("x; spf=pass smtp.mailfrom=" + text + " smtp.helo=h");
    CHECK(field.faults.empty());
    REQUIRE(field.results.size() == 1);
    REQUIRE(field.results[0].properties.size() == 2);
    return field.results[0].properties[0].value;
  };
  CHECK(value("example.net") == "example.net");
  CHECK(value("@example.net") == "@example.net");
  CHECK(value("jo=list@example.net") == "jo=list@example.net");
  CHECK(value("\"\"") == "");
  CHECK(value("\"a\\\"b\\\\c; d\"") == "a\"b\\c; d");
  CHECK(value("\"john smith\"@example.net") == "\"john smith\"@example.net");
  CHECK(value("\"john\r\n smith\"") == "john smith");
  CHECK(value("пётр@почта.example") == "пётр@почта.example");
}

TEST_CASE("what large senders write beside the grammar is read, and said", "[verdict][results]") {
  const auto named = parse(
      " spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.net; dkim=none (message not signed)\r\n"
      " header.d=none;dmarc=pass action=none header.from=example.net;compauth=pass reason=100");
  CHECK(named.authserv_id.empty());
  REQUIRE(named.results.size() == 4);
  CHECK(shown(named.results[2]) == "dmarc=pass header.from=[example.net]");
  CHECK(named.results[3].reason == "100");
  REQUIRE(named.faults.size() == 2);
  CHECK(named.faults[0].kind == Kind::no_authserv_id);
  CHECK(named.faults[1].kind == Kind::bad_property);

  const std::string text = "mx.example.net; dkim=pass header.b=ab/c+ policy.iprev=2001:db8::1;";
  const auto bare = parse(text);
  REQUIRE(bare.results.size() == 1);
  CHECK(shown(bare.results[0]) == "dkim=pass header.b=[ab/c+] policy.iprev=[2001:db8::1]");
  REQUIRE(bare.faults.size() == 3);
  CHECK(text.substr(bare.faults[0].span.start, bare.faults[0].span.size()) == "ab/c+");
  CHECK(bare.faults[2].kind == Kind::empty_result);
}

TEST_CASE("what cannot be read is left out, and the rest is read", "[verdict][results]") {
  const auto field = parse("x; =pass; spf; dkim=; \"a;b\"=c; arc=pass ?? header.=x header.d header.s=y z; dmarc=fail");
  REQUIRE(field.results.size() == 2);
  CHECK(shown(field.results[0]) == "arc=pass header.s=[y]");
  CHECK(shown(field.results[1]) == "dmarc=fail");
  CHECK(std::ranges::count(field.faults, Kind::bad_result, &ResultsFault::kind) == 4);
  CHECK(std::ranges::count(field.faults, Kind::bad_property, &ResultsFault::kind) == 4);
  CHECK(faults("x; spf=pass (not closed") == std::vector{Kind::unclosed});
  CHECK(faults("x; spf=pass reason=\"not closed") == std::vector{Kind::unclosed});
  CHECK(faults("x (not closed") == std::vector{Kind::unclosed, Kind::no_results});
  CHECK(parse("x; spf=pass a (c) b.c=d").results.at(0).comment == "c");
  CHECK(faults("x y z; spf=pass") == std::vector{Kind::trailing_text});
  CHECK(faults("x; spf=pass smtp.helo=\"\xFF\"") == std::vector{Kind::not_utf8});
  CHECK(faults(std::string("x; spf=pass smtp.helo=\"\0\"", 25)) == std::vector{Kind::bad_octet});
}

TEST_CASE("a field of another version is not read, for it may mean anything", "[verdict][results]") {
  const auto field = parse("mx.example.com 2; dkim=pass header.d=example.net");
  CHECK(field.version == 2U);
  CHECK(field.results.empty());
  CHECK(faults("mx.example.com 2; dkim=pass") == std::vector{Kind::unknown_version});
}

TEST_CASE("length, results, properties, faults and depth are bounded", "[verdict][results]") {
  CHECK(faults(std::string(kMaxResultsField + 1, 'x')) == std::vector{Kind::too_long});
  std::string many = "x";
  for (std::size_t i = 0; i <= kMaxResults; ++i) many += ";a=b";
  CHECK(parse(many).results.size() == kMaxResults);
  CHECK(faults(many) == std::vector{Kind::too_many});
  std::string properties = "x; a=b";
  for (std::size_t i = 0; i <= kMaxProperties; ++i) properties += " c.d=e";
  REQUIRE(parse(properties).results.size() == 1);
  CHECK(parse(properties).results[0].properties.size() == kMaxProperties);
  CHECK(parse("x" + std::string(1000, ';')).faults.size() == kMaxResultsFaults);
  const std::string deep = std::string(1000, '(') + std::string(1000, ')') + " x; spf=pass";
  CHECK(faults(deep) == std::vector{Kind::too_deep});
  CHECK(parse(deep).results.size() == 1);
}

TEST_CASE("the payload of an ARC-Authentication-Results field is read the same way", "[verdict][results]") {
  const std::string value = " i=2; mx.example.com; arc=pass (i=1)";
  std::size_t payload = 0;
  REQUIRE(arc::results_instance(value, &payload) == 2);
  const auto field = parse(value.substr(payload));
  CHECK(field.authserv_id == "mx.example.com");
  REQUIRE(field.results.size() == 1);
  CHECK(shown(field.results[0]) == "arc=pass");
}

TEST_CASE("a value is written as a token or an address where it is one, and quoted where not", "[verdict][results]") {
  const auto written = [](std::string value) {
    const std::string line = print(with_value(std::move(value)));
    return line.substr(line.rfind("mailfrom=") + 9);
  };
  CHECK(written("example.net") == "example.net");
  CHECK(written("jo@example.net") == "jo@example.net");
  CHECK(written("@example.net") == "@example.net");
  CHECK(written("\"john smith\"@example.net") == "\"john smith\"@example.net");
  CHECK(written("john smith@example.net") == "\"john smith@example.net\"");
  CHECK(written("2001:db8::1") == "\"2001:db8::1\"");
  CHECK(written("a\"b\\c") == R"("a\"b\\c")");
  CHECK(written("") == "\"\"");
  CHECK(written("пётр@почта.example") == "пётр@почта.example");
  CHECK(written("a@b@") == "\"a@b@\"");
  CHECK(written("a\r\nb") == "\"a??b\"");
  CHECK(written("\xE2\x80\xAE"
                "cod.exe") == "\"?cod.exe\"");
}

TEST_CASE("a field is printed in one line, or folded at 78 columns", "[verdict][results]") {
  AuthenticationResults field;
  field.authserv_id = "mx.example.com";
  CHECK(print_field(field) == "Authentication-Results: mx.example.com; none\r\n");
  field.results = {{"spf", {}, "fail", "", "192.0.2.1 is not listed", {{"smtp", "mailfrom", "jo@example.net"}}},
                   {"dkim", {}, "pass", "", "2048 bits", {{"header", "d", "example.net"}, {"header", "s", "s1"}}},
                   {"dmarc", {}, "pass", "aligned by DKIM", "", {{"header", "from", "example.net"}}}};
  CHECK(print(field) ==
        "mx.example.com; spf=fail (192.0.2.1 is not listed) smtp.mailfrom=jo@example.net; "
        "dkim=pass (2048 bits) header.d=example.net header.s=s1; "
        "dmarc=pass reason=\"aligned by DKIM\" header.from=example.net");
  CHECK(print_field(field) ==
        "Authentication-Results: mx.example.com; spf=fail (192.0.2.1 is not listed)\r\n"
        " smtp.mailfrom=jo@example.net; dkim=pass (2048 bits) header.d=example.net\r\n"
        " header.s=s1; dmarc=pass reason=\"aligned by DKIM\" header.from=example.net\r\n");
  CHECK(parse(print(field)) == field);
}

TEST_CASE("nothing that a sender gives becomes a field, a line or a result", "[verdict][results][hostile]") {
  for (const std::string_view hostile : test::kHostile) {
    CAPTURE(hostile);
    const AuthenticationResults field = with_all(std::string(hostile));
    test::check_field(print_field(field));
    const auto read = parse(print(field));
    CHECK(read.faults.empty());
    REQUIRE(read.results.size() == 2);
    CHECK(read.results[0].result == "fail");
    CHECK(read.results[0].properties.size() == 2);
    CHECK(shown(read.results[1]) == "arc=pass");
  }
}

TEST_CASE("a comment cannot be left, even for who does not know of escapes", "[verdict][results][hostile]") {
  AuthenticationResults field = with_value("x");
  field.results[0].comment = " a) dkim=pass (b\\) ; c=d ";
  CHECK(print(field) == "mx.example.com; spf=pass (a] dkim=pass [b/] , c=d) smtp.mailfrom=x");
  field.results[0].comment = "\t";
  CHECK(print(field) == "mx.example.com; spf=pass (?) smtp.mailfrom=x");
}

TEST_CASE("names that are none are left out with what they name", "[verdict][results][hostile]") {
  AuthenticationResults field = with_value("x");
  field.authserv_id = "";
  field.results[0].properties[0].ptype = "smtp.mailfrom=y header";
  CHECK(print(field) == "invalid; spf=pass");
  field.results[0].result = "pass; dkim=pass";
  CHECK(print(field) == "invalid; none");
  field.results[0].result = "";
  CHECK(print(field) == "invalid; none");
}

TEST_CASE("values are cut at a whole character, and no line gets longer than mail may have", "[verdict][results]") {
  const std::string line = print(with_value(std::string(399, 'a') + "ё"));
  CHECK(line == "mx.example.com; spf=pass smtp.mailfrom=" + std::string(399, 'a'));
  test::check_field(print_field(with_value(std::string(5000, '"'))));
  AuthenticationResults many = with_value("x");
  many.results.resize(1000, many.results[0]);
  many.results[0].properties.resize(1000, {"header", "d", std::string(400, '\\')});
  test::check_field(print_field(many));
  const auto read = parse(print_field(many).substr(23));
  CHECK(read.faults.empty());
  CHECK(read.results.size() == kMaxResults);
}

TEST_CASE("what is printed is read as it was, folded or not", "[verdict][results][property]") {
  std::mt19937 random(8601);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::vector<std::string> pieces{"a", "b.example", " ", "@", "\"", "\\", ";", "(", ")", "=",
                                        "ё", "/",         "?", ":", "  ", "-",  ".", "1", "'", "none"};
  const auto text = [&](std::size_t most) {
    std::string out;
    for (std::size_t i = below(most); i > 0; --i) out += pieces[below(pieces.size())];
    return out;
  };
  const auto comment = [&] {
    std::string out = text(30);
    std::erase_if(out, [](char c) { return std::string_view("()\\;").contains(c); });
    return std::string(text::trim(out));
  };
  for (int round = 0; round < 3000; ++round) {
    AuthenticationResults field;
    field.authserv_id = "x" + text(6);
    if (below(3) == 0) field.version = 1;
    for (std::size_t i = below(4); i > 0; --i) {
      MethodResult one{"m" + std::to_string(below(100)), {}, "pass", text(20), comment(), {}};
      if (below(3) == 0) one.version = static_cast<unsigned>(below(1000));
      for (std::size_t j = below(5); j > 0; --j) one.properties.push_back({"smtp", "x-y", text(40)});
      field.results.push_back(std::move(one));
    }
    field.none = field.results.empty();
    CAPTURE(print(field));
    REQUIRE(parse(print(field)) == field);
    const std::string folded = print_field(field);
    REQUIRE(parse(folded.substr(23, folded.size() - 25)) == field);
    test::check_field(folded);
  }
}

TEST_CASE("fields that claim our authserv-id are found, however they write it", "[verdict][claims]") {
  const std::vector<std::string> ours{"mx.example.com; spf=pass",
                                      "MX.Example.COM; spf=pass",
                                      "mx.example.com 1; spf=pass",
                                      "\"mx.example.com\"; none",
                                      "\"mx\\.example.com\"; none",
                                      "(a) mx.example.com; none",
                                      "(;) mx.example.com; none",
                                      "mx.example.com. ; none",
                                      "\r\n\tmx.example.com;\r\n none",
                                      "mx.example.com",
                                      "mx.example.com/1; spf=pass",
                                      "(mx.example.com; spf=pass",
                                      "((a) mx.example.com) x.example;",
                                      "mx.example.com 2; spf=pass",
                                      std::string("mx.example.com\0; spf=pass", 26)};
  for (const std::string& value : ours) {
    CAPTURE(value);
    CHECK(claims_of("Authentication-Results: " + value + "\r\n") == std::vector<std::size_t>{0});
    CHECK(claims_of("authentication-results : " + value + "\r\n") == std::vector<std::size_t>{0});
  }
  const std::vector<std::string> others{"mx.example.net; spf=pass", "amx.example.com; none", "mx.example.com.net; none",
                                        "x.example; spf=pass smtp.helo=mx.example.com", "; none"};
  for (const std::string& value : others) {
    CAPTURE(value);
    CHECK(claims_of("Authentication-Results: " + value + "\r\n").empty());
  }
  CHECK(claims_of("A: b\r\nAuthentication-Results: mx.example.com; none\r\nX: y\r\n"
                  "Authentication-Results: mx.example.com; spf=pass\r\n") == std::vector<std::size_t>{1, 3});
  CHECK(claims_of("ARC-Authentication-Results: i=1; mx.example.com; none\r\n").empty());
}

TEST_CASE("our own results are those of the topmost fields, in one", "[verdict][results]") {
  const std::string bytes =
      "Authentication-Results: mx.example.com; spf=pass smtp.helo=a\r\n"
      "Received: x\r\n"
      "Authentication-Results: MX.example.com; dkim=fail; dmarc=fail\r\n"
      "Authentication-Results: mx.example.net; arc=pass\r\n"
      "Authentication-Results: mx.example.com; dmarc=pass\r\n\r\n";
  const auto message = mail::Message::split(bytes);
  CHECK(print(own_results(message, "mx.example.com")) == "mx.example.com; spf=pass smtp.helo=a; dkim=fail; dmarc=fail");
  CHECK(print(own_results(message, "other.example")) == "other.example; none");
}
