#pragma once

#include <envelint/dkim/canonicalize.hpp>
#include <envelint/dkim/signature.hpp>
#include <envelint/mail/message.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What of a header a signature covers, and the octets that are hashed for it (RFC 6376 §3.7, §5.4.2).
namespace envelint::dkim {

/// Finds header fields from the bottom up, each one once, as the names of `h=` ask for them (§5.4.2).
class FieldPicker {
 public:
  /// @param own  the index of a field that is never picked: the DKIM-Signature field that is verified may not be in its
  ///             own `h=` (§3.5).
  explicit FieldPicker(const mail::Message& message, std::optional<std::size_t> own = std::nullopt)
      : message_(&message), own_(own) {}

  /// The index of the next field of this name, or nothing when there are no more of them: it is then signed as absent.
  [[nodiscard]] std::optional<std::size_t> next(std::string_view name);

 private:
  struct Cursor {
    std::uint32_t hash;
    std::string_view name;
    std::size_t above;  // fields from here on have been looked at
  };

  const mail::Message* message_;
  std::optional<std::size_t> own_;
  std::vector<Cursor> cursors_;
};

/// For every name in `h=`, in its order, the index of the field it covers; nothing where it covers none.
/// @param own  the index of the signature's own field.
[[nodiscard]] std::vector<std::optional<std::size_t>> covered_fields(const mail::Message& message,
                                                                     const Signature& signature, std::size_t own);

/// Appends the canonical form of a field with its CRLF.
void append_signed_field(Canonicalization kind, const mail::Message& message, const mail::Field& field,
                         std::string& out);

/// All octets that the header hash covers: the fields, then the signature's own without the value of `b=` (§3.7).
[[nodiscard]] std::string signed_header(const mail::Message& message, const Signature& signature, std::size_t own,
                                        const std::vector<std::optional<std::size_t>>& covered);

}  // namespace envelint::dkim
