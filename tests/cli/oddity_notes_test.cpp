#include <support/catch.hpp>

#include <cli/oddity_notes.hpp>

#include <string>
#include <vector>

using namespace envelint;

namespace {

std::vector<std::string> notes(const std::string& bytes) {
  std::vector<std::string> out;
  for (const cli::OddityNote& note : cli::oddity_notes(mail::all_oddities(mail::Message::split(bytes)))) {
    out.push_back(note.text);
  }
  return out;
}

}  // namespace

TEST_CASE("each kind of oddity is told once, with its first place and how many there are", "[cli][message]") {
  CHECK(notes("From: a\r\n\r\nplain\r\n").empty());
  CHECK(
      notes("From: a\rb\r\n\r\nc\rd\re\r\n") ==
      std::vector<std::string>{"a bare CR at octet 7 and 2 other places: mail servers on the way may change it, which "
                               "breaks signatures"});
  CHECK(notes("From: a\n\r\n\r\n") ==
        std::vector<std::string>{"a bare LF at octet 7: mail servers on the way may change it, which breaks "
                                 "signatures"});
  CHECK(notes("From: a") == std::vector<std::string>{"no empty line behind the header at octet 7: nothing of the body "
                                                     "is there"});
}

TEST_CASE("a body of nothing but oddities has a bounded number of notes", "[cli][message]") {
  const auto many = notes("From: a\r\n\r\n" + std::string(100'000, '\r'));
  REQUIRE(many.size() == 2);
  CHECK(many.back().find("and more") == 0);
}
