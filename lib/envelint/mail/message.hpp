#pragma once

#include <envelint/text/span.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Messages as they travel: octets, with the places of header fields and body in them (RFC 5322 §2).
namespace envelint::mail {

/// What is odd about a message. Nothing of it stops the splitting.
struct Oddity {
  enum class Kind : std::uint8_t {
    mbox_from,           ///< a line `From …` of an mbox file stands before the header; it is no part of the header
    leading_blank,       ///< the first line begins with white space, so there is no field that it could continue
    no_colon,            ///< a line of the header has no colon: it is kept as a field without a name
    bad_name,            ///< a field name holds something other than printable ASCII, or is empty (RFC 5322 §2.2)
    blank_before_colon,  ///< white space between the name and the colon (RFC 5322 §4.5)
    long_line,           ///< a line of the header has more than 998 octets (RFC 5322 §2.1.1)
    bare_cr,             ///< CR without LF behind it
    bare_lf,             ///< LF without CR before it: it ends no line
    nul,                 ///< an octet 0
    no_header_end,       ///< the message ends before the empty line that ends the header: there is no body
    header_too_long,     ///< more than kMaxHeader octets or kMaxFields fields; what follows is not looked at
    more,                ///< there are more oddities; the list ends here
  };
  Kind kind;
  std::size_t offset;  ///< in the message, in octets
};

/// A few words for a person: `a bare LF`.
[[nodiscard]] std::string_view to_string(Oddity::Kind kind) noexcept;

/// One header field. All spans are offsets into the message.
struct Field {
  text::Span name;         ///< as written, without white space before the colon; empty for a line without a colon
  text::Span value;        ///< all between the colon and the CRLF that ends the field, folds included
  text::Span whole;        ///< from the name to the final CRLF, itself included where it is there
  std::uint32_t hash = 0;  ///< of the name without its case, to find fields fast
};

/// No message has an honest header of this size; what is longer is cut, see Oddity::Kind::header_too_long.
inline constexpr std::size_t kMaxHeader = std::size_t{16} << 20;
inline constexpr std::size_t kMaxFields = 100'000;
/// How many oddities are kept.
inline constexpr std::size_t kMaxOddities = 100;
/// RFC 5322 §2.1.1, without the CRLF.
inline constexpr std::size_t kMaxLine = 998;

/// A message split into header fields and body. Nothing is copied and nothing rewritten: a signature covers octets.
///
/// Only CRLF ends a line here, as in SMTP (RFC 5321 §2.3.8); a bare CR or LF is data. Messages that were saved with
/// bare LF are turned into what was sent by `to_crlf`, which is for the caller to decide.
class Message {
 public:
  Message() = default;

  /// Splits a message. Linear in the size of the header; the body is not looked at.
  /// @param bytes  any octets. Not copied: they must outlive the message.
  [[nodiscard]] static Message split(std::string_view bytes);

  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
  /// The header without the empty line behind it.
  [[nodiscard]] std::string_view header() const noexcept {
    return bytes_.substr(header_start_, header_end_ - header_start_);
  }
  [[nodiscard]] std::string_view body() const noexcept { return bytes_.substr(body_start_); }
  [[nodiscard]] std::size_t header_start() const noexcept { return header_start_; }
  [[nodiscard]] std::size_t body_start() const noexcept { return body_start_; }

  /// From the top to the bottom.
  [[nodiscard]] const std::vector<Field>& fields() const& noexcept { return fields_; }
  [[nodiscard]] const std::vector<Oddity>& oddities() const& noexcept { return oddities_; }
  void fields() const&& = delete;  // `for (… : Message::split(bytes).fields())` would outlive its message
  void oddities() const&& = delete;

  /// Whether the header was longer than what is looked at; `fields` are then not all there are.
  [[nodiscard]] bool cut() const noexcept { return cut_; }
  /// Whether the empty line that ends the header is there.
  [[nodiscard]] bool has_header_end() const noexcept { return has_header_end_; }

  [[nodiscard]] std::string_view at(text::Span span) const noexcept { return bytes_.substr(span.start, span.size()); }
  [[nodiscard]] std::string_view name(const Field& field) const noexcept { return at(field.name); }
  [[nodiscard]] std::string_view value(const Field& field) const noexcept { return at(field.value); }
  /// Whether a field has this name, in any case (RFC 5322 §1.2.2).
  [[nodiscard]] bool is(const Field& field, std::string_view name) const noexcept;
  /// How many fields have this name.
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  /// The first field of this name from the top, or nullptr.
  [[nodiscard]] const Field* find(std::string_view name) const noexcept;

 private:
  friend class Splitter;

  std::string_view bytes_;
  std::size_t header_start_ = 0;
  std::size_t header_end_ = 0;
  std::size_t body_start_ = 0;
  std::vector<Field> fields_;
  std::vector<Oddity> oddities_;
  bool cut_ = false;
  bool has_header_end_ = false;
};

/// Field::hash of a name.
[[nodiscard]] std::uint32_t name_hash(std::string_view name) noexcept;

/// What is odd in the body: bare CR, bare LF, NUL, and lines of more than 998 octets. Reads all of it.
[[nodiscard]] std::vector<Oddity> body_oddities(const Message& message);
/// What is odd in header and body, by place.
[[nodiscard]] std::vector<Oddity> all_oddities(const Message& message);

/// How the lines of a file end.
enum class LineEnds : std::uint8_t {
  as_is,       ///< CRLF, as the message was sent
  lf_as_crlf,  ///< bare LF, as Unix programs save messages
};

/// Tells by the first line how a file was saved. A file without any line end is as it is.
[[nodiscard]] LineEnds line_ends(std::string_view file) noexcept;

/// The octets as they were sent: with a CR before every LF that has none.
[[nodiscard]] std::string to_crlf(std::string_view file);

}  // namespace envelint::mail
