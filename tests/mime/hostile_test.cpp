#include "messages.hpp"

#include <support/catch.hpp>

#include <envelint/mime/content.hpp>
#include <envelint/mime/html_text.hpp>
#include <envelint/mime/structure.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

using namespace envelint::mime;

namespace {

constexpr std::size_t kMost = std::size_t{64} << 10;

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::size_t parts_in(const Part& part) {
  std::size_t count = 1;
  for (const Part& child : part.children) count += parts_in(child);
  return count;
}

std::size_t depth_of(const Part& part) {
  std::size_t depth = 0;
  for (const Part& child : part.children) depth = std::max(depth, depth_of(child));
  return depth + 1;
}

/// Everything that is done with a message. What it costs is printed for whoever wants to know, and is far below the
/// bound, which only something quadratic reaches.
Structure do_all(const char* what, std::string_view raw) {
  const auto since = std::chrono::steady_clock::now();
  const auto milliseconds = [&] {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - since).count();
  };
  CHECK(digest(raw, kMost).searchable.size() <= kMost);
  const double digested = milliseconds();
  Structure out = structure(raw);
  CHECK(parts_in(out.root) <= kMaxParts);
  CHECK(depth_of(out.root) <= kMaxDepth);
  CHECK(text_body(raw, kMost).size() <= kMost);
  static_cast<void>(html_body(raw, kMost));
  CHECK(content(raw, "1", kMost)->octets.size() <= kMost);
  if (std::getenv("ENVELINT_TIMES") != nullptr) {
    std::printf("%-40s %9zu octets: digest %8.2f ms, all %8.2f ms\n", what, raw.size(), digested, milliseconds());
  }
  CHECK(milliseconds() < 60'000);
  return out;
}

std::string nested(std::size_t depth, std::string_view type) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i) {
    const std::string name = 'b' + std::to_string(i);
    out += "Content-Type: " + std::string(type) + "; boundary=" + name + "\n\n";
    if (type.starts_with("multipart")) out += "--" + name + "\n";
  }
  return mail(out + "\nHello\n");
}

}  // namespace

TEST_CASE("nests are read to a depth", "[mime][hostile]") {
  CHECK(do_all("10,000 multiparts", nested(10'000, "multipart/mixed")).cut);
  CHECK(do_all("10,000 alternatives", nested(10'000, "multipart/alternative")).cut);
  CHECK(do_all("10,000 messages", nested(10'000, "message/rfc822")).cut);
  CHECK_FALSE(do_all("30 multiparts", nested(30, "multipart/mixed")).cut);
}

TEST_CASE("many parts are read to a number", "[mime][hostile]") {
  const std::string head = "Content-Type: multipart/mixed; boundary=x\n\n";
  CHECK(do_all("100,000 parts", mail(head + repeat("--x\nContent-Type: image/png; name=a.png\n\nx\n", 100'000))).cut);
  CHECK(do_all("750,000 empty parts", mail(head + repeat("--x\n", 750'000))).cut);
  CHECK(do_all("100,000 messages",
               mail("Content-Type: multipart/digest; boundary=x\n\n" + repeat("--x\n\nSubject: a\n\nb\n", 100'000)))
            .cut);
  CHECK(digest(mail(head + repeat("--x\nContent-Type: image/png\n\nx\n", 100'000)), kMost).attachments ==
        kMaxParts - 1);
}

TEST_CASE("long boundaries and fields cost little", "[mime][hostile]") {
  const std::string million(1'000'000, 'b');
  CHECK_FALSE(do_all("a boundary of a megabyte", mail("Content-Type: multipart/mixed; boundary=" + million + "\n\n--" +
                                                      million + "\n\nx\n--" + million + "--\n"))
                  .cut);
  const std::string boundary(200, 'a');
  do_all("almost delimiters", mail("Content-Type: multipart/mixed; boundary=" + boundary + "b\n\n--" + boundary +
                                   "b\n" + repeat("--" + boundary + "\n", 14'000)));
  do_all("two dashes", mail("Content-Type: multipart/mixed; boundary=x\n\n--x\n" + repeat("--\n", 1'000'000)));
  do_all("a field of 3 megabytes", mail("Content-Type: text/plain; name=" + std::string(3'000'000, '(') + "\n\nx\n"));
  do_all("a folded field", mail("Content-Type: text/plain" + repeat(";\n a=b", 500'000) + "\n\nx\n"));
  do_all("a header of 3 megabytes", mail(repeat("Content-Type: text/plain\n", 120'000)));
  std::string continued = "Content-Type: text/plain";
  for (int i = 0; i < 10'000; ++i) continued += "; name*" + std::to_string(i) + "*=%41";
  do_all("10,000 continuations", mail(continued + "\n\nx\n"));
  std::string part = "--x\nContent-Disposition: attachment";
  for (int i = 0; i < 400; ++i) part += "; p" + std::to_string(i) + "*0=a";
  CHECK(do_all("1000 parts of 400 parameters",
               mail("Content-Type: multipart/mixed; boundary=x\n\n" + repeat(part + "\n\nx\n", 1000)))
            .cut);
}

TEST_CASE("large bodies cost what it takes to read them", "[mime][hostile]") {
  const std::string base64 =
      repeat("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\n", 39'000);
  const std::string head = "Content-Type: application/pdf\nContent-Transfer-Encoding: ";
  CHECK(do_all("3 MB of base64", mail(head + "base64\n\n" + base64)).root.size == 39'000ULL * 57);
  do_all("3 MB of no base64", mail(head + "base64\n\n" + std::string(3'000'000, '*')));
  do_all("3 MB of equals signs", mail(head + "quoted-printable\n\n" + std::string(3'000'000, '=')));
  do_all("3 MB of soft line ends", mail(head + "quoted-printable\n\n" + repeat("=\n", 1'000'000)));
  do_all("3 MB uuencoded",
         mail(head + "x-uuencode\n\nbegin 644 a\n" + repeat("M" + std::string(60, 'A') + "\n", 48'000)));
  do_all("3 MB of begin", mail(head + "x-uuencode\n\n" + repeat("begin\n", 400'000)));
  do_all("3 MB of NUL", mail("Content-Type: text/plain; charset=utf-8\n\n" + std::string(3'000'000, '\0')));
  do_all("3 MB of no UTF-8", mail("Content-Type: text/plain; charset=utf-8\n\n" + std::string(3'000'000, '\xFF')));
  do_all("3 MB of escapes",
         mail("Content-Type: text/plain; charset=iso-2022-jp\n\n" + repeat("\x1B$B\x1B(B", 500'000)));
  do_all("3 MB in one line", mail("Content-Type: text/plain\n\n" + std::string(3'000'000, 'x')));
}

TEST_CASE("HTML is read once, however it is broken", "[mime][hostile]") {
  for (const std::string_view piece : {"<", "<a ", "<a \"", "<a b=\"", "<!--", "<!-", "</", "<script>", "<style></styl",
                                       "&", "&#", "&#x1", "<p>", "<br>", "<pre>\n", "<a b='c\" d=\"e' ", "&zwnj;"}) {
    INFO(piece);
    do_all(std::string(piece).c_str(), mail("Content-Type: text/html\n\n" + repeat(piece, 1'000'000 / piece.size())));
  }
}

TEST_CASE("several threads may read at once, the first time too", "[mime][hostile]") {
  const std::string raw = newsletter();
  std::vector<std::jthread> threads;
  std::vector<std::size_t> found(4);
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int turn = 0; turn < 200; ++turn) found[i] += digest(raw, kMost).attachments;
    });
  }
  threads.clear();
  CHECK(found == std::vector<std::size_t>(4, 200));
}
