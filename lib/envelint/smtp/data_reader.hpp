#pragma once

#include <envelint/smtp/content.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace envelint::smtp {

/// What follows DATA (RFC 5321 §4.1.1.4): undoes transparency (§4.5.2) and finds the end, which is CRLF.CRLF and nothing
/// else. A line begins behind a CRLF, or where the data begins; a dot behind a bare CR or LF is an octet like any other
/// (CVE-2023-51764, CVE-2023-51765, CVE-2023-51766).
class DataReader {
 public:
  /// Takes octets up to the end of the data, or of `bytes`, or until the content is a flood.
  /// @param content  gets the octets of the message
  /// @return how many octets of `bytes` were taken
  [[nodiscard]] std::size_t read(std::string_view bytes, Content& content);

  /// Whether CRLF.CRLF was read.
  [[nodiscard]] bool done() const noexcept { return place_ == Place::end; }

 private:
  enum class Place : std::uint8_t { line_start, dot, dot_cr, text, text_cr, end };

  [[nodiscard]] std::size_t read_text(std::string_view bytes, Content& content);
  [[nodiscard]] std::size_t step(std::string_view bytes, Content& content);

  Place place_ = Place::line_start;
};

}  // namespace envelint::smtp
