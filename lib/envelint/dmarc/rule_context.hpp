#pragma once

#include <envelint/dmarc/record.hpp>
#include <envelint/finding/finding.hpp>

#include <optional>
#include <string>
#include <string_view>

/// What the rules share. Internal to the room.
namespace envelint::dmarc {

using finding::Code;
using finding::Edit;
using finding::Findings;

/// One record under the eyes of the rules.
struct Subject {
  const Record& record;
  Findings& out;
  std::string domain;          ///< the domain the record is for, lower case; empty when the owner is not known
  bool authorization = false;  ///< it stands under `_report._dmarc` and needs no policy
};

/// The domain a record at `owner` is for: without `_dmarc.` and the final dot, in lower case.
[[nodiscard]] std::string domain_of(std::string_view owner);

/// The first tag of a key as meant whose value can be edited by itself: no wrong separator next to it.
[[nodiscard]] bool is_editable(const Tag& tag) noexcept;

/// Takes a tag out with the separator before it. Edits of neighbours do not overlap.
[[nodiscard]] Edit removal(const Record& record, const Tag& tag);

/// Puts `; text` right after `v=DMARC1`, where RFC 7489 wants `p`. Nothing when the version tag cannot be made out.
[[nodiscard]] std::optional<Edit> after_version(const Record& record, std::string_view text);

/// Puts `; text` after the last tag.
[[nodiscard]] Edit at_end(const Record& record, std::string_view text);

/// What receivers do with the record when its policy cannot be used (RFC 9989 §4.10.1).
[[nodiscard]] std::string_view fallback_effect(const Record& record) noexcept;

void check_form(Subject& subject);     ///< DMARC003 to 014
void check_policy(Subject& subject);   ///< DMARC020 to 045
void check_reports(Subject& subject);  ///< DMARC025, 050 to 067

}  // namespace envelint::dmarc
