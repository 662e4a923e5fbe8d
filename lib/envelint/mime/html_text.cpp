#include <envelint/mime/html_text.hpp>

#include <envelint/mime/decode.hpp>
#include <envelint/text/ascii.hpp>

#include <unistr.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace envelint::mime {
namespace {

using std::string_view;

/// Elements whose content is no text for people.
constexpr std::array<string_view, 5> kSilent{"noframes", "script", "style", "template", "title"};
/// Elements that begin on a new line, and those with an empty line around them.
constexpr std::array<string_view, 19> kLines{"address", "article",  "aside",   "body",  "center", "dd", "div",
                                             "dt",      "fieldset", "footer",  "form",  "header", "li", "main",
                                             "nav",     "option",   "section", "tbody", "tr"};
constexpr std::array<string_view, 14> kBlocks{"blockquote", "dl", "h1", "h2", "h3",  "h4",    "h5",
                                              "h6",         "hr", "ol", "p",  "pre", "table", "ul"};

struct Reference {
  string_view name;
  string_view text;
};
/// The character references that letters have. Those for invisible characters are nothing: senders fill previews with
/// them.
constexpr auto kReferences = std::to_array<Reference>({
    {"Auml", "\u00C4"},   {"Eacute", "\u00C9"}, {"Ouml", "\u00D6"},   {"Uuml", "\u00DC"},   {"aacute", "\u00E1"},
    {"acirc", "\u00E2"},  {"agrave", "\u00E0"}, {"amp", "&"},         {"apos", "'"},        {"aring", "\u00E5"},
    {"auml", "\u00E4"},   {"bull", "\u2022"},   {"ccedil", "\u00E7"}, {"copy", "\u00A9"},   {"eacute", "\u00E9"},
    {"ecirc", "\u00EA"},  {"egrave", "\u00E8"}, {"emsp", " "},        {"ensp", " "},        {"euml", "\u00EB"},
    {"euro", "\u20AC"},   {"gt", ">"},          {"hellip", "\u2026"}, {"iacute", "\u00ED"}, {"icirc", "\u00EE"},
    {"laquo", "\u00AB"},  {"ldquo", "\u201C"},  {"lsquo", "\u2018"},  {"lt", "<"},          {"mdash", "\u2014"},
    {"middot", "\u00B7"}, {"nbsp", " "},        {"ndash", "\u2013"},  {"ntilde", "\u00F1"}, {"oacute", "\u00F3"},
    {"ocirc", "\u00F4"},  {"ouml", "\u00F6"},   {"pound", "\u00A3"},  {"quot", "\""},       {"raquo", "\u00BB"},
    {"rarr", "\u2192"},   {"rdquo", "\u201D"},  {"reg", "\u00AE"},    {"rsquo", "\u2019"},  {"sect", "\u00A7"},
    {"shy", ""},          {"szlig", "\u00DF"},  {"thinsp", " "},      {"trade", "\u2122"},  {"uacute", "\u00FA"},
    {"ucirc", "\u00FB"},  {"uuml", "\u00FC"},   {"zwj", ""},          {"zwnj", ""},
});
static_assert(std::ranges::is_sorted(kReferences, {}, &Reference::name));
constexpr std::size_t kMaxReference = 12;

template <std::size_t size>
bool holds(const std::array<string_view, size>& names, string_view name) {
  return std::ranges::binary_search(names, name);
}

/// What `&#NUMBER;` is (HTML, "numeric character reference end state").
std::string character(std::uint32_t number) {
  if (number >= 0x80 && number < 0xA0) return to_utf8(std::string(1, static_cast<char>(number)), "windows-1252", 4);
  constexpr std::array<std::uint32_t, 6> kInvisible{0xAD, 0x34F, 0x200B, 0x200C, 0x200D, 0xFEFF};
  if (std::ranges::binary_search(kInvisible, number)) return {};
  if (number == 0xA0) return " ";
  std::array<std::uint8_t, 6> bytes{};
  const int size = number == 0 ? -1 : u8_uctomb(bytes.data(), number, bytes.size());
  if (size < 0) return "\uFFFD";
  return {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size)};
}

/// Goes through HTML once, from its beginning to its end.
class Reader {
 public:
  Reader(string_view html, std::size_t most) : html_(html), most_(most) {}

  std::string read() {
    while (at_ < html_.size() && out_.size() < most_) step();
    while (!out_.empty() && text::is_space(out_.back())) out_.pop_back();
    return to_utf8(out_, "utf-8", most_);
  }

 private:
  void step() {
    const char c = html_[at_];
    if (c == '<') return markup();
    if (c == '&') return reference();
    ++at_;
    add(c);
  }

  void add(char c) {
    if (preformatted_ && c != '\r') {
      out_ += c;
    } else if (text::is_space(c)) {
      space_ = true;
    } else {
      add_space();
      out_ += c;
    }
  }

  void add_space() {
    if (space_ && !out_.empty() && out_.back() != '\n') out_ += ' ';
    space_ = false;
  }

  void new_line() {
    out_ += '\n';
    space_ = false;
  }

  void add(string_view text) {
    if (text == " ") return add(' ');
    if (!text.empty()) add_space();
    out_ += text;
  }

  /// At least so many line ends before what comes.
  void begin_line(std::size_t ends) {
    space_ = false;
    if (out_.empty()) return;
    std::size_t there = 0;
    while (there < ends && there < out_.size() && out_[out_.size() - 1 - there] == '\n') ++there;
    out_.append(ends - there, '\n');
  }

  void markup() {
    const string_view rest = html_.substr(at_ + 1);
    if (rest.starts_with("!--")) return skip_behind("-->", at_ + 4);
    if (rest.starts_with('!') || rest.starts_with('?')) return skip_behind(">", at_ + 2);
    const bool closing = rest.starts_with('/');
    const string_view behind = rest.substr(closing ? 1 : 0);
    if (!behind.empty() && text::is_alpha(behind.front())) return tag(at_ + (closing ? 2 : 1), closing);
    if (closing) return skip_behind(">", at_ + 2);
    ++at_;
    add('<');
  }

  /// What never ends takes all that is left, as in browsers.
  void skip_behind(string_view end, std::size_t from) {
    const std::size_t at = html_.find(end, from);
    at_ = at == string_view::npos ? html_.size() : at + end.size();
  }

  void tag(std::size_t start, bool closing) {
    std::size_t end = start;
    while (end < html_.size() && !text::is_space(html_[end]) && html_[end] != '/' && html_[end] != '>') ++end;
    // No name that matters is longer.
    const std::string name = text::lower(html_.substr(start, std::min<std::size_t>(end - start, 16)));
    at_ = end;
    skip_attributes();
    if (!closing && holds(kSilent, name)) return skip_element(name);
    if (name == "br") new_line();
    if (name == "td" || name == "th") space_ = true;
    if (holds(kLines, name)) begin_line(1);
    if (holds(kBlocks, name)) begin_line(2);
    if (name == "pre") preformatted_ = !closing;
  }

  void skip_attributes() {
    char before = ' ';  // that is no white space
    for (; at_ < html_.size(); ++at_) {
      const char c = html_[at_];
      if (c == '>') {
        ++at_;
        return;
      }
      if ((c == '"' || c == '\'') && before == '=') {
        at_ = std::min(html_.find(c, at_ + 1), html_.size());
        if (at_ == html_.size()) return;
      }
      if (!text::is_space(c)) before = c;
    }
  }

  void skip_element(string_view name) {
    while (at_ < html_.size()) {
      skip_behind("</", at_);
      if (!text::istarts_with(html_.substr(at_), name)) continue;
      at_ += name.size();
      return skip_attributes();
    }
  }

  void reference() {
    const string_view rest = html_.substr(at_ + 1, kMaxReference);
    const std::size_t end = rest.find(';');
    const string_view name = rest.substr(0, end);
    if (end != string_view::npos && (name.starts_with('#') ? numbered(name.substr(1)) : named(name))) {
      at_ += end + 2;
      return;
    }
    ++at_;
    add('&');
  }

  bool numbered(string_view digits) {
    const bool hex = digits.starts_with('x') || digits.starts_with('X');
    if (hex) digits.remove_prefix(1);
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number, hex ? 16 : 10);
    if (digits.empty() || fault != std::errc() || end != digits.data() + digits.size()) return false;
    add(character(number));
    return true;
  }

  bool named(string_view name) {
    const auto known = std::ranges::lower_bound(kReferences, name, {}, &Reference::name);
    if (known == kReferences.end() || known->name != name) return false;
    add(known->text);
    return true;
  }

  string_view html_;
  std::size_t most_;
  std::size_t at_ = 0;
  std::string out_;
  bool space_ = false;  // white space that counts only between words of one line
  bool preformatted_ = false;
};

}  // namespace

std::string html_text(std::string_view html, std::size_t most) { return Reader(html, most).read(); }

}  // namespace envelint::mime
