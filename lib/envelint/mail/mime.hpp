#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The parts of a MIME body and its transfer encodings, as far as diagnosis needs them (RFC 2045, RFC 2046 §5.1).
namespace envelint::mail {

/// A line that separates parts. Offsets are into the body.
struct Boundary {
  std::size_t start;  ///< of the line
  std::size_t end;    ///< behind its CRLF
  std::size_t name;   ///< which boundary: equal for lines of one multipart
  bool closing;       ///< `--name--`
};

/// A part with its own header. Offsets are into the body.
struct Part {
  std::size_t head;          ///< where its header begins
  std::size_t content;       ///< where its content begins, behind the empty line
  std::size_t end;           ///< where the next boundary line begins
  std::size_t encoding = 0;  ///< where the value of Content-Transfer-Encoding begins; 0 where there is none
  std::size_t encoding_size = 0;
  std::string content_type;  ///< unfolded value; may be empty
};

struct Parts {
  std::vector<Boundary> boundaries;
  std::vector<Part> parts;
};

/// What is beyond these is not looked at.
inline constexpr std::size_t kMaxBoundaryNames = 16;
inline constexpr std::size_t kMaxBoundaryLines = 1000;

/// Finds the boundary lines of a body, those of nested multiparts too. Linear in the size of the body.
/// @param content_type  the value of the message's Content-Type field, folds included.
[[nodiscard]] Parts find_parts(std::string_view body, std::string_view content_type);

/// The value of a parameter (`charset`), without quotes; empty where there is none.
[[nodiscard]] std::string parameter(std::string_view field_value, std::string_view name);

/// Decodes quoted-printable (RFC 2045 §6.7) leniently: what is no escape stays as it is.
[[nodiscard]] std::string decode_quoted_printable(std::string_view text);
/// Encodes lines that end in CRLF as quoted-printable, the usual way: capitals, and at most 76 columns.
[[nodiscard]] std::string encode_quoted_printable(std::string_view text);
/// Base64 in lines of this many characters, each with its CRLF.
[[nodiscard]] std::string encode_base64_lines(std::string_view text, std::size_t columns);

}  // namespace envelint::mail
