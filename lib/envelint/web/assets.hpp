#pragma once

#include <string_view>

namespace envelint::web {

/// A file that is part of the program: of the page, or a description of the API.
struct Asset {
  std::string_view name;  ///< `page/inbox.js`, `openapi.json`, `schema/inbox-1.json`
  std::string_view type;  ///< of its content, for Content-Type
  std::string_view octets;
  std::string_view tag;  ///< changes with the octets; a quoted string, for ETag
};

/// The file of this name; nullptr if there is none.
[[nodiscard]] const Asset* find_asset(std::string_view name) noexcept;

}  // namespace envelint::web
