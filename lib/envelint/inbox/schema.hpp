#pragma once

#include <envelint/inbox/sqlite.hpp>
#include <envelint/inbox/store.hpp>

#include <expected>
#include <string>

namespace envelint::inbox {

/// Opens the database of a store, and with OpenMode::read_write makes folder, files and tables where there are none.
/// @return the connection, or why there can be none, with the name of the folder
[[nodiscard]] std::expected<Database, std::string> open_database(const std::string& folder, OpenMode mode);

}  // namespace envelint::inbox
