#pragma once

#include <envelint/dkim/public_key.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The record of a public key (RFC 6376 §3.6.1), and the ways in which people hand it to those who run their DNS.
namespace envelint::dkim {

/// What a key record may say beside its key.
struct KeyTags {
  bool testing = false;        ///< `t=y`: the domain only tries DKIM out
  bool no_subdomains = false;  ///< `t=s`: `i=` may not be below the domain
  bool sha256_only = false;    ///< `h=sha256`
  std::string note;            ///< `n=`: words for people, written as quoted-printable; empty: no such tag
};

/// A longer note makes the record grow, which everybody who verifies a signature has to fetch.
inline constexpr std::size_t kMaxKeyNote = 200;

/// The record in its canonical form: what `print` makes of it is the same text. It holds printable ASCII alone, and
/// neither `"` nor `\`, so that no form it is put into has anything to escape.
[[nodiscard]] std::string key_record_text(const PublicKey& key, const KeyTags& tags = {});

/// The value as the strings of a TXT record, each of at most 255 octets (RFC 1035 §3.3), as few as possible.
[[nodiscard]] dns::Text in_strings(std::string_view value);

/// A key record and the place it belongs.
struct KeyPublication {
  std::string selector;  ///< in presentation form
  dns::Name domain;
  dns::Name owner;    ///< `selector._domainkey.domain`
  std::string value;  ///< of key_record_text
  std::uint32_t ttl = 3600;
};

enum class KeyTextFormat : std::uint8_t {
  value,       ///< the value alone, in one line: for web forms
  zone,        ///< a record of a zone file (RFC 1035 §5): BIND, NSD, Knot and PowerDNS read the same form
  nsupdate,    ///< commands for nsupdate or knsupdate (RFC 2136), which refuse to add a second record
  cloudflare,  ///< a DNS record object of the Cloudflare API
  route53,     ///< a change batch for `aws route53 change-resource-record-sets`
  dnscontrol,  ///< a line for dnsconfig.js
  octodns,     ///< an entry of a zone's YAML file
};

/// Reads `value`, `zone`, `nsupdate`, `cloudflare`, `route53`, `dnscontrol` and `octodns`.
[[nodiscard]] std::optional<KeyTextFormat> parse_key_text_format(std::string_view word) noexcept;

/// The record in one of these forms, with a line feed at its end.
[[nodiscard]] std::string key_text(const KeyPublication& publication, KeyTextFormat format);

}  // namespace envelint::dkim
