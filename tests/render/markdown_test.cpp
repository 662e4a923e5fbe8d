#include <support/catch.hpp>

#include <envelint/render/markdown.hpp>

#include <render/snapshot.hpp>

#include <string>

using envelint::render::markdown;

namespace {

constexpr const char* kPage = R"(# A *short* page

Prose is wrapped, and `code that has blanks` stays together; **strong** words, *gentle* ones, 2 * 3 and `*.example.com`
are words. See [the list](https://example.com/list) or [https://example.com](https://example.com).
## Lists

- one item that is long enough to need a second line when the terminal is as narrow as this one
  and goes on here
- another
  1. nested
  2. nested too, with `code`

After the list.

```zone
example.com. TXT "v=spf1 ipv4:192.0.2.1 -all"   ; a line is never wrapped, however long it is
;                        ^^^^ SPF020

; an escape: )"
                              "\x1B[31m"
                              R"(
```
The end.
)";

}  // namespace

TEST_CASE("a page is laid out for a terminal", "[render][markdown]") {
  CHECK(is_snapshot("page_50.txt", markdown(kPage, {.width = 50})));
  CHECK(is_snapshot("page_80.txt", markdown(kPage, {.width = 80})));
  CHECK(is_snapshot("page_colour.txt", markdown(kPage, {.colour = true, .width = 80})));
}

TEST_CASE("half a mark is text", "[render][markdown]") {
  CHECK(markdown("") == "");
  CHECK(markdown("`open") == "`open\n");
  CHECK(markdown("[open") == "[open\n");
  CHECK(markdown("[words](open") == "[words](open\n");
  CHECK(markdown("[words] (apart)") == "[words] (apart)\n");
  CHECK(markdown("a ` b") == "a ` b\n");
  CHECK(markdown("#") == "#\n");
  CHECK(markdown("```\nopen") == "    open\n");
}
