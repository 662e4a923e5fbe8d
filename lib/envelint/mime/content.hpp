#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What the parts of a message hold, decoded for showing; see `structure.hpp`.
namespace envelint::mime {

/// One part, decoded from its transfer encoding.
struct Content {
  std::string octets;    ///< of others, in `charset` where it is text
  std::string type;      ///< as in Part
  std::string charset;   ///< as in Part
  std::string filename;  ///< as in Part
  bool cut = false;      ///< there is more than was asked for
};

/// @param id    of a Part of this message.
/// @param most  octets.
/// @return nothing where there is no such part. What has parts of its own comes as it stands.
[[nodiscard]] std::optional<Content> content(std::string_view raw, std::string_view id, std::size_t most);

/// The text a person reads: of alternatives the plain one, of HTML the text in it where there is no other. Empty where
/// there is none.
/// @return at most `most` octets of UTF-8; what the charset does not know is U+FFFD.
[[nodiscard]] std::string text_body(std::string_view raw, std::size_t most);

/// The HTML that a mail program would show, as it stands in the message, as UTF-8. It is hostile.
/// @return nothing where there is none.
[[nodiscard]] std::optional<std::string> html_body(std::string_view raw, std::size_t most);

/// Whether these find something to show.
[[nodiscard]] bool has_text(std::string_view raw);
[[nodiscard]] bool has_html(std::string_view raw);

/// All texts of a message, those in attached messages too, and the names of attachments; without its header.
[[nodiscard]] std::string searchable_text(std::string_view raw, std::size_t most);

/// What is kept of each message that arrives.
struct Digest {
  std::string searchable;       ///< as searchable_text
  std::size_t attachments = 0;  ///< as attachments
};
[[nodiscard]] Digest digest(std::string_view raw, std::size_t most);

}  // namespace envelint::mime
