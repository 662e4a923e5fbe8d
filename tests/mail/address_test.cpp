#include <envelint/mail/address.hpp>

#include <support/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using namespace envelint::mail;

namespace {

using Kind = AddressFault::Kind;
using Kinds = std::vector<Kind>;
using Lines = std::vector<std::string>;

/// `display name|local part|domain|name` of each mailbox; `-` where there is no name.
Lines mailboxes_of(const AddressList& list) {
  Lines out;
  for (const Mailbox& box : list.mailboxes) {
    out.push_back(box.display_name + "|" + box.local_part + "|" + box.domain + "|" +
                  (box.name ? box.name->to_string() : "-"));
  }
  return out;
}

Lines mailboxes_of(std::string_view value) { return mailboxes_of(parse_address_list(value)); }

Kinds faults_of(std::string_view value) {
  Kinds out;
  for (const AddressFault& fault : parse_address_list(value).faults) out.push_back(fault.kind);
  return out;
}

/// What the first fault points at.
std::string underlined(std::string_view value) {
  const AddressList list = parse_address_list(value);
  if (list.faults.empty()) return "nothing";
  return std::string(value.substr(list.faults[0].span.start, list.faults[0].span.size()));
}

}  // namespace

TEST_CASE("addresses are read in the forms of RFC 5322 §3.4", "[mail][address]") {
  const auto [value, expected] = GENERATE(table<std::string, Lines>({
      {"a@example.com", {"|a|example.com|example.com"}},
      {" <a@example.com>\r\n", {"|a|example.com|example.com"}},
      {"Joe <a@example.com>", {"Joe|a|example.com|example.com"}},
      {"Joe  Q.\r\n Public <a@example.com>", {"Joe Q. Public|a|example.com|example.com"}},
      {"\"Public, Joe\" <a@example.com>", {"Public, Joe|a|example.com|example.com"}},
      {"\"a \\\"b\\\" \\\\c\" <a@example.com>", {"a \"b\" \\c|a|example.com|example.com"}},
      {"\"a@one.example\" <b@two.example>", {"a@one.example|b|two.example|two.example"}},
      {"Joe (the \\( one) <a@example.com> (at (home))", {"Joe|a|example.com|example.com"}},
      {"a@example.com (Joe)", {"|a|example.com|example.com"}},
      {"a@one.example, Joe <b@two.example>", {"|a|one.example|one.example", "Joe|b|two.example|two.example"}},
      {"\"a b\"@example.com", {"|a b|example.com|example.com"}},
      {"a@[192.0.2.1]", {"|a|[192.0.2.1]|-"}},
      {"a@[IPv6:2001:db8::1]", {"|a|[IPv6:2001:db8::1]|-"}},
      {"a@Mail_1.example", {"|a|Mail_1.example|Mail_1.example"}},
      {"a@r3---x.example", {"|a|r3---x.example|r3---x.example"}},
      {"[list] O\\'Brien <a@example.com>", {"[list] O\\'Brien|a|example.com|example.com"}},
      {"=?utf-8?q?J=C3=B6?= <a@example.com>", {"=?utf-8?q?J=C3=B6?=|a|example.com|example.com"}},
  }));
  CAPTURE(value);
  CHECK(mailboxes_of(value) == expected);
  CHECK(faults_of(value).empty());
}

TEST_CASE("obsolete forms of RFC 5322 §4.4 are read", "[mail][address]") {
  CHECK(mailboxes_of(",a@one.example,, b@two.example,") ==
        Lines{"|a|one.example|one.example", "|b|two.example|two.example"});
  CHECK(faults_of(",a@one.example,, b@two.example,").empty());
  CHECK(mailboxes_of("a . \"b\" . c@example.com") == Lines{"|a.b.c|example.com|example.com"});
  CHECK(mailboxes_of("a..b.@example.com") == Lines{"|a..b.|example.com|example.com"});
  CHECK(mailboxes_of("<@one.example,@two.example:a@example.com>") == Lines{"|a|example.com|example.com"});
  CHECK(faults_of("<@one.example,@two.example:a@example.com>") == Kinds{Kind::route});
  CHECK(underlined("<@one.example,@two.example:a@example.com>") == "@one.example,@two.example:");
  CHECK(mailboxes_of("a@example\r\n .com") == Lines{"|a|example.com|example.com"});
  CHECK(faults_of("a@example\r\n .com") == Kinds{Kind::folded_in_domain});
}

TEST_CASE("groups are counted and their members read", "[mail][address]") {
  const AddressList list = parse_address_list("Friends: a@one.example, B <b@two.example>;, c@example.com");
  CHECK(list.groups == 1);
  CHECK(mailboxes_of(list) ==
        Lines{"|a|one.example|one.example", "B|b|two.example|two.example", "|c|example.com|example.com"});
  CHECK(list.faults.empty());

  const AddressList empty = parse_address_list("Undisclosed recipients:;");
  CHECK(empty.groups == 1);
  CHECK(empty.mailboxes.empty());
  CHECK(empty.faults.empty());

  CHECK(faults_of("a: b: c@example.com;") == Kinds{Kind::stray});
  CHECK(faults_of("mailto:a@example.com") == Kinds{Kind::unclosed});
  CHECK(faults_of("a@one.example: b@two.example;") == Kinds{Kind::stray});
  CHECK(faults_of("a:b@example.com; c") == Kinds{Kind::trailing_text});
}

TEST_CASE("domains beyond ASCII have a name with A-labels", "[mail][address]") {
  CHECK(mailboxes_of("jö@bücher.example") == Lines{"|jö|bücher.example|xn--bcher-kva.example"});
  CHECK(mailboxes_of("a@BÜCHER.example") == Lines{"|a|BÜCHER.example|xn--bcher-kva.example"});
  CHECK(faults_of("Jö <jö@bücher.example>").empty());
}

TEST_CASE("what cannot be a domain of mail has no name", "[mail][address]") {
  const std::string domain = GENERATE(as<std::string>{}, "example.com.", "example..com", ".example.com", "exam!ple.com",
                                      "b\xFC"
                                      "cher.example",
                                      "one\uFF0Etwo.example", "one\uFF20two.example", "\u2100.example",
                                      "bücher.example\u3002", std::string(64, 'a') + ".example");
  CAPTURE(domain);
  const AddressList list = parse_address_list("a@" + domain);
  REQUIRE(list.mailboxes.size() == 1);
  CHECK(list.mailboxes[0].domain == domain);
  CHECK_FALSE(list.mailboxes[0].name);
  CHECK(list.has(Kind::bad_domain));
}

TEST_CASE("faults say what readers may differ in, and where", "[mail][address]") {
  const auto [value, kinds, where] = GENERATE(table<std::string, Kinds, std::string>({
      {"", {Kind::empty}, ""},
      {" (nobody) ,", {Kind::empty}, " (nobody) ,"},
      {"Joe", {Kind::no_domain}, "Joe"},
      {"Joe <>", {Kind::no_domain}, "<>"},
      {"a@", {Kind::no_domain}, "a"},
      {"@example.com", {Kind::no_local_part}, "@"},
      {"\"\"@example.com", {}, "nothing"},
      {"see a@one.example now <b@two.example>", {Kind::unquoted_at}, "a@one.example"},
      {"see (a@one.example) <b@two.example>", {Kind::unquoted_at}, "(a@one.example)"},
      {"(<a@one.example>) <b@two.example>", {Kind::at_in_comment}, "(<a@one.example>)"},
      {"b@two.example(@one.example)", {Kind::at_in_comment}, "(@one.example)"},
      {"<b@two.example> (a@one.example)", {Kind::at_in_comment}, "(a@one.example)"},
      {"\"a@one.example\"@two.example", {Kind::at_in_local_part}, "\"a@one.example\""},
      {"a@one.example@two.example", {Kind::trailing_text}, "@two.example"},
      {"<a@one.example> b@two.example", {Kind::trailing_text}, "b@two.example"},
      {"<a@one.example><b@two.example>", {Kind::trailing_text}, "<b@two.example>"},
      {"a@one.example b@two.example", {Kind::trailing_text}, "b@two.example"},
      {"a@one.example>", {Kind::trailing_text}, ">"},
      {"Joe a@one.example", {Kind::stray}, "Joe"},
      {"Joe) <a@one.example>", {Kind::stray}, ")"},
      {"Joe\\<x <a@one.example>", {Kind::stray, Kind::unclosed, Kind::trailing_text}, "\\"},
      {"<<a@one.example>", {Kind::stray}, "<"},
      {"a@one.example;", {Kind::stray}, ";"},
      {"<a@one.example", {Kind::unclosed}, "<a@one.example"},
      {"<a@one.example, b@two.example", {Kind::unclosed}, "<a@one.example"},
      {"(Joe <a@one.example>", {Kind::unclosed}, "(Joe <a@one.example>"},
      {"\"Joe <a@one.example>", {Kind::unclosed}, "\"Joe <a@one.example>"},
      {"a@[192.0.2.1", {Kind::unclosed}, "[192.0.2.1"},
      {"a@ one.example", {Kind::folded_in_domain}, "one.example"},
      {"a@one(.two).example", {Kind::folded_in_domain}, "one(.two).example"},
      {"=?utf-8?q?a=40one.example?=@two.example", {Kind::encoded_word}, "=?utf-8?q?a=40one.example?="},
      {"a\x01@one.example", {Kind::bad_octet}, "\x01"},
      {"a\r@one.example", {Kind::bad_octet}, "\r"},
      {"a@one.example\r\n \r\n <b@two.example>", {Kind::unquoted_at, Kind::blank_line}, "a@one.example"},
      {"a@one.example\r\n \r\n ", {}, "nothing"},
      {"J\xF6\\J <a@one.example>", {Kind::not_utf8, Kind::stray}, "\xF6"},
      {"J\xF6\xF6 <a@one.example>", {Kind::not_utf8}, "\xF6\xF6"},
  }));
  CAPTURE(value);
  CHECK(faults_of(value) == kinds);
  CHECK(underlined(value) == where);
}

TEST_CASE("a mailbox knows where it and its address stand", "[mail][address]") {
  const std::string value = " \"Joe\" <a@one.example> (x), b@two.example (y)";
  const AddressList list = parse_address_list(value);
  REQUIRE(list.mailboxes.size() == 2);
  const auto at = [&](text::Span span) { return value.substr(span.start, span.size()); };
  CHECK(at(list.mailboxes[0].span) == "\"Joe\" <a@one.example>");
  CHECK(at(list.mailboxes[0].address_span) == "a@one.example");
  CHECK(at(list.mailboxes[1].span) == "b@two.example");
  CHECK(at(list.mailboxes[1].address_span) == "b@two.example");
  CHECK(list.mailboxes[1].address() == "b@two.example");
}

TEST_CASE("long lists, long values and deep comments have their limits", "[mail][address]") {
  std::string many;
  for (std::size_t i = 0; i <= kMaxMailboxes; ++i) many += "a@example.com,";
  CHECK(parse_address_list(many).mailboxes.size() == kMaxMailboxes);
  CHECK(faults_of(many) == Kinds{Kind::too_many});
  many.pop_back();
  many.erase(0, std::string("a@example.com,").size());
  CHECK(faults_of(many).empty());

  const std::string end = "a@example.com";
  CHECK(faults_of(std::string(kMaxAddressList - end.size(), ' ') + end).empty());
  CHECK(faults_of(std::string(kMaxAddressList - end.size() + 1, ' ') + end) == Kinds{Kind::too_long});

  const auto nested = [](unsigned depth) {
    return std::string(depth, '(') + std::string(depth, ')') + "a@example.com";
  };
  CHECK(faults_of(nested(kMaxCommentDepth)).empty());
  CHECK(faults_of(nested(kMaxCommentDepth + 1)) == Kinds{Kind::too_long});
}

TEST_CASE("what does not end is not looked for again and again", "[mail][address]") {
  for (const std::string part : {"(", "\"\\", "\"(", "<", "<@", "[", "@[", "a:", "<,", "\\\"", "a@b.", "\r\n "}) {
    CAPTURE(part);
    std::string value;
    while (value.size() < kMaxAddressList) value += part;
    CHECK_FALSE(parse_address_list(value).faults.empty());
  }
}
