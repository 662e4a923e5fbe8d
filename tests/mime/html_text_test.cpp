#include <support/catch.hpp>

#include <envelint/mime/html_text.hpp>

#include <string>

namespace {

std::string text(std::string_view html) { return envelint::mime::html_text(html, 100'000); }

}  // namespace

TEST_CASE("the text of HTML is what a person sees of it", "[mime]") {
  CHECK(text("plain") == "plain");
  CHECK(
      text(
          "<html><head><title>no</title><style>p { color: red }</style></head><body>\n <p>One\n two</p>\n<p>Three</p>") ==
      "One two\n\nThree");
  CHECK(text("<div>a</div><div>b<br>c</div>") == "a\nb\nc");
  CHECK(text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>") == "a b\nc");
  CHECK(text("<pre>a\r\n  b</pre>c") == "a\n  b\n\nc");
  CHECK(text("a<script>if (a < b) alert('</p>')</script>b") == "ab");
  CHECK(text("a<!-- <p> -->b<!doctype html>c<?xml?>d") == "abcd");
}

TEST_CASE("character references are the characters", "[mime]") {
  CHECK(text("&lt;b&gt; &amp;amp; &#228;&#xE4;&auml; &euro;&#146;") == "<b> &amp; \u00E4\u00E4\u00E4 \u20AC\u2019");
  CHECK(text("a&nbsp;b") == "a b");
  CHECK(text("AT&T &nosuch; &#; &#x; &#zz;") == "AT&T &nosuch; &#; &#x; &#zz;");
  CHECK(text("&#0;&#xD800;&#x110000;") == "\uFFFD\uFFFD\uFFFD");
  CHECK(text("&#99999999;") == "\uFFFD");
}

TEST_CASE("what senders fill previews with is left out", "[mime]") {
  CHECK(text("Preview&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;<p>Text") == "Preview\n\nText");
}

TEST_CASE("markup that never ends takes what is left, as in browsers", "[mime]") {
  CHECK(text("a<p title=\"b") == "a");
  CHECK(text("a<!-- b") == "a");
  CHECK(text("a<style>b</styl") == "a");
  CHECK(text("a<b") == "a");
  CHECK(text("a <") == "a <");
  CHECK(text("1 < 2 <3") == "1 < 2 <3");
  CHECK(text("<a title='>'>b</a>") == "b");
  CHECK(text("<a title=\">\" x=y'>b") == "b");
}

TEST_CASE("text of HTML is bounded and whole", "[mime]") {
  CHECK(envelint::mime::html_text("\u00E4\u00E4", 3) == "\u00E4");
  CHECK(envelint::mime::html_text("<p>", 0).empty());
}
