#include <support/catch.hpp>

#include <envelint/web/header_view.hpp>

#include <fmt/core.h>
#include <fmt/ranges.h>

using namespace envelint;
using namespace envelint::web;

namespace {

std::string crlf(std::string_view text) { return mail::to_crlf(text); }

/// A DKIM-Signature that covers these fields. Nothing here asks whether it is valid.
std::string signature(std::string_view fields, std::string_view tags = "") {
  return fmt::format("DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; bh=YQ==; h={}; b=YQ=={}\n", fields, tags);
}

/// A line for each field: its name and which signatures cover it.
std::string marks(std::string_view header) {
  const std::string bytes = crlf(std::string(header) + "\nbody\n");
  const mail::Message message = mail::Message::split(bytes);
  std::string out;
  for (const FieldView& field : header_view(message).fields) {
    out += fmt::format("{}[{}] ", field.name, fmt::join(field.signed_by, ","));
  }
  return out;
}

}  // namespace

TEST_CASE("a header field has its value as it stands and as it is read", "[web]") {
  const std::string bytes = crlf("Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n  folded\nno colon\nX: \xFF\n\n");
  const mail::Message message = mail::Message::split(bytes);
  const HeaderView view = header_view(message);
  REQUIRE(view.fields.size() == 3);
  CHECK(view.fields[0].name == "Subject");
  CHECK(view.fields[0].value == " =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n  folded");
  CHECK(view.fields[0].text == "Gr\u00FC\u00DFe  folded");
  CHECK(view.fields[1].name.empty());
  CHECK(view.fields[2].text == "\xFF");
  CHECK_FALSE(view.cut);
}

TEST_CASE("fields are covered from the bottom up, one for each time that h= names them", "[web]") {
  CHECK(marks(signature("from:subject") + "Subject: 1\nFrom: a\nSubject: 2\n") ==
        "DKIM-Signature[] Subject[] From[0] Subject[0] ");
  CHECK(marks(signature("from:subject:SUBJECT:subject") + "Subject: 1\nFrom: a\nSubject: 2\n") ==
        "DKIM-Signature[] Subject[0] From[0] Subject[0] ");
}

TEST_CASE("signatures are counted from the top", "[web]") {
  CHECK(marks(signature("from") + signature("from:to") + "From: a\nTo: b\n") ==
        "DKIM-Signature[] DKIM-Signature[] From[0,1] To[1] ");
}

TEST_CASE("a signature may cover another one, and never itself", "[web]") {
  CHECK(marks(signature("from:dkim-signature") + signature("from:dkim-signature") + "From: a\n") ==
        "DKIM-Signature[1] DKIM-Signature[0] From[0,1] ");
}

TEST_CASE("a signature of which it cannot be told what it covers covers nothing", "[web]") {
  CHECK(marks(signature("from:;") + "From: a\n") == "DKIM-Signature[] From[] ");
  CHECK(marks(signature("from:sub ject") + "From: a\n") == "DKIM-Signature[] From[] ");
  CHECK(marks(signature("from", "; h=from") + "From: a\n") == "DKIM-Signature[] From[] ");
  CHECK(marks("DKIM-Signature: v=1; a=rsa-sha256; d=example.com\nFrom: a\n") == "DKIM-Signature[] From[] ");
  CHECK(marks("DKIM-Signature: nonsense\nFrom: a\n") == "DKIM-Signature[] From[] ");
  CHECK(marks("ARC-Message-Signature: h=from\nFrom: a\n") == "ARC-Message-Signature[] From[] ");
}

TEST_CASE("a signature that is invalid for other reasons is told from the fields it covers", "[web]") {
  CHECK(marks(signature("subject") + "From: a\nSubject: b\n") == "DKIM-Signature[] From[] Subject[0] ");
  CHECK(marks(signature("from", "; x=1") + "From: a\n") == "DKIM-Signature[] From[0] ");
}

TEST_CASE("signatures that a verification does not look at cover nothing", "[web]") {
  std::string header;
  for (int i = 0; i < 12; ++i) header += signature("from");
  CHECK(marks(header + "From: a\n").ends_with("From[0,1,2,3,4,5,6,7,8,9] "));
  CHECK(marks("X: " + std::string(70'000, 'x') + "\n" + signature("from") + "From: a\n") ==
        "X[] DKIM-Signature[] From[] ");
}

TEST_CASE("a header is shown up to a number of fields and octets", "[web]") {
  std::string many;
  for (int i = 0; i < 3000; ++i) many += "X: y\r\n";
  const mail::Message fields = mail::Message::split(many);
  CHECK(header_view(fields).fields.size() == kMaxShownFields);
  CHECK(header_view(fields).cut);
  const std::string large = "X: " + std::string(kMaxShownOctets, 'x') + "\r\n";
  const mail::Message octets = mail::Message::split(large);
  CHECK(header_view(octets).fields.empty());
  CHECK(header_view(octets).cut);
}
