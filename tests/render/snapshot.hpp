#pragma once

#include <string>
#include <string_view>

/// Whether `text` is, byte for byte, what stands in tests/render/snapshots/<name>. With ENVELINT_UPDATE_SNAPSHOTS=1 in
/// the environment the file is written instead. Prints the text when it differs.
bool is_snapshot(std::string_view name, const std::string& text);
