#include <envelint/mail/address.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/rehearsal/sample.hpp>

#include <support/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace envelint;

TEST_CASE("the sample is a whole message without anything odd", "[rehearsal]") {
  const std::string bytes = rehearsal::sample_message("ann@example.com", 1'700'000'000);
  const auto message = mail::Message::split(bytes);
  CHECK(message.oddities().empty());
  CHECK(mail::body_oddities(message).empty());
  for (const std::string_view name : {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"}) {
    CHECK(message.count(name) == 1);
  }
  CHECK(message.value(*message.find("From")) == " <ann@example.com>");
  CHECK(message.value(*message.find("Date")) == " Tue, 14 Nov 2023 22:13:20 +0000");
  CHECK(std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST_CASE("dates are those of RFC 5322, from first to last", "[rehearsal]") {
  CHECK(rehearsal::date_of(0) == "Thu, 01 Jan 1970 00:00:00 +0000");
  CHECK(rehearsal::date_of(1'709'209'845) == "Thu, 29 Feb 2024 12:30:45 +0000");
  CHECK(rehearsal::date_of(~std::uint64_t{0}) == "Fri, 31 Dec 9999 23:59:59 +0000");
}

TEST_CASE("a list puts a tag before the subject and a footer under the body", "[rehearsal]") {
  const std::string passed = rehearsal::as_a_list_passes_it_on("Subject: Hello\r\nFrom: a@example.com\r\n\r\nText");
  CHECK(passed.starts_with("Subject: [list] Hello\r\nFrom: a@example.com\r\n\r\nText\r\n____"));
  CHECK(
      rehearsal::as_a_list_passes_it_on("From: a@example.com\r\n\r\n").starts_with("From: a@example.com\r\n\r\n____"));
  CHECK_FALSE(rehearsal::as_a_list_passes_it_on("").empty());
}
