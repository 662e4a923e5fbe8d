#include <envelint/audit/zone_fix.hpp>

#include <envelint/audit/fix.hpp>
#include <envelint/audit/zone_audit.hpp>
#include <envelint/dns/rdata.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace envelint::audit {
namespace {

using finding::Edit;
using finding::Finding;
using text::Span;

constexpr std::size_t kMaxString = 255;  // octets of a character-string (RFC 1035 §3.3)

// The text as it stands between the quotes of a zone file.
std::string quoted_form(const std::string& text) {
  const std::string whole = dns::presentation(dns::Data(dns::Text(text)));
  return whole.substr(1, whole.size() - 2);
}

// The value as strings of at most 255 octets, quoted.
std::string as_strings(std::string_view value) {
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < value.size() || i == 0; i += kMaxString)
    strings.emplace_back(value.substr(i, kMaxString));
  return dns::presentation(dns::Data(dns::Text(strings)));
}

// The length of the string that an edit falls into, after it.
bool string_stays_short(const dns::Text& value, const std::vector<Edit>& edits) {
  std::size_t start = 0;
  std::vector<std::uint32_t> ends = value.joins();
  ends.push_back(static_cast<std::uint32_t>(value.joined().size()));
  for (const std::uint32_t end : ends) {
    std::size_t size = end - start;
    for (const Edit& edit : edits) {
      if (edit.span.start >= start && edit.span.end <= end) size = size + edit.text.size() - edit.span.size();
    }
    if (size > kMaxString) return false;
    start = end;
  }
  return true;
}

// Edits of a record's value as edits of its file: in place where the bytes stand in the file as they are, else with
// the record's data written anew.
std::vector<Edit> file_edits(const RecordReport& record, const text::SourceFile& file, std::vector<Edit> edits) {
  const RecordSource& source = *record.source;
  const auto in_place = [&](const Edit& edit) {
    if (source.map.empty() || !source.map.is_verbatim(edit.span)) return false;
    const Span bytes = source.map.to_file(edit.span);
    // An unquoted word ends at the first blank a fix would put into it.
    return bytes.start > source.rdata.start && file.content()[source.rdata.start] == '"' &&
           file.content()[source.rdata.end - 1] == '"';
  };
  if (std::ranges::all_of(edits, in_place) && string_stays_short(record.value, edits)) {
    for (Edit& edit : edits) edit = {source.map.to_file(edit.span), quoted_form(edit.text)};
    return edits;
  }
  return {{source.rdata, as_strings(finding::apply(record.value.joined(), std::move(edits)))}};
}

/// Gathers the edits of one round, file by file, and leaves out those that would touch others.
class Round {
 public:
  Round(const Report& report, const Selection& selection) : report_(report), selection_(selection) {}

  std::map<std::uint32_t, std::vector<Edit>> edits() {
    for (const DomainReport& domain : report_.domains) {
      mend_records(domain);
      for (const Finding& finding : domain.findings) mend_file(finding);
    }
    return std::move(edits_);
  }

 private:
  void mend_records(const DomainReport& domain) {
    std::vector<std::vector<Finding>> by_record(domain.records.size());
    for (const Finding& finding : domain.findings) {
      if (finding.record >= 0 && finding.fix) by_record[static_cast<std::size_t>(finding.record)].push_back(finding);
    }
    for (std::size_t i = 0; i < by_record.size(); ++i) {
      const RecordReport& record = domain.records[i];
      auto value_edits = safe_edits(by_record[i], selection_);
      if (value_edits.empty() || !record.source) continue;
      const std::uint32_t file = record.source->file;
      take(file, file_edits(record, *report_.files.at(file), std::move(value_edits)));
    }
  }

  void mend_file(const Finding& finding) {
    if (!finding.file_fix || !finding.file_fix->safe || !selection_.keeps(finding.code)) return;
    std::map<std::uint32_t, std::vector<Edit>> by_file;
    for (const finding::FileEdit& edit : finding.file_fix->edits) by_file[edit.file].push_back({edit.span, edit.text});
    for (auto& [file, wanted] : by_file) take(file, std::move(wanted));
  }

  void take(std::uint32_t file, std::vector<Edit> wanted) {
    auto& taken = edits_[file];
    for (const Edit& edit : wanted) {
      for (const Edit& other : taken) {
        if (edit.span.overlaps(other.span) || edit.span.start == other.span.start) return;
      }
    }
    std::ranges::move(wanted, std::back_inserter(taken));
  }

  const Report& report_;
  const Selection& selection_;
  std::map<std::uint32_t, std::vector<Edit>> edits_;
};

}  // namespace

std::vector<FixedFile> fix_zone(const dns::ZoneText& top, const dns::ZoneOptions& options, const Selection& selection) {
  std::vector<FixedFile> files;
  const auto mended = [&](const std::string& path) { return std::ranges::find(files, path, &FixedFile::path); };
  dns::ZoneOptions overlaid = options;
  if (options.opener) {
    overlaid.opener = [&](std::string_view including, std::string_view name) {
      auto opened = options.opener(including, name);
      if (opened && mended(opened->path) != files.end()) opened->content = mended(opened->path)->after;
      return opened;
    };
  }
  dns::ZoneText current = top;
  for (int round = 0; round < kMaxFixRounds; ++round) {
    const Report report = audit_zone(dns::read_zone(current, overlaid));
    bool changed = false;
    for (auto& [index, edits] : Round(report, selection).edits()) {
      if (edits.empty()) continue;
      const text::SourceFile& file = *report.files.at(index);
      std::string after = finding::apply(file.content(), std::move(edits));
      changed = changed || after != file.content();
      if (index == 0) current.content = after;
      if (mended(file.path()) == files.end()) files.push_back({file.path(), std::string(file.content()), {}});
      mended(file.path())->after = std::move(after);
    }
    if (!changed) break;
  }
  std::erase_if(files, [](const FixedFile& file) { return file.before == file.after; });
  return files;
}

}  // namespace envelint::audit
