#include <envelint/smtp/command.hpp>
#include <envelint/smtp/path.hpp>
#include <envelint/smtp/xtext.hpp>

#include <support/catch.hpp>

#include <string>

using namespace envelint;
using namespace envelint::smtp;

namespace {

const ExtensionSet kAll{Extension::size,        Extension::eight_bit_mime, Extension::smtputf8, Extension::dsn,
                        Extension::binary_mime, Extension::chunking,       Extension::auth,     Extension::requiretls};

/// `local|domain|written`, or `501 5.1.7 …`.
std::string mail(std::string_view argument) {
  const auto sender = parse_mail(argument, kAll);
  if (sender) return sender->path.local_part + "|" + sender->path.domain + "|" + sender->path.written;
  return std::to_string(sender.error().code()) + " " + sender.error().enhanced() + " " + sender.error().text();
}

std::string rcpt(std::string_view argument, bool utf8 = false) {
  const auto recipient = parse_rcpt(argument, kAll, utf8);
  if (recipient) return recipient->path.local_part + "|" + recipient->path.domain + "|" + recipient->path.written;
  return std::to_string(recipient.error().code()) + " " + recipient.error().enhanced() + " " + recipient.error().text();
}

}  // namespace

TEST_CASE("paths are read as RFC 5321 has them", "[smtp][command]") {
  const auto [argument, expected] = GENERATE(table<std::string, std::string>({
      {"FROM:<>", "||"},
      {"from:<a@one.example>", "a|one.example|a@one.example"},
      {"FROM:<a.b+c=d@one.example>", "a.b+c=d|one.example|a.b+c=d@one.example"},
      {"FROM:<a@one.example>   ", "a|one.example|a@one.example"},
      {"FROM:<a@localhost>", "a|localhost|a@localhost"},
      {"FROM:<a@[192.0.2.1]>", "a|[192.0.2.1]|a@[192.0.2.1]"},
      {"FROM:<a@[IPv6:2001:db8::1]>", "a|[IPv6:2001:db8::1]|a@[IPv6:2001:db8::1]"},
      {R"(FROM:<"a b"@one.example>)", R"(a b|one.example|"a b"@one.example)"},
      {R"(FROM:<"a\"b\\c"@one.example>)", R"(a"b\c|one.example|"a\"b\\c"@one.example)"},
      {R"(FROM:<"a@b>c"@one.example>)", R"(a@b>c|one.example|"a@b>c"@one.example)"},
      {R"(FROM:<""@one.example>)", R"(|one.example|""@one.example)"},
      {"FROM:<@x.example,@y.example:a@one.example>", "a|one.example|a@one.example"},
      {"FROM:<!#$%&'*+-/=?^_`{|}~@one.example>", "!#$%&'*+-/=?^_`{|}~|one.example|!#$%&'*+-/=?^_`{|}~@one.example"},
      {"FROM:<gr\xC3\xBC\xC3\x9F@one.example> SMTPUTF8",
       "gr\xC3\xBC\xC3\x9F|one.example|gr\xC3\xBC\xC3\x9F@one.example"},
      {"FROM:<a@b\xC3\xBC"
       "cher.example> SMTPUTF8",
       "a|b\xC3\xBC"
       "cher.example|a@b\xC3\xBC"
       "cher.example"},
  }));
  CHECK(mail(argument) == expected);
}

TEST_CASE("a sender that is none is refused with what is wrong", "[smtp][command]") {
  const auto [argument, expected] = GENERATE(table<std::string, std::string>({
      {"", "501 5.5.4 Write MAIL FROM:<user@example.com>"},
      {"TO:<a@one.example>", "501 5.5.4 Write MAIL FROM:<user@example.com>"},
      {"FROM: <a@one.example>", "501 5.5.4 Write FROM:<...> without a space behind the colon"},
      {"FROM:a@one.example", "501 5.1.7 Bad sender: the address has to stand in < and >"},
      {"FROM:<a@one.example", "501 5.1.7 Bad sender: the > at the end of the address is missing"},
      {"FROM:<a>", "501 5.1.7 Bad sender: the address has no @ and domain"},
      {"FROM:<Postmaster>", "501 5.1.7 Bad sender: the address has no @ and domain"},
      {"FROM:<a@>", "501 5.1.7 Bad sender: the domain is empty"},
      {"FROM:<@one.example>", "501 5.1.7 Bad sender: the source route has no : at its end"},
      {"FROM:<@x.example:>", "501 5.1.7 Bad sender: the address is empty"},
      {"FROM:<a b@one.example>", "501 5.1.7 Bad sender: ' ' cannot be there in an address"},
      {"FROM:<a@b@one.example>", "501 5.1.7 Bad sender: '@' cannot be in a domain"},
      {"FROM:<.a@one.example>",
       "501 5.1.7 Bad sender: a dot in the local part stands at an end or beside another; quote the local part"},
      {"FROM:<a@one..example>",
       "501 5.1.7 Bad sender: an empty label in the domain: two dots in a row, or one at an end"},
      {"FROM:<a@one.example.>",
       "501 5.1.7 Bad sender: an empty label in the domain: two dots in a row, or one at an end"},
      {"FROM:<a@my_host.example>", "501 5.1.7 Bad sender: '_' cannot be in a domain"},
      {"FROM:<a@-one.example>", "501 5.1.7 Bad sender: a label of the domain begins or ends with a hyphen"},
      {"FROM:<a@[2001:db8::1]>", "501 5.1.7 Bad sender: an IPv6 literal needs its tag: [IPv6:2001:db8::1]"},
      {"FROM:<a@[192.0.2]>",
       "501 5.1.7 Bad sender: the literal is no address: write [192.0.2.1] or [IPv6:2001:db8::1]"},
      {"FROM:<a@[192.0.2.1>", "501 5.1.7 Bad sender: the ] of the literal is missing"},
      {R"(FROM:<"a@one.example>)", R"(501 5.1.7 Bad sender: the quoted local part has no " at its end)"},
      {R"(FROM:<"a\)", R"(501 5.1.7 Bad sender: the quoted local part has no " at its end)"},
      {"FROM:<a@one.example>x", "501 5.5.4 x behind the > of the address"},
      {"FROM:<gr\xC3\xBC\xC3\x9F@one.example>",
       "550 5.6.7 The address is not ASCII: that needs SMTPUTF8 behind MAIL FROM:<...>"},
      {"FROM:<gr\xFC@one.example> SMTPUTF8", "501 5.1.7 Bad sender: the address is not UTF-8"},
      {"FROM:<a@one.example> FOO=bar", "555 5.5.4 FOO is not offered here"},
      {"FROM:<a@one.example> SIZE", "501 5.5.4 SIZE needs a value"},
      {"FROM:<a@one.example> SIZE=", "501 5.5.4 SIZE= has no value"},
      {"FROM:<a@one.example> SIZE=-1", "501 5.5.4 SIZE is a number of octets, of 20 digits at most"},
      {"FROM:<a@one.example> SIZE=1 size=2", "501 5.5.4 SIZE is there twice"},
      {"FROM:<a@one.example> SMTPUTF8=1", "501 5.5.4 SMTPUTF8 has no value"},
      {"FROM:<a@one.example> BODY=9BIT", "501 5.5.4 BODY=9BIT is not offered here"},
      {"FROM:<a@one.example> RET=SOME", "501 5.5.4 RET is FULL or HDRS"},
      {"FROM:<a@one.example> ENVID=a+0A", "501 5.5.4 ENVID has characters that are not printable"},
      {"FROM:<a@one.example> ENVID=a+4", "501 5.5.4 ENVID is no xtext (RFC 3461 section 4)"},
      {"FROM:<a@one.example> ENVID=\xC3\xBC", "501 5.5.4 ENVID is no xtext (RFC 3461 section 4)"},
      {"FROM:<a@one.example> =x", "501 5.5.4 =x is no parameter"},
      {"FROM:<a@one.example> AUTH=a=b", "501 5.5.4 The value of AUTH has characters that cannot be there"},
  }));
  CHECK(mail(argument) == expected);
}

TEST_CASE("the limits of a path are those of RFC 5321", "[smtp][command][limits]") {
  const std::string local(64, 'a');
  const std::string label(63, 'b');
  CHECK(mail("FROM:<" + local + "@one.example>").substr(0, 2) == "aa");
  CHECK(mail("FROM:<a" + local + "@one.example>") == "501 5.1.7 Bad sender: the local part has more than 64 octets");
  CHECK(mail("FROM:<a@" + label + ".example>").substr(0, 2) == "a|");
  CHECK(mail("FROM:<a@b" + label + ".example>") ==
        "501 5.1.7 Bad sender: a label of the domain has more than 63 octets");
  const std::string domain = label + "." + label + "." + label + ".example";
  CHECK(mail("FROM:<" + std::string(256 - 3 - domain.size(), 'a') + "@" + domain + ">").substr(0, 2) == "aa");
  CHECK(mail("FROM:<" + std::string(256 - 2 - domain.size(), 'a') + "@" + domain + ">") ==
        "501 5.1.7 Bad sender: the path has more than 256 octets");
  CHECK(mail("FROM:<a@" + domain + "." + label + ">") == "501 5.1.7 Bad sender: the domain has more than 255 octets");
}

TEST_CASE("recipients are read, and Postmaster without a domain", "[smtp][command]") {
  CHECK(rcpt("TO:<b@two.example>") == "b|two.example|b@two.example");
  CHECK(rcpt("to:<pOstMaster>") == "pOstMaster||pOstMaster");
  CHECK(rcpt("TO:<>") == "501 5.1.3 Bad recipient: the address is empty");
  CHECK(rcpt("TO:<\xC3\xBC@two.example>") ==
        "553 5.6.7 The address is not ASCII: that needs SMTPUTF8 behind MAIL FROM:<...>");
  CHECK(rcpt("TO:<\xC3\xBC@two.example>", true) == "\xC3\xBC|two.example|\xC3\xBC@two.example");
  CHECK(rcpt("TO:<b@two.example> SIZE=1") == "555 5.5.4 SIZE is not offered here");
  CHECK(rcpt("TO:<b@two.example> NOTIFY=NEVER,DELAY") == "501 5.5.4 NOTIFY=NEVER stands alone");
  const std::string list = GENERATE("", ",", "SUCCESS,", "SUCCESS,success", "ALWAYS");
  CHECK(rcpt("TO:<b@two.example> NOTIFY=" + list).substr(0, 9) == "501 5.5.4");
  const std::string original = GENERATE("rfc822", ";b", "rfc822;a+0A", "rfc822;a+");
  CHECK(rcpt("TO:<b@two.example> ORCPT=" + original).substr(0, 9) == "501 5.5.4");
}

TEST_CASE("SIZE saturates and is never taken for less", "[smtp][command][hazard]") {
  CHECK(parse_mail("FROM:<> SIZE=18446744073709551615", kAll)->size == UINT64_MAX);
  CHECK(parse_mail("FROM:<> SIZE=18446744073709551617", kAll)->size == UINT64_MAX);
  CHECK(parse_mail("FROM:<> SIZE=99999999999999999999", kAll)->size == UINT64_MAX);
  CHECK(parse_mail("FROM:<> SIZE=00000000000000000007", kAll)->size == 7);
  CHECK_FALSE(parse_mail("FROM:<> SIZE=000000000000000000007", kAll).has_value());
}

TEST_CASE("xtext gives back any octet", "[smtp][command]") {
  CHECK(xtext_decode("") == "");
  CHECK(xtext_decode("a+2Bb+3D+00") == std::string("a+b=\0", 5));
  CHECK_FALSE(xtext_decode("a+2").has_value());
  CHECK_FALSE(xtext_decode("a+2b").has_value());
  CHECK_FALSE(xtext_decode("a=b").has_value());
  CHECK_FALSE(xtext_decode("a b").has_value());
}
