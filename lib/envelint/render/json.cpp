#include <envelint/render/json.hpp>

#include <envelint/audit/overview.hpp>
#include <envelint/render/corrected.hpp>
#include <envelint/render/dmarc_json.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/render/secrets.hpp>
#include <envelint/render/servers.hpp>
#include <envelint/render/spf_tree_json.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace envelint::render {
namespace {

using finding::Finding;

/// `value` with its secret bytes masked, one for one.
std::string masked(std::string_view value, std::span<const text::Span> secrets) {
  std::string out(value);
  for (const text::Span secret : secrets) {
    const std::size_t end = std::min<std::size_t>(secret.end, out.size());
    for (std::size_t i = secret.start; i < end; ++i) out[i] = '*';
  }
  return out;
}

bool is_text(dns::Type type) { return type == dns::Type::txt || type == dns::Type::spf; }

/// A place in a file and the file it is in.
struct Place {
  const text::SourceFile* file;
  text::Span span;
};

/// Writes the members of one domain.
class DomainWriter {
 public:
  DomainWriter(JsonWriter& json, const audit::Report& report, const audit::DomainReport& domain)
      : json_(json), report_(report), domain_(domain), secrets_(domain) {}

  void write() {
    json_.open_object();
    json_.member_unless_empty("domain", domain_.domain);
    json_.open_array("records");
    for (std::size_t i = 0; i < domain_.records.size(); ++i) add_record(static_cast<int>(i));
    json_.close_array();
    json_.open_array("findings");
    write_findings();
    json_.close_array();
    if (domain_.dmarc) write_dmarc(json_, *domain_.dmarc);
    if (domain_.spf) add_spf(json_, *domain_.spf);
    json_.open_array("unknown");
    for (const audit::UnknownReport& unknown : domain_.unknown) {
      json_.open_object();
      json_.member("question", unknown.question);
      json_.member("reason", unknown.reason);
      json_.close_object();
    }
    json_.close_array();
    add_overview();
    add_providers();
    add_resolver();
    if (domain_.expectations) add_expectations(*domain_.expectations);
    if (domain_.authoritative) write_servers(json_, *domain_.authoritative);
    json_.close_object();
  }

  void write_findings() {
    for (const Finding& finding : domain_.findings) add_finding(finding);
  }

 private:
  [[nodiscard]] const audit::RecordReport& record(int index) const {
    return domain_.records[static_cast<std::size_t>(index)];
  }

  void add_resolver() {
    const audit::ResolverReport& resolver = domain_.resolver;
    if (resolver.proof) json_.member("dnssec", to_string(*resolver.proof));
    if (resolver.remarks.empty()) return;
    json_.open_array("remarks");
    for (const audit::ResolverReport::Remark& remark : resolver.remarks) {
      json_.open_object();
      json_.member("question", remark.question);
      json_.member_unless_empty("server", remark.server);
      json_.member("extended_error", std::uint64_t{remark.code});
      json_.member_unless_empty("text", remark.text);
      json_.close_object();
    }
    json_.close_array();
  }

  void add_providers() {
    if (domain_.providers.empty()) return;
    json_.open_array("providers");
    for (const audit::ProviderRow& row : domain_.providers) {
      json_.open_object();
      json_.member("name", row.name);
      json_.member("mx", row.receives);
      json_.member("spf", row.spf);
      json_.member("dkim", to_string(row.key));
      json_.close_object();
    }
    json_.close_array();
  }

  void add_expectations(const audit::ExpectationReport& expectations) {
    json_.open_object("expectations");
    json_.member("count", std::uint64_t{expectations.count});
    json_.member("met", std::uint64_t{expectations.met()});
    json_.member("not_met", std::uint64_t{expectations.not_met});
    json_.open_array("undecided");
    for (const audit::UndecidedReport& one : expectations.undecided) {
      const Place place{report_.files[one.place.file].get(), one.place.span};
      json_.open_object();
      json_.member("expected", one.expected);
      json_.member("question", one.question);
      json_.member("reason", one.reason);
      json_.open_object("where");
      json_.member("file", place.file->path());
      add_lines(place);
      json_.close_object();
      json_.close_object();
    }
    json_.close_array();
    json_.close_object();
  }

  void add_overview() {
    if (domain_.overview.empty()) return;
    json_.open_array("overview");
    for (const audit::OverviewLine& line : domain_.overview) {
      json_.open_object();
      json_.member("area", audit::to_string(line.area));
      json_.member("state", audit::to_string(line.state));
      if (const auto worst = audit::worst_in(domain_, line.area)) json_.member("worst", to_string(*worst));
      json_.member("text", line.text);
      json_.close_object();
    }
    json_.close_array();
  }

  void add_record(int index) {
    const audit::RecordReport& record = this->record(index);
    json_.open_object();
    json_.member_unless_empty("owner", record.owner);
    json_.member("type", dns::to_string(record.type));
    json_.member("kind", audit::to_string(record.kind));
    add_value(index);
    if (record.valid) json_.member("valid", *record.valid);
    if (record.ttl) json_.member("ttl", std::uint64_t{*record.ttl});
    if (record.source) {
      const text::SourceFile& file = *report_.files[record.source->file];
      json_.open_object("source");
      json_.member("file", file.path());
      json_.member("line", std::uint64_t{file.position(record.source->entry.start).line});
      json_.close_object();
    }
    json_.close_object();
  }

  void add_value(int index) {
    const audit::RecordReport& record = this->record(index);
    std::string copy;
    std::string_view value = record.value.joined();
    if (!secrets_.empty()) value = copy = masked(value, secrets_.of_record(index));
    json_.member("value", value);
    if (!is_text(record.type)) return;
    json_.open_array("strings");
    std::size_t start = 0;
    for (const std::uint32_t join : record.value.joins()) {
      json_.value(value.substr(start, join - start));
      start = join;
    }
    json_.value(value.substr(start));
    json_.close_array();
  }

  void add_finding(const Finding& finding) {
    const finding::CatalogueEntry& entry = finding::entry(finding.code);
    json_.open_object();
    json_.member("code", entry.id);
    json_.member("name", entry.name);
    json_.member("severity", to_string(finding.severity));
    json_.member("message", finding.message);
    json_.member_unless_empty("label", finding.span_label);
    json_.member_unless_empty("note", finding.note);
    json_.member_unless_empty("help", finding.help);
    if (entry.reference != "-") json_.member_unless_empty("reference", entry.reference);
    if (finding.secret) json_.member("secret", true);
    add_where(finding);
    add_related(finding);
    add_fix(finding);
    json_.close_object();
  }

  [[nodiscard]] std::optional<Place> place_of(const Finding& finding, text::Span span) const {
    if (finding.place) return Place{report_.files[finding.place->file].get(), finding.place->span};
    if (finding.record < 0) return std::nullopt;
    const auto& source = record(finding.record).source;
    if (!source) return std::nullopt;
    return Place{report_.files[source->file].get(), source->to_file(span)};
  }

  void add_where(const Finding& finding) {
    json_.open_object("where");
    if (finding.record < 0) {
      json_.member_unless_empty("owner", finding.owner.empty() && !finding.place ? domain_.domain : finding.owner);
    } else {
      const audit::RecordReport& about = record(finding.record);
      json_.member_unless_empty("owner", about.owner);
      json_.member("type", dns::to_string(about.type));
      json_.member("kind", audit::to_string(about.kind));
      json_.member("start", std::uint64_t{finding.span.start});
      json_.member("end", std::uint64_t{finding.span.end});
    }
    if (const auto place = place_of(finding, finding.span)) {
      json_.member("file", place->file->path());
      add_lines(*place);
    }
    json_.close_object();
  }

  void add_lines(const Place& place) {
    const text::LineColumn start = place.file->position(place.span.start);
    const text::LineColumn end = place.file->position(place.span.end);
    json_.member("line", std::uint64_t{start.line});
    json_.member("column", std::uint64_t{start.column});
    json_.member("end_line", std::uint64_t{end.line});
    json_.member("end_column", std::uint64_t{end.column});
  }

  void add_related(const Finding& finding) {
    if (finding.labels.empty() || finding.record < 0) return;
    json_.open_array("related");
    for (const finding::Label& label : finding.labels) {
      json_.open_object();
      json_.member("start", std::uint64_t{label.span.start});
      json_.member("end", std::uint64_t{label.span.end});
      json_.member_unless_empty("text", label.text);
      if (!finding.place) {
        if (const auto place = place_of(finding, label.span)) add_lines(*place);
      }
      json_.close_object();
    }
    json_.close_array();
  }

  void add_fix(const Finding& finding) {
    if (!finding.fix || finding.fix->edits.empty() || finding.record < 0) return;
    const std::vector<text::Span> secrets = secrets_.of_record(finding.record);
    const std::string_view value = record(finding.record).value.joined();
    json_.open_object("fix");
    json_.member("safe", finding.fix->safe);
    if (secrets.empty()) {
      json_.member("replacement", finding::apply(value, finding.fix->edits));
    } else if (const Corrected corrected = correct(value, *finding.fix, secrets); corrected.secrets.empty()) {
      json_.member("replacement", corrected.value);
    }
    json_.open_array("edits");
    for (const finding::Edit& edit : finding.fix->edits) add_edit(edit, secrets);
    json_.close_array();
    json_.close_object();
  }

  /// An edit of a secret's bytes may hold them again: then only its place is told.
  void add_edit(const finding::Edit& edit, std::span<const text::Span> secrets) {
    const auto touches = [&](text::Span secret) { return secret.overlaps(edit.span); };
    json_.open_object();
    json_.member("start", std::uint64_t{edit.span.start});
    json_.member("end", std::uint64_t{edit.span.end});
    if (edit.text.empty() || std::ranges::none_of(secrets, touches)) json_.member("text", edit.text);
    json_.close_object();
  }

  JsonWriter& json_;
  const audit::Report& report_;
  const audit::DomainReport& domain_;
  Secrets secrets_;
};

void add_summary(JsonWriter& json, const audit::Summary& sum) {
  json.open_object("summary");
  json.member("error", std::uint64_t{sum.error});
  json.member("warning", std::uint64_t{sum.warning});
  json.member("notice", std::uint64_t{sum.notice});
  json.member("info", std::uint64_t{sum.info});
  json.member("unknown", std::uint64_t{sum.unknown});
  json.close_object();
}

void add_document(std::string& out, bool pretty, const audit::Report& report,
                  std::span<const audit::DomainReport> domains, const audit::Summary& sum) {
  JsonWriter json(out, pretty);
  json.open_object();
  json.member("schema", "envelint/lint/1");
  json.open_array("domains");
  for (const audit::DomainReport& domain : domains) DomainWriter(json, report, domain).write();
  json.close_array();
  add_summary(json, sum);
  json.close_object();
  out += '\n';
}

}  // namespace

std::string json(const audit::Report& report) {
  std::string out;
  add_document(out, true, report, report.domains, audit::summarize(report));
  return out;
}

std::string ndjson(const audit::Report& report) {
  std::string out;
  append_ndjson(out, report);
  return out;
}

void append_ndjson(std::string& out, const audit::Report& report) {
  for (const audit::DomainReport& domain : report.domains) {
    add_document(out, false, report, {&domain, 1}, audit::summarize(domain));
  }
}

void add_findings(JsonWriter& json, const audit::Report& report) {
  json.open_array("findings");
  for (const audit::DomainReport& domain : report.domains) DomainWriter(json, report, domain).write_findings();
  json.close_array();
}

std::string catalogue_json(std::span<const finding::CatalogueEntry> entries) {
  std::string out;
  JsonWriter json(out, true);
  json.open_object();
  json.member("schema", "envelint/explain/1");
  json.open_array("findings");
  for (const finding::CatalogueEntry& entry : entries) {
    json.open_object();
    json.member("code", entry.id);
    json.member("name", entry.name);
    json.member("severity", to_string(entry.severity));
    json.member("fix", to_string(entry.fix));
    json.member("needs", entry.needs);
    if (entry.reference != "-") json.member_unless_empty("reference", entry.reference);
    json.member("summary", entry.summary);
    json.member("body", entry.body);
    json.close_object();
  }
  json.close_array();
  json.close_object();
  out += '\n';
  return out;
}

}  // namespace envelint::render
