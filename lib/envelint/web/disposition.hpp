#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace envelint::web {

/// Characters of a file name that is offered for saving.
inline constexpr std::size_t kMaxSavedName = 100;

/// The value of Content-Disposition by which a browser saves something under a name of others (RFC 6266, RFC 8187):
///
///     attachment; filename="Rechnung M_rz.pdf"; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf
///
/// Whatever the name holds, nothing comes out that ends the field or the quoted string, leads to another folder, or
/// shows the name as another one: control and format characters, bidirectional ones too, are left out, and quotes,
/// path separators and what Windows forbids become `_`. A long name is cut before its extension.
/// @param name  any octets; empty where there is none.
[[nodiscard]] std::string attachment_disposition(std::string_view name);

}  // namespace envelint::web
