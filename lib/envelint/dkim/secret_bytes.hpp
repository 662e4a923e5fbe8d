#pragma once

#include <openssl/crypto.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace envelint::dkim {

/// Octets that nobody else may see: a private key on its way from a file, or a passphrase. Move-only, wiped before the
/// memory is given back, and without a formatter or a stream operator, so that no message can hold them by accident.
/// The size never changes: nothing is left behind where a container would have grown.
class SecretBytes {
 public:
  SecretBytes() noexcept = default;
  /// `size` octets of zero.
  explicit SecretBytes(std::size_t size) : octets_(std::make_unique<std::uint8_t[]>(size)), size_(size) {}
  /// A copy. What it was copied from is for the caller to wipe.
  [[nodiscard]] static SecretBytes copy_of(std::string_view text) {
    SecretBytes out(text.size());
    if (!text.empty()) std::memcpy(out.octets_.get(), text.data(), text.size());
    return out;
  }
  SecretBytes(SecretBytes&& other) noexcept : octets_(std::move(other.octets_)), size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this == &other) return *this;
    wipe();
    octets_ = std::move(other.octets_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(); }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// The secret itself, for those who read it or write it to the file it belongs in. Valid as long as this object.
  [[nodiscard]] std::string_view reveal() const noexcept {
    return {reinterpret_cast<const char*>(octets_.get()), size_};
  }
  [[nodiscard]] std::span<const std::uint8_t> reveal_octets() const noexcept { return {octets_.get(), size_}; }
  /// For filling it.
  [[nodiscard]] std::span<std::uint8_t> writable() noexcept { return {octets_.get(), size_}; }
  /// Keeps the first `size` octets; the others are wiped.
  void shorten(std::size_t size) noexcept {
    if (size >= size_) return;
    OPENSSL_cleanse(octets_.get() + size, size_ - size);
    size_ = size;
  }

 private:
  void wipe() noexcept {
    if (octets_) OPENSSL_cleanse(octets_.get(), size_);
  }

  std::unique_ptr<std::uint8_t[]> octets_;
  std::size_t size_ = 0;
};

}  // namespace envelint::dkim
