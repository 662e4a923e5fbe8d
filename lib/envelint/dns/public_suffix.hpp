#pragma once

#include <envelint/dns/name.hpp>

#include <memory>
#include <optional>

namespace envelint::dns {

/// The Public Suffix List (publicsuffix.org): below which names people register domains of their own.
///
/// The system's list where there is one that is newer than the library's, else the library's. Asking changes nothing, so
/// several threads may ask. Movable.
class PublicSuffixList {
 public:
  PublicSuffixList();
  PublicSuffixList(PublicSuffixList&&) noexcept;
  PublicSuffixList& operator=(PublicSuffixList&&) noexcept;
  ~PublicSuffixList();

  /// Whether domains are registered right below this name, as with `com` and `co.uk`. The root is one.
  [[nodiscard]] bool is_public_suffix(const Name& name) const;

  /// The Organizational Domain of RFC 7489 §3.2: the public suffix and one label more. Nothing for a public suffix itself.
  [[nodiscard]] std::optional<Name> organizational_domain(const Name& name) const;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace envelint::dns
