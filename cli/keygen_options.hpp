#pragma once

#include "dns_source.hpp"
#include "zone_input.hpp"

#include <envelint/dkim/key_text.hpp>
#include <envelint/dkim/public_key.hpp>
#include <envelint/dkim/secret_bytes.hpp>
#include <envelint/dns/name.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What `keygen` is told, and what both of its jobs need. Only for the files of that command.
namespace cli {

struct KeygenOptions {
  std::string domain;
  std::vector<std::string> selectors;
  std::string type = "rsa";
  std::optional<std::uint32_t> bits;
  bool dual = false;
  std::string out;
  bool force = false;
  std::string from;
  bool check = false;
  std::string key;
  std::string passphrase_file;
  envelint::dkim::KeyTags tags;
  std::uint32_t ttl = 3600;
  std::string as = "value";
  std::string format = "text";
  ZoneInput zone;
  DnsOptions dns;

  [[nodiscard]] bool json() const { return format == "json"; }
};

/// Writes `envelint keygen: MESSAGE` to standard error, with hidden characters made visible.
void say(std::string_view message);

/// The domain as it is in DNS: U-labels become A-labels, letters lower case.
/// @return or in a few words why it is no domain that mail can be signed for.
[[nodiscard]] std::expected<envelint::dns::Name, std::string> read_domain(const std::string& text);

/// A selector: `auto` is this month, U-labels become A-labels. Checked by the grammar of RFC 6376 §3.1.
[[nodiscard]] std::expected<std::string, std::string> read_selector(const std::string& text,
                                                                    const envelint::dns::Name& domain);

/// The passphrase of `--passphrase-file`, its first line; nothing without the option. Warns of a file others can read.
[[nodiscard]] std::expected<std::optional<envelint::dkim::SecretBytes>, std::string> read_passphrase(
    const std::string& path);

/// The public key of a file with either half. Warns of a private key that others can read.
[[nodiscard]] std::expected<envelint::dkim::PublicKey, std::string> read_key_of(
    const std::string& path, const envelint::dkim::SecretBytes* passphrase);

/// `RSA, 2048 bits` or `Ed25519`.
[[nodiscard]] std::string describe(const envelint::dkim::PublicKey& key);

/// `keygen --check`: the exit status.
[[nodiscard]] int check_key(const KeygenOptions& options);

}  // namespace cli
