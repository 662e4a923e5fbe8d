#include "support.hpp"

#include <envelint/text/tag_list.hpp>

#include <support/catch.hpp>

#include <string>

using namespace envelint::dmarc;

namespace {
void survives(const std::string& text) {
  INFO(text.substr(0, 60) << " (" << text.size() << " bytes), printed " << print(parse(text)).substr(0, 60));
  const Record record = parse(text);
  for (const Tag& tag : record.tags) {
    REQUIRE(tag.span.start <= tag.span.end);
    REQUIRE(tag.whole.end <= text.size());
  }
  CHECK(parse(print(record)) == record);
  CHECK(dmarc_test::check(text).size() < 1000);
}
std::string repeated(std::string_view piece, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += piece;
  return out;
}
}  // namespace

TEST_CASE("hostile records are read in bounded time and space", "[dmarc][hostile]") {
  const std::string head = "v=DMARC1; p=none; ";
  survives(head + repeated("p=none;", 10'000));
  survives(head + repeated("p=none,", 10'000));
  survives(head + repeated("p=none p=none", 5'000));
  survives(head + "rua=" + repeated("mailto:a@example.com,", 10'000));
  survives(head + "rua=" + repeated("mailto:a@example.com ", 5'000));
  survives(head + "rua=" + repeated("a@", 30'000));
  survives(head + repeated("rua=a,b;", 8'000));
  survives(head + std::string(65'536, 'x'));
  survives(head + std::string(65'536, '='));
  survives(head + std::string(65'536, ','));
  survives(head + std::string(65'536, ';'));
  survives(head + std::string(65'536, '\0'));
  survives(head + std::string(65'536, '\xFF'));
  survives(head + "note=" + repeated("a\xFF", 30'000));
  survives(head + "x=" + repeated(",p", 20'000) + "=");
  survives(head + "p=" + std::string(60'000, 'a') + "rua=mailto:a@example.com");
  survives(head + "pct=" + std::string(60'000, '1') + " p=none");
  survives(std::string(65'536, ' '));
  survives(std::string(65'536, '"'));
  survives(std::string(65'536, '\\'));
  survives(repeated("v=DMARC", 9'000));
  survives(repeated("v=DMARC1", 8'000));
  survives("");
}

TEST_CASE("bytes of every kind survive in every place", "[dmarc][hostile]") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string c(1, static_cast<char>(byte));
    survives(c + "v=DMARC1; p=none");
    survives("v=DMARC1" + c + "p=none" + c);
    survives("v=DMARC1; p" + c + "none; rua=mailto:a" + c + "b@example.com" + c + "mailto:c@example.com");
    survives("v=DMARC1;" + c + "=x;" + c + ";x=" + c);
  }
}
