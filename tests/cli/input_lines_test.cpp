#include <support/catch.hpp>

#include <cli/input_lines.hpp>

#include <memory>
#include <string>
#include <vector>

namespace {

struct Read {
  std::vector<std::string> lines;
  std::vector<std::size_t> numbers;
  std::size_t too_long = 0;
};

Read read_all(std::string text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(fmemopen(text.data(), text.size(), "r"), std::fclose);
  cli::InputLines input(file.get());
  Read read;
  while (auto line = input.next()) {
    read.numbers.push_back(line->number);
    if (line->too_long) ++read.too_long;
    read.lines.push_back(std::move(line->text));
  }
  return read;
}

}  // namespace

TEST_CASE("lines are counted, empty ones left out, line ends of both kinds taken off", "[cli][input]") {
  const Read read = read_all("one\r\n\ntwo \n\nthree");
  CHECK(read.lines == std::vector<std::string>{"one", "two ", "three"});
  CHECK(read.numbers == std::vector<std::size_t>{1, 3, 5});
}

TEST_CASE("a line may hold any byte and lie across blocks", "[cli][input]") {
  const std::string long_line(200'000, 'x');
  const std::string nul("a\0b", 3);
  const Read read = read_all(nul + "\n" + long_line + "\nend\n");
  CHECK(read.lines == std::vector<std::string>{nul, long_line, "end"});
}

TEST_CASE("a line without end is given up, and the next is read", "[cli][input]") {
  const Read read = read_all("first\n" + std::string(5'000'000, 'x') + "\nlast\n");
  CHECK(read.too_long == 1);
  CHECK(read.lines == std::vector<std::string>{"first", "", "last"});
  CHECK(read.numbers == std::vector<std::size_t>{1, 2, 3});
}
