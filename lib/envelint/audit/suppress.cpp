#include <envelint/audit/suppress.hpp>

#include <envelint/audit/selection.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::FilePlace;
using finding::Finding;

/// The file bytes a finding is about: those of its record, or its own.
std::optional<FilePlace> place_of(const DomainReport& domain, const Finding& finding) {
  if (finding.record >= 0) {
    const RecordReport& record = domain.records[static_cast<std::size_t>(finding.record)];
    if (record.source) return FilePlace{record.source->file, record.source->entry};
  }
  return finding.place;
}

bool covers(const dns::Suppression& suppression, finding::Span place) {
  return suppression.entry.overlaps(place) || suppression.entry.contains(place.start);
}

bool names(const dns::Suppression& suppression, Code code) {
  return std::ranges::any_of(suppression.codes,
                             [&](const std::string& pattern) { return match_length(pattern, code) > 0; });
}

bool names_any_that_needs_dns(const dns::Suppression& suppression) {
  return std::ranges::any_of(finding::catalogue(), [&](const finding::CatalogueEntry& entry) {
    return entry.needs.contains("dns") && names(suppression, entry.code);
  });
}

}  // namespace

Suppressor::Suppressor(const dns::Zone& zone) : zone_(zone), used_(zone.suppressions.size(), false) {
  for (std::size_t i = 0; i < zone.suppressions.size(); ++i) {
    (zone.suppressions[i].whole_file ? whole_file_ : by_entry_).push_back(i);
  }
  std::ranges::stable_sort(by_entry_, {}, [&](std::size_t i) {
    const dns::Suppression& suppression = zone.suppressions[i];
    return std::tuple(suppression.file, suppression.entry.start, suppression.entry.end);
  });
}

bool Suppressor::silenced_by_file(std::uint32_t file, Code code) {
  const auto [verdict, is_new] = file_verdicts_.try_emplace({file, code}, false);
  if (!is_new) return verdict->second;
  for (const std::size_t i : whole_file_) {
    if (zone_.suppressions[i].file != file || !names(zone_.suppressions[i], code)) continue;
    used_[i] = true;
    verdict->second = true;
  }
  return verdict->second;
}

bool Suppressor::silenced_by_entry(const FilePlace& place, Code code) {
  bool silenced = false;
  auto it = std::ranges::partition_point(by_entry_, [&](std::size_t i) {
    const dns::Suppression& suppression = zone_.suppressions[i];
    return std::pair(suppression.file, suppression.entry.end) < std::pair(place.file, place.span.start);
  });
  for (; it != by_entry_.end(); ++it) {
    const dns::Suppression& suppression = zone_.suppressions[*it];
    if (suppression.file != place.file || suppression.entry.start > place.span.end) break;
    if (!covers(suppression, place.span) || !names(suppression, code)) continue;
    used_[*it] = true;
    silenced = true;
  }
  return silenced;
}

bool Suppressor::silences(const DomainReport& domain, const Finding& finding) {
  if (zone_.suppressions.empty()) return false;
  const auto place = place_of(domain, finding);
  if (!place) return false;
  // Both, so that each comment that has an effect is known to have one.
  const bool by_file = silenced_by_file(place->file, finding.code);
  return silenced_by_entry(*place, finding.code) || by_file;
}

void Suppressor::report_idle(finding::Findings& out, bool with_dns) const {
  for (std::size_t i = 0; i < zone_.suppressions.size(); ++i) {
    const dns::Suppression& suppression = zone_.suppressions[i];
    const FilePlace place{suppression.file, suppression.span};
    if (suppression.codes.empty()) {
      out.add(Code::x_idle_suppression, {})
          .place(place)
          .message("this comment is meant to silence a finding, and names none")
          .help("write `; envelint: ignore SPF062 -- why`");
    } else if (!used_[i] && !with_dns && names_any_that_needs_dns(suppression)) {
      continue;
    } else if (!used_[i]) {
      out.add(Code::x_idle_suppression, {})
          .place(place)
          .message("this comment silences nothing: no such finding is made here")
          .help("remove the comment");
    } else if (suppression.reason.empty()) {
      out.add(Code::x_idle_suppression, {})
          .place(place)
          .message("this comment silences a finding and does not say why")
          .help("add the reason behind two hyphens: `-- why`");
    }
  }
}

}  // namespace envelint::audit
