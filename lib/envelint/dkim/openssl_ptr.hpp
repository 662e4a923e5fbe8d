#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

/// Owners of OpenSSL's handles.
namespace envelint::dkim {

struct OpensslFree {
  void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
  void operator()(EVP_MD* digest) const noexcept { EVP_MD_free(digest); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
  void operator()(PKCS8_PRIV_KEY_INFO* info) const noexcept { PKCS8_PRIV_KEY_INFO_free(info); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(X509_SIG* encrypted) const noexcept { X509_SIG_free(encrypted); }
};

using BioPtr = std::unique_ptr<BIO, OpensslFree>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, OpensslFree>;
using DigestPtr = std::unique_ptr<EVP_MD, OpensslFree>;
using EncryptedKeyPtr = std::unique_ptr<X509_SIG, OpensslFree>;
using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslFree>;
using PkeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, OpensslFree>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree>;
using X509Ptr = std::unique_ptr<X509, OpensslFree>;

}  // namespace envelint::dkim
