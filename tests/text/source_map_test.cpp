#include <support/catch.hpp>

#include <envelint/text/source_map.hpp>

using namespace envelint::text;

// The file text `"ab\;c" "de"` at offset 10 has the value `ab;cde`.
namespace {
const SourceMap kMap{{{0, 11, 1}, {2, 13, 2}, {3, 15, 1}, {4, 19, 1}}};
}

TEST_CASE("a span of a value is found in the file, escapes and joins and all", "[text][source_map]") {
  CHECK(kMap.to_file({0, 2}) == Span{11, 13});
  CHECK(kMap.to_file({2, 3}) == Span{13, 15});
  CHECK(kMap.to_file({1, 4}) == Span{12, 16});
  CHECK(kMap.to_file({3, 5}) == Span{15, 20});
  CHECK(kMap.to_file({6, 6}) == Span{21, 21});
}

TEST_CASE("only bytes without join and escape stand in the file as they are", "[text][source_map]") {
  CHECK(kMap.is_verbatim({0, 2}));
  CHECK_FALSE(kMap.is_verbatim({1, 3}));
  CHECK_FALSE(kMap.is_verbatim({3, 5}));
  CHECK(kMap.is_verbatim({4, 6}));
}
