#include <support/catch.hpp>

#include <envelint/expectation/file.hpp>
#include <envelint/expectation/toml_guard.hpp>
#include <envelint/text/tag_list.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using namespace envelint::expectation;

namespace {

Expectations read(std::string_view toml) {
  auto out = read_expectations("envelint.toml", std::string(toml));
  if (!out) FAIL(out.error().front().message);
  return *std::move(out);
}

/// "LINE:COLUMN message" of every fault.
std::vector<std::string> faults(std::string_view toml) {
  std::vector<std::string> out;
  const auto read = read_expectations("envelint.toml", std::string(toml));
  if (read) return out;
  for (const Fault& fault : read.error()) {
    out.push_back(fmt::format("{}:{} {}", fault.place.line, fault.place.column, fault.message));
  }
  return out;
}

std::string in_name(std::string_view lines) { return "[domains.\"example.com\"]\n" + std::string(lines); }

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

std::string_view text_at(const Expectations& read, text::Span span) { return text::slice(read.file->content(), span); }

}  // namespace

TEST_CASE("a file of expectations is read with the place of each", "[expectation]") {
  const Expectations all = read(R"(# what must hold
[domains."example.com"]
policy = "reject"  # of both generations
policy_rfc7489 = "quarantine"
max_lookups = 8
selectors = ["s1", "s2"]
pass = [
  "192.0.2.10",  # é
  { ip = "2001:db8::1", mail_from = "bounce@mail.example.com", helo = "mx.example.com" },
]
fail = ["203.0.113.66"]

[domains."No-Such.example.com"]
policy = "none"
)");
  REQUIRE(all.names.size() == 2);
  const Expectation& one = all.names[0];
  CHECK(one.name.to_string() == "example.com");
  CHECK(text_at(all, one.span) == "\"example.com\"");
  CHECK(one.policy->policy == dmarc::Policy::reject);
  CHECK(text_at(all, one.policy->span) == "\"reject\"");
  CHECK(one.policy_rfc7489->policy == dmarc::Policy::quarantine);
  CHECK(one.max_lookups->most == 8);
  CHECK(text_at(all, one.max_lookups->span) == "8");
  REQUIRE(one.selectors.size() == 2);
  CHECK(text_at(all, one.selectors[1].span) == "\"s2\"");
  REQUIRE(one.pass.size() == 2);
  CHECK(one.pass[0].plain);
  CHECK(one.pass[0].mail_from == "postmaster@example.com");
  CHECK(one.pass[0].helo == "example.com");
  CHECK(one.pass[1].ip.to_string() == "2001:db8::1");
  CHECK(one.pass[1].mail_from == "bounce@mail.example.com");
  CHECK(one.pass[1].helo == "mx.example.com");
  CHECK(text_at(all, one.pass[1].span) ==
        "{ ip = \"2001:db8::1\", mail_from = \"bounce@mail.example.com\", helo = \"mx.example.com\" }");
  REQUIRE(one.fail.size() == 1);
  CHECK(one.count() == 8);
  CHECK(all.names[1].name == dns::Name::parse("no-such.example.com"));
}

TEST_CASE("names stay in the order of the file, and may be written in any script", "[expectation]") {
  const Expectations all = read(
      "[domains]\n\"zebra.example\" = { policy = \"none\" }\n"
      "\"bücher.example\" = { pass = [\"192.0.2.1\"] }\n");
  REQUIRE(all.names.size() == 2);
  CHECK(all.names[0].name.to_string() == "zebra.example");
  CHECK(all.names[1].name.to_string() == "xn--bcher-kva.example");
  CHECK(text_at(all, all.names[1].span) == "\"bücher.example\"");
  CHECK(text_at(all, all.names[1].pass.front().span) == "\"192.0.2.1\"");
}

TEST_CASE("a byte order mark and line ends of Windows change no place", "[expectation]") {
  const Expectations all = read("\xEF\xBB\xBF[domains.\"example.com\"]\r\npolicy = \"none\"\r\n");
  CHECK(text_at(all, all.names.front().span) == "\"example.com\"");
  CHECK(text_at(all, all.names.front().policy->span) == "\"none\"");
}

TEST_CASE("the empty sender address is that of a bounce, checked by its HELO name", "[expectation]") {
  const Expectations all =
      read(in_name("pass = [{ ip = \"192.0.2.1\", mail_from = \"<>\", helo = \"mx.example.com\" }]"));
  CHECK(all.names.front().pass.front().mail_from.empty());
  CHECK(faults(in_name("pass = [{ ip = \"192.0.2.1\", mail_from = \"\" }]")) ==
        std::vector<std::string>{"2:41 mail without a sender address is checked by its HELO name; add `helo = "
                                 "\"mx.example.com\"`"});
}

TEST_CASE("every slip in a file is a fault with its place", "[expectation]") {
  const auto [toml, expected] = GENERATE(table<std::string, std::string>({
      {"", "1:1 nothing is expected in this file; begin a table, such as `[domains.\"example.com\"]`"},
      {"[domains]", "1:1 nothing is expected in this file; begin a table, such as `[domains.\"example.com\"]`"},
      {in_name(""), "1:10 nothing is expected of `example.com`"},
      {in_name("pass = []"), "1:10 nothing is expected of `example.com`"},
      {in_name("polcy = \"reject\""), "2:1 `polcy` is no key of a name; did you mean `policy`?"},
      {in_name("colour = \"red\""),
       "2:1 `colour` is no key of a name, which has `policy`, `policy_rfc7489`, `max_lookups`, `selectors`, `pass`, "
       "`fail`"},
      {"[domain.\"example.com\"]\npolicy = \"none\"", "1:2 `domain` is no key of the file; did you mean `domains`?"},
      {"domains = 1", "1:11 `domains` is a table, with a table for each name; this is a number"},
      {"[domains]\n\"example.com\" = \"reject\"",
       "2:1 `example.com` is text; what is expected of a name is a table, such as `[domains.\"example.com\"]`"},
      {"[domains.example.com]\npolicy = \"none\"",
       "1:10 the name stands in quotes, as in `[domains.\"example.com\"]`, since TOML takes its dots for tables"},
      {"[domains.\"192.0.2.1\"]\npolicy = \"none\"", "1:10 `192.0.2.1` is an address and no name"},
      {"[domains.\"a@example.com\"]\npolicy = \"none\"", "1:10 `a@example.com` is no domain name"},
      {"[domains.\"a..com\"]\npolicy = \"none\"", "1:10 `a..com` is no domain name: it has an empty label"},
      {"[domains.\".\"]\npolicy = \"none\"", "1:10 `.` is the root, which has no mail"},
      {"[domains.\"a.example\"]\npolicy = \"none\"\n[domains.\"A.example\"]\npolicy = \"none\"",
       "1:10 `a.example` has a table already, in line 3"},
      {in_name("policy = \"discard\""), "2:10 `discard` is no policy; it is `none`, `quarantine` or `reject`"},
      {in_name("policy = true"), "2:10 `policy` is text in quotes; this is true or false"},
      {in_name("policy = reject"),
       "2:10 this is no TOML: value: could not determine value type; addresses and words stand in quotes, as in "
       "`policy = \"reject\"`"},
      {in_name("pass = [192.0.2.1]"),
       "2:14 this is no TOML: floating-point: expected decimal digit or exponent, saw '.'; addresses and words stand in "
       "quotes, as in `policy = \"reject\"`"},
      {in_name("policy = \"none\"\npolicy = \"none\""),
       "3:10 this is no TOML: key-value pair: cannot redefine existing string 'policy'"},
      {in_name("max_lookups = 11"), "2:15 `max_lookups` is a number from 0 to 10, where receivers stop"},
      {in_name("max_lookups = -1"), "2:15 `max_lookups` is a number from 0 to 10, where receivers stop"},
      {in_name("max_lookups = \"8\""), "2:15 `max_lookups` is a number from 0 to 10, where receivers stop"},
      {in_name("selectors = \"s1\""), "2:13 `selectors` is a list, as in `selectors = [\"…\"]`; this is text"},
      {in_name("selectors = [\"s1\", 2]"), "2:20 a selector is text in quotes; this is a number"},
      {in_name("selectors = [\"a b\"]"), "2:14 `a b` is no selector"},
      {in_name("pass = [\"192.0.2.300\"]"), "2:9 `192.0.2.300` is no IP address"},
      {in_name("pass = [\"192.0.2.0/24\"]"),
       "2:9 `192.0.2.0/24` is a network; name one of its addresses, since each is a sender"},
      {in_name("fail = [1.5]"), "2:9 a sender is text in quotes; this is a number with a point"},
      {in_name("pass = [{ mail_from = \"a@b.example\" }]"),
       "2:9 a sender has an `ip`, as in `{ ip = \"192.0.2.10\" }`"},
      {in_name("pass = [{ ip = \"192.0.2.1\", from = \"a\" }]"),
       "2:29 `from` is no key of a sender, which has `ip`, `mail_from`, `helo`"},
      {in_name("pass = [{ ip = \"192.0.2.1\", mail_form = \"a@b.example\" }]"),
       "2:29 `mail_form` is no key of a sender; did you mean `mail_from`?"},
      {in_name("pass = [{ ip = \"192.0.2.1\", mail_from = \"example.com\" }]"),
       "2:41 `example.com` is no mail address"},
      {in_name("pass = [{ ip = \"192.0.2.1\", helo = \"a b\" }]"), "2:36 `a b` is no host name"},
      {"[=]", "1:2 this is no TOML: key: expected bare key starting character or string delimiter, saw '='"},
      {"[*.example.com]",
       "1:2 this is no TOML: key: expected bare key starting character or string delimiter, saw '*'"},
      {"# \xFF", "1:2 this is no TOML: Encountered invalid utf-8 sequence"},
      {in_name("policy = “reject”"),
       "2:10 outside of strings and comments TOML is plain ASCII; quotes are `\"` or `'`, no others"},
      {std::string("[\0", 2),
       "1:2 outside of strings and comments TOML is plain ASCII; quotes are `\"` or `'`, no others"},
      {in_name("policy = a\"none\""),
       "2:11 no text can begin at this quote; a blank, `=`, `,`, `.` or a bracket stands before it"},
      {in_name("policy = \"\"\"none\"\"\""),
       "2:10 no text here goes over several lines; one quote at each end is enough, `\"` or `'`"},
  }));
  CAPTURE(toml);
  const std::vector<std::string> found = faults(toml);
  CHECK(found == std::vector<std::string>{expected});
}

TEST_CASE("all faults are told, in the order of the file", "[expectation]") {
  CHECK(faults(in_name("pass = [\"x\", \"é\", \"y\"]\npolcy = \"none\"")) ==
        std::vector<std::string>{"2:9 `x` is no IP address", "2:14 `é` is no IP address", "2:20 `y` is no IP address",
                                 "3:1 `polcy` is no key of a name; did you mean `policy`?"});
}

TEST_CASE("what is read is bounded", "[expectation][hazard]") {
  CHECK(faults(std::string(kMaxFileOctets + 1, '#')).front() == "1:1 the file is larger than 256 KiB");
  CHECK(faults(in_name("pass = [" + repeated("\"192.0.2.1\",", kMaxSenders + 1) + "]")).front() ==
        "2:8 `pass` has 1001 entries; the most are 1000");
  CHECK(faults(in_name("selectors = [" + repeated("\"s\",", kMaxSelectors + 1) + "]")).front() ==
        "2:13 `selectors` has 101 entries; the most are 100");
  std::string names = "[domains]\n";
  for (std::size_t i = 0; i <= kMaxNames; ++i) names += fmt::format("\"d{}.example\" = {{}}\n", i);
  CHECK(faults(names).front() == "1:1 there are 1001 names; the most are 1000");
  CHECK(faults(in_name("pass = [" + repeated("1,", 2 * kMaxFaults) + "]")).size() == kMaxFaults);
  CHECK(faults("x = " + repeated("[", 5000)).front() ==
        "1:13 more brackets stand one inside the other than any expectation needs");
  CHECK(faults(repeated("a.", 50'000) + "b = 1").front() ==
        "1:130 more than 64 dots stand in this line outside of quotes; names and addresses stand in quotes");
}

TEST_CASE("a quote within a word begins no string", "[expectation]") {
  for (const std::string line : {"a = b\"c\"", "a = b.\"c\"", "a = b=\"c\"", "a = b[\"c\"]", "a = [b'c']",
                                 "a = { b = c.\"d\" }", "a\"b\" = 1", "a = = =\"c\"", "a = \"b\"\"c\""}) {
    CAPTURE(line);
    const auto hazard = find_toml_hazard(line);
    REQUIRE(hazard);
    CHECK(hazard->kind == TomlHazard::Kind::quote);
  }
  for (const std::string line :
       {"a=\"b\"", "a.\"b\".'c'='d'", "[a.\"b\"]", "[[\"a\"]]", "a=[\"b\",'c']", "a=[{b=\"c\",'d'=\"e\"},\"f\"]",
        "a={b.\"c\"=\"d\"}", "a = [\n\"b\"\n,\"c\"]\n\"d\".\"e\"=1"}) {
    CAPTURE(line);
    CHECK_FALSE(find_toml_hazard(line));
  }
}

TEST_CASE("dots, brackets and any characters may stand in strings and comments", "[expectation]") {
  const std::string dots = repeated(".[é", 100);
  for (const std::string& text :
       {"\"" + dots + "\\\"" + dots + "\"", "'" + dots + "\\'", "\"\" # \"\"\" " + dots, "# " + dots + "\" '"}) {
    CAPTURE(text);
    CHECK_FALSE(find_toml_hazard("a = " + text + "\nb = 1"));
    CHECK(find_toml_hazard("a = " + text + "\n" + repeated("[", kMaxBrackets + 1)));
  }
  CHECK(find_toml_hazard("a = \"open\n" + dots));  // a string ends with its line
  CHECK(find_toml_hazard("a = \"open\\\n" + dots));
  CHECK_FALSE(find_toml_hazard("a = \"open\\"));
}
