#include <envelint/audit/kind.hpp>

#include <envelint/spf/record.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace envelint::audit {
namespace {

constexpr std::array<std::string_view, 11> kKinds{"spf",  "dkim", "dmarc",   "mta_sts", "tls_rpt", "bimi",
                                                  "tlsa", "mx",   "address", "ptr",     "txt"};

std::vector<std::string_view> labels(std::string_view owner) {
  std::vector<std::string_view> out;
  while (!owner.empty()) {
    const std::size_t dot = std::min(owner.find('.'), owner.size());
    out.push_back(owner.substr(0, dot));
    owner.remove_prefix(std::min(dot + 1, owner.size()));
  }
  return out;
}

// The words that give a pasted value away, by kind; matched without case, since their case is what people get wrong.
struct Sign {
  std::string_view word;
  Kind kind;
};
constexpr std::array<Sign, 12> kSigns{{{"dkim1", Kind::dkim},
                                       {"dmarc1", Kind::dmarc},
                                       {"v=dmarc", Kind::dmarc},
                                       {"v=dkim", Kind::dkim},
                                       {"stsv1", Kind::mta_sts},
                                       {"v=sts", Kind::mta_sts},
                                       {"tlsrptv1", Kind::tls_rpt},
                                       {"v=tlsrpt", Kind::tls_rpt},
                                       {"bimi1", Kind::bimi},
                                       {"v=bimi", Kind::bimi},
                                       {"k=rsa", Kind::dkim},
                                       {"k=ed25519", Kind::dkim}}};
constexpr std::size_t kSniffed = 400;

std::vector<std::string_view> words(std::string_view text, std::size_t most) {
  std::vector<std::string_view> out;
  while (out.size() < most) {
    text = text::trim(text);
    if (text.empty()) break;
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

bool is_number(std::string_view word) {
  return !word.empty() && word.size() <= 5 && std::ranges::all_of(word, text::is_digit);
}

// `3 1 1 0123…`
bool looks_like_tlsa(std::string_view value) {
  const auto parts = words(value, 4);
  return parts.size() == 4 && std::ranges::all_of(parts.begin(), parts.begin() + 3, is_number) && parts[3].size() >= 8;
}

// `10 mail.example.com.`
bool looks_like_mx(std::string_view value) {
  const auto parts = words(value, 3);
  return parts.size() == 2 && is_number(parts[0]) && !is_number(parts[1]);
}

}  // namespace

std::string_view to_string(Kind kind) noexcept { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<Kind> parse_kind(std::string_view word) noexcept {
  const auto it = std::ranges::find(kKinds, word);
  if (it == kKinds.end()) return std::nullopt;
  return static_cast<Kind>(it - kKinds.begin());
}

Kind kind_of_txt(std::string_view owner, std::string_view value) {
  const std::string lower = text::lower(owner);
  const auto parts = labels(lower);
  const auto at = [&](std::size_t i) { return i < parts.size() ? parts[i] : std::string_view(); };
  // `<domain>._report._dmarc.<host>` lets a host take another domain's reports (RFC 9990).
  const auto report = std::ranges::find(parts, "_report");
  const bool authorisation = report != parts.end() && report + 1 != parts.end() && *(report + 1) == "_dmarc";
  if (at(0) == "_dmarc" || authorisation) return Kind::dmarc;
  if (at(0) == "_mta-sts") return Kind::mta_sts;
  if (at(0) == "_smtp" && at(1) == "_tls") return Kind::tls_rpt;
  if (at(1) == "_bimi") return Kind::bimi;
  if (parts.size() > 1 && std::ranges::find(parts.begin() + 1, parts.end(), "_domainkey") != parts.end()) {
    return Kind::dkim;
  }
  return spf::looks_like_record(value) ? Kind::spf : Kind::txt;
}

Kind kind_of_value(std::string_view value) {
  if (looks_like_tlsa(value)) return Kind::tlsa;
  if (looks_like_mx(value)) return Kind::mx;
  const std::string start = text::lower(value.substr(0, kSniffed));
  // The earliest sign counts: an SPF record may have another record pasted behind it.
  Kind kind = Kind::txt;
  std::size_t earliest = std::string::npos;
  for (const Sign& sign : kSigns) {
    const std::size_t place = start.find(sign.word);
    if (place >= earliest) continue;
    earliest = place;
    kind = sign.kind;
  }
  if (spf::looks_like_record(value) && start.find("spf") < earliest) return Kind::spf;
  if (kind == Kind::txt && (start.starts_with("p=") || start.contains(";p=") || start.contains("; p="))) {
    return Kind::dkim;
  }
  return kind;
}

}  // namespace envelint::audit
