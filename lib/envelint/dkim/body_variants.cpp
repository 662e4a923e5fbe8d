#include <envelint/dkim/body_variants.hpp>

#include <envelint/mail/mime.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/base64.hpp>
#include <envelint/text/replaced.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace envelint::dkim {
namespace {

constexpr std::string_view kCrlf = "\r\n";
/// What all guesses together may read: some seconds at the very worst.
constexpr std::size_t kMaxGuessOctets = std::size_t{256} << 20;

/// Lines without their CRLF; a body that ends in CRLF has no empty line behind it.
std::vector<std::string_view> lines_of(std::string_view body) {
  std::vector<std::string_view> out;
  while (!body.empty()) {
    const std::size_t at = body.find(kCrlf);
    out.push_back(body.substr(0, at));
    body.remove_prefix(at == std::string_view::npos ? body.size() : at + 2);
  }
  return out;
}

/// Every line through a function that appends its earlier form.
template <typename Edit>
std::string each_line(std::string_view body, Edit edit) {
  std::string out;
  out.reserve(body.size() + body.size() / 16);
  for (const std::string_view line : lines_of(body)) {
    edit(line, out);
    out.append(kCrlf);
  }
  return out;
}

// Line ends

/// Bare CR and LF as CRLF.
std::string with_crlf(std::string_view body, bool from_lf, bool from_cr) {
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const bool lf = body[i] == '\n' && (i == 0 || body[i - 1] != '\r');
    const bool cr = body[i] == '\r' && (i + 1 == body.size() || body[i + 1] != '\n');
    if ((lf && from_lf) || (cr && from_cr))
      out.append(kCrlf);
    else
      out.push_back(body[i]);
  }
  return out;
}

// White space

std::string_view without_trailing(std::string_view line) {
  while (!line.empty() && text::is_wsp(line.back())) line.remove_suffix(1);
  return line;
}

std::string_view without_leading(std::string_view line) {
  while (!line.empty() && text::is_wsp(line.front())) line.remove_prefix(1);
  return line;
}

void append_collapsed(std::string_view line, std::string& out) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!text::is_wsp(line[i]) || i == 0 || !text::is_wsp(line[i - 1])) out.push_back(line[i]);
  }
}

/// Tabs to the next multiple of `stop`.
void append_expanded(std::string_view line, std::size_t stop, std::string& out) {
  std::size_t column = 0;
  for (const char c : line) {
    const std::size_t size = c == '\t' ? stop - column % stop : 1;
    out.append(size, c == '\t' ? ' ' : c);
    column += size;
  }
}

/// Two spaces behind a full stop.
void append_sentences(std::string_view line, std::string& out) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    out.push_back(line[i]);
    const bool ends = line[i] == '.' || line[i] == '!' || line[i] == '?';
    if (ends && line.substr(i + 1).starts_with(' ') && !line.substr(i + 1).starts_with("  ")) out.push_back(' ');
  }
}

// Lines of text

bool is_paragraph(std::string_view line) { return !line.empty() && !line.starts_with("--") && line != "."; }

/// Lines joined where `joins(line)` says that the next one continues it, with `glue` between.
template <typename Joins>
std::string joined(std::string_view body, std::string_view glue, std::size_t cut, Joins joins) {
  const auto lines = lines_of(body);
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool goes_on = i + 1 < lines.size() && joins(lines[i], lines[i + 1]);
    out.append(goes_on ? lines[i].substr(0, lines[i].size() - std::min(cut, lines[i].size())) : lines[i]);
    out.append(goes_on ? glue : kCrlf);
  }
  return out;
}

std::string paragraphs(std::string_view body) {
  return joined(body, " ", 0,
                [](std::string_view line, std::string_view next) { return is_paragraph(line) && is_paragraph(next); });
}

/// Lines broken at spaces so that none has more than `columns`.
std::string wrapped(std::string_view body, std::size_t columns, bool keep_space) {
  return each_line(body, [&](std::string_view line, std::string& out) {
    while (line.size() > columns) {
      std::size_t at = line.rfind(' ', keep_space ? columns - 1 : columns);
      if (at == std::string_view::npos || at == 0) at = line.find(' ', columns);
      if (at == std::string_view::npos) break;
      out.append(line.substr(0, keep_space ? at + 1 : at)).append(kCrlf);
      line.remove_prefix(at + 1);
    }
    out.append(line);
  });
}

// Character sets

std::string utf8_to_latin1(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const text::CodePoint point = text::next_code_point(body);
    if (!point.valid || point.value > 0xFF) return {};
    out.push_back(static_cast<char>(point.value));
    body.remove_prefix(point.size);
  }
  return out;
}

std::string latin1_to_utf8(std::string_view body) {
  std::string out;
  for (const char c : body) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80) {
      out.push_back(c);
      continue;
    }
    out.push_back(static_cast<char>(0xC0U | (octet >> 6U)));
    out.push_back(static_cast<char>(0x80U | (octet & 0x3FU)));
  }
  return out;
}

// Transfer encodings

std::string decoded(std::string_view content, std::string_view encoding) {
  if (text::iequals(encoding, "quoted-printable")) return mail::decode_quoted_printable(content);
  const auto octets = text::base64_decode(content);
  return octets ? std::string(octets->begin(), octets->end()) : std::string(content);
}

bool is_encoded(std::string_view encoding) {
  return text::iequals(encoding, "quoted-printable") || text::iequals(encoding, "base64");
}

/// The content of a body, all of it or part by part, through a function; `word` takes the place of the encoding.
struct Rewrite {
  std::string_view only;  // parts with this encoding, or all
  std::optional<std::string_view> word;
  std::function<std::string(std::string_view content, std::string_view encoding)> edit;
};

class Encodings {
 public:
  Encodings(std::string_view body, std::string_view content_type, std::string_view encoding)
      : body_(body), encoding_(text::trim(encoding)), parts_(mail::find_parts(body, content_type)) {}

  [[nodiscard]] std::string apply(const Rewrite& rewrite) const {
    if (parts_.parts.empty()) return chosen(rewrite, encoding_) ? rewrite.edit(body_, encoding_) : std::string(body_);
    std::string out;
    std::size_t done = 0;
    for (const mail::Part& part : parts_.parts) {
      const std::string_view encoding = body_.substr(part.encoding, part.encoding_size);
      if (!chosen(rewrite, encoding) || text::istarts_with(part.content_type, "multipart/")) continue;
      if (rewrite.word && !encoding.empty()) {
        out.append(body_.substr(done, part.encoding - done)).append(*rewrite.word);
        done = part.encoding + part.encoding_size;
      }
      out.append(body_.substr(done, part.content - done));
      // The CRLF before a boundary line belongs to the boundary.
      const bool delimited = body_.substr(part.content, part.end - part.content).ends_with(kCrlf);
      const std::size_t end = delimited ? part.end - 2 : part.end;
      out.append(rewrite.edit(body_.substr(part.content, end - part.content), encoding));
      done = end;
    }
    return out.append(body_.substr(done));
  }

 private:
  static bool chosen(const Rewrite& rewrite, std::string_view encoding) {
    return rewrite.only.empty() ? !is_encoded(encoding) : text::iequals(rewrite.only, encoding);
  }

  std::string_view body_;
  std::string_view encoding_;
  mail::Parts parts_;
};

// Links

int hex_value(char c) {
  if (text::is_digit(c)) return c - '0';
  const char lower = text::to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_value(text[i + 2]);
    out.push_back(low < 0 ? text[i] : static_cast<char>(high * 16 + low));
    if (low >= 0) i += 2;
  }
  return out;
}

/// Links of Microsoft's Safe Links (`…?url=ENCODED&…`) and Proofpoint's URL Defense (`/v3/__LINK__;…!!…$`) as they were.
std::string with_plain_links(std::string_view body) {
  constexpr std::string_view kSafe = ".safelinks.protection.outlook.com/";
  constexpr std::string_view kDefense = "https://urldefense.com/v3/__";
  constexpr std::string_view kEnds = " \t\r\n\"<>";
  std::string out;
  while (!body.empty()) {
    const std::size_t at = body.find("https://");
    out.append(body.substr(0, at));
    if (at == std::string_view::npos) break;
    body.remove_prefix(at);
    std::string_view link = body.substr(0, body.find_first_of(kEnds));
    // What ends the sentence is no part of the link.
    link = link.substr(0, link.find_last_not_of(".,;:!?)'") + 1);
    body.remove_prefix(link.size());
    const std::size_t url = link.find("url=");
    if (link.find(kSafe) != std::string_view::npos && url != std::string_view::npos) {
      out.append(percent_decoded(link.substr(url + 4, link.find('&', url) - url - 4)));
    } else if (link.starts_with(kDefense) && link.find("__;") != std::string_view::npos) {
      out.append(link.substr(kDefense.size(), link.rfind("__;") - kDefense.size()));
    } else {
      out.append(link);
    }
  }
  return out;
}

/// Offers guesses until one is enough.
class Guesser {
 public:
  Guesser(std::string_view body, std::string_view content_type, std::string_view encoding, const BodyGuess& guess)
      : body_(body), content_type_(content_type), encoding_(encoding), guess_(guess) {}

  void run() {
    line_ends();
    first_characters();
    line_ends_of_all();
    trailing_space();
    encodings();
    joining();
    white_space();
    wrapping();
    offer(Cause::charset, utf8_to_latin1(body_));
    offer(Cause::charset, latin1_to_utf8(body_));
    if (body_.find("https://") != std::string_view::npos) offer(Cause::links_rewritten, with_plain_links(body_));
  }

 private:
  void offer(Cause cause, const std::string& body) {
    spent_ += body_.size();
    if (going_ && !body.empty() && body != body_) going_ = guess_(cause, body);
    if (spent_ > kMaxGuessOctets) going_ = false;
  }

  template <typename Edit>
  void lines(Cause cause, Edit edit) {
    if (going_) offer(cause, each_line(body_, edit));
  }

  void line_ends() {
    offer(Cause::line_ends, with_crlf(body_, true, false));
    offer(Cause::line_ends, with_crlf(body_, false, true));
    offer(Cause::line_ends, with_crlf(body_, true, true));
    offer(Cause::line_ends, text::replaced(body_, "\r\r\n", kCrlf));
  }

  void line_ends_of_all() {
    offer(Cause::line_ends, text::replaced(body_, kCrlf, "\n"));
    offer(Cause::line_ends, text::replaced(body_, kCrlf, "\r\r\n"));
    offer(Cause::line_ends, text::replaced(body_, kCrlf, "\r"));
  }

  void trailing_space() {
    lines(Cause::trailing_space_added, [](std::string_view line, std::string& out) { out += without_trailing(line); });
    lines(Cause::trailing_space_removed, [](std::string_view line, std::string& out) {
      out += line;
      if (line == "--") out += ' ';  // the mark before a signature (RFC 3676 §4.3)
    });
    if (going_) offer(Cause::trailing_space_removed, flowed());
    lines(Cause::trailing_space_removed, [](std::string_view line, std::string& out) { out.append(line).append(" "); });
  }

  void white_space() {
    for (const std::size_t stop : {std::size_t{8}, std::size_t{4}, std::size_t{2}, std::size_t{1}}) {
      lines(Cause::tabs, [&](std::string_view line, std::string& out) { append_expanded(line, stop, out); });
    }
    for (const std::string_view run : {"        ", "    ", "  ", " "})
      offer(Cause::tabs, text::replaced(body_, run, "\t"));
    lines(Cause::spaces, append_collapsed);
    lines(Cause::spaces, append_sentences);
    lines(Cause::leading_space, [](std::string_view line, std::string& out) { out += without_leading(line); });
    lines(Cause::leading_space, [](std::string_view line, std::string& out) {
      if (!line.empty()) out += ' ';
      out += line;
    });
    offer(Cause::empty_lines, text::replaced(body_, "\r\n\r\n", kCrlf));
    offer(Cause::empty_lines, text::replaced(body_, kCrlf, "\r\n\r\n"));
    lines(Cause::empty_lines, [blank = false](std::string_view line, std::string& out) mutable {
      if (line.empty() && blank) return out.resize(out.size() - 2);
      blank = line.empty();
      out += line;
    });
  }

  /// Lines of format=flowed that lost the space that says that a paragraph goes on (RFC 3676 §4.2).
  [[nodiscard]] std::string flowed() const {
    return joined(body_, " \r\n", 0, [](std::string_view line, std::string_view next) {
      return is_paragraph(line) && is_paragraph(next) && !line.ends_with(' ');
    });
  }

  void first_characters() {
    lines(Cause::dot_stuffing,
          [](std::string_view line, std::string& out) { out += line.starts_with("..") ? line.substr(1) : line; });
    lines(Cause::dot_stuffing, [](std::string_view line, std::string& out) {
      if (line.starts_with('.')) out += '.';
      out += line;
    });
    lines(Cause::from_quoting,
          [](std::string_view line, std::string& out) { out += line.starts_with(">From ") ? line.substr(1) : line; });
    lines(Cause::from_quoting, [](std::string_view line, std::string& out) {
      const std::size_t quotes = std::min(line.find_first_not_of('>'), line.size());
      out += line.substr(quotes).starts_with("From ") && quotes > 0 ? line.substr(1) : line;
    });
    lines(Cause::from_quoting, [](std::string_view line, std::string& out) {
      if (line.starts_with("From ")) out += '>';
      out += line;
    });
  }

  void encodings() {
    const Encodings all(body_, content_type_, encoding_);
    constexpr std::string_view kQuoted = "quoted-printable";
    constexpr std::string_view kBase64 = "base64";
    const auto encoded = [&](std::string_view only, std::string_view word, const auto& edit) {
      if (going_) offer(Cause::transfer_encoding, all.apply({only, word, edit}));
    };
    for (const std::string_view only : {kQuoted, kBase64}) {
      for (const std::string_view word : {"8bit", "7bit", "8BIT", "7BIT", "binary"}) encoded(only, word, decoded);
    }
    const auto quote = [](std::string_view content, std::string_view) {
      return mail::encode_quoted_printable(content);
    };
    encoded("", kQuoted, quote);
    encoded(kBase64, kQuoted, [](std::string_view content, std::string_view encoding) {
      return mail::encode_quoted_printable(decoded(content, encoding));
    });
    const auto rewrap = [&](Cause cause, std::string_view only, const auto& edit) {
      if (going_) offer(cause, all.apply({only, std::nullopt, edit}));
    };
    rewrap(Cause::quoted_printable_wrapped, kQuoted, [](std::string_view content, std::string_view encoding) {
      return mail::encode_quoted_printable(decoded(content, encoding));
    });
    rewrap(Cause::quoted_printable_wrapped, kQuoted,
           [](std::string_view content, std::string_view) { return text::replaced(content, "=\r\n", ""); });
    for (const std::size_t columns : {std::size_t{76}, std::size_t{72}, std::size_t{64}, std::size_t{60},
                                      std::size_t{998}, std::size_t{1} << 30U}) {
      const auto base64 = [&](std::string_view content) {
        std::string out = mail::encode_base64_lines(content, columns);
        if (out.ends_with(kCrlf)) out.resize(out.size() - 2);
        return out;
      };
      rewrap(Cause::base64_wrapped, kBase64, [&](std::string_view content, std::string_view encoding) {
        std::string out = base64(decoded(content, encoding));
        return content.ends_with(kCrlf) ? out.append(kCrlf) : out;
      });
      if (columns > 76) continue;
      encoded("", kBase64, [&](std::string_view content, std::string_view) { return base64(content); });
      encoded("", kBase64, [&](std::string_view content, std::string_view) { return base64(content).append(kCrlf); });
      encoded(kQuoted, kBase64,
              [&](std::string_view content, std::string_view encoding) { return base64(decoded(content, encoding)); });
    }
  }

  void joining() {
    const auto lines_here = lines_of(body_);
    std::size_t longest = 0;
    for (const std::string_view line : lines_here) longest = std::max(longest, line.size());
    if (!going_) return;
    offer(Cause::lines_wrapped, text::replaced(body_, "!\r\n ", ""));  // how sendmail breaks lines that are too long
    const auto joins = [&](std::string_view glue, std::size_t cut, const auto& when) {
      if (going_) offer(Cause::lines_wrapped, joined(body_, glue, cut, when));
    };
    const auto is_longest = [&](std::string_view line, std::string_view) { return line.size() == longest; };
    joins("", 0, is_longest);
    joins(" ", 0, is_longest);
    const auto is_flowed = [](std::string_view line, std::string_view) { return line.ends_with(' ') && line != "-- "; };
    joins("", 0, is_flowed);
    joins(" ", 1, is_flowed);
  }

  void wrapping() {
    if (!going_) return;
    const std::string long_lines = paragraphs(body_);
    offer(Cause::lines_wrapped, long_lines);
    constexpr std::array<std::size_t, 26> kWidths{72, 78, 76, 80, 70, 74, 75, 77, 79,  71,  73,  65,  66,
                                                  68, 69, 67, 60, 64, 62, 63, 61, 100, 120, 132, 990, 998};
    for (const std::size_t width : kWidths) {
      for (const bool keep_space : {false, true}) {
        if (going_) offer(Cause::lines_wrapped, wrapped(body_, width, keep_space));
        if (going_) offer(Cause::lines_wrapped, wrapped(long_lines, width, keep_space));
      }
    }
  }

  std::string_view body_;
  std::string_view content_type_;
  std::string_view encoding_;
  const BodyGuess& guess_;
  std::size_t spent_ = 0;
  bool going_ = true;
};

}  // namespace

void guess_bodies(std::string_view body, std::string_view content_type, std::string_view encoding,
                  const BodyGuess& guess) {
  Guesser(body, content_type, encoding, guess).run();
}

}  // namespace envelint::dkim
