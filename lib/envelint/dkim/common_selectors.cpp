#include <envelint/dkim/common_selectors.hpp>

#include <array>

namespace envelint::dkim {
namespace {

constexpr std::array<std::string_view, 40> kSelectors{
    "selector1", "selector2", "google",   "default",  "resend",   "s1",      "zmail",      "20230601", "smtp", "mail",
    "dkim",      "mailo",     "mx",       "k1",       "mailjet",  "smtpapi", "pic",        "k3",       "krs",  "s2",
    "s1-ionos",  "m1",        "cf2024-1", "hs1",      "x",        "zoho",    "hs2",        "dk",       "api",  "key1",
    "k2",        "email",     "mta",      "zendesk1", "mandrill", "kl",      "protonmail", "fm1",      "sig1", "s3"};

}  // namespace

std::span<const std::string_view> common_selectors() noexcept { return kSelectors; }

}  // namespace envelint::dkim
