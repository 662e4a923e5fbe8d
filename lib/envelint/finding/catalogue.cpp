#include <envelint/finding/catalogue.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::finding {

const CatalogueEntry& entry(Code code) noexcept { return catalogue()[static_cast<std::size_t>(code)]; }

const CatalogueEntry* find_entry(std::string_view id_or_name) noexcept {
  const auto all = catalogue();
  const auto it = std::ranges::find_if(all, [&](const CatalogueEntry& candidate) {
    return text::iequals(candidate.id, id_or_name) || text::iequals(candidate.name, id_or_name);
  });
  return it == all.end() ? nullptr : &*it;
}

}  // namespace envelint::finding
