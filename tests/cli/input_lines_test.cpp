#include <support/catch.hpp>

#include <cli/input_lines.hpp>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
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

namespace {

/// A pipe to write into while it is read.
class Pipe {
 public:
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    in_.reset(fdopen(ends[0], "r"));
    out_ = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() { end(); }

  [[nodiscard]] std::FILE* file() const { return in_.get(); }
  void write(std::string_view text) const { REQUIRE(::write(out_, text.data(), text.size()) == std::ssize(text)); }
  void end() {
    if (out_ >= 0) close(out_);
    out_ = -1;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> in_{nullptr, std::fclose};
  int out_ = -1;
};

}  // namespace

TEST_CASE("of what has been read, whole lines are given without waiting for more", "[cli][input]") {
  Pipe pipe;
  cli::InputLines input(pipe.file());
  CHECK(!input.next_read());  // nothing has been read yet
  pipe.write("one\n\ntw");
  REQUIRE(input.read());
  CHECK(input.next_read()->text == "one");
  CHECK(!input.next_read());  // `tw` may go on
  pipe.write("o\nthree");
  REQUIRE(input.read());
  const auto two = input.next_read();
  REQUIRE(two);
  CHECK(two->text == "two");
  CHECK(two->number == 3);
  CHECK(!input.next_read());
  pipe.end();
  CHECK(!input.read());
  CHECK(!input.next_read());
  CHECK(input.last()->text == "three");
  CHECK(!input.last());
  CHECK(!input.failed());
}

TEST_CASE("a line is there while its writer still writes the next", "[cli][input]") {
  Pipe pipe;
  cli::InputLines input(pipe.file());
  pipe.write("one\nunfini");
  CHECK(input.next()->text == "one");
}
