#include <envelint/dkim/key_name.hpp>

#include <utility>

namespace envelint::dkim {

std::optional<dns::Name> key_name(const dns::Name& selector, const dns::Name& domain) {
  const auto parent = domain.child("_domainkey");
  if (!parent) return std::nullopt;
  auto name = selector.under(*parent);
  if (!name) return std::nullopt;
  return *std::move(name);
}

}  // namespace envelint::dkim
