#pragma once

#include <envelint/finding/codes.hpp>
#include <envelint/finding/severity.hpp>

#include <span>
#include <string_view>

namespace envelint::finding {

/// What is known of a finding before it fires: the page `records/<area>/<id>.md`, made part of the program.
/// All texts live as long as the program.
struct CatalogueEntry {
  Code code;
  std::string_view id;    ///< "SPF090": never changes its meaning
  std::string_view name;  ///< "too-many-lookups"
  Severity severity;
  FixKind fix;
  std::string_view needs;      ///< what a rule has to see, e.g. "record, zone"
  std::string_view reference;  ///< "RFC 7208 §4.6.4"
  std::string_view summary;    ///< one sentence without a full stop
  std::string_view body;       ///< the page below its header, in Markdown
  std::string_view page;       ///< the whole page as it is written
};

/// Every entry, by family and number.
[[nodiscard]] std::span<const CatalogueEntry> catalogue() noexcept;

/// The entry of a code. Constant time.
[[nodiscard]] const CatalogueEntry& entry(Code code) noexcept;

/// The entry with this id or name, in any case; nullptr when there is none.
[[nodiscard]] const CatalogueEntry* find_entry(std::string_view id_or_name) noexcept;

}  // namespace envelint::finding
