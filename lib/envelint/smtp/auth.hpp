#pragma once

#include <envelint/smtp/envelope.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::smtp {

enum class Mechanism : std::uint8_t {
  plain,     ///< RFC 4616
  login,     ///< a draft that never became an RFC, and that everybody speaks
  cram_md5,  ///< RFC 2195
  xoauth2,   ///< Google's and Microsoft's form of OAuth, before RFC 7628
};
/// `PLAIN`, `LOGIN`, `CRAM-MD5`, `XOAUTH2`.
[[nodiscard]] std::string_view to_string(Mechanism mechanism) noexcept;
[[nodiscard]] std::optional<Mechanism> mechanism_of(std::string_view name) noexcept;

/// A user who may authenticate; for XOAUTH2 the secret is the token.
struct Credential {
  std::string user;
  std::string secret;
};

enum class AuthPolicy : std::uint8_t {
  off,     ///< AUTH is not offered
  any,     ///< every user and password is right, as in a test of clients
  listed,  ///< those of AuthOptions::users
};

struct AuthOptions {
  AuthPolicy policy = AuthPolicy::off;
  std::vector<Credential> users;
  std::vector<Mechanism> mechanisms{Mechanism::plain, Mechanism::login, Mechanism::cram_md5, Mechanism::xoauth2};
  bool without_tls = false;    ///< offered in clear too (RFC 4954 §4 forbids it for PLAIN outside tests)
  bool keep_secrets = false;   ///< whether Identity::secret is filled
  std::string cram_challenge;  ///< `<1896.697170952@mx.example.com>`, another for every session; without it no CRAM-MD5
};

/// One SASL exchange (RFC 4954 §4) without the commands and replies around it.
///
/// What decides is wiped before the memory is given back: decoded responses and tokens. The line it came in is the
/// caller's.
class AuthExchange {
 public:
  enum class Step : std::uint8_t {
    challenge,  ///< send `challenge()` in a 334 and give the next line to `respond`
    accepted,   ///< `identity()` is who it is
    refused,    ///< a wrong user or secret: 535
    malformed,  ///< no base64, or not what the mechanism sends: 501
    cancelled,  ///< the client sent `*`: 501
  };

  /// @param options  must outlive the exchange
  AuthExchange(const AuthOptions& options, Mechanism mechanism);

  /// Begins. @param initial  the initial response: base64, `=` for an empty one; nothing where the client sent none
  [[nodiscard]] Step start(std::optional<std::string_view> initial);
  /// Takes the client's answer to a challenge, without its CRLF.
  [[nodiscard]] Step respond(std::string_view line);

  /// In base64, as it is sent.
  [[nodiscard]] const std::string& challenge() const noexcept { return challenge_; }
  [[nodiscard]] Mechanism mechanism() const noexcept { return mechanism_; }
  /// Who tried, known also when it was refused.
  [[nodiscard]] const Identity& identity() const noexcept { return identity_; }

 private:
  [[nodiscard]] Step ask(std::string_view plain_challenge);
  [[nodiscard]] Step take(std::string_view response);
  [[nodiscard]] Step take_plain(std::string_view response);
  [[nodiscard]] Step take_login(std::string_view response);
  [[nodiscard]] Step take_cram_md5(std::string_view response);
  [[nodiscard]] Step take_xoauth2(std::string_view response);
  [[nodiscard]] Step judge(std::string_view secret);

  const AuthOptions& options_;
  Mechanism mechanism_;
  std::string challenge_;
  Identity identity_;
  bool user_known_ = false;  ///< LOGIN: the next response is the password
  bool error_told_ = false;  ///< XOAUTH2: the next response, an empty one, ends a refused exchange
};

}  // namespace envelint::smtp
