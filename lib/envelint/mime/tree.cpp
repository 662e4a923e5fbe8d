#include <envelint/mime/tree.hpp>

#include <envelint/mime/decode.hpp>
#include <envelint/mime/gmime.hpp>
#include <envelint/mime/structure.hpp>
#include <envelint/text/ascii.hpp>

#include <string.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace envelint::mime {
namespace {

/// Octets of one field that are read, and of all fields of a message: one costs up to half a microsecond an octet.
constexpr std::size_t kMaxField = 4096;
constexpr std::size_t kMaxFields = std::size_t{256} << 10;
/// Octets in which delimiters are looked for: each level of nesting reads the same ones again.
constexpr std::size_t kMaxScanned = std::size_t{256} << 20;
/// RFC 2046 §5.1.1 allows 70.
constexpr std::size_t kMaxBoundary = 250;
constexpr std::size_t kMaxWord = 100;
constexpr std::size_t kMaxFilename = 1000;

constexpr text::CharSet kSafe("abcdefghijklmnopqrstuvwxyz0123456789!#$&^_.+-/");

bool is_safe(std::string_view word) {
  return !word.empty() && word.size() <= kMaxWord &&
         std::ranges::all_of(word, [](char c) { return kSafe.contains(c); });
}

/// The fields that say what a part is; each the first of its name, as it stands.
struct Head {
  std::string_view type;
  std::string_view encoding;
  std::string_view disposition;
  std::string_view content_id;
  std::string_view body;

  std::string_view* field(std::string_view name) {
    if (text::iequals(name, "content-type")) return &type;
    if (text::iequals(name, "content-transfer-encoding")) return &encoding;
    if (text::iequals(name, "content-disposition")) return &disposition;
    if (text::iequals(name, "content-id")) return &content_id;
    return nullptr;
  }
};

/// Where the line that begins at `start` ends: behind its LF.
std::size_t line_end(std::string_view text, std::size_t start) {
  const std::size_t at = text.find('\n', start);
  return at == std::string_view::npos ? text.size() : at + 1;
}

bool is_empty_line(std::string_view line) { return line == "\r\n" || line == "\n"; }

Head split(std::string_view text) {
  Head out;
  std::string_view* value = nullptr;  // of the field that may go on
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = line_end(text, start);
    const std::string_view line = text.substr(start, end - start);
    start = end;
    if (is_empty_line(line)) {
      out.body = text.substr(end);
      break;
    }
    if (text::is_wsp(line.front())) {
      if (value != nullptr) *value = std::string_view(value->data(), text.data() + end);
      continue;
    }
    value = nullptr;
    if (text::to_lower(line.front()) != 'c') continue;  // none that is looked for; few fields come further
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view* const known = out.field(text::trim(line.substr(0, colon)));
    if (known == nullptr || known->data() != nullptr) continue;
    value = known;
    *value = line.substr(colon + 1);
  }
  return out;
}

/// A multipart's delimiter line (RFC 2046 §5.1.1).
struct Delimiter {
  std::size_t start;
  std::size_t end;  ///< behind its line end
  bool closing;
};

class Delimiters {
 public:
  Delimiters(std::string_view body, std::string_view boundary) : body_(body) {
    needle_ = "\n--";
    needle_ += boundary;
  }

  /// The next one that begins at or behind `from`, which is the beginning of a line.
  std::optional<Delimiter> next(std::size_t from) const {
    const std::string_view first = std::string_view(needle_).substr(1);
    std::size_t at = from;
    if (!body_.substr(at).starts_with(first)) at = find(at);
    for (; at < body_.size(); at = find(at + 1)) {
      if (const auto found = read(at, at + first.size())) return found;
    }
    return std::nullopt;
  }

 private:
  /// Where the next line begins with the boundary, not before `from`; the end of the body where none does.
  std::size_t find(std::size_t from) const {
    if (from > 0) --from;  // the line end before it
    if (from >= body_.size()) return body_.size();
    const void* const at = memmem(body_.data() + from, body_.size() - from, needle_.data(), needle_.size());
    return at == nullptr ? body_.size() : static_cast<std::size_t>(static_cast<const char*>(at) - body_.data()) + 1;
  }

  std::optional<Delimiter> read(std::size_t start, std::size_t behind) const {
    const std::size_t end = line_end(body_, start);
    const std::string_view rest = text::trim(body_.substr(behind, end - behind));
    if (rest.empty()) return Delimiter{start, end, false};
    if (rest == "--") return Delimiter{start, end, true};
    return std::nullopt;
  }

  std::string_view body_;
  std::string needle_;
};

/// The line end before a delimiter belongs to it.
std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string text_of(const char* text, std::size_t most) {
  return text == nullptr ? std::string() : to_utf8(text, "utf-8", most);
}

class TreeReader {
 public:
  TreeReader() { begin_gmime(); }

  Tree read(std::string_view raw) {
    Tree out;
    out.root = part(raw, nullptr, 1);
    out.cut = cut_;
    return out;
  }

 private:
  Node part(std::string_view text, const Node* parent, std::size_t depth) {
    ++parts_;
    Node out;
    if (parent != nullptr && parent->type == "multipart/digest") out.type = "message/rfc822";  // RFC 2046 §5.1.5
    const Head head = split(text);
    out.body = head.body;
    read_type(head.type, out);
    read_disposition(head.disposition, out);
    read_encoding(head.encoding, out);
    out.content_id = id_of(head.content_id);
    out.attachment = is_attachment(out, parent);
    add_children(out, depth);
    return out;
  }

  /// A field unfolded and without NUL, for a library that takes C strings. Empty where all fields together are too long.
  std::string field(std::string_view value) {
    value = text::trim(value);
    if (value.size() > kMaxField) value = value.substr(0, kMaxField);
    if (value.size() > kMaxFields - field_octets_) {
      cut_ = true;
      return {};
    }
    field_octets_ += value.size();
    std::string out(value);
    std::erase_if(out, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    return out;
  }

  void read_type(std::string_view value, Node& out) {
    const std::string text = field(value);
    if (text.empty()) return;
    const ObjectPtr<GMimeContentType> type(g_mime_content_type_parse(nullptr, text.c_str()));
    std::string name = text::lower(g_mime_content_type_get_media_type(type.get()));
    name += '/';
    name += text::lower(g_mime_content_type_get_media_subtype(type.get()));
    // RFC 2045 §5.2: what cannot be read is as if it were not there. The library calls it octets.
    if (!is_safe(name) || !text::istarts_with(text, name.substr(0, name.find('/')))) return;
    out.type = std::move(name);
    const auto parameter = [&](const char* which, std::size_t most) {
      return text_of(g_mime_content_type_get_parameter(type.get(), which), most);
    };
    out.charset = parameter("charset", kMaxWord);
    out.filename = parameter("name", kMaxFilename);
    out.start = id_of(parameter("start", kMaxWord));
    if (out.is_multipart()) out.boundary = text::trim(parameter("boundary", kMaxBoundary + 1));
  }

  void read_disposition(std::string_view value, Node& out) {
    const std::string text = field(value);
    if (text.empty()) return;
    const ObjectPtr<GMimeContentDisposition> read(g_mime_content_disposition_parse(nullptr, text.c_str()));
    if (!read) return;
    out.disposition = text::lower(text_of(g_mime_content_disposition_get_disposition(read.get()), kMaxWord));
    std::string name = text_of(g_mime_content_disposition_get_parameter(read.get(), "filename"), kMaxFilename);
    if (!name.empty()) out.filename = std::move(name);
  }

  void read_encoding(std::string_view value, Node& out) {
    const std::string text = text::lower(field(value));
    std::string word = text.substr(0, text.find_first_of(" \t;("));
    if (is_safe(word)) out.encoding = std::move(word);
  }

  std::string id_of(std::string_view value) {
    const std::string text = field(value);
    std::string_view id = text::trim(text);
    if (id.starts_with('<')) id.remove_prefix(1);
    if (id.ends_with('>')) id.remove_suffix(1);
    return to_utf8(id, "utf-8", kMaxFilename);
  }

  static bool is_attachment(const Node& node, const Node* parent) {
    if (node.is_multipart()) return false;
    if (node.disposition == "attachment") return true;
    const std::string_view around = parent == nullptr ? std::string_view() : std::string_view(parent->type);
    if (around == "multipart/report") return false;
    if (around == "multipart/related" && !node.content_id.empty()) return false;
    if (around == "multipart/signed" && node.type.ends_with("-signature")) return false;
    return !node.filename.empty() || !node.type.starts_with("text/");
  }

  void add_children(Node& node, std::size_t depth) {
    const bool is_message = node.type == "message/rfc822" || node.type == "message/global";
    if (!is_message && !node.is_multipart()) return;
    if (depth == kMaxDepth || node.body.size() > kMaxScanned - scanned_) {
      cut_ = true;
      return;
    }
    scanned_ += node.body.size();
    if (is_message) return add_message(node, depth);
    if (!node.boundary.empty() && node.boundary.size() <= kMaxBoundary) add_parts(node, depth);
  }

  void add_message(Node& node, std::size_t depth) {
    // RFC 2046 §5.2.1: it is not encoded. One that is all the same is a file like any other.
    if (node.encoding == "base64" || node.encoding == "quoted-printable") return;
    if (may_have_more()) node.children.push_back(part(node.body, &node, depth + 1));
  }

  void add_parts(Node& node, std::size_t depth) {
    const Delimiters delimiters(node.body, node.boundary);
    std::optional<Delimiter> begin = delimiters.next(0);
    while (begin && !begin->closing) {
      const std::optional<Delimiter> end = delimiters.next(begin->end);
      const std::size_t stop = end ? end->start : node.body.size();
      std::string_view text = node.body.substr(begin->end, stop - begin->end);
      if (end) text = without_line_end(text);
      if (!may_have_more()) return;
      node.children.push_back(part(text, &node, depth + 1));
      begin = end;
    }
  }

  bool may_have_more() {
    if (parts_ == kMaxParts) cut_ = true;
    return parts_ < kMaxParts;
  }

  std::size_t parts_ = 0;
  std::size_t scanned_ = 0;
  std::size_t field_octets_ = 0;
  bool cut_ = false;
};

}  // namespace

Tree read_tree(std::string_view raw) { return TreeReader().read(raw); }

}  // namespace envelint::mime
