#include <envelint/web/html_frame.hpp>

#include <envelint/mime/decode.hpp>
#include <envelint/mime/tree.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/base64.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>

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

/// Longer references are not looked at.
constexpr std::size_t kMaxReference = 250;
/// Octets of a picture, and of all that stand in a document, the same one each time that it does.
constexpr std::size_t kMaxPicture = std::size_t{4} << 20;
constexpr std::size_t kMaxPictures = std::size_t{16} << 20;
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

/// Told by its first octets: what a message calls it is of others, and an SVG is a document that can hold more.
string_view picture_type(string_view octets) {
  if (octets.starts_with("\x89PNG\r\n\x1A\n")) return "image/png";
  if (octets.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
  if (octets.starts_with("GIF87a") || octets.starts_with("GIF89a")) return "image/gif";
  if (octets.starts_with("RIFF") && octets.size() >= 12 && octets.substr(8, 4) == "WEBP") return "image/webp";
  return {};
}

/// The pictures of a message by their Content-ID; of several with the same one the first counts.
class Pictures {
 public:
  explicit Pictures(string_view raw) : tree_(mime::read_tree(raw)) { collect(tree_.root); }
  Pictures(const Pictures&) = delete;
  Pictures& operator=(const Pictures&) = delete;

  /// `data:image/png;base64,…`; empty where there is no such picture, or it is too large.
  const std::string& url(string_view id) {
    const auto found = parts_.find(id);
    if (found == parts_.end()) return none_;
    Picture& picture = found->second;
    if (!picture.url) picture.url = url_of(*picture.part);
    return *picture.url;
  }

 private:
  struct Picture {
    const mime::Node* part;
    std::optional<std::string> url;
  };

  void collect(const mime::Node& node) {
    if (!node.content_id.empty() && node.children.empty()) parts_.emplace(node.content_id, Picture{&node, {}});
    for (const mime::Node& child : node.children) collect(child);
  }

  static std::string url_of(const mime::Node& part) {
    const std::string octets = mime::decode(part.body, part.encoding, kMaxPicture + 1);
    const string_view type = picture_type(octets);
    if (type.empty() || octets.size() > kMaxPicture) return {};
    std::string out = "data:";
    out += type;
    out += ";base64,";
    return out + text::base64_encode(std::span(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()));
  }

  mime::Tree tree_;
  std::map<std::string, Picture, std::less<>> parts_;
  std::string none_;
};

class Frame {
 public:
  Frame(string_view html, string_view raw) : html_(html), pictures_(raw) {}

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
    if (!text::istarts_with(html_.substr(at_), kCid)) return false;
    if (at_ > 0 && !kBefore.contains(html_[at_ - 1])) return false;
    const string_view rest = html_.substr(at_ + kCid.size(), kMaxReference);
    const auto behind = std::ranges::find_if(rest, [](char c) { return kBehind.contains(c); });
    const string_view id(rest.begin(), behind);
    const std::string& url = pictures_.url(percent_decoded(id));
    if (url.empty() || url.size() > kMaxPictures - pictured_) return false;
    pictured_ += url.size();
    out_ += url;
    at_ += kCid.size() + id.size();
    return true;
  }

  string_view html_;
  Pictures pictures_;
  std::size_t at_ = 0;
  std::size_t pictured_ = 0;  // octets
  std::string out_;
};

}  // namespace

std::string frame_document(string_view html, string_view raw) { return Frame(html, raw).make(); }

string_view frame_policy(bool remote) noexcept {
  if (remote) {
    return "default-src 'none'; style-src 'unsafe-inline' http: https:; img-src data: http: https:; "
           "font-src data: http: https:; media-src data: http: https:; base-uri 'none'; form-action 'none'; "
           "frame-ancestors 'self'; sandbox";
  }
  return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'self'; sandbox";
}

}  // namespace envelint::web
