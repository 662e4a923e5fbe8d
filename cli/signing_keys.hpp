#pragma once

#include "command_line.hpp"

#include <envelint/dkim/private_key.hpp>
#include <envelint/dkim/sign.hpp>

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// What signs, as the command line has it.
struct SigningKeyOptions {
  std::vector<std::string> keys;       ///< --key
  std::vector<std::string> selectors;  ///< --selector
  std::string passphrase_file;         ///< --passphrase-file: its first line opens encrypted keys; empty: there is none
};

/// Adds --key, --selector and --passphrase-file. `options` must outlive the parsing.
void add_signing_key_options(Command& command, SigningKeyOptions& options);

/// Private keys, and what each of them signs for.
struct SigningKeys {
  std::vector<envelint::dkim::PrivateKey> keys;
  std::vector<std::string> selectors;  ///< as many

  /// For the library. Refers to the keys, which must not move meanwhile.
  [[nodiscard]] std::vector<envelint::dkim::SigningKey> pairs() const;
};

/// Reads the private keys of --key, in their order.
/// @param warn  told of each file that others can read
/// @return the keys; or that none is given, or not one selector for each, or which file cannot be read and why. Nothing of
///         a file's content is in it.
[[nodiscard]] std::expected<SigningKeys, std::string> read_signing_keys(
    const SigningKeyOptions& options, const std::function<void(std::string_view)>& warn);

}  // namespace cli
