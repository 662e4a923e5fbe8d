#include <envelint/mime/content.hpp>

#include <envelint/mime/decode.hpp>
#include <envelint/mime/html_text.hpp>
#include <envelint/mime/tree.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace envelint::mime {
namespace {

/// HTML is far longer than its text; this much of it is read for little text, too.
constexpr std::size_t kLeastHtml = std::size_t{1} << 20;

/// The part at a place in the tree, or nullptr.
const Node* find(const Node& root, std::string_view id) {
  if (!id.starts_with('1')) return nullptr;
  id.remove_prefix(1);
  const Node* node = &root;
  while (!id.empty()) {
    if (!id.starts_with('.')) return nullptr;
    std::size_t number = 0;
    const auto [end, fault] = std::from_chars(id.data() + 1, id.data() + id.size(), number);
    if (fault != std::errc() || id[1] == '0' || number > node->children.size()) return nullptr;
    node = &node->children[number - 1];
    id.remove_prefix(static_cast<std::size_t>(end - id.data()));
  }
  return node;
}

bool is_html(const Node& node) { return node.type == "text/html"; }
bool is_text(const Node& node) { return node.type.starts_with("text/") || node.type == "message/delivery-status"; }
bool is_blank(std::string_view text) { return text::trim(text).empty(); }

std::string source(const Node& node, std::size_t most) {
  // A character of UTF-8 is made of at most four octets of any charset.
  return to_utf8(decode(node.body, node.encoding, most > SIZE_MAX / 4 ? SIZE_MAX : most * 4), node.charset, most);
}

/// The text of one part as a person reads it.
std::string text_in(const Node& node, std::size_t most) {
  if (!is_html(node)) return source(node, most);
  return html_text(source(node, std::max(most > SIZE_MAX / 4 ? SIZE_MAX : most * 4, kLeastHtml)), most);
}

/// The part of a multipart/related that the others belong to (RFC 2387 §3.2), or nullptr.
const Node* main_part(const Node& related) {
  if (related.children.empty()) return nullptr;
  const auto named = std::ranges::find(related.children, related.start, &Node::content_id);
  return related.start.empty() || named == related.children.end() ? &related.children.front() : &*named;
}

/// A text behind what is there, on a line of its own.
void append_line(std::string_view line, std::size_t most, std::string& out) {
  if (line.empty() || out.size() >= most) return;
  if (!out.empty() && !out.ends_with('\n')) out += '\n';  // there is room
  out += to_utf8(line, "utf-8", most - out.size());
}

std::string shown_text(const Node& node, std::size_t most);

/// RFC 2046 §5.1.4: the last is the best, but a plain text is what is asked for.
std::string best_alternative(const Node& node, std::size_t most) {
  for (const Node& child : node.children) {
    if (child.type != "text/plain" || child.attachment) continue;
    std::string text = text_in(child, most);
    if (!is_blank(text)) return text;
  }
  for (std::size_t i = node.children.size(); i-- > 0;) {
    std::string text = shown_text(node.children[i], most);
    if (!is_blank(text)) return text;
  }
  return {};
}

std::string shown_text(const Node& node, std::size_t most) {
  if (node.type == "multipart/alternative") return best_alternative(node, most);
  if (node.type == "multipart/related") {
    const Node* const child = main_part(node);
    return child == nullptr ? std::string() : shown_text(*child, most);
  }
  if (!node.is_multipart()) return is_text(node) && !node.attachment ? text_in(node, most) : std::string();
  std::string out;
  for (const Node& child : node.children) {
    if (out.size() >= most) break;
    append_line(shown_text(child, most - out.size()), most, out);
  }
  return out;
}

const Node* shown_html(const Node& node) {
  if (!node.is_multipart()) return is_html(node) && !node.attachment ? &node : nullptr;
  if (node.type == "multipart/related") {
    const Node* const child = main_part(node);
    return child == nullptr ? nullptr : shown_html(*child);
  }
  const Node* found = nullptr;
  for (const Node& child : node.children) {
    if (const Node* const html = shown_html(child)) found = html;
    if (found != nullptr && node.type != "multipart/alternative") break;
  }
  return found;
}

void append_searchable(const Node& node, std::size_t most, std::string& out) {
  if (out.size() >= most) return;
  append_line(node.filename, most, out);
  if (is_text(node)) append_line(text_in(node, most), most, out);
  for (const Node& child : node.children) append_searchable(child, most, out);
}

std::size_t count_attachments(const Node& node) {
  if (node.attachment) return 1;
  if (!node.is_multipart()) return 0;
  std::size_t count = 0;
  for (const Node& child : node.children) count += count_attachments(child);
  return count;
}

}  // namespace

std::optional<Content> content(std::string_view raw, std::string_view id, std::size_t most) {
  const Tree tree = read_tree(raw);
  const Node* const node = find(tree.root, id);
  if (node == nullptr) return std::nullopt;
  Content out;
  const std::size_t one_more = most == SIZE_MAX ? most : most + 1;
  out.octets = node->children.empty() ? decode(node->body, node->encoding, one_more)
                                      : std::string(node->body.substr(0, one_more));
  out.cut = out.octets.size() > most;
  if (out.cut) out.octets.resize(most);
  out.type = node->type;
  out.charset = node->charset;
  out.filename = node->filename;
  return out;
}

std::string text_body(std::string_view raw, std::size_t most) { return shown_text(read_tree(raw).root, most); }

std::optional<std::string> html_body(std::string_view raw, std::size_t most) {
  const Tree tree = read_tree(raw);
  const Node* const html = shown_html(tree.root);
  if (html == nullptr) return std::nullopt;
  return source(*html, most);
}

bool has_text(std::string_view raw) {
  // A text may begin with empty lines; one that has nothing else for so long is none.
  constexpr std::size_t kEnough = 4096;
  return !is_blank(text_body(raw, kEnough));
}

bool has_html(std::string_view raw) { return shown_html(read_tree(raw).root) != nullptr; }

std::string searchable_text(std::string_view raw, std::size_t most) { return digest(raw, most).searchable; }

Digest digest(std::string_view raw, std::size_t most) {
  const Tree tree = read_tree(raw);
  Digest out;
  append_searchable(tree.root, most, out.searchable);
  out.attachments = count_attachments(tree.root);
  return out;
}

}  // namespace envelint::mime
