#include <support/catch.hpp>

#include <envelint/io/event_loop.hpp>
#include <envelint/receiver/expected.hpp>

#include <memory>
#include <string>
#include <string_view>

using namespace envelint;
using receiver::Arrival;
using receiver::Expected;
using receiver::matches;

namespace {

/// A message that nobody has judged.
struct Sample {
  Sample() : arrival(loop, 1, make()) { arrival.message = mail::Message::split(arrival.received->bytes); }

  static std::unique_ptr<smtp::Message> make() {
    auto out = std::make_unique<smtp::Message>();
    out->bytes =
        "From: News <news@example.com>\r\nSubject: =?utf-8?q?Hello_there?=\r\nX-Job: 7\r\nX-Job: 8\r\n\r\nx\r\n";
    out->envelope.from.path.written = "bounce@esp.example";
    out->envelope.hello_name = "mx.esp.example";
    out->envelope.to.resize(2);
    out->envelope.to[0].path.written = "ann@example.net";
    out->envelope.to[1].path.written = "bob@example.net";
    return out;
  }

  std::string unmet(std::string_view text) {
    const auto expected = Expected::parse(text);
    if (!expected) return expected.error();
    return expected->unmet(arrival).value_or("met");
  }

  io::EventLoop loop;
  Arrival arrival;
};

}  // namespace

TEST_CASE("a star stands for any characters", "[receiver]") {
  CHECK(matches("Hello", "hello"));
  CHECK(matches("H*o", "hello"));
  CHECK(matches("*", ""));
  CHECK(matches("**a*", "bab"));
  CHECK(matches("a*b*c", "a-b-b-c"));
  CHECK_FALSE(matches("a*b", "a-b-c"));
  CHECK_FALSE(matches("", "a"));
  CHECK_FALSE(matches("a", ""));
  CHECK_FALSE(matches("hello?", "hello!"));
}

TEST_CASE("a message is held against what is expected of its header and envelope", "[receiver]") {
  Sample sample;
  for (const std::string_view met :
       {"from=news@example.com", "from=*@EXAMPLE.com", "to=bob@example.net", "mail-from=bounce@*", "helo=mx.*",
        "subject=Hello there", "subject=hello*", "header=X-Job: 8", "header=x-job", "tls=no", "action=accept"}) {
    CAPTURE(met);
    CHECK(sample.unmet(met) == "met");
  }
  CHECK(sample.unmet("from=other@example.com") == "From is `News <news@example.com>`");
  CHECK(sample.unmet("to=carl@example.net") == "the recipient is `ann@example.net`");
  CHECK(sample.unmet("header=X-Job: 9") == "X-Job field is `7`");
  CHECK(sample.unmet("header=X-None") == "there is no X-None field");
  CHECK(sample.unmet("tls=yes") == "tls is no");
  CHECK(sample.unmet("dmarc=pass") == "dmarc is not checked");
}

TEST_CASE("TLS is expected at all, or in a version", "[receiver]") {
  Sample sample;
  sample.arrival.received->envelope.tls = smtp::TlsInfo{"TLSv1.3", "", "", ""};
  CHECK(sample.unmet("tls=yes") == "met");
  CHECK(sample.unmet("tls=TLSv1.3") == "met");
  CHECK(sample.unmet("tls=TLSv1.2") == "tls is TLSv1.3");
  CHECK(sample.unmet("tls=no") == "tls is TLSv1.3");
}

TEST_CASE("SPF that was left out says why", "[receiver]") {
  Sample sample;
  sample.arrival.client_says_nothing = true;
  CHECK(sample.unmet("spf=pass").starts_with("spf is not checked, for the client 0.0.0.0 says nothing"));
}

TEST_CASE("what cannot be expected is told", "[receiver]") {
  Sample sample;
  CHECK(sample.unmet("dmarc=passed") ==
        "`dmarc=passed`: write one of pass, fail, none, temperror, permerror behind `dmarc=`");
  CHECK(sample.unmet("colour=red").starts_with("`colour=red` is no expectation"));
  for (const std::string_view wrong : {"dmarc", "", "=", "tls=maybe", "subject=", "action=drop", "dkim="}) {
    CAPTURE(wrong);
    CHECK_FALSE(Expected::parse(wrong));
  }
}
