#pragma once

#include <ldns/ldns.h>

#include <memory>

/// Owners for what ldns allocates. A plain pointer from ldns is always borrowed. Only for source files: no public
/// header names a type of ldns.
namespace envelint::dns {

template <auto Free>
struct LdnsDelete {
  template <typename T>
  void operator()(T* pointer) const noexcept {
    Free(pointer);
  }
};

using RdfPtr = std::unique_ptr<ldns_rdf, LdnsDelete<ldns_rdf_deep_free>>;
using RrPtr = std::unique_ptr<ldns_rr, LdnsDelete<ldns_rr_free>>;

}  // namespace envelint::dns
