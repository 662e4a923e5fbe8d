#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Canonicalization (RFC 6376 §3.4): the form of header and body that is hashed, so that harmless changes on the way
/// break nothing. Only CRLF ends a line, and only SP and HTAB are white space; a CR or LF alone is data.
namespace envelint::dkim {

enum class Canonicalization : std::uint8_t {
  simple,   ///< nothing may change but empty lines at the end of the body
  relaxed,  ///< white space may, too, and the case of field names
};

[[nodiscard]] std::string_view to_string(Canonicalization kind) noexcept;

/// Takes canonical octets, piece by piece. Pieces are of any size and are not kept.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = default;
  Sink& operator=(const Sink&) = default;
  virtual ~Sink() = default;

  virtual void write(std::string_view octets) = 0;
};

/// Makes the canonical body of a message in one pass (§3.4.3, §3.4.4), in memory of constant size.
///
///     BodyCanonicalizer body(Canonicalization::relaxed, digest);
///     while (…) body.update(chunk);
///     body.finish();
///
/// Wherever the chunks are cut, the same octets come out.
class BodyCanonicalizer {
 public:
  /// @param sink  must outlive the canonicalizer.
  BodyCanonicalizer(Canonicalization kind, Sink& sink) noexcept : sink_(&sink), kind_(kind) {}

  void update(std::string_view chunk);
  /// Ends the body: an unfinished last line gets its CRLF; a body without any line is CRLF when simple, and nothing
  /// when relaxed.
  void finish();

 private:
  [[nodiscard]] bool is_clean() const noexcept { return crlfs_ == 0 && !space_ && !cr_; }
  bool step(char c);
  void flush();
  void write_untouched(std::string_view data);
  void write_relaxed(std::string_view data);

  Sink* sink_;
  Canonicalization kind_;
  bool space_ = false;     // white space that counts only if data follows in its line
  bool cr_ = false;        // a CR that may become CRLF
  bool written_ = false;   // some line is not empty
  std::size_t crlfs_ = 0;  // line ends that count only if a line that is not empty follows
};

/// The canonical body in one piece. For tests and for people; hashing does not need it.
[[nodiscard]] std::string canonical_body(Canonicalization kind, std::string_view body);

/// Appends the canonical form of a header field (§3.4.1, §3.4.2), without the CRLF that ends it.
///
/// @param head   the field up to and with its colon, as it stands in the message.
/// @param value  what follows the colon, without the CRLF that ends the field.
void append_canonical_field(Canonicalization kind, std::string_view head, std::string_view value, std::string& out);

}  // namespace envelint::dkim
