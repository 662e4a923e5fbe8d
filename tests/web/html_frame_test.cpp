#include <support/catch.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/web/html_frame.hpp>

#include <support/rounds.hpp>

#include <random>

using namespace envelint;
using namespace envelint::web;

namespace {

/// A picture of a pixel, as far as anybody looks at it here, and what stands for it in a document.
constexpr std::string_view kPng = "\x89PNG\r\n\x1A\n1234";
constexpr std::string_view kUrl = "data:image/png;base64,iVBORw0KGgoxMjM0";

/// A message with such a picture for each of these Content-IDs.
std::string with_pictures(const std::vector<std::string>& ids, std::string_view picture = kPng) {
  std::string out = "Content-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>\r\n";
  for (const std::string& id : ids) {
    out += "--x\r\nContent-Type: image/png\r\nContent-ID: <" + id + ">\r\n\r\n" + std::string(picture) + "\r\n";
  }
  return out + "--x--\r\n";
}

std::string frame(std::string_view html, const std::vector<std::string>& ids = {"logo@example.com"}) {
  return frame_document(html, with_pictures(ids));
}

/// The document with `PICTURE` for the picture.
std::string short_frame(std::string_view html, const std::vector<std::string>& ids = {"logo@example.com"}) {
  std::string out = frame(html, ids);
  for (std::size_t at = out.find(kUrl); at != std::string::npos; at = out.find(kUrl)) {
    out.replace(at, kUrl.size(), "PICTURE");
  }
  return out;
}

}  // namespace

TEST_CASE("a picture that comes with the message stands in the document", "[web]") {
  CHECK(frame("<img src=\"cid:logo@example.com\">") == "<img src=\"data:image/png;base64,iVBORw0KGgoxMjM0\">");
  CHECK(short_frame("<img src='CID:logo@example.com'>") == "<img src='PICTURE'>");
  CHECK(short_frame("<img src=cid:logo@example.com>") == "<img src=PICTURE>");
  CHECK(short_frame("<td style=\"background: url(cid:logo%40example.com)\">") ==
        "<td style=\"background: url(PICTURE)\">");
  CHECK(short_frame("<img src=\"cid:b\"><img src=\"cid:a\">", {"a", "b"}) ==
        "<img src=\"PICTURE\"><img src=\"PICTURE\">");
}

TEST_CASE("a picture is what its octets are, whatever the message calls it", "[web]") {
  const auto type = [](std::string_view octets) {
    const std::string out = frame_document("\"cid:a\"", with_pictures({"a"}, octets));
    return out.substr(0, out.find(';'));
  };
  CHECK(type("GIF89a") == "\"data:image/gif");
  CHECK(type("\xFF\xD8\xFF\xE0") == "\"data:image/jpeg");
  CHECK(type(std::string_view("RIFF\0\0\0\0WEBP", 12)) == "\"data:image/webp");
  for (const std::string_view other : {"<svg xmlns='http://www.w3.org/2000/svg'/>", "<html>", "", "RIFF", "BM"}) {
    CHECK(type(other) == "\"cid:a\"");
  }
}

TEST_CASE("a reference to no part of the message stays as it is", "[web]") {
  for (const std::string html :
       {"<img src=\"cid:other@example.com\">", "<img src=\"cid:\">", "<img src=\"cid:LOGO@example.com\">",
        "acid:logo@example.com", "<img src=\"xcid:logo@example.com\">", "cid", "c", "CID:"}) {
    INFO(html);
    CHECK(frame(html) == html);
  }
}

TEST_CASE("a Content-ID is only compared: nothing of it gets into the document", "[web]") {
  // CVE-2024-27448: the Content-ID of an attachment became a path, `../../etc/…`.
  CHECK(short_frame("<img src=\"cid:../../../../etc/passwd\">", {"../../../../etc/passwd"}) == "<img src=\"PICTURE\">");
  CHECK(short_frame("<img src=\"cid:%2e%2e%2fa\">", {"../a"}) == "<img src=\"PICTURE\">");
  const std::string script = "x\"><script>alert(1)</script>";
  CHECK(frame("<img src=\"cid:x%22%3E%3Cscript%3Ealert(1)\">", {script}) ==
        "<img src=\"cid:x%22%3E%3Cscript%3Ealert(1)\">");
  CHECK(short_frame("<img src=\"cid:x%22onerror=1\">", {"x\"onerror=1"}) == "<img src=\"PICTURE\">");
  CHECK(frame("<p>", {script}) == "<p>");
}

TEST_CASE("pictures are bounded: each, and all of them together", "[web]") {
  const std::string large = std::string(kPng) + std::string(std::size_t{4} << 20, 'x');
  CHECK(frame_document("<img src=\"cid:a\">", with_pictures({"a"}, large)) == "<img src=\"cid:a\">");
  const std::string fair = std::string(kPng) + std::string(std::size_t{1} << 20, 'x');
  std::string html;
  for (int i = 0; i < 1000; ++i) html += "<img src=\"cid:a\">";
  const std::string out = frame_document(html, with_pictures({"a"}, fair));
  CHECK(out.size() > fair.size() * 10);
  CHECK(out.size() < std::size_t{20} << 20);
  CHECK(out.ends_with("<img src=\"cid:a\">"));
}

TEST_CASE("what connects in spite of a policy is an element that does nothing", "[web]") {
  CHECK(frame("<link rel=preconnect href=//evil.example>") == "<basefont rel=preconnect href=//evil.example>");
  CHECK(frame("<LINK rel=dns-prefetch>") == "<basefont rel=dns-prefetch>");
  CHECK(frame("<meta http-equiv=refresh content='0; url=//evil.example'>") ==
        "<basefont http-equiv=refresh content='0; url=//evil.example'>");
  CHECK(frame("<base href=//evil.example/>") == "<basefont href=//evil.example/>");
  CHECK(frame("<link/rel=preconnect>") == "<basefont/rel=preconnect>");
  CHECK(frame("<script src=//evil.example></script >") == "<noframes src=//evil.example></noframes >");
  CHECK(frame("<iframe srcdoc='<link>'></IFRAME>") == "<noframes srcdoc='<basefont>'></noframes>");
  CHECK(frame("<object data=x>text</object><embed src=x>") == "<x-object data=x>text</x-object><basefont src=x>");
  CHECK(frame("<frameset><frame src=x></frameset>") == "<x-frameset><basefont src=x></x-frameset>");
  CHECK(frame("<!-- <link> --><title><meta></title><img alt='<base>'>") ==
        "<!-- <basefont> --><title><basefont></title><img alt='<basefont>'>");
}

TEST_CASE("what does no harm stays as it is", "[web]") {
  for (const std::string html :
       {"", "<", "</", "<<", "< link>", "<p>a &lt;link> b</p>", "<a href=\"https://example.com/\">x</a>", "<basefont>",
        "<html><head><title>t</title><style>p { color: red }</style></head><body bgcolor=red><table><tr><td>x",
        "<b>base</b>", "<linked>", "1 < 2", "<svg><path d=\"\"/></svg>", "<metadata>"}) {
    INFO(html);
    CHECK(frame(html) == html);
  }
}

TEST_CASE("no mixture of pieces gets an element through, or makes one", "[web]") {
  constexpr std::array<std::string_view, 24> kPieces{"<",      "</",   ">",     "\"", "'",    "=",    " ",    "/",
                                                     "link",   "LINK", "me",    "ta", "base", "font", "scr",  "ipt",
                                                     "iframe", "cid:", "cid:a", "a",  "<li",  "nk",   "<!--", "-->"};
  std::mt19937 random(7);
  for (int turn = 0; turn < test::rounds(20'000); ++turn) {
    std::string html;
    for (int i = 0; i < 12; ++i) html += kPieces[random() % kPieces.size()];
    const std::string out = short_frame(html, {"a", "<link>", "\""});
    INFO(html << " -> " << out);
    const std::string lower = text::lower(out);
    for (const std::string_view opening : {"<link", "<meta", "<base", "<script", "<iframe"}) {
      for (std::size_t at = lower.find(opening); at != std::string::npos; at = lower.find(opening, at + 1)) {
        // `<linka` and `<basefont` are other elements.
        REQUIRE(at + opening.size() < lower.size());
        REQUIRE(text::is_alpha(lower[at + opening.size()]));
      }
    }
    for (const char c : {'<', '>', '"', '\'', '=', ' '})
      REQUIRE(std::ranges::count(out, c) == std::ranges::count(html, c));
    REQUIRE(frame(out) == out);
  }
}

TEST_CASE("a large document costs what it takes to read it", "[web]") {
  for (const std::string_view piece : {"<", "<link", "c", "cid:", "=cid:", "\"cid:a", "<aaaaaaaaaaaaaaaaaaaaaaaa"}) {
    std::string html;
    while (html.size() < static_cast<std::size_t>(test::rounds(3'000'000))) html += piece;
    CHECK(frame(html, {"a"}).size() <= html.size() * 2 + (std::size_t{16} << 20));
  }
}

TEST_CASE("the policy lets nothing be loaded but what comes with the message", "[web]") {
  CHECK(
      frame_policy(false) ==
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox");
  const std::string remote(frame_policy(true));
  CHECK(remote.starts_with("default-src 'none'; "));
  CHECK(remote.ends_with("base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"));
  CHECK_FALSE(remote.contains("script"));
  CHECK_FALSE(remote.contains("connect"));
  CHECK_FALSE(remote.contains("frame-src"));
  CHECK_FALSE(remote.contains("'self' "));
}
