#include <support/catch.hpp>

#include <envelint/text/utf8.hpp>
#include <envelint/web/disposition.hpp>

#include <algorithm>

using envelint::web::attachment_disposition;

namespace {

/// The name that an older browser saves under, which is plain ASCII.
std::string fallback(std::string_view name) {
  const std::string value = attachment_disposition(name);
  const std::size_t start = value.find('"') + 1;
  return value.substr(start, value.find('"', start) - start);
}

/// The name that a browser of today saves under.
std::string saved(std::string_view name) {
  const std::string value = attachment_disposition(name);
  const std::size_t at = value.find("UTF-8''");
  if (at == std::string::npos) return fallback(name);
  std::string out;
  for (std::size_t i = at + 7; i < value.size(); ++i) {
    if (value[i] != '%') {
      out += value[i];
      continue;
    }
    out += static_cast<char>(std::stoi(value.substr(i + 1, 2), nullptr, 16));
    i += 2;
  }
  return out;
}

}  // namespace

TEST_CASE("a file is offered under its own name", "[web]") {
  CHECK(attachment_disposition("report.pdf") == "attachment; filename=\"report.pdf\"");
  CHECK(attachment_disposition("my report (2).pdf") == "attachment; filename=\"my report (2).pdf\"");
  CHECK(attachment_disposition("Rechnung M\u00E4rz.pdf") ==
        "attachment; filename=\"Rechnung M_rz.pdf\"; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf");
  CHECK(saved("\u8ACB\u6C42\u66F8.pdf") == "\u8ACB\u6C42\u66F8.pdf");
  CHECK(saved("Cafe\u0301.txt") == "Cafe\u0301.txt");
  CHECK(saved("\u0939\u093F\u0928\u094D\u0926\u0940.txt") == "\u0939\u093F\u0928\u094D\u0926\u0940.txt");
}

TEST_CASE("what has no name has one all the same", "[web]") {
  for (const std::string_view name : {"", " ", ".", "..", "...", "\r\n", "\u202E"}) {
    CHECK(attachment_disposition(name) == "attachment; filename=\"unnamed\"");
  }
}

TEST_CASE("a name cannot end its field or its quotes", "[web]") {
  CHECK(fallback("a\r\nSet-Cookie: x=y\r\n\r\n<script>.txt") == "aSet-Cookie_ x=y_script_.txt");
  CHECK(fallback("a\"; filename=\"b.exe") == "a__ filename=_b.exe");
  CHECK(fallback("a\\\".txt") == "a__.txt");
  CHECK(fallback("a%22%0d%0ab.txt") == "a_22_0d_0ab.txt");
}

TEST_CASE("a name leads to no other folder", "[web]") {
  CHECK(saved("../../etc/passwd") == "_.._etc_passwd");
  CHECK(saved("/etc/passwd") == "_etc_passwd");
  CHECK(saved("C:\\Windows\\a.dll") == "C__Windows_a.dll");
  CHECK(saved(".bashrc") == "bashrc");
  CHECK(saved("a.exe. . .") == "a.exe");
  CHECK(saved("a.txt::$DATA") == "a.txt___DATA");
}

TEST_CASE("a name does not look like another one", "[web]") {
  CHECK(saved("invoice\u202Efdp.exe") == "invoicefdp.exe");
  CHECK(saved("a\u2066b\u2069c\u200Bd\uFEFF.txt") == "abcd.txt");
  CHECK(saved("a\u00A0b\u2003c.txt") == "a b c.txt");
  CHECK(saved("a\u2028b\u0085c\x7F\x1B[31m.txt") == "abc[31m.txt");
  CHECK(saved(std::string_view("a\0b.txt", 7)) == "ab.txt");
  CHECK(saved("a\xFF\xC3.txt") == "a__.txt");
}

TEST_CASE("a long name is cut before its extension", "[web]") {
  CHECK(saved(std::string(1000, 'a') + ".pdf") == std::string(96, 'a') + ".pdf");
  CHECK(saved(std::string(1000, 'a')).size() == 100);
  CHECK(saved("a." + std::string(1000, 'b')) == "a." + std::string(98, 'b'));
  CHECK(saved(std::string(99, 'a') + ".p") == std::string(98, 'a') + ".p");
  CHECK(saved(std::string(98, 'a') + ".p") == std::string(98, 'a') + ".p");
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\u00E4";
  CHECK(saved(umlauts + ".pdf").size() == 96 * 2 + 4);
}

TEST_CASE("whatever the name, the field is one line of safe characters", "[web]") {
  for (int first = 0; first < 256; ++first) {
    for (const std::string_view rest : {"", "a", "\n", "\"", "\x80", "\xE2\x80\xAE"}) {
      const std::string name = "x" + std::string(1, static_cast<char>(first)) + std::string(rest) + ".txt";
      const std::string value = attachment_disposition(name);
      CHECK(std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F && c != '\\' && c != '/'; }));
      CHECK(std::ranges::count(value, '"') == 2);
      CHECK(value.ends_with(".txt\"") != value.ends_with(".txt"));
      CHECK(value.size() < 400);
    }
  }
}
