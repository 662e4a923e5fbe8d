#include "messages.hpp"

#include <support/catch.hpp>

#include <envelint/mime/structure.hpp>

#include <fmt/core.h>

using namespace envelint::mime;

namespace {

/// A line for each part: `1.2 text/plain`.
void append_outline(const Part& part, std::string& out) {
  out += fmt::format("{} {}{}\n", part.id, part.type, part.attachment ? " attached" : "");
  for (const Part& child : part.children) append_outline(child, out);
}

std::string outline(std::string_view raw) {
  std::string out;
  append_outline(structure(raw).root, out);
  return out;
}

}  // namespace

TEST_CASE("the parts of a message are a tree, in which each has its place", "[mime]") {
  CHECK(outline(newsletter()) == R"(1 multipart/mixed
1.1 multipart/alternative
1.1.1 text/plain
1.1.2 multipart/related
1.1.2.1 text/html
1.1.2.2 image/png
1.2 application/pdf attached
)");
}

TEST_CASE("a part tells what its header fields say, decoded", "[mime]") {
  const Structure read = structure(newsletter());
  CHECK_FALSE(read.cut);
  CHECK(attachments(read) == 1);
  const Part& picture = read.root.children[0].children[1].children[1];
  CHECK(picture.content_id == "logo@example.com");
  CHECK(picture.filename == "logo.png");
  CHECK(picture.disposition == "inline");
  CHECK(picture.encoding == "base64");
  CHECK(picture.size == 8);
  const Part& file = read.root.children[1];
  CHECK(file.type == "application/pdf");
  CHECK(file.encoding == "base64");
  CHECK(file.filename == "Rechnung M\u00E4rz.pdf");
  CHECK(file.size == 8);
  CHECK(read.root.children[0].children[1].children[0].charset == "iso-8859-1");
}

TEST_CASE("a message without MIME is one plain text", "[mime]") {
  CHECK(outline(crlf("Subject: x\n\nHello\n")) == "1 text/plain\n");
  CHECK(structure(crlf("Subject: x\n\nHello\n")).root.size == 7);
  CHECK(outline("") == "1 text/plain\n");
  CHECK(outline("no header at all") == "1 text/plain\n");
}

TEST_CASE("a Content-Type that cannot be read is as if it were not there", "[mime]") {
  for (const std::string_view value : {"text", "", ";;", "te\x01xt/html", "t\xFFxt/plain", "/", "multipart"}) {
    INFO(value);
    CHECK(outline(mail("Content-Type: " + std::string(value) + "\n\nHello\n")) == "1 text/plain\n");
  }
}

TEST_CASE("bare LF ends lines too, as it does in mail programs", "[mime]") {
  CHECK(
      outline(
          "Content-Type: multipart/mixed;\n boundary=x\n\n--x\n\nHello\n--x\nContent-Type: text/html\n\n<p>\n--x--\n") ==
      "1 multipart/mixed\n1.1 text/plain\n1.2 text/html\n");
}

TEST_CASE("the line end before a delimiter belongs to it", "[mime]") {
  const std::string raw =
      mail("Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n\n--x  \n--x\nContent-Type: a/b\n--x--\n");
  const Structure read = structure(raw);
  REQUIRE(read.root.children.size() == 3);
  CHECK(read.root.children[0].size == 5);  // `one` and its own line end
  CHECK(read.root.children[1].size == 0);
  CHECK(read.root.children[2].type == "a/b");
}

TEST_CASE("only a whole line is a delimiter", "[mime]") {
  const std::string raw =
      mail("Content-Type: multipart/mixed; boundary=x\n\n--x\n\n--xx\n--x-\n--x-- y\n --x\ntext\n--x--\n--x\nbehind\n");
  const Structure read = structure(raw);
  REQUIRE(read.root.children.size() == 1);
  CHECK(read.root.children[0].size == 31);
}

TEST_CASE("a multipart without delimiters, or without a boundary, has no parts", "[mime]") {
  CHECK(outline("Content-Type: multipart/mixed; boundary=x") == "1 multipart/mixed\n");
  CHECK(outline(mail("Content-Type: multipart/mixed; boundary=x\n\ntext\n")) == "1 multipart/mixed\n");
  CHECK(outline(mail("Content-Type: multipart/mixed\n\n--\ntext\n----\n")) == "1 multipart/mixed\n");
}

TEST_CASE("the boundary of what is around ends what is inside", "[mime]") {
  CHECK(outline(mail("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n"
                     "--b\n\nnever closed\n--a\nContent-Type: text/html\n\n--a--\n")) ==
        "1 multipart/mixed\n1.1 multipart/mixed\n1.1.1 text/plain\n1.2 text/html\n");
}

TEST_CASE("a message in a message has its parts, and is one attachment", "[mime]") {
  const std::string inner =
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment\n\n1\n--b--\n";
  const std::string raw =
      mail("Content-Type: multipart/mixed; boundary=a\n\n--a\n\nlook\n--a\nContent-Type: message/rfc822\n\n" + inner +
           "--a--\n");
  CHECK(outline(raw) == R"(1 multipart/mixed
1.1 text/plain
1.2 message/rfc822 attached
1.2.1 multipart/mixed
1.2.1.1 text/plain attached
)");
  CHECK(attachments(structure(raw)) == 1);
}

TEST_CASE("parts of a digest are messages unless they say otherwise", "[mime]") {
  CHECK(outline(mail("Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: y\n\nHello\n--x--\n")) ==
        "1 multipart/digest\n1.1 message/rfc822 attached\n1.1.1 text/plain\n");
}

TEST_CASE("what mail programs do not show as files is no attachment", "[mime]") {
  const auto count = [](std::string_view around, std::string_view fields) {
    return attachments(structure(mail("Content-Type: multipart/" + std::string(around) + "; boundary=x\n\n--x\n" +
                                      std::string(fields) + "\n\ncontent\n--x--\n")));
  };
  CHECK(count("mixed", "Content-Type: text/plain") == 0);
  CHECK(count("mixed", "Content-Type: text/html\nContent-Disposition: inline") == 0);
  CHECK(count("alternative", "Content-Type: text/calendar; method=REQUEST") == 0);
  CHECK(count("related", "Content-Type: image/gif\nContent-ID: <a@b>") == 0);
  CHECK(count("signed", "Content-Type: application/pgp-signature; name=signature.asc") == 0);
  CHECK(count("report", "Content-Type: message/delivery-status") == 0);
  CHECK(count("mixed", "Content-Type: image/gif\nContent-ID: <a@b>") == 1);
  CHECK(count("mixed", "Content-Type: text/plain; name=notes.txt") == 1);
  CHECK(count("mixed", "Content-Type: application/pdf\nContent-Disposition: inline; filename=a.pdf") == 1);
  CHECK(count("mixed", "Content-Type: text/plain\nContent-Disposition: ATTACHMENT") == 1);
}

TEST_CASE("names of files are read in all the ways they are written", "[mime]") {
  const auto name = [](std::string_view field) {
    return structure(mail(std::string(field) + "\n\nx\n")).root.filename;
  };
  CHECK(name("Content-Disposition: attachment; filename=a.txt") == "a.txt");
  CHECK(name("Content-Disposition: attachment; filename=\"a \\\"b\\\".txt\"") == "a \"b\".txt");
  CHECK(name("Content-Disposition: attachment; filename*=iso-8859-1'de'M%E4rz.txt") == "M\u00E4rz.txt");
  CHECK(name("Content-Disposition: attachment; filename*0=\"a\"; filename*1=\"b\";\n filename*2*=%63.txt") ==
        "abc.txt");
  CHECK(name("Content-Disposition: attachment; filename=\"=?utf-8?q?M=C3=A4rz.txt?=\"") == "M\u00E4rz.txt");
  CHECK(name("Content-Type: text/plain; name=\"=?iso-8859-1?b?TeRyei50eHQ=?=\"") == "M\u00E4rz.txt");
  CHECK(name("Content-Type: text/plain; name=other.txt\nContent-Disposition: attachment; filename=a.txt") == "a.txt");
  CHECK(name("Content-Disposition: attachment") == "");
}
