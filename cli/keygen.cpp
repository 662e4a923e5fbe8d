#include "keygen.hpp"

#include "exit_status.hpp"
#include "key_files.hpp"
#include "keygen_options.hpp"
#include "screen.hpp"

#include <envelint/dkim/private_key.hpp>
#include <envelint/render/json_writer.hpp>

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <utility>

namespace cli {

using namespace envelint;
using dkim::KeyTextFormat;

namespace {

constexpr std::string_view kExample = R"(Examples:
  envelint keygen example.com --selector auto
  envelint keygen example.com --selector s1 --dual --out /etc/dkim
  envelint keygen example.com --selector s1 --as zone >> example.com.zone
  envelint keygen example.com --selector s1 --from s1.private
  envelint keygen --check example.com --selector s1 --key s1.private

Standard output is the record and nothing else: what --as says. The private key
is only ever written to its file, which its owner alone can read.

Exit status: 0 done, or the published key matches; 1 it does not match; 2 wrong
usage or an unreadable key; 3 could not tell (DNS trouble).)";

constexpr std::uint32_t kUsualBits = 2048;
constexpr std::uint32_t kMostSupportedBits = 4096;

/// A key that was made or read, and where it went.
struct MadeKey {
  dkim::PublicKey key;
  dkim::KeyPublication publication;
  std::string private_key_file;  // empty: not written
  std::string zone_file;         // empty: not written
};

/// One run of the command, but for --check.
class Keygen {
 public:
  explicit Keygen(const KeygenOptions& options) : options_(options), as_(*dkim::parse_key_text_format(options.as)) {}

  int run() {
    auto wrong = check_options();
    if (!wrong) wrong = options_.from.empty() ? make_keys() : read_key();
    if (wrong) return say(*wrong), kUsage;
    for (const std::string& warning : warnings_) say("warning: " + warning);
    options_.json() ? print_json() : print_text();
    return kOk;
  }

 private:
  using Wrong = std::optional<std::string>;

  Wrong check_options() {
    if (options_.domain.empty()) return "give the domain that signs: envelint keygen example.com --selector auto";
    if (options_.selectors.empty()) return "give a name for the key: --selector s1, or --selector auto for this month";
    if (!options_.key.empty()) return "--key goes with --check; --from KEY makes the record of a key";
    if (!options_.zone.paths.empty()) return "--zone goes with --check";
    const std::size_t most = options_.dual ? 2 : 1;
    if (options_.selectors.size() > most) return "one key has one selector; two with --dual";
    if (options_.dual && !options_.from.empty()) return "--from makes the record of one key; leave --dual out";
    if (options_.type == "ed25519" && options_.bits && !options_.dual)
      return "an Ed25519 key has one size; leave --bits out";
    if (options_.tags.note.size() > dkim::kMaxKeyNote) {
      return fmt::format("--note is longer than {} octets", dkim::kMaxKeyNote);
    }
    return read_names();
  }

  Wrong read_names() {
    auto domain = read_domain(options_.domain);
    if (!domain) return domain.error();
    domain_ = *std::move(domain);
    for (const std::string& text : options_.selectors) {
      auto selector = read_selector(text, domain_);
      if (!selector) return selector.error();
      selectors_.push_back(*std::move(selector));
    }
    if (!options_.dual || selectors_.size() == 2) return same_selector();
    auto second = read_selector(selectors_.front() + "-ed25519", domain_);
    if (!second) return second.error();
    selectors_.push_back(*std::move(second));
    return std::nullopt;
  }

  Wrong same_selector() const {
    const bool same = selectors_.size() == 2 && selectors_[0] == selectors_[1];
    return same ? Wrong("two keys need two selectors") : std::nullopt;
  }

  [[nodiscard]] dkim::KeyPublication publication(const std::string& selector, const dkim::PublicKey& key) const {
    const auto owner = dns::Name::parse(selector + "._domainkey")->under(domain_);  // read_selector saw that it fits
    return {selector, domain_, *owner, dkim::key_record_text(key, options_.tags), options_.ttl};
  }

  [[nodiscard]] std::string path_of(const dkim::KeyPublication& publication, std::string_view ending) const {
    return (std::filesystem::path(options_.out) / (publication.owner.to_string() + std::string(ending))).string();
  }

  Wrong read_key() {
    const auto passphrase = read_passphrase(options_.passphrase_file);
    if (!passphrase) return passphrase.error();
    auto key = read_key_of(options_.from, *passphrase ? &**passphrase : nullptr);
    if (!key) return key.error();
    add_warnings(*key);
    made_.push_back({*key, publication(selectors_.front(), *key), {}, {}});
    if (options_.out.empty()) return std::nullopt;
    NewFiles files;
    if (auto wrong = stage_zone(files, made_.front())) return wrong;
    return place(files);
  }

  Wrong make_keys() {
    const auto passphrase = read_passphrase(options_.passphrase_file);
    if (!passphrase) return passphrase.error();
    if (auto wrong = find_files()) return wrong;
    NewFiles files;
    for (std::size_t i = 0; i < selectors_.size(); ++i) {
      const bool ed25519 = options_.dual ? i == 1 : options_.type == "ed25519";
      const auto key = ed25519 ? dkim::PrivateKey::generate_ed25519()
                               : dkim::PrivateKey::generate_rsa(options_.bits.value_or(kUsualBits));
      if (!key) return key.error().message;
      if (auto wrong = stage(files, selectors_[i], *key, *passphrase ? &**passphrase : nullptr)) return wrong;
    }
    return place(files);
  }

  // Before a key is made that could then not be written. Whether a file is there is seen again when it is placed.
  [[nodiscard]] Wrong find_files() const {
    if (!options_.out.empty() && !std::filesystem::is_directory(options_.out)) {
      return fmt::format("--out {0}: there is no such directory; `mkdir -m 700 {0}` makes one", options_.out);
    }
    for (const std::string& selector : selectors_) {
      const dkim::KeyPublication there = publication(selector, {});
      for (const std::string_view ending : {".pem", ".zone"}) {
        const std::string path = path_of(there, ending);
        std::error_code error;
        if (!options_.force && std::filesystem::exists(std::filesystem::symlink_status(path, error)))
          return exists(path);
      }
    }
    return std::nullopt;
  }

  static std::string exists(const std::string& path) {
    return fmt::format(
        "{} is there already; take another selector, or --force to replace it: a private key that is "
        "replaced is gone",
        path);
  }

  Wrong stage(NewFiles& files, const std::string& selector, const dkim::PrivateKey& key,
              const dkim::SecretBytes* passphrase) {
    const auto pem = key.pem(passphrase);
    if (!pem) return pem.error().message;
    add_warnings(key.public_key());
    made_.push_back({key.public_key(), publication(selector, key.public_key()), {}, {}});
    MadeKey& made = made_.back();
    made.private_key_file = path_of(made.publication, ".pem");
    if (auto wrong = files.stage(made.private_key_file, pem->reveal(), NewFiles::Mode::secret)) return wrong;
    return stage_zone(files, made);
  }

  Wrong stage_zone(NewFiles& files, MadeKey& made) const {
    made.zone_file = path_of(made.publication, ".zone");
    return files.stage(made.zone_file, key_text(made.publication, KeyTextFormat::zone), NewFiles::Mode::open);
  }

  Wrong place(NewFiles& files) const {
    auto wrong = files.place(options_.force);
    if (wrong && wrong->ends_with("File exists")) *wrong += "; nothing was written";
    return wrong;
  }

  void add_warnings(const dkim::PublicKey& key) {
    if (key.algorithm == dkim::KeyAlgorithm::ed25519) {
      if (!options_.dual) {
        warnings_.emplace_back(
            "many receivers do not verify Ed25519 yet (RFC 8463); sign with an RSA key as well: --dual "
            "makes both");
      }
      return;
    }
    if (key.bits < kUsualBits) {
      warnings_.push_back(fmt::format("{} bits are few; signers should use at least 2048 (RFC 8301 §3.2)", key.bits));
    } else if (key.bits > kMostSupportedBits) {
      warnings_.push_back(
          fmt::format("verifiers need not support more than 4096 bits (RFC 8301 §3.2): some will fail "
                      "signatures of this key, which has {}",
                      key.bits));
    } else if (key.bits % 1024 != 0) {
      warnings_.push_back(fmt::format("{} bits is a size hardly anybody uses; 2048 is the usual one", key.bits));
    }
  }

  // What is for people goes to standard error, so that standard output can be piped into a clipboard or a file.
  void print_text() const {
    for (const MadeKey& made : made_) print_one(made);
    if (made_.empty() || made_.front().private_key_file.empty()) return;
    const MadeKey& first = made_.front();
    note("");
    note("Once it is published, see that it is right:");
    note(fmt::format("  envelint keygen --check {} --selector {} --key {}", first.publication.domain.to_string(),
                     first.publication.selector, first.private_key_file));
  }

  void print_one(const MadeKey& made) const {
    if (&made != &made_.front()) note("");
    note(fmt::format("{}, {}", describe(made.key), made.key.fingerprint()));
    if (!made.private_key_file.empty()) {
      note(fmt::format("private key  {}", made.private_key_file));
      note("             for the signing software alone; it never leaves this machine");
    }
    if (!made.zone_file.empty()) note(fmt::format("zone file    {}", made.zone_file));
    note("");
    if (as_ == KeyTextFormat::value) {
      note(fmt::format("Publish as a TXT record at {}", made.publication.owner.to_string()));
      note(fmt::format("(where a form adds the domain itself: {}._domainkey) this value, in one line:\n",
                       made.publication.selector));
    }
    std::cout << key_text(made.publication, as_) << std::flush;
  }

  static void note(std::string_view line) { fmt::print(stderr, "{}\n", visible_lines(line)); }

  void print_json() const {
    std::string out;
    render::JsonWriter json(out, true);
    json.open_object();
    json.member("schema", "envelint/keygen/1");
    add_key(json, made_.front());
    if (made_.size() > 1) {
      json.open_array("keys");
      for (const MadeKey& made : made_) {
        json.open_object();
        add_key(json, made);
        json.close_object();
      }
      json.close_array();
    }
    json.open_array("warnings");
    for (const std::string& warning : warnings_) json.value(warning);
    json.close_array();
    json.close_object();
    std::cout << out << '\n';
  }

  void add_key(render::JsonWriter& json, const MadeKey& made) const {
    json.member("owner", made.publication.owner.to_string());
    json.member("domain", made.publication.domain.to_string());
    json.member("selector", made.publication.selector);
    json.member("value", made.publication.value);
    json.open_array("strings");
    for (const std::string& string : dkim::in_strings(made.publication.value).strings()) json.value(string);
    json.close_array();
    if (as_ != KeyTextFormat::value) json.member("text", key_text(made.publication, as_));
    json.member_unless_empty("private_key_file", made.private_key_file);
    json.member_unless_empty("zone_file", made.zone_file);
    json.member("type", made.key.type());
    json.member("bits", std::uint64_t{made.key.bits});
    json.member("fingerprint", made.key.fingerprint());
  }

  const KeygenOptions& options_;
  KeyTextFormat as_;
  dns::Name domain_;
  std::vector<std::string> selectors_;
  std::vector<MadeKey> made_;
  std::vector<std::string> warnings_;
};

void add_record_options(Command& command, KeygenOptions& options) {
  command.flag("--testing", options.tags.testing, "t=y: the domain only tries DKIM out");
  command.flag("--no-subdomains", options.tags.no_subdomains, "t=s: i= may not be below the domain");
  command.flag("--sha256-only", options.tags.sha256_only, "h=sha256");
  command.option("--note", options.tags.note, "n=: words for people who read the record").value("TEXT");
  command.option("--ttl", options.ttl, "seconds that the record may be kept").range(0U, 2147483647U).show_default();
  command.option("--as", options.as, "value, zone, nsupdate, cloudflare, route53, dnscontrol or octodns")
      .one_of({"value", "zone", "nsupdate", "cloudflare", "route53", "dnscontrol", "octodns"})
      .show_default();
}

}  // namespace

void add_keygen(CommandLine& line) {
  auto options = std::make_shared<KeygenOptions>();
  Command command = line.add("keygen", "Make a DKIM key and its record, or check that both belong together", kExample,
                             [options] { return options->check ? check_key(*options) : Keygen(*options).run(); });
  command.option("DOMAIN", options->domain, "the domain that signs");
  command.option("--selector", options->selectors, "the name of the key; auto: this month, as 2026-11").value("NAME");
  command.option("--type", options->type, "rsa or ed25519").one_of({"rsa", "ed25519"}).show_default();
  command.option("--bits", options->bits, "size of an RSA key, 1024 to 8192 (default 2048)");
  command.flag("--dual", options->dual, "an RSA and an Ed25519 key: selectors NAME and NAME-ed25519, or two given");
  command.option("--out", options->out, "where the files are written (default: here)").value("DIR");
  command.flag("--force", options->force, "replace files that are there");
  command.option("--from", options->from, "make the record of this key, private or public").value("KEY");
  command.option("--passphrase-file", options->passphrase_file, "its first line locks a new key, or unlocks an old one")
      .value("FILE");
  add_record_options(command, *options);
  command.option("--format", options->format, "text or json").one_of({"text", "json"}).show_default();
  command.flag("--check", options->check, "compare what DNS has with --key");
  command.option("--key", options->key, "with --check: the key, private or public").value("FILE");
  add_zone_options(command, options->zone);
  add_dns_options(command, options->dns);
}

}  // namespace cli
