#pragma once

#include <envelint/text/field_list.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace envelint::text {

/// Appends what is wrong with the field at `index`, one that the protocol does not define, to the faults of a record.
/// @tparam Fault  has a kind, a span and the index of a field, and among its kinds those of ExtensionFault.
template <class Fault>
void append_extension_fault(std::string_view value, const FieldList& list, std::uint32_t index,
                            std::vector<Fault>& faults) {
  const auto fault = extension_fault(value, list.fields[index]);
  if (!fault) return;
  auto kind = Fault::Kind::foreign_octet;
  if (fault->kind == ExtensionFault::Kind::name_invalid) kind = Fault::Kind::name_invalid;
  if (fault->kind == ExtensionFault::Kind::value_invalid) kind = Fault::Kind::value_invalid;
  faults.push_back({kind, fault->span, index});
}

}  // namespace envelint::text
