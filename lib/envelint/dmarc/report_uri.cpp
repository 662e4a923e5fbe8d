#include <envelint/dmarc/report_uri.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>

#include <algorithm>
#include <limits>

namespace envelint::dmarc {
namespace {

using text::span_of;

constexpr std::size_t kMaxLocal = 64;    // RFC 5321 §4.5.3.1.1
constexpr std::size_t kMaxDomain = 253;  // RFC 1035 §2.3.4, as text
constexpr std::size_t kMaxLabel = 63;
constexpr auto kNone = std::string_view::npos;
constexpr std::string_view kMailto = "mailto:";
constexpr text::CharSet kAtextSigns{"!#$%&'*+-/=?^_`{|}~"};  // RFC 5322 §3.2.3
constexpr text::CharSet kSchemeSigns{"+-."};
constexpr text::CharSet kNotInUri{"\"<>\\^`{|}"};

bool is_hex(char c) { return text::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_atext(char c) { return text::is_alnum(c) || kAtextSigns.contains(c); }

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return text::is_alnum(c) || c == '-'; });
}

// A name that can receive mail from elsewhere: two labels or more, the last not a number.
bool is_full_domain(std::string_view domain) {
  if (domain.size() > kMaxDomain || !domain.contains('.')) return false;
  const std::string_view top = domain.substr(domain.rfind('.') + 1);
  if (std::ranges::all_of(top, text::is_digit)) return false;
  for (std::size_t start = 0; start <= domain.size();) {
    const std::size_t end = std::min(domain.find('.', start), domain.size());
    if (!is_label(domain.substr(start, end - start))) return false;
    start = end + 1;
  }
  return true;
}

// Dot-atom; `%xx` stands for any character (RFC 6068 §2).
bool is_local_part(std::string_view local) {
  return !local.empty() && local.size() <= 3 * kMaxLocal && local.front() != '.' && local.back() != '.' &&
         !local.contains("..") && std::ranges::all_of(local, [](char c) { return is_atext(c) || c == '.'; });
}

// Where `mailto:` begins, in any case, at or after `from`.
std::size_t find_mailto(std::string_view text, std::size_t from) {
  for (std::size_t colon = text.find(':', from); colon != kNone; colon = text.find(':', colon + 1)) {
    const std::size_t end = colon + 1;
    if (end >= from + kMailto.size() && text::iequals(text.substr(end - kMailto.size(), kMailto.size()), kMailto)) {
      return end - kMailto.size();
    }
  }
  return kNone;
}

/// Reads one list; `text_` is the whole record.
class ListReader {
 public:
  ListReader(std::string_view text, bool failure, std::vector<ReportUri>& out)
      : text_(text), failure_(failure), out_(out) {}

  void read(Span list) {
    const std::size_t first = out_.size();
    for (std::size_t start = list.start; start <= list.end && out_.size() < kMaxUris;) {
      const std::size_t end = start + std::min(at(span_of(start, list.end)).find(','), list.end - start);
      read_item(trimmed(start, end), end < list.end ? end : start == list.start ? end : start - 1);
      start = end + 1;
    }
    join_raw_commas(first);
  }

 private:
  [[nodiscard]] Span trimmed(std::size_t start, std::size_t end) const {
    while (start < end && text::is_space(text_[start])) ++start;
    while (start < end && text::is_space(text_[end - 1])) --end;
    return span_of(start, end);
  }
  [[nodiscard]] std::string_view at(Span span) const { return text_.substr(span.start, span.size()); }

  static void blame(ReportUri& uri, UriFault fault, Span span) {
    if (uri.fault != UriFault::none) return;
    uri.fault = fault;
    uri.fault_span = span;
  }

  // `comma` is the place of the comma that makes an empty item wrong.
  void read_item(Span item, std::size_t comma) {
    while (out_.size() < kMaxUris) {
      const Span gap = run_on_gap(item);
      ReportUri uri{.span = gap == Span{} ? item : span_of(item.start, gap.start), .failure = failure_};
      if (uri.span.empty()) blame(uri, UriFault::empty, span_of(comma, std::min(comma + 1, text_.size())));
      read_uri(uri);
      const bool last = gap == Span{};
      if (!last) {
        uri.fault = UriFault::run_on;
        uri.fault_span = gap;
      }
      out_.push_back(uri);
      if (last) return;
      item = span_of(gap.end, item.end);
    }
  }

  // How far into `body` the first white space at or after `from` is; the size of `body` when there is none.
  static std::size_t find_space(std::string_view body, std::size_t from) {
    while (from < body.size() && !text::is_space(body[from])) ++from;
    return from;
  }

  // What stands between the first address of an item and a second one glued to it; an empty Span{} if there is none.
  [[nodiscard]] Span run_on_gap(Span item) const {
    const std::string_view body = at(item);
    const std::size_t at_sign = body.find('@');
    if (at_sign == kNone) return {};
    if (const std::size_t next = find_mailto(body, at_sign); next != kNone) {
      std::size_t start = next;
      while (start > at_sign + 1 && !text::is_alnum(body[start - 1]) && body[start - 1] != '>') --start;
      return span_of(item.start + start, item.start + next);
    }
    const std::size_t space = find_space(body, at_sign);
    if (space >= body.size() || space == at_sign + 1 || body.find('@', space) == kNone) return {};
    std::size_t next = space;
    while (next < body.size() && text::is_space(body[next])) ++next;
    return body[next] == '@' ? Span{} : span_of(item.start + space, item.start + next);
  }

  void read_uri(ReportUri& uri) {
    const Span body = take_size_limit(uri);
    read_scheme(uri, body);
    if (uri.scheme.empty() || is_mailto(text_, uri) || uri.fault == UriFault::bad_scheme)
      return read_address(uri, body);
    check_characters(uri, body);
    const std::size_t mark = at(body).find('!');
    if (mark != kNone) blame(uri, UriFault::raw_exclamation, span_of(body.start + mark, body.start + mark + 1));
  }

  // obs-dmarc-report-size (RFC 9989 §4.8). What is left is the URI itself.
  [[nodiscard]] Span take_size_limit(ReportUri& uri) const {
    const std::string_view body = at(uri.span);
    const std::size_t mark = body.rfind('!');
    if (mark == kNone) return uri.span;
    constexpr std::string_view kUnits = "kmgt";
    std::size_t i = mark + 1;
    std::uint64_t bytes = 0;
    for (; i < body.size() && text::is_digit(body[i]); ++i) {
      bytes = std::min<std::uint64_t>(bytes * 10 + static_cast<std::uint64_t>(body[i] - '0'), 1ULL << 40U);
    }
    if (i == mark + 1) return uri.span;
    if (i < body.size()) {
      const std::size_t unit = kUnits.find(text::to_lower(body[i]));
      if (unit == kNone || i + 1 != body.size()) return uri.span;
      const std::size_t shift = 10 * (unit + 1);
      bytes = bytes > (std::numeric_limits<std::uint64_t>::max() >> shift) ? std::numeric_limits<std::uint64_t>::max()
                                                                           : bytes << shift;
    }
    uri.limit = SizeLimit{span_of(uri.span.start + mark, uri.span.end), bytes};
    return span_of(uri.span.start, uri.span.start + mark);
  }

  // scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986 §3.1)
  void read_scheme(ReportUri& uri, Span body) const {
    const std::string_view value = at(body);
    std::size_t end = 0;
    while (end < value.size() && (text::is_alnum(value[end]) || kSchemeSigns.contains(value[end]))) ++end;
    if (end == 0 || end >= value.size() || !text::is_alpha(value.front())) return;
    const std::string_view word = value.substr(0, end);
    const bool colon = value[end] == ':';
    if (colon && text::iequals(word, "mailto")) {
      uri.scheme = span_of(body.start, body.start + end);
      return;
    }
    const bool misspelt =
        text::edit_distance(word, "mailto", 2) <= 2 || text::iequals(word, "mail") || text::iequals(word, "email");
    if (!colon && !(misspelt && std::string_view("=;.").contains(value[end]))) return;
    uri.scheme = span_of(body.start, body.start + end);
    if (misspelt) blame(uri, UriFault::bad_scheme, span_of(body.start, body.start + end + 1));
  }

  void read_address(ReportUri& uri, Span body) {
    if (uri.span.empty()) return;
    if (find_placeholder(uri, body)) return;
    Span rest = body;
    if (!uri.scheme.empty()) rest.start = uri.scheme.end + 1;
    rest = peel(uri, rest);
    if (uri.scheme.empty()) blame(uri, UriFault::no_scheme, rest);
    const std::string_view whole = at(rest);
    const std::string_view address = whole.substr(0, whole.find('?'));
    const std::size_t at_sign = address.rfind('@');
    if (at_sign == kNone) {
      const bool bare = uri.fault == UriFault::no_scheme;
      if (bare) uri.fault = UriFault::none;
      blame(uri, UriFault::no_at, rest.empty() ? uri.span : rest);
      return;
    }
    uri.address = span_of(rest.start, rest.start + address.size());
    uri.host = span_of(rest.start + at_sign + 1, uri.address.end);
    check_spaces(uri);
    check_characters(uri, rest);
    check_local(uri, span_of(rest.start, rest.start + at_sign));
    if (!is_full_domain(at(uri.host))) blame(uri, UriFault::bad_domain, uri.host.empty() ? uri.address : uri.host);
  }

  // Takes off what people put around an address: slashes, a second scheme, brackets, quotes, white space.
  Span peel(ReportUri& uri, Span rest) const {
    while (!rest.empty()) {
      const std::string_view value = at(rest);
      const std::size_t slashes = std::min(value.find_first_not_of('/'), value.size());
      if (slashes > 0 && !uri.scheme.empty()) {
        blame(uri, UriFault::bad_scheme, span_of(rest.start, rest.start + slashes));
        rest.start += static_cast<std::uint32_t>(slashes);
      } else if (text::istarts_with(value, kMailto)) {
        blame(uri, UriFault::bad_scheme, span_of(rest.start, rest.start + kMailto.size()));
        rest.start += static_cast<std::uint32_t>(kMailto.size());
      } else if (text::is_space(value.front())) {
        const Span bare = trimmed(rest.start, rest.end);
        blame(uri, UriFault::space, span_of(rest.start, bare.start));
        rest = bare;
      } else if (std::string_view("<\"'(").contains(value.front())) {
        blame(uri, UriFault::brackets, span_of(rest.start, rest.start + 1));
        ++rest.start;
      } else if (std::string_view(">\"')").contains(value.back())) {
        blame(uri, UriFault::brackets, span_of(rest.end - 1, rest.end));
        --rest.end;
      } else {
        break;
      }
    }
    return rest;
  }

  // `<your address>`, `${rua}`, `{{rua}}`, `%RUA%`: an opening bracket with no address inside.
  bool find_placeholder(ReportUri& uri, Span body) const {
    const std::string_view value = at(body);
    const std::size_t open = value.find_first_of("<{[");
    if (open == kNone) return false;
    const std::size_t close = value.find_first_of(">}]", open);
    if (close == kNone || value.substr(open, close - open).contains('@')) return false;
    const std::size_t start = open > 0 && value[open - 1] == '$' ? open - 1 : open;
    const std::size_t end = std::min(value.find_first_not_of(">}]", close), value.size());
    blame(uri, UriFault::placeholder, span_of(body.start + start, body.start + end));
    return true;
  }

  void check_spaces(ReportUri& uri) const {
    const std::string_view address = at(uri.address);
    const std::size_t space = find_space(address, 0);
    if (space >= address.size()) return;
    std::size_t end = space;
    while (end < address.size() && text::is_space(address[end])) ++end;
    blame(uri, UriFault::space, span_of(uri.address.start + space, uri.address.start + end));
  }

  void check_characters(ReportUri& uri, Span part) const {
    for (std::size_t i = part.start; i < part.end; ++i) {
      if (text_[i] == '%' && (i + 2 >= part.end || !is_hex(text_[i + 1]) || !is_hex(text_[i + 2]))) {
        return blame(uri, UriFault::bad_percent, span_of(i, i + 1));
      }
      if (text::is_vchar(text_[i]) && !kNotInUri.contains(text_[i])) continue;
      std::size_t end = i + 1;
      while (end < part.end && !text::is_ascii(text_[i]) && !text::is_ascii(text_[end])) ++end;
      return blame(uri, UriFault::bad_character, span_of(i, end));
    }
  }

  void check_local(ReportUri& uri, Span local) const {
    const std::string_view value = at(local);
    const std::size_t mark = value.find('!');
    if (mark != kNone) blame(uri, UriFault::raw_exclamation, span_of(local.start + mark, local.start + mark + 1));
    if (!is_local_part(value)) blame(uri, UriFault::bad_local, local.empty() ? uri.address : local);
  }

  // `mailto:a,b@example.com` is cut at its comma: the first half has no `@`, the second no scheme.
  void join_raw_commas(std::size_t first) {
    for (std::size_t i = first; i + 1 < out_.size(); ++i) {
      ReportUri& left = out_[i];
      const ReportUri& right = out_[i + 1];
      const bool cut_local = left.fault == UriFault::no_at && is_mailto(text_, left) &&
                             right.fault == UriFault::no_scheme && !right.address.empty();
      const bool cut_query =
          left.usable() && at(left.span).contains('?') && right.fault == UriFault::no_at && right.scheme.empty();
      if (!cut_local && !cut_query) continue;
      left.fault = UriFault::raw_comma;
      left.fault_span = span_of(left.span.end, right.span.start);
      left.address = span_of(left.scheme.end + 1, (cut_local ? right.address : right.span).end);
      if (cut_local) left.host = right.host;
      left.span.end = right.span.end;
      out_.erase(out_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
  }

  std::string_view text_;
  bool failure_;
  std::vector<ReportUri>& out_;
};

}  // namespace

void read_uri_list(std::string_view text, Span list, bool failure, std::vector<ReportUri>& out) {
  ListReader(text, failure, out).read(list);
}

bool is_mailto(std::string_view text, const ReportUri& uri) noexcept {
  return text::iequals(text.substr(uri.scheme.start, uri.scheme.size()), "mailto");
}

}  // namespace envelint::dmarc
