#pragma once

#include <envelint/audit/kind.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/dns/text.hpp>
#include <envelint/finding/finding.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace envelint::audit {

/// What a record's text alone says about it.
struct Judgement {
  std::optional<bool> valid;  ///< nothing for kinds without a grammar here
  std::vector<finding::Finding> findings;
};

/// Judges one value by the rules of its kind: a pure function of its arguments.
///
/// @param value  TXT: its text; TLSA and MX: their data in presentation form.
/// @param owner  the owner name without final dot; empty when it is not known.
[[nodiscard]] Judgement judge_value(Kind kind, const dns::Text& value, std::string_view owner);

/// Judges a record that was pasted in, and says what it was taken for.
///
/// @param owner  the owner name without final dot; may be empty.
/// @param kind   what to take it for; by its name and looks when nothing is given.
/// @return one domain with one record. Findings carry the record's index.
[[nodiscard]] DomainReport judge_record(std::string_view owner, dns::Text value, std::optional<Kind> kind);

}  // namespace envelint::audit
