#include "signing_keys.hpp"

#include "key_files.hpp"

#include <fmt/core.h>

#include <optional>
#include <utility>

namespace cli {

using namespace envelint;

namespace {

constexpr std::size_t kMaxPassphraseFile = 4096;

}  // namespace

void add_signing_key_options(Command& command, SigningKeyOptions& options) {
  command.option("--key", options.keys, "a private key; several make several signatures").value("FILE");
  command.option("--selector", options.selectors, "where its public half is published; one for each key").value("S");
  command.option("--passphrase-file", options.passphrase_file, "its first line opens encrypted keys").value("FILE");
}

std::vector<dkim::SigningKey> SigningKeys::pairs() const {
  std::vector<dkim::SigningKey> out;
  for (std::size_t i = 0; i < keys.size(); ++i) out.push_back({&keys[i], selectors[i]});
  return out;
}

std::expected<SigningKeys, std::string> read_signing_keys(const SigningKeyOptions& options,
                                                          const std::function<void(std::string_view)>& warn) {
  if (options.keys.empty()) {
    return std::unexpected("nothing to sign with; give --key FILE (`envelint keygen` makes one)");
  }
  if (options.selectors.size() != options.keys.size()) {
    return std::unexpected(fmt::format("{} --key and {} --selector: give one selector for each key, in the same order",
                                       options.keys.size(), options.selectors.size()));
  }
  std::optional<dkim::SecretBytes> passphrase;
  if (!options.passphrase_file.empty()) {
    auto file = read_secret_file(options.passphrase_file, kMaxPassphraseFile);
    if (!file) return std::unexpected(fmt::format("{}: {}", options.passphrase_file, file.error()));
    const std::string_view words = file->content.reveal();
    passphrase = dkim::SecretBytes::copy_of(words.substr(0, words.find_first_of("\r\n")));
  }
  SigningKeys out;
  out.selectors = options.selectors;
  for (const std::string& path : options.keys) {
    const auto file = read_secret_file(path, dkim::kMaxKeyFile);
    if (!file) return std::unexpected(fmt::format("{}: {}", path, file.error()));
    auto key = dkim::PrivateKey::read(file->content.reveal(), passphrase ? &*passphrase : nullptr);
    if (!key) return std::unexpected(fmt::format("{}: {}", path, key.error().message));
    if (file->open_to_others) warn(fmt::format("warning: others can read the private key in {}; `chmod 600` it", path));
    out.keys.push_back(*std::move(key));
  }
  return out;
}

}  // namespace cli
