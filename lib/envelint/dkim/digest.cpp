#include <envelint/dkim/digest.hpp>

#include <algorithm>
#include <cstring>
#include <new>

namespace envelint::dkim {
namespace {

/// Fetched once: OpenSSL looks an algorithm up at every use of it otherwise.
const EVP_MD* algorithm(HashAlgorithm hash) {
  static const DigestPtr kSha1(EVP_MD_fetch(nullptr, "SHA1", nullptr));
  static const DigestPtr kSha256(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return hash == HashAlgorithm::sha1 ? kSha1.get() : kSha256.get();
}

/// These calls fail when there is no memory left, or no such digest in this OpenSSL.
void require(bool done) {
  if (!done) throw std::bad_alloc();
}

}  // namespace

std::string_view to_string(HashAlgorithm hash) noexcept { return hash == HashAlgorithm::sha1 ? "sha1" : "sha256"; }

std::size_t size_of(HashAlgorithm hash) noexcept { return hash == HashAlgorithm::sha1 ? 20 : 32; }

Digest::Digest(HashAlgorithm hash, std::uint64_t limit) : context_(EVP_MD_CTX_new()), limit_(limit) {
  require(context_ && EVP_DigestInit_ex(context_.get(), algorithm(hash), nullptr) == 1);
}

Digest::Digest(const Digest& other)
    : Sink(other),
      context_(EVP_MD_CTX_new()),
      limit_(other.limit_),
      octets_(other.octets_),
      gathered_(other.gathered_),
      buffer_(other.buffer_) {
  require(context_ && EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()) == 1);
}

void Digest::write(std::string_view octets) {
  const std::uint64_t left = limit_ - std::min(limit_, octets_);
  octets_ += octets.size();
  octets = octets.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, octets.size())));
  if (gathered_ + octets.size() > buffer_.size()) flush();
  if (octets.size() > buffer_.size() / 2) {
    flush();
    return hash(octets);
  }
  if (octets.empty()) return;
  std::memcpy(buffer_.data() + gathered_, octets.data(), octets.size());
  gathered_ += octets.size();
}

text::Bytes Digest::finish() {
  flush();
  text::Bytes out(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  require(EVP_DigestFinal_ex(context_.get(), out.data(), &size) == 1);
  out.resize(size);
  return out;
}

void Digest::flush() {
  if (gathered_ > 0) hash({buffer_.data(), gathered_});
  gathered_ = 0;
}

void Digest::hash(std::string_view octets) {
  require(EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) == 1);
}

text::Bytes digest_of(HashAlgorithm hash, std::string_view octets) {
  Digest digest(hash);
  digest.write(octets);
  return digest.finish();
}

}  // namespace envelint::dkim
