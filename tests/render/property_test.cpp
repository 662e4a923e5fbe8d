#include <support/catch.hpp>

#include <envelint/render/snippet.hpp>
#include <envelint/render/terminal.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>

#include <render/reports.hpp>
#include <support/rounds.hpp>

#include <array>
#include <random>
#include <string>
#include <vector>

using namespace envelint;
using reports::Domain;
using text::Span;

namespace {

/// Values full of what goes wrong; the same ones on every run.
class Values {
 public:
  explicit Values(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

  /// Characters one by one, so that spans can be put on their borders.
  std::vector<std::string> characters(std::size_t most) {
    static const std::vector<std::string> kPieces{"a",
                                                  "b",
                                                  "z",
                                                  "0",
                                                  "9",
                                                  " ",
                                                  ":",
                                                  "=",
                                                  ";",
                                                  "-",
                                                  "\"",
                                                  "\\",
                                                  "`",
                                                  "\t",
                                                  "\x1B",
                                                  "\n",
                                                  "\xFF",
                                                  "\xC2\xA0",
                                                  "x",
                                                  "\x07",
                                                  "\xC2\x9B",
                                                  "\xE2\x80\xAE",
                                                  "\xE6\xBC\xA2",
                                                  "\xEF\xBC\x9B",
                                                  "\xF0\x9F\x98\x80",
                                                  "\xC3\xA9",
                                                  "\xE2\x80\x8B"};
    std::vector<std::string> out(below(most + 1));
    const bool plain = below(2) == 0;
    for (std::string& piece : out) piece = kPieces[below(plain ? 8 : kPieces.size())];
    return out;
  }

 private:
  std::mt19937 random_;
};

std::string joined(const std::vector<std::string>& pieces, std::size_t start, std::size_t end) {
  std::string out;
  for (std::size_t i = start; i < end; ++i) out += pieces[i];
  return out;
}

Span span_of(const std::vector<std::string>& pieces, std::size_t start, std::size_t end) {
  const std::size_t before = joined(pieces, 0, start).size();
  return text::span_of(before, before + joined(pieces, start, end).size());
}

std::string text_of(const render::Row& row) {
  std::string out;
  for (const render::Run& run : row.runs) out += run.text;
  return out;
}

/// What stands on a row in some of its columns.
std::string slice(const std::string& row, std::size_t start, std::size_t end) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < row.size();) {
    const text::CodePoint c = text::next_code_point(std::string_view(row).substr(i));
    if (column >= start && column < end) out += row.substr(i, c.size);
    column += static_cast<std::size_t>(text::display_width(c.value));
    i += c.size;
  }
  return out;
}

/// The columns in which a sign stands on a row of ASCII.
std::pair<std::size_t, std::size_t> columns_of(const std::string& row, char sign) {
  return {row.find(sign), row.rfind(sign) + 1};
}

std::string without_sgr(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text.compare(i, 2, "\x1B[") == 0) {
      const std::size_t end = text.find_first_not_of("0123456789;", i + 2);
      if (end != std::string::npos && text[end] == 'm') {
        i = end + 1;
        continue;
      }
    }
    out += text[i++];
  }
  return out;
}

bool is_safe(const std::string& text) {
  for (std::size_t i = 0; i < text.size();) {
    const text::CodePoint c = text::next_code_point(std::string_view(text).substr(i));
    if (!c.valid || (c.value != '\n' && text::is_hidden(c.value))) return false;
    i += c.size;
  }
  return true;
}

}  // namespace

TEST_CASE("signs stand under the characters of their spans, whatever the value", "[render][property]") {
  Values values(7208);
  for (int round = 0; round < 3000; ++round) {
    const auto pieces = values.characters(round % 3 == 0 ? 40 : 400);
    if (pieces.size() < 6) continue;
    const std::size_t width = 35 + values.below(90);
    // Three marks apart from each other, each with a sign of its own.
    std::array<std::size_t, 6> borders{};
    for (std::size_t& border : borders) border = values.below(pieces.size() + 1);
    std::ranges::sort(borders);
    if (std::ranges::adjacent_find(borders) != borders.end()) continue;
    const std::string value = joined(pieces, 0, pieces.size());
    render::Excerpt excerpt{value, {}, {}, {}};
    for (std::size_t i = 0; i < 3; ++i) {
      excerpt.marks.push_back(
          {span_of(pieces, borders[2 * i], borders[2 * i + 1]), static_cast<char>('1' + i), render::Style::error, {}});
    }
    const std::vector<render::Row> rows = render::draw(excerpt, width);
    std::size_t found = 0;
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
      if (!rows[i].is_text || rows[i + 1].is_text) continue;
      const std::string text = text_of(rows[i]);
      const std::string signs = text_of(rows[i + 1]);
      for (std::size_t mark = 0; mark < 3; ++mark) {
        const auto [start, end] = columns_of(signs, excerpt.marks[mark].sign);
        if (start == std::string::npos) continue;
        ++found;
        const std::size_t from = borders[2 * mark];
        const std::size_t to = borders[2 * mark + 1];
        const std::string all = text::visible(joined(pieces, from, to));
        const std::string shown = slice(text, start, end);
        INFO(text << "\n" << signs);
        // A long span may have its middle cut out; its ends are there.
        if (shown != all) {
          CHECK(render::columns(all) > 12);
          CHECK(shown.find("…") != std::string::npos);
          CHECK(shown.starts_with(text::visible(pieces[from])));
          CHECK(shown.ends_with(text::visible(pieces[to - 1])));
        }
      }
    }
    CHECK(found == 3);
  }
}

TEST_CASE("an empty span has one sign, before its character or behind the value", "[render][property]") {
  Values values(6376);
  for (int round = 0; round < 2000; ++round) {
    const auto pieces = values.characters(300);
    const std::string value = joined(pieces, 0, pieces.size());
    const std::size_t at = values.below(pieces.size() + 1);
    const render::Excerpt excerpt{value, {}, {}, {{span_of(pieces, at, at), '^', render::Style::error, {}}}};
    const auto rows = render::draw(excerpt, 35 + values.below(60));
    REQUIRE(rows.size() == 2);
    const std::string text = text_of(rows[0]);
    const std::size_t column = text_of(rows[1]).find('^');
    INFO(text << "\n" << text_of(rows[1]));
    if (at == pieces.size()) {
      CHECK(column == render::columns(text));
    } else {
      const std::string shown = text::visible(pieces[at]);
      const std::size_t size = render::columns(shown);
      CHECK(slice(text, column, column + size) == shown);
      CHECK(text_of(rows[1]).size() == column + size);
    }
  }
}

TEST_CASE("no line is too wide and nothing but our colours controls the terminal", "[render][property]") {
  Values values(9989);
  for (int round = 0; round < test::rounds(1500); ++round) {
    const auto text = [&](std::size_t most) {
      const auto pieces = values.characters(most);
      return joined(pieces, 0, pieces.size());
    };
    Domain domain("example.com");
    const std::size_t strings = 1 + values.below(3);
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < strings; ++i) parts.push_back(text(round % 2 == 0 ? 40 : 300));
    domain.record(parts);
    const auto any_span = [&] {
      const std::size_t a = values.below(domain.value().size() + 1);
      const std::size_t b = values.below(domain.value().size() + 1);
      return text::span_of(std::min(a, b), std::max(a, b));
    };
    for (std::size_t i = 0; i < 3; ++i) {
      finding::Draft draft = domain.find(any_span());
      draft.message("{}", text(200)).note("{}", text(200)).label(text(60));
      for (std::size_t label = values.below(5); label > 0; --label) draft.also(any_span(), text(60));
      if (values.below(2) == 0) draft.fix(any_span(), text(30));
      if (values.below(5) == 0) draft.secret();
    }
    const std::size_t width = 40 + values.below(80);
    const bool colour = values.below(2) == 0;
    const std::string out = render::terminal(report_of(domain), {.colour = colour, .width = width});
    const std::string plain = colour ? without_sgr(out) : out;
    REQUIRE(is_safe(plain));
    for (std::size_t start = 0; start < plain.size();) {
      const std::size_t end = plain.find('\n', start);
      const std::string line = plain.substr(start, end - start);
      INFO(line);
      REQUIRE(render::columns(line) <= width);
      start = end + 1;
    }
  }
}

TEST_CASE("wrapping loses nothing but blanks at line ends", "[render][property]") {
  Values values(5321);
  for (int round = 0; round < 2000; ++round) {
    const auto pieces = values.characters(200);
    const std::string text = text::visible(joined(pieces, 0, pieces.size()));
    const auto without_blanks = [](std::string words) {
      std::erase(words, ' ');
      return words;
    };
    std::string again;
    for (const std::string& line : render::wrap(text, 30, 50, render::LongWord::keep)) again += line;
    CHECK(without_blanks(again) == without_blanks(text));
  }
}
