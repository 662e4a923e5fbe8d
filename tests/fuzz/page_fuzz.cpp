#include "fuzz.hpp"

#include <envelint/finding/page.hpp>

#include <algorithm>

// A page that is read has what it must have, and a fault names a line of the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz_text(data, size);
  const auto lines = 1 + std::ranges::count(text, '\n');
  const auto page = envelint::finding::read_page(text);
  if (!page) {
    fuzz_require(page.error().line >= 1 && page.error().line <= lines, "a fault is in a line of the page");
    fuzz_require(!page.error().message.empty(), "a fault says what is wrong");
    return 0;
  }
  fuzz_require(!page->code.empty() && !page->name.empty() && !page->summary.empty(), "the header is whole");
  fuzz_require(page->examples.size() >= 2, "there is a bad and a good example");
  return 0;
}
