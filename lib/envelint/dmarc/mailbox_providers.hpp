#pragma once

#include <algorithm>
#include <array>
#include <string_view>

/// Domains whose mailboxes are open to everyone. None of them publishes `<domain>._report._dmarc.<provider>` for its
/// customers' domains, so reports to such a mailbox are not sent (RFC 9990, "Verifying External Destinations").
namespace envelint::dmarc {

inline constexpr std::array<std::string_view, 44> kMailboxProviders{
    "126.com",     "163.com",       "aol.com",      "comcast.net", "fastmail.com",   "fastmail.fm", "freenet.de",
    "gmail.com",   "gmx.at",        "gmx.ch",       "gmx.com",     "gmx.de",         "gmx.net",     "googlemail.com",
    "hey.com",     "hotmail.co.uk", "hotmail.com",  "hotmail.fr",  "icloud.com",     "laposte.net", "libero.it",
    "live.com",    "mac.com",       "mail.com",     "mail.ru",     "me.com",         "msn.com",     "naver.com",
    "orange.fr",   "outlook.com",   "outlook.de",   "proton.me",   "protonmail.com", "qq.com",      "seznam.cz",
    "t-online.de", "tuta.com",      "tutanota.com", "web.de",      "yahoo.co.uk",    "yahoo.com",   "yahoo.de",
    "yandex.com",  "yandex.ru"};
static_assert(std::ranges::is_sorted(kMailboxProviders));

/// Whether a domain in lower case is one of them.
[[nodiscard]] constexpr bool is_mailbox_provider(std::string_view domain) noexcept {
  return std::ranges::binary_search(kMailboxProviders, domain);
}

}  // namespace envelint::dmarc
