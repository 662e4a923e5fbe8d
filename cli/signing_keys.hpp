#pragma once

#include <envelint/dkim/private_key.hpp>

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Reads the private keys of --key, in their order.
/// @param passphrase_file  its first line opens encrypted keys; empty: there is none
/// @param warn             told of each file that others can read
/// @return the keys, or which file cannot be read and why. Nothing of a file's content is in it.
[[nodiscard]] std::expected<std::vector<envelint::dkim::PrivateKey>, std::string> read_signing_keys(
    const std::vector<std::string>& paths, const std::string& passphrase_file,
    const std::function<void(std::string_view)>& warn);

}  // namespace cli
