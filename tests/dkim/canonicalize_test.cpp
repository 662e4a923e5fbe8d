#include <envelint/dkim/canonicalize.hpp>
#include <envelint/dkim/digest.hpp>

#include <support/catch.hpp>

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using namespace envelint::dkim;

namespace {

constexpr auto simple = Canonicalization::simple;
constexpr auto relaxed = Canonicalization::relaxed;

class Collect : public Sink {
 public:
  void write(std::string_view octets) override { text.append(octets); }
  std::string text;
};

/// The body in chunks that end at these offsets.
std::string in_chunks(Canonicalization kind, std::string_view body, const std::vector<std::size_t>& ends) {
  Collect out;
  BodyCanonicalizer canonicalizer(kind, out);
  std::size_t start = 0;
  for (const std::size_t end : ends) {
    canonicalizer.update(body.substr(start, end - start));
    start = end;
  }
  canonicalizer.update(body.substr(start));
  canonicalizer.finish();
  return out.text;
}

/// RFC 6376 §3.4.3 and §3.4.4 as they are written: lines, then each rule in turn.
std::string reference(Canonicalization kind, std::string_view body) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body.substr(i, 2) == "\r\n") {
      lines.push_back(line);
      line.clear();
      ++i;
    } else {
      line += body[i];
    }
  }
  if (!line.empty()) lines.push_back(line);
  if (kind == relaxed) {
    for (std::string& each : lines) {
      std::string reduced;
      for (const char c : each) {
        const bool blank = c == ' ' || c == '\t';
        if (blank && !reduced.empty() && reduced.back() == ' ') continue;
        reduced += blank ? ' ' : c;
      }
      while (!reduced.empty() && reduced.back() == ' ') reduced.pop_back();
      each = reduced;
    }
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  std::string out;
  for (const std::string& each : lines) out += each + "\r\n";
  if (kind == simple && out.empty()) out = "\r\n";
  return out;
}

std::string field(Canonicalization kind, std::string_view head, std::string_view value) {
  std::string out;
  append_canonical_field(kind, head, value, out);
  return out;
}

std::string random_body(std::mt19937& random, std::size_t size) {
  constexpr std::string_view kOctets = "ab \t\r\n\r\n \r\n";
  std::string out;
  while (out.size() < size) {
    const auto pick = random() % 16;
    if (pick < 3)
      out += "\r\n";
    else if (pick < 5)
      out += "a line of words that is longer than a block of octets";
    else
      out += kOctets[random() % kOctets.size()];
  }
  return out;
}

}  // namespace

TEST_CASE("the examples of RFC 6376 §3.4.5", "[dkim][canonicalize]") {
  CHECK(field(relaxed, "A:", " X") == "a:X");
  CHECK(field(relaxed, "B :", " Y\t\r\n\tZ  ") == "b:Y Z");
  CHECK(field(simple, "B :", " Y\t\r\n\tZ  ") == "B : Y\t\r\n\tZ  ");
  CHECK(canonical_body(relaxed, " C \r\nD \t E\r\n\r\n\r\n") == " C\r\nD E\r\n");
  CHECK(canonical_body(simple, " C \r\nD \t E\r\n\r\n\r\n") == " C \r\nD \t E\r\n");
}

TEST_CASE("an empty body is CRLF when simple and nothing when relaxed", "[dkim][canonicalize]") {
  CHECK(canonical_body(simple, "") == "\r\n");
  CHECK(canonical_body(relaxed, "").empty());
  CHECK(canonical_body(simple, "\r\n\r\n") == "\r\n");
  CHECK(canonical_body(relaxed, "\r\n\r\n").empty());
  CHECK(canonical_body(relaxed, " \t\r\n  ").empty());
  CHECK(canonical_body(simple, " ") == " \r\n");
}

TEST_CASE("the digests of the empty body are those of RFC 6376 §3.4.3 and §3.4.4", "[dkim][canonicalize]") {
  const auto hash = [](HashAlgorithm algorithm, Canonicalization kind) {
    return text::base64_encode(digest_of(algorithm, canonical_body(kind, "")));
  };
  CHECK(hash(HashAlgorithm::sha1, simple) == "uoq1oCgLlTqpdDX/iUbLy7J1Wic=");
  CHECK(hash(HashAlgorithm::sha256, simple) == "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
  CHECK(hash(HashAlgorithm::sha1, relaxed) == "2jmj7l5rSw0yVb/vlWAYkK/YBwk=");
  CHECK(hash(HashAlgorithm::sha256, relaxed) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST_CASE("a last line without CRLF gets one", "[dkim][canonicalize]") {
  CHECK(canonical_body(simple, "x") == "x\r\n");
  CHECK(canonical_body(relaxed, "x \t") == "x\r\n");
  CHECK(canonical_body(simple, "x\r") == "x\r\r\n");
  CHECK(canonical_body(relaxed, "x \r") == "x \r\r\n");
}

TEST_CASE("a lone CR or LF is data and ends no line", "[dkim][canonicalize]") {
  CHECK(canonical_body(relaxed, "a \rb \nc\r\n") == "a \rb \nc\r\n");
  CHECK(canonical_body(relaxed, "a\r\r\n\r\n") == "a\r\r\n");
  CHECK(canonical_body(simple, "a\n\n") == "a\n\n\r\n");
  CHECK(canonical_body(relaxed, "a\r\n\n\r\n") == "a\r\n\n\r\n");
  CHECK(field(relaxed, "A:", " x \ry\n z ") == "a:x \ry\n z");
}

TEST_CASE("no octet but SP and HTAB is white space", "[dkim][canonicalize]") {
  CHECK(canonical_body(relaxed, "a\v \v\f  \xC2\xA0\r\n") == "a\v \v\f \xC2\xA0\r\n");
  CHECK(field(relaxed, "A:", "\v \f  x\xC2\xA0") == "a:\v \f x\xC2\xA0");
}

TEST_CASE("a relaxed field has no white space at its ends, and one SP between words", "[dkim][canonicalize]") {
  CHECK(field(relaxed, "SubJect \t:", "\r\n \t one\r\n\ttwo  three \t\r\n four\t") == "subject:one two three four");
  CHECK(field(relaxed, "A:", "") == "a:");
  CHECK(field(relaxed, "A:", " \r\n ") == "a:");
  CHECK(field(relaxed, "A:", "one\r\n two") == "a:one two");
  CHECK(field(relaxed, "A:", std::string(40, ' ') + "x" + std::string(40, '\t')) == "a:x");
}

TEST_CASE("wherever a body is cut, the same comes out", "[dkim][canonicalize]") {
  std::mt19937 random(1);  // NOLINT: the same bodies every time
  for (int round = 0; round < 300; ++round) {
    const std::string body = random_body(random, random() % 120);
    for (const Canonicalization kind : {simple, relaxed}) {
      const std::string whole = canonical_body(kind, body);
      REQUIRE(whole == reference(kind, body));
      std::vector<std::size_t> every;
      for (std::size_t cut = 0; cut <= body.size(); ++cut) {
        REQUIRE(in_chunks(kind, body, {cut}) == whole);
        every.push_back(cut);
      }
      REQUIRE(in_chunks(kind, body, every) == whole);
    }
  }
}

TEST_CASE("long bodies come out as the rules have them", "[dkim][canonicalize]") {
  std::mt19937 random(2);  // NOLINT: the same bodies every time
  for (int round = 0; round < 20; ++round) {
    const std::string body = random_body(random, 20'000);
    const std::vector<std::size_t> cuts{random() % 1000, 1000 + random() % 9000, 10'000 + random() % 10'000};
    for (const Canonicalization kind : {simple, relaxed}) {
      REQUIRE(canonical_body(kind, body) == reference(kind, body));
      REQUIRE(in_chunks(kind, body, cuts) == reference(kind, body));
    }
  }
}

TEST_CASE("many empty lines in the middle are kept", "[dkim][canonicalize]") {
  std::string blank;
  for (int i = 0; i < 1000; ++i) blank += "\r\n";
  CHECK(canonical_body(simple, "a" + blank + "b" + blank) == "a" + blank + "b\r\n");
  CHECK(in_chunks(relaxed, "a" + blank + "b" + blank, {1, 3, 7, 1501}) == "a" + blank + "b\r\n");
}

TEST_CASE("a digest hashes up to its limit and counts on", "[dkim][canonicalize]") {
  for (const std::size_t piece : {1U, 7U, 600U, 5000U}) {
    const std::string text(5000, 'x');
    Digest digest(HashAlgorithm::sha256, 1234);
    for (std::size_t at = 0; at < text.size(); at += piece) digest.write(std::string_view(text).substr(at, piece));
    CHECK(digest.octets() == 5000);
    CHECK(digest.finish() == digest_of(HashAlgorithm::sha256, text.substr(0, 1234)));
  }
}
