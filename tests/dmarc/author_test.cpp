#include <envelint/dmarc/author.hpp>

#include <support/catch.hpp>
#include <support/shared_data.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using namespace envelint::dmarc;

namespace {

using enum AuthorStatus;
using Lines = std::vector<std::string>;

Author author_of(const std::string& bytes) { return find_author(mail::Message::split(bytes)); }

/// The author of a message with this From field.
Author author_from(const std::string& value) { return author_of("From: " + value + "\r\nSubject: x\r\n\r\n"); }

Lines domains_of(const Author& author) {
  Lines out;
  for (const dns::Name& domain : author.domains) out.push_back(domain.to_string());
  return out;
}

}  // namespace

TEST_CASE("a plain From field gives one author domain", "[dmarc][author]") {
  const auto [value, domain] = GENERATE(table<std::string, std::string>({
      {"a@example.com", "example.com"},
      {"<a@example.com>", "example.com"},
      {"Joe <a@Example.COM>", "Example.COM"},
      {"\"Joe, the one\" <a@example.com>", "example.com"},
      {"a@example.com (Joe)", "example.com"},
      {"Joe\r\n\t<a@example.com>", "example.com"},
      {"=?utf-8?q?J=C3=B6?= <a@example.com>", "example.com"},
      {"J\xF6 <a@example.com>", "example.com"},  // Latin-1, as it should not be but is
      {"jö@bücher.example", "xn--bcher-kva.example"},
      {"a@one.example, b@ONE.example", "one.example"},
      {"Staff: a@one.example;", "one.example"},
      {"a@localhost", "localhost"},
  }));
  CAPTURE(value);
  const Author author = author_from(value);
  CHECK(author.status == one);
  CHECK(author.usable());
  CHECK(domains_of(author) == Lines{domain});
  CHECK(author.fields == std::vector<std::size_t>{0});
}

// From "Composition Kills" (USENIX Security 2020), "Weak Links in Authentication Chains" (USENIX Security 2021),
// Mailsploit, CVE-2019-16378, CVE-2025-13033 and RFC 7103 §7. Somebody owns
// attack.example and would be admin@legit.example.
TEST_CASE("a From field in which readers see different authors gives none", "[dmarc][author]") {
  const auto [trick, value, status] = GENERATE(table<std::string, std::string, AuthorStatus>({
      // Several addresses.
      {"two addresses", "admin@legit.example, b@attack.example", several_domains},
      {"two addresses, the second quoted", "\"x\" <admin@legit.example>, \"y\" <b@attack.example>", several_domains},
      {"a comma in the address", "admin@legit.example,@attack.example", several_domains},
      {"a comma in the brackets", "<admin@legit.example,b@attack.example>", several_domains},
      {"a semicolon", "admin@legit.example;b@attack.example", several_domains},
      {"a semicolon behind", "admin@legit.example;", unreadable},
      {"a name and a comma before", "Doe, Joe <a@legit.example>", unreadable},
      {"an address that is none before", "admin, b@attack.example", unreadable},
      {"a literal besides", "a@[192.0.2.1], b@attack.example", unreadable},
      {"no domain besides", "admin@legit.example <b@attack.example>, c@attack.example", unreadable},

      // Precedence.
      {"two in brackets", "<admin@legit.example><b@attack.example>", unreadable},
      {"two in brackets, a space between", "<admin@legit.example> <b@attack.example>", unreadable},
      {"an address behind", "<admin@legit.example> b@attack.example", unreadable},
      {"a name behind", "<b@attack.example> admin", unreadable},
      {"two without a comma", "admin@legit.example b@attack.example", unreadable},
      {"two @", "admin@legit.example@attack.example", unreadable},
      {"brackets in brackets", "<<admin@legit.example>b@attack.example>", unreadable},
      {"brackets within an address", "b@attack.example<admin@legit.example", unreadable},
      {"many brackets", "<<<b@attack.example>>>", unreadable},
      {"a bracket that does not end", "<b@attack.example", unreadable},
      {"a bracket that does not begin", "b@attack.example>", unreadable},

      // Comments.
      {"a comment with an @ behind", "admin@legit.example(@attack.example)", unreadable},
      {"a comment with an @ before", "(admin@legit.example)b@attack.example", unreadable},
      {"a comment with an address before brackets", "(<admin@legit.example>) <b@attack.example>", unreadable},
      {"a comment in the local part", "admin(@legit.example)@attack.example", unreadable},
      {"a comment behind the @", "admin@(legit.example)attack.example", unreadable},
      {"a comment in the domain", "admin@legit(x).example", unreadable},
      {"a comment in brackets", "<b@attack.example(@legit.example)>", unreadable},
      {"a comment behind brackets", "<b@attack.example> (admin@legit.example)", unreadable},
      {"a comment that does not end", "(admin <b@attack.example>", unreadable},
      {"a comment that a backslash begins", "x \\(<admin@legit.example>) <b@attack.example>", unreadable},
      {"comments in comments", std::string(100, '(') + std::string(100, ')') + "b@attack.example", unreadable},

      // Routes (RFC 5322 §4.4).
      {"a route", "<@legit.example:b@attack.example>", unreadable},
      {"a route of two", "<@legit.example,@any.example:b@attack.example>", unreadable},
      {"a route and a name", "admin@legit.example <@attack.example:b@legit.example>", unreadable},

      // Folds.
      {"a fold before a dot", "admin@legit.example\r\n .attack.example", unreadable},
      {"a fold behind a dot", "admin@legit.\r\n example", unreadable},
      {"a space in the domain", "admin@legit .example", unreadable},
      {"a fold behind the @", "admin@\r\n attack.example", unreadable},
      {"a blank line", "admin@legit.example\r\n \r\n <b@attack.example>", unreadable},
      {"a fold and another address", "admin@legit.example\r\n b@attack.example", unreadable},

      // Octets.
      {"a NUL behind the domain", std::string("admin@legit.example\0.attack.example", 35), no_domain},
      {"a NUL in the local part", std::string("admin@legit.example\0@attack.example", 35), no_domain},
      {"a NUL in the name", std::string("admin\0 <b@attack.example>", 25), unreadable},
      {"a bare CR", "admin@legit.example\r <b@attack.example>", unreadable},
      {"a bare LF", "admin@legit.example\n <b@attack.example>", unreadable},
      {"a backspace", "admin\b <b@attack.example>", unreadable},
      {"octets that are not UTF-8", "\xFF@attack.example", unreadable},
      {"a backslash of Shift-JIS", "\"x\x83\\\" <admin@legit.example>\" <b@attack.example>", unreadable},
      {"a wide @", "admin@legit.example\uFF20attack.example", no_domain},
      {"a wide full stop", "admin@legit.example\uFF0Eattack.example", no_domain},

      // Quotes.
      {"an @ in a quoted local part", "\"admin@legit.example\"@attack.example", unreadable},
      {"brackets in a quoted local part", "\"<admin@legit.example>\"@attack.example", unreadable},
      {"an address and a space quoted", "\"admin@legit.example x\"@attack.example", unreadable},
      {"quotes that do not end", "\"admin <b@attack.example>", unreadable},
      {"a backslash", "admin@legit.example\\@attack.example", unreadable},
      {"a backslash and a comma", "admin@legit.example\\, <b@attack.example>", several_domains},

      // Encoded words (RFC 2047 §5).
      {"an encoded address as the local part", "=?utf-8?q?admin=40legit.example=00?=@attack.example", unreadable},
      {"an encoded address and nothing else", "=?utf-8?b?YWRtaW5AbGVnaXQuZXhhbXBsZQ==?=", no_domain},
      {"an encoded address in brackets", "<=?utf-8?q?admin=40legit.example?=>", no_domain},

      // Groups (RFC 5322 §3.4, RFC 6854).
      {"an address as the name of a group", "admin@legit.example:b@attack.example;", unreadable},
      {"a quoted address as the name of a group", "\"admin@legit.example\":b@attack.example;", unreadable},
      {"a group of two domains", "a:admin@legit.example,b@attack.example;", several_domains},
      {"an address behind a group", "a:admin@legit.example;,b@attack.example", several_domains},
      {"an address right behind a group", "a:admin@legit.example;b@attack.example", unreadable},
      {"a group that does not end", "a:b@attack.example", unreadable},
      {"a group in a group", "a:b:c@attack.example;", unreadable},
      {"an empty group", "Undisclosed recipients:;", no_domain},

      // No author.
      {"nothing", "", no_domain},
      {"a name", "Joe", no_domain},
      {"empty brackets", "admin <>", no_domain},
      {"no domain", "admin@", no_domain},
      {"a literal", "admin@[192.0.2.1]", no_domain},
      {"a domain with a final dot", "admin@legit.example.", no_domain},
      {"nothing before the @", "@legit.example", unreadable},
      {"a name without brackets", "Joe admin@legit.example", unreadable},
  }));
  CAPTURE(trick, value);
  const Author author = author_from(value);
  CHECK(author.status == status);
  CHECK_FALSE(author.usable());
}

TEST_CASE("an address that looks like one in a display name is not the author", "[dmarc][author]") {
  const std::string name = GENERATE(as<std::string>{}, "\"admin@legit.example\"", "\"<admin@legit.example>\"",
                                    "admin@legit.example", "admin@legit.example via list", "(admin@legit.example)",
                                    "=?utf-8?q?admin=40legit.example?=", "=?utf-8?b?PGFkbWluQGxlZ2l0LmV4YW1wbGU+?=");
  CAPTURE(name);
  const Author author = author_from(name + " <b@attack.example>");
  CHECK(author.status == one);
  CHECK(domains_of(author) == Lines{"attack.example"});
}

TEST_CASE("several From fields give no author, whatever they hold", "[dmarc][author]") {
  const auto [trick, header] = GENERATE(table<std::string, std::string>({
      {"two", "From: admin@legit.example\r\nFrom: b@attack.example\r\n"},
      {"the same twice", "From: admin@legit.example\r\nFrom: admin@legit.example\r\n"},
      {"an empty one", "From: admin@legit.example\r\nFrom:\r\n"},
      {"letter case", "From: admin@legit.example\r\nfROM: b@attack.example\r\n"},
      {"a space before the colon", "From: b@attack.example\r\nFrom : admin@legit.example\r\n"},
      {"a space before the colon of the first", "From : admin@legit.example\r\nFrom: b@attack.example\r\n"},
      {"a tab before the colon", "From\t: admin@legit.example\r\nFrom: b@attack.example\r\n"},
      {"a fold before the colon", "From\r\n : admin@legit.example\r\nFrom: b@attack.example\r\n"},
      {"a space before the name", " From: admin@legit.example\r\nFrom: b@attack.example\r\n"},
      {"a byte order mark",
       "\xEF\xBB\xBF"
       "From: admin@legit.example\r\nFrom: b@attack.example\r\n"},
      {"a NUL behind the name", std::string("From\0: admin@legit.example\r\nFrom: b@attack.example\r\n", 53)},
      {"a bare LF before", "Subject: x\nFrom: admin@legit.example\r\nFrom: b@attack.example\r\n"},
      {"a bare CR before", "Subject: x\rfrom : admin@legit.example\r\nFrom: b@attack.example\r\n"},
      {"a bare LF within", "From: b@attack.example\nFrom: admin@legit.example\r\n"},
  }));
  CAPTURE(trick);
  const Author author = author_of(header + "\r\n");
  CHECK(author.status == several_fields);
  CHECK_FALSE(author.usable());
  CHECK_FALSE(author.detail.empty());
}

TEST_CASE("a From field that not all readers take for one gives no author", "[dmarc][author]") {
  CHECK(author_of(" From: admin@legit.example\r\n\r\n").status == unreadable);
  CHECK(author_of("From\r\n : admin@legit.example\r\n\r\n").status == unreadable);
  CHECK(author_of("\xEF\xBB\xBF"
                  "From: admin@legit.example\r\n\r\n")
            .status == unreadable);
  CHECK(author_of("From : admin@legit.example\r\n\r\n").status == one);  // RFC 5322 §4.5
}

TEST_CASE("other fields are not taken for a From field", "[dmarc][author]") {
  const Author author = author_of(
      "DKIM-Signature: v=1; h=\r\n From:To\r\nX-From: x@other.example\r\nFrom-Line: x\r\nno colon from\r\n"
      "From: a@example.com\r\nReply-To: x@other.example\r\n\r\nFrom: x@other.example\r\n");
  CHECK(author.status == one);
  CHECK(domains_of(author) == Lines{"example.com"});
  CHECK(author.fields == std::vector<std::size_t>{4});
}

TEST_CASE("a message without a From field has no author", "[dmarc][author]") {
  CHECK(author_of("Subject: x\r\n\r\nFrom: a@example.com\r\n").status == no_field);
  CHECK(author_of("").status == no_field);
  CHECK(author_of("Subject: x\nFrom: a@example.com\r\n\r\n").status == no_field);
}

TEST_CASE("a header that is cut may hold another From field", "[dmarc][author]") {
  std::string bytes = "From: a@example.com\r\n";
  for (std::size_t i = 0; i < mail::kMaxFields; ++i) bytes += "X:\r\n";
  const Author author = author_of(bytes + "\r\n");
  CHECK(author.status == not_looked_at);
  CHECK(domains_of(author) == Lines{"example.com"});
}

TEST_CASE("the domains of all From fields are collected, up to the limits", "[dmarc][author]") {
  std::string bytes;
  for (char c = 'a'; c < 'h'; ++c) {
    const std::string at_domain = std::string("x@") + c;
    bytes.append("From: ").append(at_domain).append(".example, ").append(at_domain).append(".EXAMPLE\r\n");
  }
  const Author author = author_of(bytes + "\r\n");
  CHECK(author.status == several_fields);
  CHECK(author.detail == "there are 7");
  CHECK(author.fields.size() == 7);
  CHECK(author.lists.size() == kMaxFromFields);
  CHECK(domains_of(author) == Lines{"a.example", "b.example", "c.example", "d.example"});
}

TEST_CASE("a From field of many domains is no trouble", "[dmarc][author]") {
  std::string value;
  for (int i = 0; i < 3000; ++i) value += "x@d" + std::to_string(i) + ".example,";
  const Author author = author_from(value);
  CHECK(author.status == several_domains);
  CHECK(author.domains.size() == kMaxAuthorDomains);
  CHECK(author.detail == "`d0.example`, `d1.example`, `d2.example`, `d3.example`");
}

TEST_CASE("the detail of an author that cannot be told is the fault", "[dmarc][author]") {
  CHECK(author_from("<a@one.example> b@one.example").detail == "there is text behind an address");
  CHECK(author_from("Joe").detail == "an address has no domain");
  CHECK(author_from("a@one.example").detail.empty());
}

TEST_CASE("real messages have one author each", "[dmarc][author]") {
  const auto folder = test::shared_data("data/eml");
  if (!folder) return;
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (entry.path().extension() != ".eml") continue;
    const std::string file = test::slurp(entry.path());
    const std::string bytes = mail::line_ends(file) == mail::LineEnds::lf_as_crlf ? mail::to_crlf(file) : file;
    const mail::Message message = mail::Message::split(bytes);
    if (message.count("From") != 1) continue;
    const Author author = find_author(message);
    CAPTURE(entry.path().string(), message.value(*message.find("From")), author.detail);
    CHECK(author.status == one);
    ++seen;
  }
  CHECK(seen > 40);
}
