#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What may have become of a signed message, as data.
namespace envelint::dkim {

/// What mail systems are known to do to a message, and signers to do wrong. The words of `to_string` never change.
enum class Cause : std::uint8_t {
  unknown,

  // How the body was hashed
  other_body_canonicalization,  ///< `bh=` is of the canonicalization that `c=` does not name
  length_not_applied,           ///< `bh=` is of the whole body, in spite of `l=`
  other_body_hash,              ///< `bh=` is a SHA-1 where `a=` says SHA-256, or the reverse
  empty_body_signed,            ///< `bh=` is of a body without any text

  // What was done to the body
  final_newline,
  line_ends,               ///< CR, LF and CRLF
  trailing_space_added,    ///< white space at the end of lines
  trailing_space_removed,  ///< the same
  leading_space,
  tabs,    ///< tabs became spaces, or the reverse
  spaces,  ///< runs of white space became longer or shorter
  empty_lines,
  dot_stuffing,  ///< RFC 5321 §4.5.2: undone twice, or not at all
  from_quoting,  ///< `>From ` of mbox files
  footer_added,
  banner_added,
  lines_added,               ///< inside the body
  part_added,                ///< a whole MIME part
  wrapped_in_part,           ///< the body became a part of a new multipart
  transfer_encoding,         ///< 8bit, quoted-printable and base64
  base64_wrapped,            ///< lines of base64 have another length
  quoted_printable_wrapped,  ///< soft line breaks stand elsewhere
  lines_wrapped,             ///< lines of text were broken or joined
  charset,
  links_rewritten,

  // What was done to the header
  other_header_canonicalization,  ///< made with the canonicalization that `c=` does not name
  subject_tag,                    ///< text was put before or behind the Subject
  field_spacing,                  ///< folds and white space
  field_name_case,
  fields_reordered,
  field_added,
  field_removed,
  field_changed,

  // The key
  other_selector,
  other_domain,  ///< the key stands in another domain
  other_record,  ///< the selector has several records, and one of them verifies
};

/// In snake_case: `footer_added`.
[[nodiscard]] std::string_view to_string(Cause cause) noexcept;

/// Which of the three facts a change explains.
enum class Place : std::uint8_t { body, header, key };
[[nodiscard]] std::string_view to_string(Place place) noexcept;

/// One change, as far as it applies. Texts are of the message and unsafe to print as they are.
struct Change {
  Cause cause = Cause::unknown;
  Place place = Place::body;
  std::string field;                    ///< name of the header field
  std::string before;                   ///< as it was signed; of a long line what is around the place
  std::string after;                    ///< as it is now; the same
  std::optional<std::uint64_t> lines;   ///< lines that were added or differ
  std::optional<std::uint64_t> line;    ///< of the body as it is now, from 1: where the change begins
  std::optional<std::uint64_t> offset;  ///< in the message, in octets: where the change begins
  std::string selector;                 ///< of the key that verifies
  std::string domain;                   ///< of the key that verifies

  friend bool operator==(const Change&, const Change&) = default;
};

/// The longest `before` and `after`, in octets; what is longer is cut.
inline constexpr std::size_t kMaxExcerpt = 300;

/// A sentence for a person, without a full stop: `3 lines were appended to the body after signing, from line 12 on`.
/// Bytes of the message in it are made visible.
[[nodiscard]] std::string describe(const Change& change);

}  // namespace envelint::dkim
