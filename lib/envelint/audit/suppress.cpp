#include <envelint/audit/suppress.hpp>

#include <envelint/audit/selection.hpp>

#include <algorithm>
#include <optional>
#include <string>

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

bool covers(const dns::Suppression& suppression, const FilePlace& place) {
  if (suppression.file != place.file) return false;
  return suppression.whole_file || suppression.entry.overlaps(place.span) || suppression.entry.contains(place.span.start);
}

bool names(const dns::Suppression& suppression, Code code) {
  return std::ranges::any_of(suppression.codes,
                             [&](const std::string& pattern) { return match_length(pattern, code) > 0; });
}

}  // namespace

Suppressor::Suppressor(const dns::Zone& zone) : zone_(zone), used_(zone.suppressions.size(), false) {}

bool Suppressor::silences(const DomainReport& domain, const Finding& finding) {
  if (zone_.suppressions.empty()) return false;
  const auto place = place_of(domain, finding);
  if (!place) return false;
  bool silenced = false;
  for (std::size_t i = 0; i < zone_.suppressions.size(); ++i) {
    if (!covers(zone_.suppressions[i], *place) || !names(zone_.suppressions[i], finding.code)) continue;
    used_[i] = true;
    silenced = true;
  }
  return silenced;
}

void Suppressor::report_idle(finding::Findings& out) const {
  for (std::size_t i = 0; i < zone_.suppressions.size(); ++i) {
    const dns::Suppression& suppression = zone_.suppressions[i];
    const FilePlace place{suppression.file, suppression.span};
    if (suppression.codes.empty()) {
      out.add(Code::x_idle_suppression, {})
          .place(place)
          .message("this comment is meant to silence a finding, and names none")
          .help("write `; envelint: ignore SPF062 -- why`");
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
