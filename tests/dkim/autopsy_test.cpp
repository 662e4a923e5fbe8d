#include <envelint/dkim/autopsy.hpp>

#include <envelint/dkim/signed_header.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/mail/mime.hpp>
#include <envelint/task/sync_wait.hpp>

#include "mails.hpp"

#include <support/catch.hpp>

#include <fmt/format.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

using namespace envelint;
using namespace envelint::dkim;

namespace {

constexpr std::uint64_t kNow = 1'762'261'300;  // seconds after the Date below

const std::string kHeader = R"(From: =?utf-8?q?J=C3=B6rg?= Weber <joerg@example.com>
To: "Team, Berlin" <team@lists.example.net>, Ann <ann@example.org>
Subject: Minutes of the meeting on Tuesday
Date: Tue, 04 Nov 2025 14:01:22 +0100
Message-ID: <4cc1d2@mail.example.com>
MIME-Version: 1.0
)";

/// Mails as people send them.
std::string plain_mail() {
  return mail::to_crlf(kHeader + R"(Content-Type: text/plain; charset=utf-8; format=flowed
Content-Transfer-Encoding: 8bit

Hello all,

here are the minutes. We decided to move the servers in December, and Jörg will write to the hosting company before the end of the week.

From now on the list of machines is kept in the wiki.
	- mail	two machines
	- web	four machines
.profile is not to be changed by hand.

Regards
-- 
Jörg Weber
Example GmbH
)");
}

std::string multipart_mail() {
  return mail::to_crlf(kHeader + R"(Content-Type: multipart/alternative; boundary="b1_x"

--b1_x
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Grüße aus Köln, and here is what we have decided in the meeting of Tuesday.

--b1_x
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<p>Grüße aus Köln, and here is what we have decided.</p>

--b1_x--
)");
}

std::string quoted_mail() {
  return mail::to_crlf(kHeader + R"(Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe aus K=C3=B6ln, and here is what we have decided in the meet=
ing of Tuesday: nothing.
)");
}

std::string base64_mail() {
  const std::string text =
      "Grüße aus Köln, and here is what we have decided in the meeting of Tuesday: nothing at all, "
      "but that we meet again on Thursday, and bring cake.\r\n";
  return mail::to_crlf(kHeader + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n") +
         mail::encode_base64_lines(text, 76);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  INFO("looking for " << from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string tags(std::string_view c) {
  return fmt::format(
      "v=1; a=rsa-sha256; c={}; d=example.com; s=s; t={}; "
      "h=from:to:subject:date:message-id:mime-version:content-type:content-transfer-encoding:sender; bh=*",
      c, kNow - 20);
}

std::string signed_mail(const std::string& message, std::string_view c) {
  static const PkeyPtr kKey = test::rfc_rsa_key();
  return test::forge(message, tags(c), kKey.get());
}

const std::string kZone = "s._domainkey.example.com. TXT \"" + test::rsa_record() + "\"\n";

Autopsy autopsy_of(const std::string& bytes, const std::string& zone = kZone, AutopsyOptions options = {}) {
  dns::FakeResolver dns(zone);
  const auto message = mail::Message::split(bytes);
  const auto results = task::sync_wait(verify(dns, message, VerifyOptions(kNow)));
  REQUIRE(!results.empty());
  options.limits.header_octets = std::uint64_t{8} << 20;
  auto out = task::sync_wait(autopsy(dns, &message, &results, std::move(options)));
  REQUIRE(out.size() == results.size());
  return out.front();
}

/// `footer_added`, `subject_tag + footer_added`, with ` + ?` for what is not explained; `-` where nothing failed.
std::string named(const Autopsy& autopsy) {
  if (!autopsy.needed()) return "-";
  std::string out;
  for (const Change& change : autopsy.changes) out.append(out.empty() ? "" : " + ").append(to_string(change.cause));
  if (!autopsy.complete) out.append(out.empty() ? "?" : " + ?");
  return out;
}

using Mutation = std::function<std::string(const std::string&)>;

struct Row {
  std::string what;
  std::string c;
  std::string (*mail)();
  Mutation mutate;
  std::string expected;
};

Mutation put(std::string from, std::string to) {
  return [=](const std::string& bytes) { return replaced(bytes, from, to); };
}

Mutation appended(std::string text) {
  return [=](const std::string& bytes) { return bytes + text; };
}

/// Every line of the body through a function.
Mutation body_lines(std::function<std::string(std::string)> edit) {
  return [=](const std::string& bytes) {
    const auto message = mail::Message::split(bytes);
    std::string out = bytes.substr(0, message.body_start());
    std::string_view body = message.body();
    while (!body.empty()) {
      const std::size_t at = std::min(body.find("\r\n"), body.size());
      out += edit(std::string(body.substr(0, at))) + "\r\n";
      body.remove_prefix(std::min(at + 2, body.size()));
    }
    return out;
  };
}

Mutation body(std::function<std::string(std::string_view)> edit) {
  return [=](const std::string& bytes) {
    const auto message = mail::Message::split(bytes);
    return bytes.substr(0, message.body_start()) + edit(message.body());
  };
}

std::string all_replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (std::size_t at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
    out.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
  }
  return out.append(text);
}

Mutation then(Mutation first, Mutation second) {
  return [=](const std::string& bytes) { return second(first(bytes)); };
}

constexpr const char* kSimple = "simple/simple";
constexpr const char* kRelaxed = "relaxed/relaxed";
const std::string kFooter =
    "_______________________________________________\r\nteam mailing list\r\n"
    "https://lists.example.net/team\r\n";

std::vector<Row> rows() {
  const auto quoted = body([](std::string_view text) { return mail::encode_quoted_printable(text); });
  std::vector<Row> out;
  for (const char* c : {kSimple, kRelaxed}) {
    const auto both = [&](std::string what, std::string (*mail)(), Mutation mutate, std::string expected) {
      out.push_back({std::move(what), c, mail, std::move(mutate), std::move(expected)});
    };
    both("nothing", plain_mail, [](const std::string& bytes) { return bytes; }, "-");
    both("final newline lost", plain_mail,
         body([](std::string_view t) { return std::string(t.substr(0, t.size() - 2)); }), "-");
    both("footer", plain_mail, appended(kFooter), "footer_added");
    both("footer behind a lost final newline", plain_mail,
         body([](std::string_view t) { return std::string(t.substr(0, t.size() - 2)) + " " + kFooter; }),
         "footer_added");
    both("banner", plain_mail, put("Hello all", "[EXTERNAL] Be careful.\r\n\r\nHello all"), "banner_added");
    both("banner within the first line", plain_mail, put("Hello all", "EXTERNAL: Hello all"), "?");
    both("LF for CRLF", plain_mail, body([](std::string_view t) { return all_replaced(t, "\r\n", "\n"); }),
         "line_ends");
    both("CR for CRLF", plain_mail, body([](std::string_view t) { return all_replaced(t, "\r\n", "\r"); }),
         "line_ends");
    both("one LF", plain_mail, put("minutes. We decided", "minutes.\nWe decided"), "?");
    both("CRCRLF", plain_mail, body([](std::string_view t) { return all_replaced(t, "\r\n", "\r\r\n"); }), "line_ends");
    both("dots doubled", plain_mail, put("\r\n.profile", "\r\n..profile"), "dot_stuffing");
    both("dot lost", plain_mail, put("\r\n.profile", "\r\nprofile"), "dot_stuffing");
    both("From quoted", plain_mail, put("\r\nFrom now", "\r\n>From now"), "from_quoting");
    both("a line broken", plain_mail, put("hosting company before", "hosting\r\ncompany before"), "lines_wrapped");
    both(
        "lines wrapped at 72", plain_mail,
        put("We decided to move the servers in December, and Jörg will write to the hosting company before the end",
            "We decided to move the servers in December,\r\nand Jörg will write to the hosting company before the end"),
        "lines_wrapped");
    both("a line added inside", plain_mail, put("Regards", "Scanned by Example AV\r\nRegards"), "lines_added");
    both("lines added inside", plain_mail, put("Regards", "Scanned\r\nby\r\nExample AV\r\nRegards"), "lines_added");
    both("an empty line lost", plain_mail, put("\r\n\r\nRegards", "\r\nRegards"), "empty_lines");
    both("to latin-1", plain_mail, body([](std::string_view t) { return all_replaced(t, "\xC3\xB6", "\xF6"); }),
         "charset");
    both("8bit to quoted-printable", plain_mail, then(quoted, put("Encoding: 8bit", "Encoding: quoted-printable")),
         "transfer_encoding + field_changed");
    both("8bit to base64", plain_mail,
         then(body([](std::string_view t) { return mail::encode_base64_lines(t, 76); }),
              put("Encoding: 8bit", "Encoding: base64")),
         "transfer_encoding + field_changed");
    both("8bit to quoted-printable, and a footer", plain_mail,
         then(then(quoted, put("Encoding: 8bit", "Encoding: quoted-printable")), appended(kFooter)),
         "transfer_encoding + footer_added + field_changed");
    both(
        "parts to quoted-printable", multipart_mail,
        [](const std::string& bytes) {
          std::string text = all_replaced(bytes, "Encoding: 8bit", "Encoding: quoted-printable");
          text = all_replaced(text, "\xC3\xBC", "=C3=BC");
          return all_replaced(all_replaced(text, "\xC3\xB6", "=C3=B6"), "\xC3\x9F", "=C3=9F");
        },
        "transfer_encoding");
    both("footer in the first part", multipart_mail, put("Tuesday.\r\n", "Tuesday.\r\n" + kFooter), "footer_added");
    both("banner in the first part", multipart_mail, put("8bit\r\n\r\n", "8bit\r\n\r\nExternal sender!\r\n\r\n"),
         "banner_added");
    both("a part added", multipart_mail,
         put("--b1_x--", "--b1_x\r\nContent-Type: text/plain\r\n\r\n" + kFooter + "--b1_x--"), "part_added");
    both(
        "wrapped by a list", plain_mail,
        [](const std::string& bytes) {
          const auto message = mail::Message::split(bytes);
          std::string head = bytes.substr(0, message.body_start());
          head = replaced(head, "text/plain; charset=utf-8; format=flowed", "multipart/mixed; boundary=\"===1==\"");
          head = replaced(head, "Content-Transfer-Encoding: 8bit\r\n", "");
          return head +
                 "--===1==\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\n"
                 "Content-Transfer-Encoding: 8bit\r\n\r\n" +
                 std::string(message.body()) + "\r\n--===1==\r\nContent-Type: text/plain\r\n\r\n" + kFooter +
                 "--===1==--\r\n";
        },
        "wrapped_in_part + field_changed + field_removed");
    both(
        "soft line breaks moved", quoted_mail,
        [](const std::string& bytes) {
          return replaced(replaced(bytes, "meet=\r\ning", "meeting"), "nothing", "noth=\r\ning");
        },
        "quoted_printable_wrapped");
    both("base64 wrapped at 64", base64_mail, body([](std::string_view t) {
           const auto octets = text::base64_decode(t).value();
           return mail::encode_base64_lines(std::string(octets.begin(), octets.end()), 64);
         }),
         "base64_wrapped");
    both("a list tag", plain_mail, put("Subject: ", "Subject: [team] "), "subject_tag");
    both("a spam mark", plain_mail, put("Subject: ", "Subject: ***SPAM*** "), "subject_tag");
    both("a tag and a footer", plain_mail, then(put("Subject: ", "Subject: [team] "), appended(kFooter)),
         "footer_added + subject_tag");
    both("an address added to To", plain_mail,
         put("To: \"Team, Berlin\" <team@lists.example.net>, Ann <ann@example.org>",
             "To: \"Team, Berlin\" <team@lists.example.net>, Ann <ann@example.org>, <x@example.net>"),
         "field_changed");
    both("To without display names", plain_mail,
         put("\"Team, Berlin\" <team@lists.example.net>", "team@lists.example.net"), "?");
    both("a display name put into quotes", plain_mail, put("Ann <ann", "\"Ann\" <ann"), "field_changed");
    both("a domain in capitals", plain_mail, put("ann@example.org", "ann@EXAMPLE.ORG"), "field_changed");
    both("Date in UTC", plain_mail, put("Tue, 04 Nov 2025 14:01:22 +0100", "Tue, 04 Nov 2025 13:01:22 GMT"),
         "field_changed");
    both("Date written anew", plain_mail, put("14:01:22", "14:09:59"), "field_changed");
    both("Message-ID without brackets", plain_mail, put("<4cc1d2@mail.example.com>", "4cc1d2@mail.example.com"),
         "field_changed");
    both("Message-ID replaced, the old one kept", plain_mail,
         put("Message-ID: <4cc1d2@mail.example.com>",
             "Message-ID: <new@relay.example>\r\nX-Original-Message-ID: <4cc1d2@mail.example.com>"),
         "field_changed");
    both("Message-ID replaced", plain_mail, put("<4cc1d2@mail.example.com>", "<new@relay.example>"), "?");
    both("charset quoted", plain_mail, put("charset=utf-8;", "charset=\"utf-8\";"), "field_changed");
    both("MIME-Version removed", plain_mail, put("MIME-Version: 1.0\r\n", ""), "field_removed");
    both("Sender added", plain_mail, put("Subject: ", "Sender: team-bounces@lists.example.net\r\nSubject: "),
         "field_added");
    both("a tag and Sender", plain_mail, put("Subject: ", "Sender: team-bounces@lists.example.net\r\nSubject: [team] "),
         "subject_tag + field_added");
    both("another Subject", plain_mail, put("Minutes of the meeting", "Money for you"), "?");
    both("a word of the body", plain_mail, put("December", "January"), "?");
    both("a word of the body and a tag", plain_mail,
         then(put("December", "January"), put("Subject: ", "Subject: [team] ")), "subject_tag + ?");
    both("the signature refolded", plain_mail, put("; bh=", ";\r\n\tbh="), c == kSimple ? "field_spacing" : "-");
  }
  const auto simple = [&](std::string what, Mutation mutate, std::string expected) {
    out.push_back({std::move(what), kSimple, plain_mail, std::move(mutate), std::move(expected)});
  };
  simple("trailing white space lost", put("-- \r\n", "--\r\n"), "trailing_space_removed");
  simple("a space at the end of one line", put("Regards\r\n", "Regards \r\n"), "trailing_space_added");
  simple(
      "a space lost at the end of one line", [](const std::string& b) { return replaced(b, "-- \r\n", "--\r\n"); },
      "trailing_space_removed");
  simple("trailing white space everywhere",
         body_lines([](std::string line) { return line == "-- " ? line : line + " "; }), "?");
  simple("tabs to spaces", body([](std::string_view t) { return all_replaced(t, "\t", "        "); }), "tabs");
  simple("names in lower case", put("Subject:", "subject:"), "field_name_case");
  simple("a field folded", put(", Ann", ",\r\n\tAnn"), "field_spacing");
  simple("a space more behind the colon", put("Subject: ", "Subject:  "), "field_spacing");
  return out;
}

}  // namespace

TEST_CASE("what mail systems do to a signed message is named", "[dkim][autopsy]") {
  for (const Row& row : rows()) {
    INFO(row.what << ", " << row.c);
    const Autopsy result = autopsy_of(row.mutate(signed_mail(row.mail(), row.c)));
    INFO(result.summary);
    CHECK(named(result) == row.expected);
  }
}

namespace {

constexpr std::string_view kFields = "h=from:to:subject:date:message-id";

Autopsy forged(const std::string& all_tags, const std::string& message, const std::string& zone = kZone,
               AutopsyOptions options = {}) {
  const auto key = test::rfc_rsa_key();
  return autopsy_of(test::forge(message, all_tags, key.get()), zone, std::move(options));
}

std::string hash_of_body(Canonicalization kind, std::size_t length = std::string::npos) {
  const std::string bytes = plain_mail();
  const std::string body = canonical_body(kind, mail::Message::split(bytes).body());
  return text::base64_encode(digest_of(HashAlgorithm::sha256, std::string_view(body).substr(0, length)));
}

std::string with_bh(std::string_view c, const std::string& hash, std::string_view more = "") {
  return fmt::format("v=1; a=rsa-sha256; c={}; d=example.com; s=s; {};{} bh={}", c, kFields, more, hash);
}

}  // namespace

TEST_CASE("a body hash that the signer made otherwise than it says is named", "[dkim][autopsy]") {
  const std::string mail = plain_mail();
  CHECK(named(forged(with_bh("relaxed/relaxed", hash_of_body(Canonicalization::simple)), mail)) ==
        "other_body_canonicalization");
  CHECK(named(forged(with_bh("relaxed/simple", hash_of_body(Canonicalization::relaxed)), mail)) ==
        "other_body_canonicalization");
  CHECK(named(forged(with_bh("relaxed/simple", hash_of_body(Canonicalization::simple), " l=20;"), mail)) ==
        "length_not_applied");
  CHECK(named(forged(with_bh("relaxed/simple", text::base64_encode(digest_of(HashAlgorithm::sha256, "\r\n"))), mail)) ==
        "empty_body_signed");
  const std::string bytes = plain_mail();
  const auto body = mail::Message::split(bytes).body();
  const auto of = [](HashAlgorithm hash, std::string_view text) { return text::base64_encode(digest_of(hash, text)); };
  CHECK(named(forged(with_bh("relaxed/simple", of(HashAlgorithm::sha256, body.substr(0, body.size() - 2))), mail)) ==
        "final_newline");
  CHECK(named(forged(with_bh("relaxed/simple", of(HashAlgorithm::sha1, body)), mail)) == "other_body_hash");
}

TEST_CASE("a body that is shorter than l= is said to be cut, and no cause is made up", "[dkim][autopsy]") {
  const auto key = test::rfc_rsa_key();
  const std::string mail = test::forge(plain_mail(), with_bh("relaxed/simple", "*", " l=200;"), key.get());
  const Autopsy result = autopsy_of(mail.substr(0, mail.size() - 200));
  CHECK(named(result) == "?");
  REQUIRE(result.known.size() == 2);
  CHECK_THAT(result.known[0], Catch::Contains("`l=` says that 200 octets") && Catch::Contains("the end was cut off"));
}

TEST_CASE("a canonicalization of the header that is named wrongly is found", "[dkim][autopsy]") {
  // Signed as `c` says, with `c=` of the other: forge makes what it is told, so the canonical form is made here.
  const auto key = test::rfc_rsa_key();
  const std::string field =
      "DKIM-Signature: " + with_bh("simple/simple", hash_of_body(Canonicalization::simple)) + "; b=";
  const std::string unsigned_mail = field + "\r\n" + plain_mail();
  const auto message = mail::Message::split(unsigned_mail);
  const Signature signature = parse_signature(message.value(message.fields()[0]));
  std::string octets;
  for (const auto& covered : covered_fields(message, signature, 0)) {
    append_signed_field(Canonicalization::relaxed, message, message.fields()[*covered], octets);
  }
  append_canonical_field(Canonicalization::relaxed, "DKIM-Signature:", signature.without_signature(), octets);
  const std::string value = text::base64_encode(test::sign_octets(key.get(), octets, false));
  CHECK(named(autopsy_of(field + value + "\r\n" + plain_mail())) == "other_header_canonicalization");
}

TEST_CASE("z= gives back what a field was", "[dkim][autopsy]") {
  const auto key = test::rfc_rsa_key();
  const std::string signed_with_z =
      test::forge(plain_mail(),
                  "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s; " + std::string(kFields) +
                      "; z=Subject:Minutes=20of=20the=20meeting=20on=20Tuesday; bh=*",
                  key.get());
  const Autopsy result = autopsy_of(replaced(signed_with_z, "Subject: Minutes of", "Subject: Money for you and"));
  CHECK(named(result) == "field_changed");
  CHECK(result.changes.at(0).before == "Minutes of the meeting on Tuesday");
  CHECK(result.changes.at(0).after == "Money for you and the meeting on Tuesday");
}

TEST_CASE("a change is told as data", "[dkim][autopsy]") {
  const std::string mail = signed_mail(plain_mail(), kRelaxed);
  const Autopsy footer = autopsy_of(mail + kFooter);
  REQUIRE(footer.changes.size() == 1);
  CHECK(footer.changes[0].lines == 3);
  CHECK(footer.changes[0].line == 14);
  CHECK(footer.changes[0].offset == mail.size());
  CHECK(footer.summary == "3 lines were appended to the body after signing, from line 14 of the body on");
  const Autopsy tag = autopsy_of(replaced(mail, "Subject: ", "Subject: [team] "));
  CHECK(tag.summary ==
        "text was added to the Subject after signing; signed was "
        "`Minutes of the meeting on Tuesday`, now it is `[team] Minutes of the meeting on Tuesday`");
  CHECK(tag.failed == std::vector<Place>{Place::header});
}

TEST_CASE("a signature that another key of the domain made is told with its selector", "[dkim][autopsy]") {
  const std::string mail = signed_mail(plain_mail(), kRelaxed);
  // Another key: that of appendix C of RFC 6376.
  const std::string other =
      "s._domainkey.example.com. TXT \"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/"
      "DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v\" \"/RtdC2UzJ1lWT947qR+Rcac2gbto/"
      "NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB\"\n";
  const Autopsy unknown = autopsy_of(mail, other);
  CHECK(named(unknown) == "?");
  REQUIRE(unknown.known.size() == 1);
  CHECK_THAT(unknown.known[0], Catch::Contains("was not made with the key at s._domainkey.example.com"));

  const std::string rsa = " TXT \"" + test::rsa_record() + "\"\n";
  const Autopsy common = autopsy_of(mail, other + "default._domainkey.example.com." + rsa);
  CHECK(named(common) == "other_selector");
  CHECK(common.summary == "the signature was made with the key of another selector: default._domainkey.example.com");
  CHECK(named(autopsy_of(mail, "default._domainkey.example.com." + rsa)) == "other_selector");
  AutopsyOptions options;
  options.selectors = {"x2031"};
  CHECK(named(autopsy_of(mail, other + "x2031._domainkey.example.com." + rsa, options)) == "other_selector");
  CHECK(named(autopsy_of(mail, other + kZone)) == "other_record");
  CHECK(named(autopsy_of(mail, "s._domainkey.example.com. TXT \"v=DKIM1; p=\"\n")) == "?");
  const Autopsy both =
      autopsy_of(replaced(mail, "Subject: ", "Subject: [team] "), other + "default._domainkey.example.com." + rsa);
  CHECK(named(both) == "other_selector + subject_tag");
}

TEST_CASE("the key of a domain above or below, at the same selector, is told with its domain", "[dkim][autopsy]") {
  const PkeyPtr key = test::rfc_rsa_key();
  const std::string other = "TXT \"" + test::ed25519_record() + "\"\n";
  const std::string rsa = "TXT \"" + test::rsa_record() + "\"\n";
  const std::string above =
      test::forge(plain_mail(), replaced(tags(kRelaxed), "d=example.com", "d=news.example.com"), key.get());
  const Autopsy of_parent =
      autopsy_of(above, "s._domainkey.news.example.com. " + other + "s._domainkey.example.com. " + rsa);
  REQUIRE(named(of_parent) == "other_domain");
  CHECK(of_parent.changes.front().domain == "example.com");
  const std::string below = test::forge(
      plain_mail(), replaced(tags(kRelaxed), "d=example.com", "d=example.com; i=@news.example.com"), key.get());
  const Autopsy of_child =
      autopsy_of(below, "s._domainkey.example.com. " + other + "s._domainkey.news.example.com. " + rsa);
  REQUIRE(named(of_child) == "other_domain");
  CHECK(of_child.changes.front().domain == "news.example.com");
}

TEST_CASE("links that a filter wrote anew are named", "[dkim][autopsy]") {
  const std::string link = "https://www.example.com/minutes?day=4";
  const std::string mail = signed_mail(replaced(plain_mail(), "in the wiki", "at " + link), kRelaxed);
  const std::string safe =
      "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.example.com%2Fminutes%3Fday%3D4&data=05%7C02";
  CHECK(named(autopsy_of(replaced(mail, link, safe))) == "links_rewritten");
  CHECK(named(autopsy_of(replaced(mail, link, "https://urldefense.com/v3/__" + link + "__;!!abc!def$"))) ==
        "links_rewritten");
  CHECK(named(autopsy_of(replaced(mail, link, "https://filter.example.net/?id=17"))) == "?");
}

TEST_CASE("questions for other keys are bounded, and none is asked while the key fits", "[dkim][autopsy]") {
  const std::string mail = signed_mail(plain_mail(), kRelaxed);
  const auto asked = [](const std::string& bytes, const std::string& zone) {
    dns::FakeResolver dns(zone);
    const auto message = mail::Message::split(bytes);
    const auto results = task::sync_wait(verify(dns, message, VerifyOptions(kNow)));
    (void)task::sync_wait(autopsy(dns, &message, &results, AutopsyOptions()));
    return dns.queries().size();
  };
  CHECK(asked(mail, kZone) == 1);
  CHECK(asked(replaced(mail, "Subject: ", "Subject: x "), kZone) == 1);
  CHECK(asked(mail + "x\r\n", kZone) == 1);
  CHECK(asked(mail, "example.org. TXT \"x\"\n") == 1 + SearchLimits().questions);
  CHECK(asked(mail, ";! timeout s._domainkey.example.com\n") == 1);
}

TEST_CASE("Ed25519 signatures are searched, too", "[dkim][autopsy]") {
  const auto key = test::rfc_ed25519_key();
  const std::string mail =
      test::forge(plain_mail(),
                  "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=s; " + std::string(kFields) + "; bh=*",
                  key.get());
  const std::string zone = "s._domainkey.example.com. TXT \"" + test::ed25519_record() + "\"\n";
  CHECK(named(autopsy_of(mail, zone)) == "-");
  CHECK(named(autopsy_of(replaced(mail, "Subject: ", "Subject: [team] ") + kFooter, zone)) ==
        "footer_added + subject_tag");
  CHECK(named(autopsy_of(replaced(mail, "Minutes", "Hours"), zone)) == "?");
  CHECK(named(autopsy_of(mail, "mail._domainkey.example.com. TXT \"" + test::ed25519_record() + "\"\n")) ==
        "other_selector");
}

TEST_CASE("edits at random are never named wrongly: what is named verifies without them", "[dkim][autopsy][property]") {
  std::mt19937 random(20251104);
  const std::string mail = signed_mail(plain_mail(), kRelaxed);
  const std::size_t body_start = mail::Message::split(mail).body_start();
  const auto below = [&](std::size_t most) { return static_cast<std::size_t>(random()) % most; };
  for (int run = 0; run < 20; ++run) {
    std::string bytes = mail;
    for (int edit = 0; edit < 3; ++edit) {
      // Letters in the body that become other letters cannot be guessed back.
      std::size_t at = body_start + below(bytes.size() - body_start);
      while (bytes[at] < 'a' || bytes[at] > 'y') at = body_start + below(bytes.size() - body_start);
      bytes[at] = static_cast<char>(bytes[at] + 1);
    }
    if (bytes == mail) continue;
    CHECK(named(autopsy_of(bytes)) == "?");
  }
}

TEST_CASE("the first octet that differs from the original is shown in canonical form", "[dkim][autopsy]") {
  const std::string mail = signed_mail(plain_mail(), kRelaxed);
  const std::string changed = replaced(replaced(mail, "December", "January"), "Minutes", "Hours");
  dns::FakeResolver dns(kZone);
  const auto message = mail::Message::split(changed);
  const auto results = task::sync_wait(verify(dns, message, VerifyOptions(kNow)));
  const std::string sent = plain_mail();
  const auto comparison = compare_with_original(message, results.at(0), mail::Message::split(sent));
  CHECK(comparison.body_hash_ok);
  CHECK(comparison.header_signature_ok == true);
  REQUIRE(comparison.differences.size() == 2);
  CHECK(
      describe(comparison.differences[0]) ==
      "subject differs at octet 8 of its canonical form: the original has `subject:Minutes of the meeting o`, this one "
      "`subject:Hours of the meeting on `");
  CHECK(comparison.differences[1].line == 3);
  CHECK(comparison.differences[1].place == Place::body);
}

TEST_CASE("large and hostile messages are searched within bounds", "[dkim][autopsy][hostile]") {
  const std::string zone = kZone;
  const auto key = test::rfc_rsa_key();
  const auto searched = [&](const std::string& body, const std::string& more) {
    const std::string message = mail::to_crlf(kHeader) + "\r\n" + body;
    const std::string mail = test::forge(message, tags(kRelaxed), key.get());
    SearchLimits limits;
    limits.body_octets = std::uint64_t{8} << 20;
    AutopsyOptions options;
    options.limits = limits;
    return autopsy_of(mail + more, zone, options);
  };
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "line\r\n";
  CHECK(named(searched(lines, "--\r\nfooter\r\n")) == "footer_added");
  const Autopsy long_line = searched(std::string(std::size_t{1} << 20, 'x'), "y");
  CHECK(named(long_line) == "footer_added");
  CHECK(named(searched(std::string(std::size_t{17} << 20, 'x'), "y")) == "?");
  std::string boundaries;
  for (int i = 0; i < 3000; ++i)
    boundaries += "--b\r\nContent-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n";
  CHECK(named(searched(boundaries, "=y=\r\n")) == "footer_added");
  CHECK(named(searched(std::string(200'000, '\t'), "y")) == "empty_body_signed");
}
