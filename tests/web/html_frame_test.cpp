#include <support/catch.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/web/html_frame.hpp>

#include <random>

using namespace envelint;
using namespace envelint::web;

namespace {

/// A message with a picture for each of these Content-IDs, the first of which is part 1.2.
mime::Structure with_pictures(const std::vector<std::string>& ids) {
  mime::Structure out;
  out.root.id = "1";
  out.root.children.emplace_back().id = "1.1";
  for (const std::string& id : ids) {
    mime::Part& part = out.root.children.emplace_back();
    part.id = "1." + std::to_string(out.root.children.size());
    part.content_id = id;
  }
  return out;
}

std::string frame(std::string_view html, const std::vector<std::string>& ids = {"logo@example.com"}) {
  return frame_document(html, with_pictures(ids), 7);
}

}  // namespace

TEST_CASE("a picture that comes with the message is shown from its part", "[web]") {
  CHECK(frame("<img src=\"cid:logo@example.com\">") == "<img src=\"/api/v1/messages/7/parts/1.2\">");
  CHECK(frame("<img src='CID:logo@example.com'>") == "<img src='/api/v1/messages/7/parts/1.2'>");
  CHECK(frame("<img src=cid:logo@example.com>") == "<img src=/api/v1/messages/7/parts/1.2>");
  CHECK(frame("<td style=\"background: url(cid:logo%40example.com)\">") ==
        "<td style=\"background: url(/api/v1/messages/7/parts/1.2)\">");
  CHECK(frame("<img src=\"cid:b\"><img src=\"cid:a\">", {"a", "b"}) ==
        "<img src=\"/api/v1/messages/7/parts/1.3\"><img src=\"/api/v1/messages/7/parts/1.2\">");
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
  CHECK(frame("<img src=\"cid:../../../../etc/passwd\">", {"../../../../etc/passwd"}) ==
        "<img src=\"/api/v1/messages/7/parts/1.2\">");
  CHECK(frame("<img src=\"cid:%2e%2e%2fa\">", {"../a"}) == "<img src=\"/api/v1/messages/7/parts/1.2\">");
  const std::string script = "x\"><script>alert(1)</script>";
  CHECK(frame("<img src=\"cid:x%22%3E%3Cscript%3Ealert(1)\">", {script}) ==
        "<img src=\"cid:x%22%3E%3Cscript%3Ealert(1)\">");
  CHECK(frame("<img src=\"cid:x%22onerror=1\">", {"x\"onerror=1"}) == "<img src=\"/api/v1/messages/7/parts/1.2\">");
  CHECK(frame("<p>", {script}) == "<p>");
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
  for (int turn = 0; turn < 20'000; ++turn) {
    std::string html;
    for (int i = 0; i < 12; ++i) html += kPieces[random() % kPieces.size()];
    const std::string out = frame(html, {"a", "<link>", "\""});
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
    while (html.size() < 3'000'000) html += piece;
    const std::string out = frame(html, {"a"});
    CHECK(out.size() <= html.size() * 2 + 2'000'000);
  }
}

TEST_CASE("the policy lets nothing be loaded but what comes with the message", "[web]") {
  CHECK(
      frame_policy(false) ==
      "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; sandbox");
  const std::string remote(frame_policy(true));
  CHECK(remote.starts_with("default-src 'none'; "));
  CHECK(remote.ends_with("base-uri 'none'; form-action 'none'; sandbox"));
  CHECK_FALSE(remote.contains("script"));
  CHECK_FALSE(remote.contains("connect"));
  CHECK_FALSE(remote.contains("frame"));
}
