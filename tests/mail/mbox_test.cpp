#include <envelint/mail/mbox.hpp>
#include <envelint/mail/message.hpp>

#include <support/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace envelint::mail;

namespace {

using Lines = std::vector<std::string>;

/// `line|From line|bytes` of each message.
Lines messages_of(std::string_view file) {
  Lines out;
  MboxReader reader(file);
  for (MboxMessage message; reader.next(message);) {
    out.push_back(std::to_string(message.line) + "|" + std::string(message.from_line) + "|" + message.bytes);
  }
  return out;
}

}  // namespace

TEST_CASE("an mbox file is gone through message by message", "[mail][mbox]") {
  const std::string file =
      "From a@example.com Fri Nov 27 03:47:44 2026\n"
      "Subject: one\n"
      "\n"
      "body\n"
      "\n"
      "From b@example.com Fri Nov 27 03:47:45 2026\n"
      "Subject: two\n"
      "\n"
      "body\n"
      "\n";
  CHECK(messages_of(file) == Lines{"1|From a@example.com Fri Nov 27 03:47:44 2026|Subject: one\n\nbody\n",
                                   "6|From b@example.com Fri Nov 27 03:47:45 2026|Subject: two\n\nbody\n"});
  CHECK(messages_of(to_crlf(file)) ==
        Lines{"1|From a@example.com Fri Nov 27 03:47:44 2026|Subject: one\r\n\r\nbody\r\n",
              "6|From b@example.com Fri Nov 27 03:47:45 2026|Subject: two\r\n\r\nbody\r\n"});
}

TEST_CASE("a From line begins a message only behind an empty line", "[mail][mbox]") {
  CHECK(messages_of("From a\nX: 1\n\nFrom here on\n") == Lines{"1|From a|X: 1\n", "4|From here on|"});
  CHECK(messages_of("From a\nX: 1\n\nbody\nFrom here on\n") == Lines{"1|From a|X: 1\n\nbody\nFrom here on\n"});
  CHECK(messages_of("From a\nX: 1\n\n\n\nFrom b\n") == Lines{"1|From a|X: 1\n\n\n", "6|From b|"});
}

TEST_CASE("one > is taken off quoted From lines", "[mail][mbox]") {
  CHECK(messages_of("From a\nX: 1\n\n>From x\n>>From y\n> From z\n>Fromage\n") ==
        Lines{"1|From a|X: 1\n\nFrom x\n>From y\n> From z\n>Fromage\n"});
}

TEST_CASE("a file without a line end, or without a From line at its start, is no trouble", "[mail][mbox]") {
  CHECK(messages_of("").empty());
  CHECK(messages_of("From a") == Lines{"1|From a|"});
  CHECK(messages_of("From a\n\nFrom b") == Lines{"1|From a|", "3|From b|"});
  CHECK(messages_of("Subject: x\n\nbody\n").empty());
  CHECK(messages_of("Subject: x\n\nFrom a\nX: 1\n") == Lines{"3|From a|X: 1\n"});
  CHECK(messages_of("\nFrom a\nX: 1\n") == Lines{"2|From a|X: 1\n"});
}

TEST_CASE("a file is an mbox when it begins with a From line", "[mail][mbox]") {
  CHECK(is_mbox("From a@example.com Fri Nov 27 03:47:44 2026\n"));
  CHECK(is_mbox("From \n"));
  CHECK_FALSE(is_mbox("From: a@example.com\n"));
  CHECK_FALSE(is_mbox("From : a@example.com\n"));
  CHECK_FALSE(is_mbox("From \t: a@example.com\n"));
  CHECK_FALSE(is_mbox(">From a\n"));
  CHECK_FALSE(is_mbox(""));
}

TEST_CASE("the end of a file leaves the last message as it was", "[mail][mbox]") {
  MboxReader reader("From a\nX: 1\n");
  MboxMessage message;
  REQUIRE(reader.next(message));
  REQUIRE_FALSE(reader.next(message));
  CHECK(message.bytes == "X: 1\n");
}
