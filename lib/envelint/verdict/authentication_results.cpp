#include <envelint/verdict/authentication_results.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>
#include <envelint/verdict/field_text.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace envelint::verdict {
namespace {

using Kind = ResultsFault::Kind;

constexpr std::string_view kField = "authentication-results";
constexpr unsigned kVersion = 1;

bool is_name_char(char c) { return text::is_alnum(c) || c == '-' || c == '_'; }
/// What ends a value that is not quoted.
bool ends_value(char c) { return text::is_space(c) || c == ';' || c == '('; }

/// Unfolds, and leaves no way to end a line.
std::string without_line_ends(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == '\r' || c == '\n'; });
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  AuthenticationResults run() {
    if (text_.size() > kMaxResultsField) {
      add(Kind::too_long, 0, text_.size());
      return std::move(out_);
    }
    check_octets();
    if (read_head()) read_results();
    if (out_.results.empty() && !out_.none && !unknown_version_) add(Kind::no_results, text_.size(), text_.size());
    if (out_.none && !out_.results.empty()) add(Kind::none_and_more, 0, text_.size());
    return std::move(out_);
  }

 private:
  void add(Kind kind, std::size_t start, std::size_t end) {
    if (out_.faults.size() >= kMaxResultsFaults) return;
    if (out_.faults.size() + 1 == kMaxResultsFaults) kind = Kind::too_many;
    const ResultsFault fault{kind, text::span_of(start, end)};
    const bool told = std::ranges::find(out_.faults, fault) != out_.faults.end();  // some places are read twice
    if (!told) out_.faults.push_back(fault);
  }

  /// The first octet of each kind that should not be there.
  void check_octets() {
    bool control = false;
    bool foreign = false;
    for (std::size_t at = 0; at < text_.size() && !(control && foreign);) {
      const text::CodePoint c = text::next_code_point(text_.substr(at));
      const bool is_control = c.valid && (c.value < 0x20 || c.value == 0x7F) && !text::is_space(text_[at]);
      if (is_control && !std::exchange(control, true)) add(Kind::bad_octet, at, at + 1);
      if (!c.valid && !std::exchange(foreign, true)) add(Kind::not_utf8, at, at + 1);
      at += c.size;
    }
  }

  [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }
  [[nodiscard]] bool sees(char c) const noexcept { return !at_end() && text_[at_] == c; }
  bool take(char c) {
    if (!sees(c)) return false;
    ++at_;
    return true;
  }

  /// Passes over folding white space and comments (CFWS, RFC 5322 §3.2.2), and keeps the comments' text.
  void skip_space() {
    while (!at_end()) {
      if (text::is_space(text_[at_]))
        ++at_;
      else if (text_[at_] == '(')
        read_comment();
      else
        return;
    }
  }

  void read_comment() {
    const std::size_t start = at_;
    unsigned depth = 0;
    bool told = false;
    std::string words;
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '(' && ++depth > kMaxNesting && !std::exchange(told, true)) add(Kind::too_deep, start, at_);
      if (c == ')' && --depth == 0) break;
      if (c == '\\' && at_ + 1 < text_.size()) c = text_[++at_];
      if (at_ != start) words.push_back(c);
    }
    if (at_end())
      add(Kind::unclosed, start, text_.size());
    else
      ++at_;
    words = without_line_ends(words);
    const std::string_view shown = text::trim(words);
    if (!comment_.empty() && !shown.empty()) comment_ += ' ';
    comment_ += shown;
  }

  std::string_view take_name() {
    const std::size_t start = at_;
    while (!at_end() && is_name_char(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  /// Up to 9 digits.
  std::optional<unsigned> take_number() {
    constexpr std::size_t kMost = 9;
    std::optional<unsigned> out;
    for (const std::size_t start = at_; !at_end() && text::is_digit(text_[at_]) && at_ - start < kMost; ++at_) {
      out = out.value_or(0) * 10 + static_cast<unsigned>(text_[at_] - '0');
    }
    return out;
  }

  std::string take_quoted() {
    const std::size_t start = at_++;
    std::string out;
    for (; !at_end() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out.push_back(text_[at_]);
    }
    if (at_end()) add(Kind::unclosed, start, text_.size());
    take('"');
    return without_line_ends(out);
  }

  /// `value` or `pvalue`: a token, a quoted-string, or an address.
  std::string take_value() {
    const std::size_t start = at_;
    if (sees('"')) {
      std::string out = take_quoted();
      if (!sees('@')) return out;
    }
    while (!at_end() && !ends_value(text_[at_])) ++at_;
    std::string out = without_line_ends(text_.substr(start, at_ - start));
    if (!is_token(out) && !is_bare_address(out)) add(Kind::bad_value, start, at_);
    return out;
  }

  /// Goes to the next semicolon that is in no comment or quoted string.
  void skip_result() {
    while (!at_end() && !sees(';')) {
      skip_space();
      if (sees('"'))
        take_quoted();
      else if (!at_end() && !sees(';'))
        ++at_;
    }
  }

  /// @return false when nothing more is to be read.
  bool read_head() {
    skip_space();
    const std::size_t start = at_;
    const bool named = !take_name().empty();
    skip_space();
    const bool is_result = named && sees('=');
    at_ = start;
    if (is_result || at_end() || sees(';')) {
      add(Kind::no_authserv_id, start, start);
      if (is_result) read_result();
      return true;
    }
    out_.authserv_id = take_value();
    skip_space();
    const std::size_t behind = at_;
    out_.version = take_number();
    if (out_.version && *out_.version != kVersion) {
      unknown_version_ = true;
      add(Kind::unknown_version, behind, at_);
      return false;
    }
    skip_space();
    const std::size_t rest = at_;
    skip_result();
    if (at_ != rest) add(Kind::trailing_text, rest, at_);
    return true;
  }

  void read_results() {
    while (take(';')) {
      const std::size_t start = at_;
      skip_space();
      if (at_end() || sees(';')) {
        add(Kind::empty_result, start, at_);
        continue;
      }
      if (out_.results.size() == kMaxResults) {
        add(Kind::too_many, at_, text_.size());
        return;
      }
      read_result();
    }
  }

  void read_result() {
    const std::size_t start = at_;
    MethodResult one;
    one.method = text::lower(take_name());
    skip_space();
    if (one.method == "none" && (at_end() || sees(';'))) {
      out_.none = true;
      return;
    }
    if (take('/')) {
      skip_space();
      one.version = take_number();
      skip_space();
    }
    if (!one.method.empty() && take('=')) {
      skip_space();
      one.result = text::lower(take_name());
    }
    if (!is_keyword(one.method) || !is_keyword(one.result)) {
      skip_result();
      add(Kind::bad_result, start, at_);
      return;
    }
    comment_.clear();
    while (read_property(one)) {
    }
    one.comment = std::move(comment_);
    comment_.clear();
    out_.results.push_back(std::move(one));
  }

  /// @return false when the result is read.
  bool read_property(MethodResult& one) {
    skip_space();
    if (at_end() || sees(';')) return false;
    const std::size_t start = at_;
    Property property;
    property.ptype = text::lower(take_name());
    std::size_t end = at_;
    const std::size_t comments = comment_.size();
    skip_space();
    const bool dotted = take('.');
    if (dotted) {
      skip_space();
      property.property = text::lower(take_name());
      end = at_;
      skip_space();
    }
    if (!take('=')) {
      at_ = std::max(end, start + 1);  // the next word may be a property
      comment_.resize(comments);
      while (!at_end() && !ends_value(text_[at_])) ++at_;
      add(Kind::bad_property, start, at_);
      return true;
    }
    skip_space();
    property.value = take_value();
    if (!dotted && property.ptype == "reason") {
      one.reason = std::move(property.value);
    } else if (!is_keyword(property.ptype) || !is_keyword(property.property)) {
      add(Kind::bad_property, start, at_);
    } else if (one.properties.size() == kMaxProperties) {
      add(Kind::too_many, start, at_);
    } else {
      one.properties.push_back(std::move(property));
    }
    return true;
  }

  std::string_view text_;
  AuthenticationResults out_;
  std::string comment_;
  std::size_t at_ = 0;
  bool unknown_version_ = false;
};

/// Whether a word before the first semicolon is the name, whatever stands around it.
bool is_among_words(std::string_view head, std::string_view name) {
  head = head.substr(0, head.find(';'));
  const auto is_word = [](char c) { return !text::is_ascii(c) || is_name_char(c) || c == '.'; };
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t start = at;
    while (at < head.size() && is_word(head[at])) ++at;
    std::string_view word = head.substr(start, at - start);
    while (word.ends_with('.')) word.remove_suffix(1);
    if (!word.empty() && text::iequals(word, name)) return true;
    if (at == start) ++at;
  }
  return false;
}

}  // namespace

std::string_view to_string(Kind kind) noexcept {
  constexpr std::array<std::string_view, 15> kWords{
      "the field is too long",
      "the authserv-id is missing",
      "the version of the field is not 1",
      "the field has no results",
      "a result is empty",
      "a result is not `method=result`",
      "a property is not `type.property=value`",
      "a value has characters that want quotes",
      "there is text behind the authserv-id",
      "`none` stands beside results",
      "a comment or a quoted string does not end",
      "comments are nested too deep",
      "there is a control character",
      "there are octets that are not UTF-8",
      "there are too many results, properties or faults",
  };
  return kWords[static_cast<std::size_t>(kind)];
}

const MethodResult* AuthenticationResults::find(std::string_view method) const noexcept {
  const auto found = std::ranges::find(results, method, &MethodResult::method);
  return found == results.end() ? nullptr : &*found;
}

AuthenticationResults parse_authentication_results(std::string_view value) { return Reader(value).run(); }

std::vector<std::size_t> claims(const mail::Message& message, std::string_view authserv_id) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < message.fields().size(); ++i) {
    const mail::Field& field = message.fields()[i];
    if (!message.is(field, kField)) continue;
    const std::string_view value = message.value(field);
    const bool says_so = text::iequals(parse_authentication_results(value).authserv_id, authserv_id);
    if (says_so || is_among_words(value, authserv_id)) out.push_back(i);
  }
  return out;
}

AuthenticationResults own_results(const mail::Message& message, std::string_view authserv_id) {
  AuthenticationResults out;
  out.authserv_id = authserv_id;
  for (const mail::Field& field : message.fields()) {
    if (!message.is(field, kField)) continue;
    AuthenticationResults one = parse_authentication_results(message.value(field));
    if (!text::iequals(one.authserv_id, authserv_id)) break;
    std::ranges::move(one.results, std::back_inserter(out.results));
  }
  out.none = out.results.empty();
  return out;
}

}  // namespace envelint::verdict
