#include "keygen_options.hpp"

#include "key_files.hpp"

#include <envelint/dkim/key_file.hpp>
#include <envelint/dkim/key_rules.hpp>
#include <envelint/dns/idna.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace cli {

using namespace envelint;

namespace {

// A line is enough for any passphrase.
constexpr std::size_t kMaxPassphraseFile = 4096;

// What is a file name too: letters, digits, hyphens and underscores between dots.
bool is_plain(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return text::is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

std::string this_month() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1);
}

std::string owner_of(std::string_view selector, const dns::Name& domain) {
  return fmt::format("{}._domainkey.{}", selector, domain.to_string());
}

}  // namespace

void say(std::string_view message) { fmt::print(stderr, "envelint keygen: {}\n", text::visible(message)); }

std::expected<dns::Name, std::string> read_domain(const std::string& text) {
  const auto ascii = dns::to_a_labels(text);
  if (!ascii) return std::unexpected(fmt::format("`{}` is no domain name", text));
  const std::string lower = text::lower(*ascii);
  auto name = dns::Name::parse(lower);
  if (!name) return std::unexpected(fmt::format("`{}` is no domain name: it {}", text, to_string(name.error())));
  if (name->is_root() || !is_plain(lower)) return std::unexpected(fmt::format("`{}` is no domain name", text));
  return *std::move(name);
}

std::expected<std::string, std::string> read_selector(const std::string& text, const dns::Name& domain) {
  if (text == "auto") return this_month();
  const auto ascii = dns::to_a_labels(text);
  const auto refuse = [&](std::string_view why) {
    return std::unexpected(
        fmt::format("`{}` is no selector: {}; use letters, digits and hyphens, e.g. `s2026`, or `auto` "
                    "for this month",
                    text, why));
  };
  if (!ascii || ascii->empty()) return refuse("it is empty or no text");
  finding::Findings found;
  dkim::check_owner(owner_of(*ascii, domain), found);
  if (!found.items().empty()) return std::unexpected(found.items().front().message + "; " + found.items().front().help);
  if (!is_plain(*ascii) || ascii->starts_with('.') || ascii->ends_with('.'))
    return refuse("other characters are in it");
  if (text::lower(*ascii).contains("_domainkey")) return refuse("`._domainkey` and the domain are added by themselves");
  const auto whole = dns::Name::parse(owner_of(*ascii, domain));
  if (!whole) return refuse(fmt::format("the name it makes {}", to_string(whole.error())));
  return text::lower(*ascii);
}

std::expected<std::optional<dkim::SecretBytes>, std::string> read_passphrase(const std::string& path) {
  if (path.empty()) return std::nullopt;
  auto file = read_secret_file(path, kMaxPassphraseFile);
  if (!file) return std::unexpected(fmt::format("{}: {}", path, file.error()));
  if (file->open_to_others) {
    say(fmt::format("warning: others can read the passphrase in {}; `chmod 600` it", path));
  }
  dkim::SecretBytes words = std::move(file->content);
  const std::string_view all = words.reveal();
  words.shorten(std::min(all.find_first_of("\r\n"), all.size()));
  if (words.empty()) return std::unexpected(fmt::format("{}: its first line, the passphrase, is empty", path));
  return std::optional(std::move(words));
}

std::expected<dkim::PublicKey, std::string> read_key_of(const std::string& path, const dkim::SecretBytes* passphrase) {
  const auto file = read_secret_file(path, dkim::kMaxKeyFile);
  if (!file) return std::unexpected(fmt::format("{}: {}", path, file.error()));
  const std::string_view content = file->content.reveal();
  const auto whole = dkim::PrivateKey::read(content, passphrase);
  if (whole && file->open_to_others) {
    say(fmt::format("warning: others can read the private key in {}; `chmod 600` it", path));
  }
  if (whole) return whole->public_key();
  auto key = dkim::read_public_key(content, passphrase);
  if (!key) return std::unexpected(fmt::format("{}: {}", path, key.error().message));
  return *std::move(key);
}

std::string describe(const dkim::PublicKey& key) {
  if (key.algorithm == dkim::KeyAlgorithm::ed25519) return "Ed25519";
  return fmt::format("RSA, {} bits", key.bits);
}

}  // namespace cli
