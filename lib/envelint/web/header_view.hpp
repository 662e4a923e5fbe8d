#pragma once

#include <envelint/mail/message.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::web {

/// A header field as it is shown. All of it is bytes of others.
struct FieldView {
  std::string_view name;   ///< as written; empty for a line without a colon
  std::string_view value;  ///< as it stands behind the colon, folds included. A view into the message
  std::string text;        ///< unfolded and decoded (RFC 2047)
  /// Which signatures cover it: indexes of the DKIM-Signature fields from the top, as results of a verification have
  /// them.
  std::vector<std::size_t> signed_by;
};

struct HeaderView {
  std::vector<FieldView> fields;  ///< from the top to the bottom
  bool cut = false;               ///< there are more fields, or longer ones
};

/// Fields that are shown, and octets of all of their values together.
inline constexpr std::size_t kMaxShownFields = 2000;
inline constexpr std::size_t kMaxShownOctets = std::size_t{1} << 20;

/// The header of a message, with what each signature covers by its `h=` (RFC 6376 §5.4.2): the same fields that a
/// verification hashes. A signature that a verification would not look at, or whose `h=` cannot be read, covers none.
/// @param message  must outlive what is returned.
[[nodiscard]] HeaderView header_view(const mail::Message& message);

}  // namespace envelint::web
