#include <envelint/mail/address.hpp>

#include <envelint/dns/idna.hpp>
#include <envelint/mail/address_tokens.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::mail {
namespace {

using text::Span;
using text::span_of;
using Fault = AddressFault::Kind;
using Token = AddressToken;
using Kind = AddressToken::Kind;

bool is_mail_name_char(char c) { return text::is_alnum(c) || c == '-' || c == '_' || c == '.'; }

/// The domain name that a text behind an `@` means; nothing where it is none that mail can have.
std::optional<dns::Name> mail_name(std::string_view domain) {
  std::string ascii(domain);
  // libidn2 refuses names such as `a--b.example`, which exist; there is nothing to convert in them.
  if (!text::all_ascii(domain)) {
    std::optional<std::string> converted = dns::to_a_labels(domain);
    // A full stop of another script parts labels for some readers and not for others.
    if (!converted || std::ranges::count(*converted, '.') != std::ranges::count(domain, '.')) return std::nullopt;
    ascii = *std::move(converted);
  }
  if (ascii.ends_with('.') || !std::ranges::all_of(ascii, is_mail_name_char)) return std::nullopt;
  const auto name = dns::Name::parse(ascii);
  return name ? std::optional(*name) : std::nullopt;
}

bool has_encoded_word(std::string_view text) {
  const std::size_t start = text.find("=?");
  return start != std::string_view::npos && text.find("?=", start + 2) != std::string_view::npos;
}

/// Reads the members of a list from the left to the right. A member is found by its first `<`, `:`, `,` or `;`.
class ListReader {
 public:
  explicit ListReader(std::string_view value) : value_(value), tokens_(address_tokens(value, out_.faults)) {}

  AddressList take() {
    while (at_ < tokens_.size() && !full()) read_member();
    if (in_group_) add(Fault::unclosed, span_of(group_, value_.size()));
    if (members_ == 0 && out_.groups == 0) add(Fault::empty, span_of(0, value_.size()));
    return std::move(out_);
  }

 private:
  void add(Fault kind, Span span) { out_.faults.push_back({kind, span}); }

  [[nodiscard]] std::string_view octets(Span span) const { return value_.substr(span.start, span.size()); }

  bool full() {
    if (members_ < kMaxMailboxes) return false;
    add(Fault::too_many, span_of(tokens_[at_].span.start, value_.size()));
    at_ = tokens_.size();
    return true;
  }

  /// The first token of [from, …) that is one of `kinds`, or the end.
  template <typename... Kinds>
  [[nodiscard]] std::size_t find(std::size_t from, Kinds... kinds) const {
    while (from < tokens_.size() && ((tokens_[from].kind != kinds) && ...)) ++from;
    return from;
  }

  /// From the first to the last token of [from, to) that is not blank; empty where there is none.
  [[nodiscard]] Span content(std::size_t from, std::size_t to) const {
    while (from < to && tokens_[from].is_blank()) ++from;
    while (to > from && tokens_[to - 1].is_blank()) --to;
    if (from == to) return {};
    return span_of(tokens_[from].span.start, tokens_[to - 1].span.end);
  }

  void read_member() {
    const std::size_t start = at_;
    at_ = find(start, Kind::open, Kind::colon, Kind::comma, Kind::semicolon);
    const Kind stop = at_ == tokens_.size() ? Kind::comma : tokens_[at_].kind;
    if (stop == Kind::colon) return begin_group(start);
    if (stop == Kind::open) {
      read_name_addr(start);
    } else {
      read_bare(start);
    }
    read_separator();
  }

  // RFC 5322 §3.4: group = display-name ":" [group-list] ";".
  void begin_group(std::size_t start) {
    const Token& colon = tokens_[at_++];
    const Span name = content(start, at_ - 1);
    if (in_group_ || name.empty() || has_at(start, at_ - 1)) add(Fault::stray, name.empty() ? colon.span : name);
    if (in_group_) return;
    in_group_ = true;
    group_ = name.empty() ? colon.span.start : name.start;
    ++out_.groups;
  }

  void read_separator() {
    if (at_ == tokens_.size()) return;
    const Token& separator = tokens_[at_++];
    if (separator.kind == Kind::comma) return;
    if (!in_group_) return add(Fault::stray, separator.span);
    in_group_ = false;
    read_tail();
    if (at_ < tokens_.size() && tokens_[at_].kind == Kind::comma) ++at_;
  }

  /// What stands behind an address or a group, up to the next comma or semicolon.
  void read_tail() {
    const std::size_t start = at_;
    at_ = find(start, Kind::comma, Kind::semicolon);
    if (const Span tail = content(start, at_); !tail.empty()) add(Fault::trailing_text, tail);
    check_comments(start, at_);
  }

  // addr-spec without angle brackets, in [start, at_).
  void read_bare(std::size_t start) {
    check_comments(start, at_);
    const Span all = content(start, at_);
    if (all.empty()) return;
    ++members_;
    if (find_at(start, at_) == at_) return add(Fault::no_domain, all);
    Mailbox box;
    read_addr_spec(start, at_, box);
    box.span = box.address_span;
    keep(std::move(box));
  }

  // [display-name] angle-addr: the name is in [start, at_), and at_ is the `<`.
  void read_name_addr(std::size_t start) {
    ++members_;
    const std::size_t open = at_;
    Mailbox box;
    box.display_name = phrase(start, open);
    check_phrase(start, open);
    box.span = content(start, open + 1);
    const std::size_t first = skip_route(skip_brackets(open + 1));
    const std::size_t end = find(first, Kind::close, Kind::open, Kind::comma, Kind::semicolon);
    check_comments(open, end);
    const bool closed = end < tokens_.size() && tokens_[end].kind == Kind::close;
    const Span brackets = span_of(tokens_[open].span.start, start_of(closed ? end + 1 : end));
    const bool has_address = find_at(first, end) < end;
    if (has_address) read_addr_spec(first, end, box);
    if (closed && !has_address) add(Fault::no_domain, brackets);
    if (!closed) add(Fault::unclosed, brackets);
    box.span.end = closed ? brackets.end : std::max(box.span.end, box.address_span.end);
    at_ = closed ? end + 1 : end;
    keep(std::move(box));
    read_tail();
  }

  [[nodiscard]] std::size_t start_of(std::size_t token) const {
    return token < tokens_.size() ? tokens_[token].span.start : value_.size();
  }

  void keep(Mailbox box) {
    if (!box.domain.empty()) out_.mailboxes.push_back(std::move(box));
  }

  // RFC 7103 §7.1.2: `<<<a@example.com>>>`.
  std::size_t skip_brackets(std::size_t i) {
    for (; i < tokens_.size() && (tokens_[i].kind == Kind::open || tokens_[i].is_blank()); ++i) {
      if (tokens_[i].kind == Kind::open) add(Fault::stray, tokens_[i].span);
    }
    return i;
  }

  // obs-route of RFC 5322 §4.4, generously. @return the token behind its colon, or `from` where there is none.
  std::size_t skip_route(std::size_t from) {
    if (from == tokens_.size() || (tokens_[from].kind != Kind::at && tokens_[from].kind != Kind::comma)) return from;
    std::size_t i = from;
    while (i < tokens_.size() && is_of_route(tokens_[i])) ++i;
    if (i == tokens_.size() || tokens_[i].kind != Kind::colon) return from;
    add(Fault::route, span_of(tokens_[from].span.start, tokens_[i].span.end));
    return i + 1;
  }

  static bool is_of_route(const Token& token) {
    constexpr std::array kKinds{Kind::at, Kind::comma, Kind::word, Kind::dot, Kind::literal};
    return token.is_blank() || std::ranges::find(kKinds, token.kind) != kKinds.end();
  }

  [[nodiscard]] std::size_t find_at(std::size_t from, std::size_t to) const {
    while (from < to && tokens_[from].kind != Kind::at) ++from;
    return from;
  }

  [[nodiscard]] bool has_at(std::size_t from, std::size_t to) const { return octets(content(from, to)).contains('@'); }

  /// Words and quoted strings with one space where anything blank stands between them.
  [[nodiscard]] std::string phrase(std::size_t from, std::size_t to) const {
    std::string out;
    bool gap = false;
    for (std::size_t i = from; i < to; ++i) {
      if (tokens_[i].is_blank()) {
        gap = !out.empty();
        continue;
      }
      if (std::exchange(gap, false)) out.push_back(' ');
      append_plain(tokens_[i], out);
    }
    return out;
  }

  void append_plain(const Token& token, std::string& out) const {
    if (token.kind == Kind::quoted) {
      out += unquote(octets(token.span));
    } else {
      out += octets(token.span);
    }
  }

  void check_phrase(std::size_t from, std::size_t to) {
    std::size_t at = to;
    for (std::size_t i = from; i < to; ++i) {
      const Token& token = tokens_[i];
      const std::string_view words = octets(token.span);
      const bool comment = token.kind == Kind::comment;
      if (token.kind == Kind::stray || token.kind == Kind::close) add(Fault::stray, token.span);
      if (token.kind != Kind::at && !(comment && words.contains('@'))) continue;
      if (comment && words.contains('<')) {
        add(Fault::at_in_comment, token.span);
      } else {
        at = std::min(at, i);
      }
    }
    if (at < to) add(Fault::unquoted_at, around(at, from, to));
  }

  /// A token with what stands next to it without a space.
  [[nodiscard]] Span around(std::size_t token, std::size_t from, std::size_t to) const {
    std::size_t first = token;
    std::size_t last = token;
    while (first > from && !tokens_[first - 1].is_blank()) --first;
    while (last + 1 < to && !tokens_[last + 1].is_blank()) ++last;
    return span_of(tokens_[first].span.start, tokens_[last].span.end);
  }

  void check_comments(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if (tokens_[i].kind != Kind::comment || !octets(tokens_[i].span).contains('@')) continue;
      add(Fault::at_in_comment, tokens_[i].span);
    }
  }

  /// Reads the address in [from, to), which holds an `@`.
  void read_addr_spec(std::size_t from, std::size_t to, Mailbox& box) {
    const std::size_t at = find_at(from, to);
    const std::size_t start = local_part_start(from, at);
    if (const Span before = content(from, start); !before.empty()) add(Fault::stray, before);
    const Span local = content(start, at);
    box.address_span = local.empty() ? tokens_[at].span : local;
    if (local.empty()) add(Fault::no_local_part, tokens_[at].span);
    for (std::size_t i = start; i < at; ++i) {
      if (!tokens_[i].is_blank()) append_plain(tokens_[i], box.local_part);
    }
    if (box.local_part.contains('@')) add(Fault::at_in_local_part, local);
    if (has_encoded_word(box.local_part)) add(Fault::encoded_word, local);
    const std::size_t behind = read_domain(at, to, box);
    if (const Span rest = content(behind, to); !rest.empty()) add(Fault::trailing_text, rest);
  }

  // obs-local-part = word *("." word), with full stops anywhere, as some hosts have given out. Two words with no full
  // stop between them are no local part: the address begins at the second.
  [[nodiscard]] std::size_t local_part_start(std::size_t from, std::size_t at) const {
    std::size_t start = from;
    bool after_word = false;
    for (std::size_t i = from; i < at; ++i) {
      const Kind kind = tokens_[i].kind;
      if (tokens_[i].is_blank()) continue;
      const bool word = kind == Kind::word || kind == Kind::quoted;
      if (word && after_word) start = i;
      if (!word && kind != Kind::dot) start = i + 1;
      after_word = word;
    }
    return start;
  }

  // obs-domain = atom *("." atom). @return the token behind it.
  std::size_t read_domain(std::size_t at, std::size_t to, Mailbox& box) {
    std::size_t i = at + 1;
    std::size_t behind = i;
    bool folded = false;
    Kind before = Kind::at;
    for (; i < to; ++i) {
      const Token& token = tokens_[i];
      if (token.is_blank()) continue;
      if (!continues_domain(before, token.kind, i > behind)) break;
      folded = folded || i > behind;
      box.domain += octets(token.span);
      before = token.kind;
      behind = i + 1;
      box.address_span.end = token.span.end;
    }
    const Span domain = content(at + 1, behind);
    if (domain.empty()) {
      add(Fault::no_domain, box.address_span);
      return behind;
    }
    if (folded) add(Fault::folded_in_domain, domain);
    box.address_span.end = domain.end;
    if (before == Kind::literal) return behind;
    box.name = mail_name(box.domain);
    if (!box.name) add(Fault::bad_domain, domain);
    return behind;
  }

  static bool continues_domain(Kind before, Kind next, bool gap) {
    if (before == Kind::literal) return false;
    if (next == Kind::literal) return before == Kind::at;
    if (next == Kind::dot) return true;
    return next == Kind::word && (!gap || before != Kind::word);
  }

  std::string_view value_;
  AddressList out_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t members_ = 0;  // those that cannot be read too
  std::size_t group_ = 0;    // where the group that is open begins
  bool in_group_ = false;
};

}  // namespace

std::string_view to_string(AddressFault::Kind kind) noexcept {
  constexpr std::array<std::string_view, 18> kWords{
      "there is no address",
      "an address has no domain",
      "what stands behind the @ is no domain name",
      "the display name has an @ that is not quoted",
      "there is a control character",
      "there are octets that are not UTF-8",
      "a comment, quoted string, bracket or group does not end",
      "there is text behind an address",
      "an address has a source route",
      "a domain has a fold, space or comment in it",
      "there are too many addresses",
      "the field is too long or its comments are nested too deep",
      "an address has nothing before the @",
      "a local part has an @ in it",
      "a comment has an @ in it",
      "an address has an encoded word in it",
      "there is a word or character where none can be",
      "there is a line of nothing but white space",
  };
  return kWords[static_cast<std::size_t>(kind)];
}

bool AddressList::has(AddressFault::Kind kind) const noexcept {
  return std::ranges::find(faults, kind, &AddressFault::kind) != faults.end();
}

AddressList parse_address_list(std::string_view value) {
  AddressList out = ListReader(value.substr(0, kMaxAddressList)).take();
  if (value.size() > kMaxAddressList) out.faults.push_back({Fault::too_long, span_of(kMaxAddressList, value.size())});
  std::ranges::stable_sort(out.faults, {}, [](const AddressFault& fault) { return fault.span.start; });
  return out;
}

}  // namespace envelint::mail
