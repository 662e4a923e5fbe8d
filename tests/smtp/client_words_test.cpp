#include <support/catch.hpp>

#include <envelint/smtp/client_words.hpp>

#include <string>

using namespace envelint::smtp;

namespace {

Offer offer_of(std::string_view lines) {
  ReplyReader reader;
  static_cast<void>(reader.read(lines));
  REQUIRE(reader.state() == ReplyReader::State::reply);
  return read_offer(reader.reply());
}

const std::string kEverything =
    "250-mx.example\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250-CHUNKING\r\n"
    "250 AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2\r\n";

Mail mail_of(std::string bytes) {
  Mail out;
  out.from = "a@one.example";
  out.to = {"b@two.example"};
  out.bytes = std::make_shared<const std::string>(std::move(bytes));
  return out;
}

}  // namespace

TEST_CASE("an offer is read from the lines behind the first", "[smtp][client]") {
  const Offer offer = offer_of("250-PIPELINING\r\n250-size 1000\r\n250-starttls\r\n250-X-OTHER\r\n250 auth  plain\r\n");
  CHECK_FALSE(offer.has(Extension::pipelining));
  CHECK(offer.has(Extension::starttls));
  CHECK(offer.size == 1000);
  CHECK(offer.mechanisms == std::vector<std::string>{"PLAIN"});
  CHECK_FALSE(offer_of("250-mx\r\n250 SIZE 0\r\n").size);
  CHECK_FALSE(offer_of("250-mx\r\n250 SIZE 99999999999999999999999\r\n").size);
  CHECK(offer_of("250-mx\r\n250-AUTH LOGIN\r\n250 AUTH=PLAIN\r\n").mechanisms == std::vector<std::string>{"LOGIN"});
}

TEST_CASE("MAIL has the parameters that the mail needs and the server offers", "[smtp][client]") {
  const Offer none = offer_of("250 mx\r\n");
  const Offer all = offer_of(kEverything);
  CHECK(mail_command(mail_of("A: b\r\n\r\n"), none, false).line == "MAIL FROM:<a@one.example>");
  CHECK(mail_command(mail_of("A: b\r\n\r\n"), all, false).line == "MAIL FROM:<a@one.example> SIZE=8");
  CHECK(mail_command(mail_of("A: b\r\n\r\nGrüße\r\n"), all, false).line ==
        "MAIL FROM:<a@one.example> SIZE=17 BODY=8BITMIME");
  CHECK(mail_command(mail_of("A: ü\r\n\r\n"), all, false).line ==
        "MAIL FROM:<a@one.example> SIZE=9 BODY=8BITMIME SMTPUTF8");
  CHECK(mail_command(mail_of("A: ü\r\n\r\n"), none, false).notes.size() == 2);
  Mail dsn = mail_of("A: b\r\n\r\n");
  dsn.ret = "HDRS";
  dsn.envid = "a+b c";
  dsn.notify = "SUCCESS,FAILURE";
  CHECK(mail_command(dsn, all, false).line == "MAIL FROM:<a@one.example> SIZE=8 RET=HDRS ENVID=a+2Bb+20c");
  CHECK(rcpt_command(dsn, "b@two.example", all) == "RCPT TO:<b@two.example> NOTIFY=SUCCESS,FAILURE");
  CHECK(rcpt_command(dsn, "b@two.example", none) == "RCPT TO:<b@two.example>");
}

TEST_CASE("what cannot be sent without an extension is not sent", "[smtp][client]") {
  const Offer none = offer_of("250 mx\r\n");
  Mail mail = mail_of("A: b\r\n\r\n");
  mail.to.emplace_back("jürgen@two.example");
  CHECK(mail_command(mail, none, false).fault ==
        "an address is not ASCII and the server does not offer SMTPUTF8 (RFC 6531)");
  CHECK(mail_command(mail_of(""), none, true).fault == "the server does not offer CHUNKING (BDAT)");
}

TEST_CASE("dots at the beginning of lines are doubled, and nowhere else", "[smtp][client]") {
  CHECK(data_of("") == ".\r\n");
  CHECK(data_of("a\r\n") == "a\r\n.\r\n");
  CHECK(data_of("a") == "a\r\n.\r\n");
  CHECK(data_of(".a\r\n.\r\n..b\r\nc.\r\n") == "..a\r\n..\r\n...b\r\nc.\r\n.\r\n");
  CHECK(data_of("a\n.\nb\r\n") == "a\n.\nb\r\n.\r\n");
}

TEST_CASE("a password goes in the clear only where that is allowed", "[smtp][client]") {
  const Offer all = offer_of(kEverything);
  CHECK(choose_mechanism({}, all, true) == Mechanism::plain);
  CHECK(choose_mechanism({}, all, false) == Mechanism::cram_md5);
  CHECK(choose_mechanism(Mechanism::login, all, false).error() == "AUTH LOGIN would send the password in the clear");
  const Offer plain = offer_of("250-mx\r\n250 AUTH PLAIN\r\n");
  CHECK(choose_mechanism(Mechanism::cram_md5, plain, true).error() == "the server does not offer AUTH CRAM-MD5");
  CHECK(choose_mechanism({}, plain, false).error() ==
        "the server offers only AUTH that would send the password in the clear");
  CHECK(choose_mechanism({}, offer_of("250 mx\r\n"), true).error() == "the server does not offer AUTH");
}

TEST_CASE("responses of AUTH are those of the RFCs", "[smtp][client]") {
  const Credential tim{"tim", "tanstaaftanstaaf"};
  CHECK(initial_response(Mechanism::plain, tim) == "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
  CHECK_FALSE(initial_response(Mechanism::login, tim));
  CHECK(next_response(Mechanism::login, tim, "VXNlcm5hbWU6", 0) == "dGlt");
  CHECK(next_response(Mechanism::login, tim, "UGFzc3dvcmQ6", 1) == "dGFuc3RhYWZ0YW5zdGFhZg==");
  CHECK(next_response(Mechanism::login, tim, "bW9yZQ==", 2) == "*");
  CHECK(next_response(Mechanism::plain, tim, "", 0) == "*");
  CHECK(next_response(Mechanism::xoauth2, tim, "eyJzdGF0dXMiOiI0MDEifQ==", 0).empty());
  // RFC 2195 §2.
  const std::string challenge = "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+";
  CHECK(next_response(Mechanism::cram_md5, tim, challenge, 0) == "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw");
  CHECK(next_response(Mechanism::cram_md5, tim, "no base64!", 0) == "*");
}
