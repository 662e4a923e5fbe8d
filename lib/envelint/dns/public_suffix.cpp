#include <envelint/dns/public_suffix.hpp>

#include <envelint/text/ascii.hpp>

#include <libpsl.h>

#include <algorithm>
#include <string>

namespace envelint::dns {

struct PublicSuffixList::Handle {
  Handle() : list(psl_latest(nullptr)) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { psl_free(list); }

  psl_ctx_t* list;  // null where the library was built without a list: then nothing but the last label is a suffix
};

PublicSuffixList::PublicSuffixList() : handle_(std::make_unique<Handle>()) {}
PublicSuffixList::PublicSuffixList(PublicSuffixList&&) noexcept = default;
PublicSuffixList& PublicSuffixList::operator=(PublicSuffixList&&) noexcept = default;
PublicSuffixList::~PublicSuffixList() = default;

bool PublicSuffixList::is_public_suffix(const Name& name) const {
  if (name.is_root()) return true;
  // The list holds host names. A label with anything else in it (an escaped dot, an octet outside ASCII) is in none of
  // its entries, but may stand where a wildcard entry has any label.
  const std::string text = name.to_lower();
  if (handle_->list == nullptr) return name.label_count() == 1;
  return psl_is_public_suffix(handle_->list, text.c_str()) != 0;
}

std::optional<Name> PublicSuffixList::organizational_domain(const Name& name) const {
  std::optional<Name> best;
  for (Name at = name; !is_public_suffix(at); at = at.parent()) best = at;
  return best;
}

}  // namespace envelint::dns
