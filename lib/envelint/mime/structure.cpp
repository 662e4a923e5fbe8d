#include <envelint/mime/structure.hpp>

#include <envelint/mime/decode.hpp>
#include <envelint/mime/tree.hpp>

#include <utility>

namespace envelint::mime {
namespace {

Part part_of(Node&& node, std::string id) {
  Part out;
  out.size = node.children.empty() ? decoded_size(node.body, node.encoding) : node.body.size();
  out.type = std::move(node.type);
  out.charset = std::move(node.charset);
  out.encoding = std::move(node.encoding);
  out.disposition = std::move(node.disposition);
  out.filename = std::move(node.filename);
  out.content_id = std::move(node.content_id);
  out.attachment = node.attachment;
  for (Node& child : node.children) {
    out.children.push_back(part_of(std::move(child), id + '.' + std::to_string(out.children.size() + 1)));
  }
  out.id = std::move(id);
  return out;
}

std::size_t attachments_in(const Part& part) {
  if (part.attachment) return 1;
  if (!part.type.starts_with("multipart/")) return 0;
  std::size_t count = 0;
  for (const Part& child : part.children) count += attachments_in(child);
  return count;
}

}  // namespace

Structure structure(std::string_view raw) {
  Tree tree = read_tree(raw);
  return {part_of(std::move(tree.root), "1"), tree.cut};
}

std::size_t attachments(const Structure& structure) { return attachments_in(structure.root); }

}  // namespace envelint::mime
