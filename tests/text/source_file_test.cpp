#include <support/catch.hpp>

#include <envelint/text/source_file.hpp>

using namespace envelint::text;

TEST_CASE("a source file knows line and column of every offset", "[text]") {
  const SourceFile file("x.zone", "ab\r\n\nlast");
  CHECK(file.position(0) == LineColumn{1, 1});
  CHECK(file.position(3) == LineColumn{1, 4});
  CHECK(file.position(4) == LineColumn{2, 1});
  CHECK(file.position(5) == LineColumn{3, 1});
  CHECK(file.position(9) == LineColumn{3, 5});
  CHECK(file.line(1) == "ab");
  CHECK(file.line(2).empty());
  CHECK(file.line(3) == "last");
  CHECK(file.line(4).empty());
  CHECK(file.line_start(3) == 5);
}
