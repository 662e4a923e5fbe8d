#include "messages.hpp"

#include <support/catch.hpp>

#include <envelint/mime/content.hpp>

using namespace envelint::mime;

namespace {

constexpr std::size_t kMost = 10'000;

std::string text(std::string_view rest) { return text_body(mail(rest), kMost); }
std::optional<std::string> html(std::string_view rest) { return html_body(mail(rest), kMost); }

/// A multipart with parts of a type each, whose text is given.
std::string multipart(std::string_view subtype,
                      std::initializer_list<std::pair<std::string_view, std::string_view>> parts) {
  std::string out = "Content-Type: multipart/" + std::string(subtype) + "; boundary=x\n\n";
  for (const auto& [fields, body] : parts)
    out += "--x\nContent-Type: " + std::string(fields) + "\n\n" + std::string(body) + "\n";
  return out + "--x--\n";
}

}  // namespace

TEST_CASE("of a message the plain text is read, and the HTML as it stands", "[mime]") {
  CHECK(text_body(newsletter(), kMost) == "Gr\u00FC\u00DFe, and a long line");
  CHECK(html_body(newsletter(), kMost) == "<p>Gr\u00FC\u00DFe <img src=\"cid:logo@example.com\"></p>");
}

TEST_CASE("where there is only HTML, its text is read", "[mime]") {
  CHECK(text("Content-Type: text/html\n\n<h1>Hi</h1><p>there &amp; here\n") == "Hi\n\nthere & here");
  CHECK(text(multipart("alternative", {{"text/plain", " \n"}, {"text/html", "<b>bold</b>"}})) == "bold");
}

TEST_CASE("a message without text has none", "[mime]") {
  CHECK(text("Content-Type: application/pdf\n\n%PDF\n").empty());
  CHECK(text("Content-Type: text/plain\nContent-Disposition: attachment\n\nx\n").empty());
  CHECK_FALSE(html("Content-Type: text/plain\n\n<p>no HTML\n").has_value());
  CHECK_FALSE(html(multipart("mixed", {{"text/html\nContent-Disposition: attachment", "<p>"}})).has_value());
}

TEST_CASE("whether there is something to show can be asked", "[mime]") {
  CHECK(has_text(newsletter()));
  CHECK(has_html(newsletter()));
  CHECK(has_text(mail("Content-Type: text/plain; charset=utf-8\n\n\n\n\u00FC\n")));
  CHECK_FALSE(has_text(mail("Content-Type: text/plain\n\n \n")));
  CHECK_FALSE(has_html(mail("Content-Type: text/plain\n\n<p>\n")));
  CHECK_FALSE(has_text(mail("Content-Type: application/pdf\n\n%PDF\n")));
}

TEST_CASE("texts that stand one after the other are read so", "[mime]") {
  CHECK(text(multipart("mixed", {{"text/plain", "one"}, {"image/png", "x"}, {"text/plain", "two"}})) == "one\ntwo");
}

TEST_CASE("of HTML alternatives the last is shown, and of texts in a row the first", "[mime]") {
  CHECK(html(multipart("alternative", {{"text/html", "<p>1"}, {"text/html", "<p>2"}})) == "<p>2");
  CHECK(html(multipart("mixed", {{"text/html", "<p>1"}, {"text/html", "<p>2"}})) == "<p>1");
}

TEST_CASE("a multipart/related shows the part that it names", "[mime]") {
  CHECK(html(multipart("related; start=\"<b@c>\"",
                       {{"text/html", "<p>1"}, {"text/html\nContent-ID: <b@c>", "<p>2"}})) == "<p>2");
  CHECK(html(multipart("related", {{"text/html", "<p>1"}, {"text/html\nContent-ID: <b@c>", "<p>2"}})) == "<p>1");
}

TEST_CASE("what a message attached says is not what the message says", "[mime]") {
  const std::string raw = multipart("mixed", {{"text/plain", "mine"}, {"message/rfc822", "Subject: x\n\ntheirs"}});
  CHECK(text(raw) == "mine");
  CHECK(searchable_text(mail(raw), kMost) == "mine\ntheirs");
}

TEST_CASE("a part is given by its place, decoded", "[mime]") {
  const auto part = content(newsletter(), "1.2", kMost);
  REQUIRE(part);
  CHECK(part->octets == "%PDF-1.4");
  CHECK(part->type == "application/pdf");
  CHECK(part->filename == "Rechnung M\u00E4rz.pdf");
  CHECK_FALSE(part->cut);
  CHECK(content(newsletter(), "1.1.2.1", kMost)->charset == "iso-8859-1");
  CHECK(content(newsletter(), "1.2", 4)->octets == "%PDF");
  CHECK(content(newsletter(), "1.2", 4)->cut);
  CHECK_FALSE(content(newsletter(), "1.2", 8)->cut);
  CHECK(content(newsletter(), "1", kMost)->octets.starts_with("This is no part"));
}

TEST_CASE("what is no place of a part is none", "[mime]") {
  for (const std::string_view id : {"", "0", "2", "1.", "1.0", "1.3", "1.01", "1.-1", "1.1.", "1..1", "1.2.1", "1.2x",
                                    "1x", "1.99999999999999999999", "1.2/../1", "../1", "1 .2"}) {
    INFO(id);
    CHECK_FALSE(content(newsletter(), id, kMost).has_value());
  }
}

TEST_CASE("all texts and the names of files are searched", "[mime]") {
  CHECK(searchable_text(newsletter(), kMost) ==
        "Gr\u00FC\u00DFe, and a long line\nGr\u00FC\u00DFe\nlogo.png\nRechnung M\u00E4rz.pdf");
  const Digest both = digest(newsletter(), kMost);
  CHECK(both.searchable == searchable_text(newsletter(), kMost));
  CHECK(both.attachments == 1);
}

TEST_CASE("no more comes out than is asked for, and no half characters", "[mime]") {
  for (std::size_t most = 0; most < 60; ++most) {
    INFO(most);
    CHECK(searchable_text(newsletter(), most).size() <= most);
    CHECK(text_body(newsletter(), most).size() <= most);
    CHECK(html_body(newsletter(), most)->size() <= most);
    CHECK(content(newsletter(), "1.1", most)->octets.size() <= most);
  }
  CHECK(text_body(newsletter(), 3) == "Gr");
}
