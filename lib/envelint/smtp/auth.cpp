#include <envelint/smtp/auth.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/base64.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace envelint::smtp {
namespace {

constexpr std::size_t kMaxName = 255;  // RFC 4616 §2: up to 255 octets each

struct NamedMechanism {
  std::string_view name;
  Mechanism mechanism;
};
constexpr std::array<NamedMechanism, 4> kMechanisms{{{"PLAIN", Mechanism::plain},
                                                     {"LOGIN", Mechanism::login},
                                                     {"CRAM-MD5", Mechanism::cram_md5},
                                                     {"XOAUTH2", Mechanism::xoauth2}}};

/// Decoded octets, wiped at the end.
class Decoded {
 public:
  explicit Decoded(text::Bytes bytes) noexcept : bytes_(std::move(bytes)) {}
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;
  ~Decoded() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
  [[nodiscard]] std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  text::Bytes bytes_;
};

/// Base64 as RFC 4954 §4 has it: padded, without white space.
bool is_strict(std::string_view line) { return line.size() % 4 == 0 && std::ranges::none_of(line, text::is_space); }

std::string encoded(std::string_view text) {
  return text::base64_encode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// Takes as long for a secret that is wrong in its first octet as for one that is right.
bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// RFC 2195: HMAC-MD5 of the challenge under the password, in lower-case hexadecimal. Empty where OpenSSL has no MD5.
std::string cram_digest(std::string_view secret, std::string_view challenge) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* const text = reinterpret_cast<const unsigned char*>(challenge.data());
  if (HMAC(EVP_md5(), secret.data(), static_cast<int>(secret.size()), text, challenge.size(), digest.data(), &size) ==
      nullptr)
    return {};
  std::string out;
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && name.find('\0') == std::string_view::npos;
}

}  // namespace

std::string_view to_string(Mechanism mechanism) noexcept {
  return std::ranges::find(kMechanisms, mechanism, &NamedMechanism::mechanism)->name;
}

std::optional<Mechanism> mechanism_of(std::string_view name) noexcept {
  const auto* const named =
      std::ranges::find_if(kMechanisms, [&](const NamedMechanism& each) { return text::iequals(each.name, name); });
  if (named == kMechanisms.end()) return std::nullopt;
  return named->mechanism;
}

AuthExchange::AuthExchange(const AuthOptions& options, Mechanism mechanism) : options_(options), mechanism_(mechanism) {
  identity_.mechanism = to_string(mechanism);
}

AuthExchange::Step AuthExchange::start(std::optional<std::string_view> initial) {
  if (mechanism_ == Mechanism::cram_md5) return initial ? Step::malformed : ask(options_.cram_challenge);
  if (initial) return respond(*initial == "=" ? "" : *initial);
  return ask(mechanism_ == Mechanism::login ? "Username:" : "");
}

AuthExchange::Step AuthExchange::respond(std::string_view line) {
  if (error_told_) return Step::refused;  // whatever comes, `*` too: guessing has to be counted
  if (line == "*") return Step::cancelled;
  auto bytes = text::base64_decode(line);
  if (!bytes) return Step::malformed;
  const Decoded response(*std::move(bytes));
  return is_strict(line) ? take(response.view()) : Step::malformed;
}

AuthExchange::Step AuthExchange::ask(std::string_view plain_challenge) {
  challenge_ = encoded(plain_challenge);
  return Step::challenge;
}

AuthExchange::Step AuthExchange::take(std::string_view response) {
  switch (mechanism_) {
    case Mechanism::plain: return take_plain(response);
    case Mechanism::login: return take_login(response);
    case Mechanism::cram_md5: return take_cram_md5(response);
    case Mechanism::xoauth2: return take_xoauth2(response);
  }
  return Step::malformed;
}

/// RFC 4616 §2: `[authzid] NUL authcid NUL passwd`.
AuthExchange::Step AuthExchange::take_plain(std::string_view response) {
  const std::size_t first = response.find('\0');
  if (first == std::string_view::npos) return Step::malformed;
  const std::size_t second = response.find('\0', first + 1);
  if (second == std::string_view::npos) return Step::malformed;
  const std::string_view user = response.substr(first + 1, second - first - 1);
  const std::string_view secret = response.substr(second + 1);
  if (first > kMaxName || !is_name(user) || !is_name(secret)) return Step::malformed;
  identity_.authorization = response.substr(0, first);
  identity_.user = user;
  return judge(secret);
}

AuthExchange::Step AuthExchange::take_login(std::string_view response) {
  if (!is_name(response)) return Step::malformed;
  if (user_known_) return judge(response);
  user_known_ = true;
  identity_.user = response;
  return ask("Password:");
}

/// RFC 2195 §2: the user, a space, and the digest.
AuthExchange::Step AuthExchange::take_cram_md5(std::string_view response) {
  constexpr std::size_t kDigest = 32;
  const std::size_t space = response.rfind(' ');
  if (space == std::string_view::npos || !is_name(response.substr(0, space))) return Step::malformed;
  const std::string digest = text::lower(response.substr(space + 1));
  if (digest.size() != kDigest || digest.find_first_not_of("0123456789abcdef") != std::string::npos)
    return Step::malformed;
  identity_.user = response.substr(0, space);
  if (options_.policy == AuthPolicy::any) return Step::accepted;
  const auto user = std::ranges::find(options_.users, identity_.user, &Credential::user);
  if (user == options_.users.end()) return Step::refused;
  return same_secret(cram_digest(user->secret, options_.cram_challenge), digest) ? Step::accepted : Step::refused;
}

/// `user=NAME ^A auth=Bearer TOKEN ^A ^A`. A refusal is a challenge first, which the client answers with nothing.
AuthExchange::Step AuthExchange::take_xoauth2(std::string_view response) {
  constexpr std::string_view kUser = "user=";
  constexpr std::string_view kToken =
      "\x01"
      "auth=Bearer ";
  constexpr std::string_view kEnd = "\x01\x01";
  const std::size_t token = response.find(kToken);
  if (!response.starts_with(kUser) || token == std::string_view::npos || !response.ends_with(kEnd))
    return Step::malformed;
  const std::string_view user = response.substr(kUser.size(), token - kUser.size());
  response.remove_prefix(token + kToken.size());
  if (!is_name(user) || response.size() <= kEnd.size()) return Step::malformed;
  identity_.user = user;
  if (judge(response.substr(0, response.size() - kEnd.size())) == Step::accepted) return Step::accepted;
  error_told_ = true;
  return ask(R"({"status":"401","schemes":"bearer"})");
}

AuthExchange::Step AuthExchange::judge(std::string_view secret) {
  const auto matches = [&](const Credential& each) {
    return each.user == identity_.user && same_secret(each.secret, secret);
  };
  if (options_.policy != AuthPolicy::any && std::ranges::none_of(options_.users, matches)) return Step::refused;
  if (options_.keep_secrets) identity_.secret = secret;
  return Step::accepted;
}

}  // namespace envelint::smtp
