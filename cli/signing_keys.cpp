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

std::expected<std::vector<dkim::PrivateKey>, std::string> read_signing_keys(
    const std::vector<std::string>& paths, const std::string& passphrase_file,
    const std::function<void(std::string_view)>& warn) {
  std::optional<dkim::SecretBytes> passphrase;
  if (!passphrase_file.empty()) {
    auto file = read_secret_file(passphrase_file, kMaxPassphraseFile);
    if (!file) return std::unexpected(fmt::format("{}: {}", passphrase_file, file.error()));
    const std::string_view words = file->content.reveal();
    passphrase = dkim::SecretBytes::copy_of(words.substr(0, words.find_first_of("\r\n")));
  }
  std::vector<dkim::PrivateKey> out;
  for (const std::string& path : paths) {
    const auto file = read_secret_file(path, dkim::kMaxKeyFile);
    if (!file) return std::unexpected(fmt::format("{}: {}", path, file.error()));
    auto key = dkim::PrivateKey::read(file->content.reveal(), passphrase ? &*passphrase : nullptr);
    if (!key) return std::unexpected(fmt::format("{}: {}", path, key.error().message));
    if (file->open_to_others) warn(fmt::format("warning: others can read the private key in {}; `chmod 600` it", path));
    out.push_back(*std::move(key));
  }
  return out;
}

}  // namespace cli
