#include <envelint/mail/address_tokens.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <optional>

namespace envelint::mail {
namespace {

using text::span_of;
using Kind = AddressToken::Kind;
using Fault = AddressFault::Kind;

// `specials` of RFC 5322 §3.2.3 without the brackets, which display names hold everywhere.
constexpr text::CharSet kSpecials{"()<>:;@\\,.\""};
constexpr text::CharSet kLiteral{
    "0123456789abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ:.-"};

bool is_word(char c) { return !kSpecials.contains(c) && !text::is_space(c); }

/// Whether the octet is a control character, or a CR or LF that is not part of a fold.
bool is_bad(std::string_view value, std::size_t i) {
  const char c = value[i];
  if (c == '\n') return i == 0 || value[i - 1] != '\r';
  if (c != '\r') return c == '\x7F' || (text::is_ascii(c) && c < ' ' && c != '\t');
  if (i + 1 == value.size() || value[i + 1] != '\n') return true;
  return i + 2 < value.size() && !text::is_wsp(value[i + 2]);
}

/// Whether a CRLF is followed by a line of nothing but white space.
/// @param content  the value without what is blank at its end.
bool begins_blank_line(std::string_view content, std::size_t i) {
  if (!content.substr(i).starts_with("\r\n")) return false;
  return content.substr(std::min(content.find_first_not_of(" \t", i + 2), content.size())).starts_with("\r\n");
}

/// Adds a fault, or makes the last one longer when it ends here.
void add_run(std::vector<AddressFault>& faults, Fault kind, std::size_t start, std::size_t end) {
  if (!faults.empty() && faults.back().kind == kind && faults.back().span.end == start) {
    faults.back().span.end = static_cast<std::uint32_t>(end);
  } else {
    faults.push_back({kind, span_of(start, end)});
  }
}

void note_octets(std::string_view value, std::vector<AddressFault>& faults) {
  const std::string_view content = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
  for (std::size_t i = 0; i < value.size();) {
    const text::CodePoint point = text::next_code_point(value.substr(i));
    if (!point.valid) add_run(faults, Fault::not_utf8, i, i + 1);
    if (is_bad(value, i)) add_run(faults, Fault::bad_octet, i, i + 1);
    if (i < content.size() && begins_blank_line(content, i)) add_run(faults, Fault::blank_line, i, i + 2);
    i += point.size;
    // The second octet of a character of Shift-JIS, GBK or Big5: readers that decode first see no quoted pair.
    if (!point.valid && value.substr(i).starts_with('\\')) add_run(faults, Fault::stray, i, i + 1);
  }
}

class Tokenizer {
 public:
  Tokenizer(std::string_view value, std::vector<AddressFault>& faults) : value_(value), faults_(faults) {}

  std::vector<AddressToken> take() {
    while (at_ < value_.size()) {
      const AddressToken token = next();
      if (!token.is_blank()) before_ = token.kind;
      at_ = token.span.end;
      out_.push_back(token);
    }
    return std::move(out_);
  }

 private:
  AddressToken next() {
    switch (value_[at_]) {
      case '(': return enclosed(comment_end(), Kind::comment, comments_);
      case '"': return enclosed(quoted_end(), Kind::quoted, quotes_);
      case ')': return one(Kind::stray);
      case '\\': return one(quotes_special() ? Kind::stray : Kind::word);
      case '.': return one(Kind::dot);
      case '@': return one(Kind::at);
      case ',': return one(Kind::comma);
      case ';': return one(Kind::semicolon);
      case ':': return one(Kind::colon);
      case '<': return one(Kind::open);
      case '>': return one(Kind::close);
      default: break;
    }
    if (value_[at_] == '[' && before_ == Kind::at) return literal();
    if (text::is_space(value_[at_])) return run(Kind::space, text::is_space);
    return run(Kind::word, is_word);
  }

  [[nodiscard]] AddressToken one(Kind kind) const { return {kind, span_of(at_, at_ + 1)}; }

  template <typename Belongs>
  AddressToken run(Kind kind, Belongs belongs) const {
    const auto* const end = std::ranges::find_if_not(value_.substr(at_), belongs);
    return {kind, span_of(at_, static_cast<std::size_t>(end - value_.data()))};
  }

  // Without the end, the first octet is text. So are those that follow: to look for the end of each would take a time
  // that grows with the square of their number.
  AddressToken enclosed(std::optional<std::size_t> end, Kind kind, bool& looked_for) {
    if (end) return {kind, span_of(at_, *end)};
    if (looked_for) faults_.push_back({Fault::unclosed, span_of(at_, value_.size())});
    looked_for = false;
    return one(Kind::word);
  }

  std::optional<std::size_t> comment_end() {
    unsigned depth = 0;
    unsigned deepest = 0;
    for (std::size_t i = at_; comments_ && i < value_.size(); ++i) {
      if (value_[i] == '\\')
        ++i;
      else if (value_[i] == '(')
        deepest = std::max(deepest, ++depth);
      else if (value_[i] == ')' && --depth == 0) {
        if (deepest > kMaxCommentDepth) faults_.push_back({Fault::too_long, span_of(at_, i + 1)});
        return i + 1;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::size_t> quoted_end() const {
    for (std::size_t i = at_ + 1; quotes_ && i < value_.size(); ++i) {
      if (value_[i] == '\\')
        ++i;
      else if (value_[i] == '"')
        return i + 1;
    }
    return std::nullopt;
  }

  // `O\'Brien` reads the same with and without quoted pairs; `\<` does not.
  [[nodiscard]] bool quotes_special() const { return at_ + 1 == value_.size() || !is_word(value_[at_ + 1]); }

  AddressToken literal() {
    std::size_t end = at_ + 1;
    while (end < value_.size() && kLiteral.contains(value_[end])) ++end;
    if (end < value_.size() && value_[end] == ']') return {Kind::literal, span_of(at_, end + 1)};
    faults_.push_back({Fault::unclosed, span_of(at_, end)});
    return {Kind::literal, span_of(at_, end)};
  }

  std::string_view value_;
  std::vector<AddressFault>& faults_;
  std::vector<AddressToken> out_;
  std::size_t at_ = 0;
  Kind before_ = Kind::comma;  // the last token that is not blank
  bool comments_ = true;       // false once one does not end
  bool quotes_ = true;
};

}  // namespace

std::vector<AddressToken> address_tokens(std::string_view value, std::vector<AddressFault>& faults) {
  note_octets(value, faults);
  return Tokenizer(value, faults).take();
}

std::string unquote(std::string_view quoted) {
  std::string out;
  const std::string_view content = quoted.substr(1, quoted.size() - 2);
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] == '\\' && i + 1 < content.size()) ++i;
    if (content[i] != '\r' && content[i] != '\n') out.push_back(content[i]);
  }
  return out;
}

}  // namespace envelint::mail
