#include <envelint/mail/message.hpp>

#include <support/catch.hpp>

#include <string>
#include <vector>

using namespace envelint::mail;

namespace {

/// The fields as `name|value` and the kinds of oddities.
std::vector<std::string> fields_of(const Message& message) {
  std::vector<std::string> out;
  for (const Field& field : message.fields()) {
    out.push_back(std::string(message.name(field)) + "|" + std::string(message.value(field)));
  }
  return out;
}

using Kind = Oddity::Kind;

std::vector<std::pair<Kind, std::size_t>> oddities_of(const Message& message) {
  std::vector<std::pair<Kind, std::size_t>> out;
  for (const Oddity& oddity : message.oddities()) out.emplace_back(oddity.kind, oddity.offset);
  return out;
}

using Fields = std::vector<std::string>;
using Oddities = std::vector<std::pair<Kind, std::size_t>>;

}  // namespace

TEST_CASE("a message is split into fields and body without a copy", "[mail]") {
  const std::string bytes = "From: a@example.com\r\nSubject: one\r\n two\r\n\r\nbody\r\n";
  const auto message = Message::split(bytes);
  CHECK(fields_of(message) == Fields{"From| a@example.com", "Subject| one\r\n two"});
  CHECK(message.body() == "body\r\n");
  CHECK(message.body().data() == bytes.data() + bytes.size() - 6);
  CHECK(message.header() == "From: a@example.com\r\nSubject: one\r\n two\r\n");
  CHECK(message.at(message.fields()[1].whole) == "Subject: one\r\n two\r\n");
  CHECK(message.oddities().empty());
}

TEST_CASE("fields are found by name in any case, the first from the top", "[mail]") {
  const auto message = Message::split("A: 1\r\nb: 2\r\na: 3\r\n\r\n");
  CHECK(message.count("A") == 2);
  REQUIRE(message.find("B") != nullptr);
  CHECK(message.value(*message.find("B")) == " 2");
  CHECK(message.find("c") == nullptr);
  CHECK(message.value(*message.find("a")) == " 1");
}

TEST_CASE("only CRLF ends a line of the header", "[mail]") {
  const auto message = Message::split("A: 1\nB: 2\rC: 3\r\n\r\n");
  CHECK(fields_of(message) == Fields{"A| 1\nB: 2\rC: 3"});
  CHECK(oddities_of(message) == Oddities{{Kind::bare_lf, 4}, {Kind::bare_cr, 9}});
}

TEST_CASE("LF LF does not end the header, nor does CR CR", "[mail]") {
  CHECK(Message::split("A: 1\n\nbody\r\n\r\nrest").body() == "rest");
  CHECK(Message::split("A: 1\r\rbody\r\n\r\nrest").body() == "rest");
  CHECK(Message::split("A: 1\r\n\nbody\r\n\r\nrest").body() == "rest");
}

TEST_CASE("a line of an mbox file before the header is no field", "[mail]") {
  const auto message = Message::split("From a@example.com Mon Sep 28\r\nA: 1\r\n\r\n");
  CHECK(fields_of(message) == Fields{"A| 1"});
  CHECK(message.header_start() == 31);
  CHECK(oddities_of(message) == Oddities{{Kind::mbox_from, 0}});
}

TEST_CASE("a line without a colon is kept without a name", "[mail]") {
  const auto message = Message::split("A: 1\r\nhello\r\n world\r\nB: 2\r\n\r\nbody");
  CHECK(fields_of(message) == Fields{"A| 1", "|hello\r\n world", "B| 2"});
  CHECK(oddities_of(message) == Oddities{{Kind::no_colon, 6}});
  CHECK(message.body() == "body");
}

TEST_CASE("odd names are kept and reported", "[mail]") {
  CHECK(oddities_of(Message::split("A : 1\r\n\r\n")) == Oddities{{Kind::blank_before_colon, 1}});
  CHECK(oddities_of(Message::split(": 1\r\n\r\n")) == Oddities{{Kind::bad_name, 0}});
  CHECK(oddities_of(Message::split("A b: 1\r\n\r\n")) == Oddities{{Kind::bad_name, 0}});
  CHECK(fields_of(Message::split("A \t: 1\r\n\r\n")) == Fields{"A| 1"});
  CHECK(oddities_of(Message::split(" a: 1\r\nB: 2\r\n\r\n")) == Oddities{{Kind::leading_blank, 0}});
}

TEST_CASE("a header that is not ended leaves no body", "[mail]") {
  const auto message = Message::split("A: 1\r\nB: 2");
  CHECK(fields_of(message) == Fields{"A| 1", "B| 2"});
  CHECK(message.body().empty());
  CHECK_FALSE(message.has_header_end());
  CHECK(oddities_of(message) == Oddities{{Kind::no_header_end, 10}});
  CHECK(oddities_of(Message::split("")) == Oddities{{Kind::no_header_end, 0}});
}

TEST_CASE("a message may have no field and still a body", "[mail]") {
  const auto message = Message::split("\r\nbody");
  CHECK(message.fields().empty());
  CHECK(message.body() == "body");
  CHECK(message.oddities().empty());
}

TEST_CASE("NUL and over-long lines are reported where they are", "[mail]") {
  const std::string bytes = "A: " + std::string(996, 'x') + "\r\nB: " + std::string(1, '\0') + "\r\n\r\n";
  CHECK(oddities_of(Message::split(bytes)) == Oddities{{Kind::long_line, 0}, {Kind::nul, 1004}});
  const std::string fits = "A: " + std::string(995, 'x') + "\r\n\r\n";
  CHECK(oddities_of(Message::split(fits)).empty());
}

TEST_CASE("oddities are bounded in number", "[mail]") {
  std::string bytes;
  for (int i = 0; i < 10'000; ++i) bytes += "x\r\n";
  const auto message = Message::split(bytes);
  CHECK(message.fields().size() == 10'000);
  REQUIRE(message.oddities().size() == kMaxOddities + 1);
  CHECK(message.oddities().back().kind == Kind::more);
}

TEST_CASE("a header of too many fields or octets is cut and says so", "[mail]") {
  std::string many;
  for (std::size_t i = 0; i <= kMaxFields; ++i) many += "a:\r\n";
  const auto message = Message::split(many + "\r\nbody");
  CHECK(message.cut());
  CHECK(message.fields().size() == kMaxFields);
  CHECK(message.oddities().back().kind == Kind::header_too_long);
  const std::string large = "A: " + std::string(kMaxHeader, 'x') + "\r\n\r\nbody";
  CHECK(Message::split(large).cut());
}

TEST_CASE("oddities of the body are found on demand", "[mail]") {
  const std::string long_line(999, 'x');
  const std::string bytes = "A: 1\r\n\r\na\nb\rc\r\n" + long_line + "\r\n";
  const auto message = Message::split(bytes);
  CHECK(message.oddities().empty());
  std::vector<std::pair<Kind, std::size_t>> found;
  for (const Oddity& oddity : body_oddities(message)) found.emplace_back(oddity.kind, oddity.offset);
  CHECK(found == Oddities{{Kind::bare_lf, 9}, {Kind::bare_cr, 11}, {Kind::long_line, 15}});
}

TEST_CASE("the first line tells how a file was saved", "[mail]") {
  CHECK(line_ends("A: 1\nB: 2\n\n") == LineEnds::lf_as_crlf);
  CHECK(line_ends("A: 1\r\nB: 2\n\n") == LineEnds::as_is);
  CHECK(line_ends("\n") == LineEnds::lf_as_crlf);
  CHECK(line_ends("A: 1") == LineEnds::as_is);
  CHECK(line_ends("") == LineEnds::as_is);
}

TEST_CASE("bare LF becomes CRLF and all else stays", "[mail]") {
  CHECK(to_crlf("A: 1\n\nx\r\ny\rz\n") == "A: 1\r\n\r\nx\r\ny\rz\r\n");
  CHECK(to_crlf("\n\n") == "\r\n\r\n");
  CHECK(to_crlf("").empty());
  CHECK(to_crlf("none") == "none");
}

TEST_CASE("a From field with a blank before its colon is no mbox line", "[mail]") {
  const auto message = Message::split("From : a@example.com\r\nFrom: b@example.com\r\n\r\n");
  CHECK(fields_of(message) == Fields{"From| a@example.com", "From| b@example.com"});
  CHECK(oddities_of(message) == Oddities{{Kind::blank_before_colon, 4}});
}
