#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::mime {

/// A part as it stands in the message; see Part for the texts.
struct Node {
  std::string type = "text/plain";  // RFC 2045 §5.2
  std::string charset;
  std::string encoding;
  std::string disposition;
  std::string filename;
  std::string content_id;
  std::string start;      ///< of multipart/related: the Content-ID of the part to show (RFC 2387 §3.2)
  std::string boundary;   ///< of a multipart
  std::string_view body;  ///< behind the empty line, as it stands
  bool attachment = false;
  std::vector<Node> children;

  [[nodiscard]] bool is_multipart() const noexcept { return type.starts_with("multipart/"); }
};

struct Tree {
  Node root;
  bool cut = false;
};

/// Finds the parts of a message. Views are into `raw`.
[[nodiscard]] Tree read_tree(std::string_view raw);

}  // namespace envelint::mime
