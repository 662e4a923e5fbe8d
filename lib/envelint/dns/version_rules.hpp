#pragma once

#include <envelint/finding/finding.hpp>
#include <envelint/text/field_list.hpp>

#include <string_view>

namespace envelint::dns {

/// The codes under which a protocol reports what `text::parse_field_list` found wrong with its version.
struct VersionCheck {
  finding::Code code;
  text::FieldListKind kind;
  std::string_view name;          ///< what a person calls the record: "MTA-STS"
  std::string_view needed_field;  ///< the field that marks a record without version as one of this kind: "id"
};

/// Reports the faults of a version that MTA-STS and TLS-RPT records have in common (STS003, RPT003).
void check_version(std::string_view value, const text::FieldList& list, const VersionCheck& check,
                   finding::Findings& out);

}  // namespace envelint::dns
