#pragma once

#include <envelint/dkim/private_key.hpp>
#include <envelint/dkim/public_key.hpp>
#include <envelint/dkim/secret_bytes.hpp>

#include <expected>
#include <string_view>

namespace envelint::dkim {

/// The public key of a file that holds either half: whatever PrivateKey::read takes, SubjectPublicKeyInfo or PKCS#1 as
/// PEM or DER, the line of an OpenSSH public key, or the base64 of one of them.
///
/// @param file        any bytes. Not kept, and not wiped.
/// @param passphrase  for encrypted private keys; nullptr: there is none.
/// @return the key as p= must hold it, or what the file is. A certificate is refused: its key is most often that of a
///         web server. Bounded as PrivateKey::read is.
[[nodiscard]] std::expected<PublicKey, KeyFileFault> read_public_key(std::string_view file,
                                                                     const SecretBytes* passphrase = nullptr);

}  // namespace envelint::dkim
