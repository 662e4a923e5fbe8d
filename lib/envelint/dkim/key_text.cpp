#include <envelint/dkim/key_text.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/core.h>

#include <array>
#include <utility>

namespace envelint::dkim {
namespace {

constexpr std::size_t kMaxString = 255;

// RFC 6376 §2.11 and RFC 2045 §6.7: what would end the tag, or would have to be escaped where the record is written.
std::string quoted_printable(std::string_view note) {
  std::string out;
  for (std::size_t i = 0; i < note.size(); ++i) {
    const char c = note[i];
    const bool edge = i == 0 || i + 1 == note.size();
    const bool plain = text::is_vchar(c) ? !std::string_view("=;\"\\'`$").contains(c) : c == ' ' && !edge;
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("={:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

// The strings in quotes with `between` between them: the data of a TXT record in a zone file.
std::string quoted_strings(std::string_view value, std::string_view between) {
  std::string out;
  for (const std::string& string : in_strings(value).strings()) {
    out += fmt::format("{}\"{}\"", out.empty() ? std::string_view() : between, string);
  }
  return out;
}

// Text in the quotes of JSON, and of JavaScript. A name may hold quotes and backslashes, the value does not.
std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + '"';
}

std::string zone_form(const KeyPublication& key) {
  const std::string head = fmt::format("{}. {} IN TXT", key.owner.to_string(), key.ttl);
  if (key.value.size() <= kMaxString) return fmt::format("{} {}\n", head, quoted_strings(key.value, ""));
  return fmt::format("{} (\n    {} )\n", head, quoted_strings(key.value, "\n    "));
}

std::string nsupdate_form(const KeyPublication& key) {
  const std::string owner = key.owner.to_string();
  return fmt::format(
      "prereq nxrrset {0}. IN TXT\n"
      "update add {0}. {1} IN TXT {2}\n"
      "send\n",
      owner, key.ttl, quoted_strings(key.value, " "));
}

std::string cloudflare_form(const KeyPublication& key) {
  return fmt::format(
      "{{\n"
      "  \"type\": \"TXT\",\n"
      "  \"name\": {},\n"
      "  \"content\": {},\n"
      "  \"ttl\": {}\n"
      "}}\n",
      json_quoted(key.owner.to_string()), json_quoted(quoted_strings(key.value, " ")), key.ttl);
}

std::string route53_form(const KeyPublication& key) {
  return fmt::format(
      "{{\n"
      "  \"Comment\": \"DKIM key\",\n"
      "  \"Changes\": [\n"
      "    {{\n"
      "      \"Action\": \"CREATE\",\n"
      "      \"ResourceRecordSet\": {{\n"
      "        \"Name\": {},\n"
      "        \"Type\": \"TXT\",\n"
      "        \"TTL\": {},\n"
      "        \"ResourceRecords\": [ {{ \"Value\": {} }} ]\n"
      "      }}\n"
      "    }}\n"
      "  ]\n"
      "}}\n",
      json_quoted(key.owner.to_string() + "."), key.ttl, json_quoted(quoted_strings(key.value, " ")));
}

std::string relative_owner(const KeyPublication& key) { return key.selector + "._domainkey"; }

std::string dnscontrol_form(const KeyPublication& key) {
  return fmt::format("TXT({}, {}, TTL({})),\n", json_quoted(relative_owner(key)), json_quoted(key.value), key.ttl);
}

// octoDNS wants semicolons escaped; in single quotes YAML leaves the backslash alone.
std::string octodns_form(const KeyPublication& key) {
  std::string value;
  for (const char c : key.value) {
    if (c == ';') value.push_back('\\');
    value.push_back(c);
  }
  return fmt::format("'{}':\n  ttl: {}\n  type: TXT\n  value: '{}'\n", relative_owner(key), key.ttl, value);
}

constexpr std::array<std::pair<std::string_view, KeyTextFormat>, 7> kFormats{{
    {"value", KeyTextFormat::value},
    {"zone", KeyTextFormat::zone},
    {"nsupdate", KeyTextFormat::nsupdate},
    {"cloudflare", KeyTextFormat::cloudflare},
    {"route53", KeyTextFormat::route53},
    {"dnscontrol", KeyTextFormat::dnscontrol},
    {"octodns", KeyTextFormat::octodns},
}};

}  // namespace

std::string key_record_text(const PublicKey& key, const KeyTags& tags) {
  std::string out = fmt::format("v=DKIM1; k={}; ", key.type());
  if (tags.sha256_only) out += "h=sha256; ";
  if (tags.testing || tags.no_subdomains) {
    out += fmt::format("t={}{}{}; ", tags.testing ? "y" : "", tags.testing && tags.no_subdomains ? ":" : "",
                       tags.no_subdomains ? "s" : "");
  }
  if (!tags.note.empty()) out += fmt::format("n={}; ", quoted_printable(tags.note));
  return out + "p=" + key.encoded();
}

dns::Text in_strings(std::string_view value) {
  std::vector<std::string> strings;
  for (std::size_t at = 0; at < value.size() || at == 0; at += kMaxString) {
    strings.emplace_back(value.substr(at, kMaxString));
  }
  return dns::Text(strings);
}

std::optional<KeyTextFormat> parse_key_text_format(std::string_view word) noexcept {
  for (const auto& [name, format] : kFormats) {
    if (name == word) return format;
  }
  return std::nullopt;
}

std::string key_text(const KeyPublication& publication, KeyTextFormat format) {
  switch (format) {
    case KeyTextFormat::value: break;
    case KeyTextFormat::zone: return zone_form(publication);
    case KeyTextFormat::nsupdate: return nsupdate_form(publication);
    case KeyTextFormat::cloudflare: return cloudflare_form(publication);
    case KeyTextFormat::route53: return route53_form(publication);
    case KeyTextFormat::dnscontrol: return dnscontrol_form(publication);
    case KeyTextFormat::octodns: return octodns_form(publication);
  }
  return publication.value + '\n';
}

}  // namespace envelint::dkim
