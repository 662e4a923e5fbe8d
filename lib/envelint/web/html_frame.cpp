#include <envelint/web/html_frame.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace envelint::web {
namespace {

using std::string_view;

struct Element {
  string_view name;
  string_view inert;
};
/// `basefont` has no content, may stand in a head, and does nothing in browsers of today; `noframes` is never shown, and
/// what is in it is no markup, as in a script and in an iframe. What has content that people are meant to see instead
/// becomes an element that no browser knows.
constexpr auto kElements = std::to_array<Element>({
    {"applet", "x-applet"},
    {"base", "basefont"},
    {"embed", "basefont"},
    {"fencedframe", "x-fencedframe"},
    {"frame", "basefont"},
    {"frameset", "x-frameset"},
    {"iframe", "noframes"},
    {"link", "basefont"},
    {"meta", "basefont"},
    {"object", "x-object"},
    {"portal", "x-portal"},
    {"script", "noframes"},
});
static_assert(std::ranges::is_sorted(kElements, {}, &Element::name));
constexpr std::size_t kMaxName = 16;

/// Longer references are not looked at, and no more are replaced: a path is far longer than the shortest of them.
constexpr std::size_t kMaxReference = 250;
constexpr std::size_t kMaxReplaced = 10'000;
constexpr string_view kCid = "cid:";
/// What may stand before a reference, in an attribute or a style, and what ends it.
constexpr text::CharSet kBefore(" \t\r\n\f\"'=(,");
constexpr text::CharSet kBehind(" \t\r\n\f\"'<>()\\,;");

int hex_digit(char c) {
  if (text::is_digit(c)) return c - '0';
  const char lower = text::to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// RFC 3986 §2.1. A `%` with no two digits behind it stays.
std::string percent_decoded(string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    if (low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

/// From Content-ID to the place of the part; of several with one Content-ID the first counts.
using Places = std::map<std::string, std::string, std::less<>>;

void collect(const mime::Part& part, Places& out) {
  if (!part.content_id.empty()) out.emplace(part.content_id, part.id);
  for (const mime::Part& child : part.children) collect(child, out);
}

class Frame {
 public:
  Frame(string_view html, const mime::Structure& structure, std::uint64_t message)
      : html_(html), parts_("/api/v1/messages/" + std::to_string(message) + "/parts/") {
    collect(structure.root, places_);
  }

  std::string make() {
    out_.reserve(html_.size() + html_.size() / 16);
    while (at_ < html_.size()) {
      const char c = html_[at_];
      const bool replaced = c == '<' ? element() : (c == 'c' || c == 'C') && reference();
      if (replaced) continue;
      out_ += c;
      ++at_;
    }
    return std::move(out_);
  }

 private:
  /// A tag that opens or closes one of the elements, wherever it stands: in a comment or a text it does no harm.
  bool element() {
    const std::size_t start = at_ + (html_.substr(at_ + 1).starts_with('/') ? 2 : 1);
    std::size_t end = start;
    while (end < html_.size() && end - start <= kMaxName && text::is_alpha(html_[end])) ++end;
    // Only white space, a slash and a bracket end a name. What else stands behind these letters makes it the name of
    // another element, which is then renamed for nothing.
    const std::string name = text::lower(html_.substr(start, end - start));
    const auto known = std::ranges::lower_bound(kElements, string_view(name), {}, &Element::name);
    if (known == kElements.end() || known->name != name) return false;
    out_ += html_.substr(at_, start - at_);
    out_ += known->inert;
    at_ = end;
    return true;
  }

  bool reference() {
    if (replaced_ == kMaxReplaced || !text::istarts_with(html_.substr(at_), kCid)) return false;
    if (at_ > 0 && !kBefore.contains(html_[at_ - 1])) return false;
    const string_view rest = html_.substr(at_ + kCid.size(), kMaxReference);
    const auto behind = std::ranges::find_if(rest, [](char c) { return kBehind.contains(c); });
    const string_view id(rest.begin(), behind);
    const auto place = places_.find(percent_decoded(id));
    if (place == places_.end()) return false;
    ++replaced_;
    out_ += parts_;
    out_ += place->second;
    at_ += kCid.size() + id.size();
    return true;
  }

  string_view html_;
  std::string parts_;
  Places places_;
  std::size_t at_ = 0;
  std::size_t replaced_ = 0;
  std::string out_;
};

}  // namespace

std::string frame_document(string_view html, const mime::Structure& structure, std::uint64_t message) {
  return Frame(html, structure, message).make();
}

string_view frame_policy(bool remote) noexcept {
  if (remote) {
    return "default-src 'none'; style-src 'unsafe-inline' http: https:; img-src 'self' data: http: https:; "
           "font-src data: http: https:; media-src data: http: https:; base-uri 'none'; form-action 'none'; sandbox";
  }
  return "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
         "sandbox";
}

}  // namespace envelint::web
