#include "sample.hpp"

#include <support/catch.hpp>

#include <string>
#include <string_view>

// The ways in which a message has been made to show one author and to be judged by another: "Weak Links in Authentication
// Chains" (USENIX Security 2021), "Composition Kills" (USENIX Security 2020), CVE-2019-16378 and RFC 7103 §7. The attacker
// owns attack.example, from which SPF and DKIM pass, and wants readers to see legit.example.

using namespace envelint;
using verdict::DmarcStatus;
using namespace std::string_literals;

namespace {

constexpr std::string_view kZone = R"(
attack.example.        TXT "v=spf1 ip4:192.0.2.66 -all"
_dmarc.attack.example. TXT "v=DMARC1; p=none"
legit.example.         TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc.legit.example.  TXT "v=DMARC1; p=reject"
)";

verdict::Verdict attacked(const std::string& header) {
  const std::string zone = std::string(kZone) + test::key_line("attack.example");
  // Signed below whatever the attacker writes, so that the signature is as good as the attacker can have it.
  const std::string bytes = header + "Subject: Hello\r\n\r\nPay.\r\n";
  dkim::SignOptions options("attack.example", test::kReceived);
  options.oversign = false;
  const auto fields = dkim::sign(mail::Message::split(bytes), {{&test::verdict_key(), "s"}}, options);
  return test::evaluated(zone, fields ? *fields + bytes : bytes,
                         test::from("192.0.2.66", "a@attack.example", "mail.attack.example"));
}

struct Attack {
  std::string_view what;
  std::string header;
};

}  // namespace

TEST_CASE("no message of an attacker passes as if it were from another domain", "[verdict][from]") {
  const Attack attacks[] = {
      {"two From fields, the legitimate first", "From: <a@legit.example>\r\nFrom: <a@attack.example>\r\n"},
      {"two From fields, the legitimate last", "From: <a@attack.example>\r\nFrom: <a@legit.example>\r\n"},
      {"a blank before the colon of one", "From : <a@legit.example>\r\nFrom: <a@attack.example>\r\n"},
      {"names in other letter case", "FROM: <a@legit.example>\r\nfrom: <a@attack.example>\r\n"},
      {"the same field twice", "From: <a@attack.example>\r\nFrom: <b@attack.example>\r\n"},
      {"two addresses", "From: <a@attack.example>, <a@legit.example>\r\n"},
      {"two addresses without brackets", "From: a@legit.example, a@attack.example\r\n"},
      {"two addresses without a comma", "From: <a@legit.example><a@attack.example>\r\n"},
      {"an address behind an address", "From: <a@attack.example> a@legit.example\r\n"},
      {"a group with another", "From: x: a@legit.example;, a@attack.example\r\n"},
      {"a NUL that ends the address", "From: <a@legit.example\0@attack.example>\r\n"s},
      {"a NUL before the rest", "From: a@legit.example\0,a@attack.example\r\n"s},
      {"a bracket that does not end", "From: <a@legit.example, <a@attack.example>\r\n"},
      {"a quoted string that does not end", "From: \"x <a@legit.example>, <a@attack.example>\r\n"},
      {"a comment that does not end", "From: (x <a@legit.example>, <a@attack.example>\r\n"},
      {"a source route", "From: <@legit.example:a@attack.example>\r\n"},
      {"no From field", "Sender: <a@attack.example>\r\nReply-To: <a@legit.example>\r\n"},
      {"an empty From field", "From:\r\nSender: <a@attack.example>\r\n"},
      {"a From field of an empty group", "From: undisclosed:;\r\nSender: <a@attack.example>\r\n"},
      {"an address within an encoded word only", "From: =?utf-8?Q?a=40attack.example?=\r\n"},
      {"a literal in place of a domain", "From: <a@[192.0.2.66]>\r\n"},
      {"no domain", "From: <a>\r\n"},
      {"a quoted local part", "From: <\"a@legit.example\"@attack.example>\r\n"},
      {"a comment with an address", "From: a@attack.example (a@legit.example)\r\n"},
      {"a domain with a NUL in it", "From: <a@attack.example\0.legit.example>\r\n"s},
      {"octets that are no UTF-8", "From: <a@attack\xff.example>\r\n"},
  };
  for (const Attack& attack : attacks) {
    INFO(attack.what << ": " << attack.header);
    const verdict::Verdict verdict = attacked(attack.header);
    CHECK(verdict.dmarc.status != DmarcStatus::pass);
    CHECK_FALSE(verdict.author.usable());
    CHECK(verdict.of_author() == nullptr);
  }
}

TEST_CASE("what only looks like another author passes as the author it has", "[verdict][from]") {
  const Attack messages[] = {
      {"a display name like an address", "From: \"a@legit.example\" <a@attack.example>\r\n"},
      {"the same in an encoded word",
       "From: =?utf-8?Q?a=40legit.example_=3Ca=40legit.example=3E?= <a@attack.example>\r\n"},
      {"two authors of one domain", "From: <a@attack.example>, <b@attack.example>\r\n"},
      {"the domain in capitals", "From: <a@ATTACK.EXAMPLE>\r\n"},
  };
  for (const Attack& message : messages) {
    INFO(message.what << ": " << message.header);
    const verdict::Verdict verdict = attacked(message.header);
    REQUIRE(verdict.of_author() != nullptr);
    CHECK(verdict.author.domains.front() == dns::Name::parse("attack.example").value());
    CHECK(verdict.dmarc.status == DmarcStatus::pass);
  }
}

TEST_CASE("of several author domains the strictest policy that fails is asked for", "[verdict][from]") {
  const verdict::Verdict verdict = attacked("From: <a@attack.example>, <a@legit.example>\r\n");
  CHECK(verdict.dmarc.status == DmarcStatus::permerror);
  CHECK(verdict.dmarc.disposition == dmarc::Policy::reject);  // RFC 9989 §11.5
  CHECK(verdict.dmarc.authors.size() == 2);
}

TEST_CASE("an author domain in its own script is judged as its A-labels", "[verdict][from]") {
  const std::string zone =
      "_dmarc.xn--bcher-kva.example. TXT \"v=DMARC1; p=reject\"\n" + test::key_line("xn--bcher-kva.example");
  const std::string bytes = test::signed_by("xn--bcher-kva.example",
                                            "From: <a@b\xc3\xbc"
                                            "cher.example>\r\nSubject: x\r\n\r\nx\r\n");
  const verdict::Verdict verdict = test::evaluated(zone, bytes);
  CHECK(verdict.dmarc.status == DmarcStatus::pass);  // RFC 9989 §5.3.1
}
