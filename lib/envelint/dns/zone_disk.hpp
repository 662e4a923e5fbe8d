#pragma once

#include <envelint/dns/zone_file.hpp>

#include <expected>
#include <filesystem>
#include <string>

namespace envelint::dns {

/// Reads a zone file from disk: a regular file (or a pipe, for the top file only) of at most `kMaxZoneFileBytes`.
/// @return the file, or in a few words why it cannot be read.
[[nodiscard]] std::expected<ZoneText, std::string> open_zone_file(const std::filesystem::path& path);

/// An opener for `$INCLUDE` that takes names relative to the including file.
///
/// @param folder    the top file's folder. What lies outside it, once links and `..` are resolved, is refused: a zone
///                  file from somebody else cannot have other files of this machine shown.
/// @param anywhere  opens files outside `folder` as well.
[[nodiscard]] FileOpener disk_opener(const std::filesystem::path& folder, bool anywhere = false);

}  // namespace envelint::dns
