#include "dialogue_file.hpp"

#include <support/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace smtp_test;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> dialogues() {
  std::vector<fs::path> out;
  for (const auto& entry :
       fs::directory_iterator(fs::path(std::getenv("ENVELINT_SOURCE_DIR")) / "tests/smtp/dialogues"))
    if (entry.path().extension() == ".txt") out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

std::expected<DialogueFile, std::string> read(const fs::path& path) {
  std::ifstream in(path);
  return read_dialogue("tests/smtp/dialogues/" + path.filename().string(), in);
}

/// What is wrong with a dialogue.
std::string wrong_in(const std::string& text) {
  std::istringstream in(text);
  const auto dialogue = read_dialogue("some.txt", in);
  return dialogue ? "" : dialogue.error();
}

}  // namespace

TEST_CASE("every dialogue in a file goes as it is written, however it is cut", "[smtp][dialogues]") {
  const std::vector<fs::path> files = dialogues();
  REQUIRE_FALSE(files.empty());
  for (const fs::path& file : files) {
    DYNAMIC_SECTION(file.stem().string()) {
      const auto dialogue = read(file);
      if (!dialogue) FAIL(dialogue.error());
      for (const std::string& one : dialogue->each)
        check_dialogue(dialogue->options, filled(dialogue->script, one), dialogue->peer, dialogue->place);
    }
  }
}

TEST_CASE("every dialogue says what it shows, and where that is laid down", "[smtp][dialogues]") {
  for (const fs::path& file : dialogues()) {
    const auto dialogue = read(file);
    if (!dialogue) FAIL(dialogue.error());
    INFO(file.filename().string() << ": " << dialogue->about);
    const auto names = [&](std::string_view what) { return dialogue->about.find(what) != std::string::npos; };
    CHECK((names("RFC ") || names("CVE-") || names("envelint") || names("Postfix") || names("HAProxy")));
  }
}

TEST_CASE("what is wrong in the head of a dialogue is told with its place", "[smtp][dialogues]") {
  CHECK(wrong_in("# Text\noptions: tls\n\nS: 220\n") == "");
  CHECK(wrong_in("# Text\noptions: tls nothing\n") == "some.txt:2: `nothing` is no option");
  CHECK(wrong_in("# Text\noptions: max-message=ten\n") == "some.txt:2: `max-message=ten` is no option");
  CHECK(wrong_in("S: 220\n") == "some.txt:1: the first line has to say what the dialogue shows: # ...");
  CHECK(wrong_in("# Text\neach: a\nS: 220\n") == "some.txt:3: `{}` and `each:` go together");
}
