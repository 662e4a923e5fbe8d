#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The MIME of a stored message (RFC 2045, RFC 2046, RFC 2183, RFC 2231), for showing it to a person: texts are decoded,
/// and what is broken is read as mail programs read it. Nothing here is for verifying, which is of octets as they came.
///
/// Unlike in `mail/`, a bare LF ends a line, as it does wherever mail is shown. All functions take any octets, never throw
/// but for memory, are bounded in time and memory, and may be called by several threads at once.
namespace envelint::mime {

/// What is beyond these is not looked at.
inline constexpr std::size_t kMaxParts = 1000;
inline constexpr std::size_t kMaxDepth = 32;

/// A part of a message. Texts are UTF-8, and but for `id`, `type` and `encoding` they are of others: whoever shows them
/// makes hidden characters visible.
struct Part {
  std::string id;           ///< its place in the tree: `1` is the message, `1.2` the second part in it
  std::string type;         ///< in lower case, of letters, digits and the few other characters that types have
  std::string charset;      ///< as written; empty where there is none
  std::string encoding;     ///< Content-Transfer-Encoding in lower case, safe as `type` is; empty where there is none
  std::string disposition;  ///< in lower case; empty where there is none
  std::string filename;     ///< decoded; empty where there is none
  std::string content_id;   ///< without its angle brackets; empty where there is none
  std::uint64_t size = 0;   ///< in octets, decoded; of what has parts of its own as it stands
  bool attachment = false;  ///< whether mail programs show it as a file, rather than as text or as a picture in it
  std::vector<Part> children;
};

struct Structure {
  Part root;
  bool cut = false;  ///< there is more: too many parts, too deep, or too laborious to find
};

[[nodiscard]] Structure structure(std::string_view raw);

/// How many attachments there are. A message that is attached is one, whatever is in it.
[[nodiscard]] std::size_t attachments(const Structure& structure);

}  // namespace envelint::mime
