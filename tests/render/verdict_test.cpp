#include "snapshot.hpp"

#include <envelint/render/verdict_text.hpp>
#include <envelint/text/utf8.hpp>

#include <support/catch.hpp>
#include <verdict/sample.hpp>

#include <string>
#include <string_view>

using namespace envelint;

namespace {

const std::string kMessage = "From: Shop <orders@shop.example.com>\r\nSubject: Your order\r\n\r\nThank you.\r\n";

constexpr std::string_view kZone = R"(
example.com.               TXT "v=spf1 ip4:192.0.2.1 include:_spf.example.com -all"
_spf.example.com.          TXT "v=spf1 ip4:192.0.2.16/28 -all"
_dmarc.example.com.        TXT "v=DMARC1; p=quarantine; sp=reject; np=none; pct=40"
shop.example.com.          A   192.0.2.80
bounce.esp.example.        TXT "v=spf1 ip4:198.51.100.0/24 -all"
mx.esp.example.            A   198.51.100.7
7.100.51.198.in-addr.arpa. PTR mx.esp.example.
_dmarc.dept.example.net.   TXT "v=DMARC1; p=reject; psd=n"
example.net.               TXT "v=spf1 ip4:192.0.2.0/24 -all"
_dmarc.example.net.        TXT "v=DMARC1; p=none"
)";

std::string shown(const std::string& bytes, verdict::Envelope envelope, std::size_t width = 80,
                  bool questions = false) {
  const auto verdict = test::evaluated(std::string(kZone), bytes, std::move(envelope));
  render::TerminalOptions layout;
  layout.width = width;
  return render::conclusion_text(verdict, layout) + "\n" +
         render::story_text(mail::Message::split(bytes), verdict, layout, questions);
}

}  // namespace

TEST_CASE("the story of a message from a service that sends with its own return path", "[render][verdict]") {
  const auto envelope = test::from("198.51.100.7", "b@bounce.esp.example", "mx.esp.example");
  CHECK(is_snapshot("verdict_unaligned_80.txt", shown(kMessage, envelope)));
  CHECK(is_snapshot("verdict_unaligned_40.txt", shown(kMessage, envelope, 40, true)));
}

TEST_CASE("the story of a message that passes through an include", "[render][verdict]") {
  CHECK(is_snapshot("verdict_pass.txt", shown(kMessage, test::from("192.0.2.17", "a@example.com", "[192.0.2.17]"))));
}

TEST_CASE("the story of a message on which old and new receivers differ", "[render][verdict]") {
  const std::string bytes = "From: <a@x.dept.example.net>\r\nSubject: x\r\n\r\nx\r\n";
  CHECK(is_snapshot("verdict_disagreement.txt", shown(bytes, test::from("192.0.2.1", "a@example.net", "localhost"))));
}

TEST_CASE("the story of a message with two From fields", "[render][verdict]") {
  const std::string bytes = "From: <a@example.com>\r\n" + kMessage;
  CHECK(is_snapshot("verdict_two_authors.txt", shown(bytes, {})));
}

TEST_CASE("nothing that a sender writes reaches the terminal as it is", "[render][verdict]") {
  const std::string bytes = "From: \x1b[31m\"\xe2\x80\xaex\" <a@shop.example.com>\r\nSubject: x\r\n\r\nx\r\n";
  const std::string text =
      shown(bytes, test::from("192.0.2.1", "\x1b]0;a\x07@example.com", "\xe2\x80\xae\r\nx"), 60, true);
  for (std::string_view rest = text; !rest.empty();) {
    const text::CodePoint c = text::next_code_point(rest);
    CHECK((c.value == '\n' || !text::is_hidden(c.value)));
    rest.remove_prefix(c.size);
  }
}
