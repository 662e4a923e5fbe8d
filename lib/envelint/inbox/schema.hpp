#pragma once

#include <envelint/inbox/sqlite.hpp>
#include <envelint/inbox/store.hpp>

#include <cstdint>
#include <expected>
#include <string>

namespace envelint::inbox {

/// The version of the tables. With OpenMode::read_only an older one may be open, see `is_searchable`.
inline constexpr std::uint64_t kSchemaVersion = 2;

/// Opens the database of a store, and with OpenMode::read_write makes folder, files and tables where there are none, and
/// new tables of old ones.
/// @return the connection, or why there can be none, with the name of the folder
[[nodiscard]] std::expected<Database, std::string> open_database(const std::string& folder, OpenMode mode);

/// Whether it has what searches need. One that an older envelint made has not, until it was opened to be written.
[[nodiscard]] bool is_searchable(Database& database);

}  // namespace envelint::inbox
