#include <support/catch.hpp>

#include <envelint/text/line_diff.hpp>

#include <random>
#include <sstream>
#include <string>
#include <vector>

using envelint::text::unified_diff;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line + (in.eof() ? "" : "\n"));
  return lines;
}

// What `patch` does, for diffs that apply exactly.
std::string patch(const std::string& before, const std::string& diff) {
  const std::vector<std::string> from = lines_of(before);
  std::string out;
  std::size_t at = 0;
  std::istringstream in(diff);
  std::string line;
  std::getline(in, line);
  std::getline(in, line);
  while (std::getline(in, line)) {
    if (line.starts_with("@@ -")) {
      const std::size_t first = std::stoul(line.substr(4));
      const bool empty = line.substr(4, line.find(' ', 4) - 4).ends_with(",0");
      while (at + (empty ? 0 : 1) < first) out += from.at(at++);
    } else if (line.starts_with('\\')) {
      out.pop_back();
    } else if (line.starts_with('-')) {
      ++at;
      if (in.peek() == '\\') std::getline(in, line);
    } else {
      if (line.starts_with(' ')) ++at;
      out += line.substr(1) + "\n";
    }
  }
  while (at < from.size()) out += from[at++];
  return out;
}

std::string random_text(std::mt19937& random) {
  std::string text;
  for (auto lines = random() % 30; lines > 0; --lines)
    text += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
  if (random() % 3 == 0) text += "end without newline";
  return text;
}

}  // namespace

TEST_CASE("a change is shown with three lines around it", "[text][diff]") {
  CHECK(unified_diff("x.zone", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n") ==
        "--- a/x.zone\n+++ b/x.zone\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  CHECK(unified_diff("x", "same\n", "same\n").empty());
  CHECK(unified_diff("x", "", "new\n") == "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+new\n");
  CHECK(unified_diff("x", "a", "b\n") == "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n");
}

TEST_CASE("changes far apart are hunks of their own", "[text][diff]") {
  std::string before;
  for (int i = 0; i < 40; ++i) before += std::to_string(i) + "\n";
  std::string after = before;
  after.replace(after.find("5\n"), 2, "");
  after += "more\n";
  const std::string diff = unified_diff("x", before, after);
  CHECK(std::count(diff.begin(), diff.end(), '@') == 8);
  CHECK(patch(before, diff) == after);
}

TEST_CASE("applying a difference gives the second text, byte for byte", "[text][diff]") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const std::string before = random_text(random);
    const std::string after = random_text(random);
    CAPTURE(before, after);
    if (before != after) CHECK(patch(before, unified_diff("x", before, after)) == after);
  }
}

TEST_CASE("texts with nothing in common are replaced as a whole in bounded time", "[text][diff]") {
  std::string before;
  std::string after;
  for (int i = 0; i < 20'000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  CHECK(patch(before, unified_diff("x", before, after)) == after);
}
