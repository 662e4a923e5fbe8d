#include <envelint/smtp/envelope.hpp>

namespace envelint::smtp {

std::string_view to_string(Body body) noexcept {
  switch (body) {
    case Body::seven_bit: return "7BIT";
    case Body::eight_bit_mime: return "8BITMIME";
    case Body::binary_mime: return "BINARYMIME";
  }
  return "";
}

std::string_view to_string(WireOddity::Kind kind) noexcept {
  using enum WireOddity::Kind;
  switch (kind) {
    case bare_cr: return "a bare CR";
    case bare_lf: return "a bare LF";
    case nul: return "a NUL";
    case long_line: return "a line of more than 998 octets";
    case eight_bit: return "an octet above 127 without BODY=8BITMIME";
    case dot_not_doubled: return "a line that began with a single dot";
    case no_final_newline: return "a last line without CRLF";
    case more: return "more of the kind";
  }
  return "";
}

std::string Envelope::protocol() const {
  const std::string_view base = hello == Hello::lhlo ? "LMTP" : hello == Hello::ehlo ? "ESMTP" : "SMTP";
  std::string out(base);
  // RFC 6531 §4.3: UTF8SMTP stands for ESMTP, UTF8LMTP for LMTP.
  if (from.smtputf8) out = hello == Hello::lhlo ? "UTF8LMTP" : "UTF8SMTP";
  if (hello == Hello::helo || hello == Hello::none) return out;  // RFC 3848 has no letters for plain SMTP
  if (tls) out += 'S';
  if (identity) out += 'A';
  return out;
}

std::string_view to_string(Hello hello) noexcept {
  switch (hello) {
    case Hello::none: return "";
    case Hello::helo: return "HELO";
    case Hello::ehlo: return "EHLO";
    case Hello::lhlo: return "LHLO";
  }
  return "";
}

}  // namespace envelint::smtp
