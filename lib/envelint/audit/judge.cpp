#include <envelint/audit/judge.hpp>

#include <envelint/audit/mx_rules.hpp>
#include <envelint/dane/tlsa_record.hpp>
#include <envelint/dane/tlsa_rules.hpp>
#include <envelint/dkim/key_rules.hpp>
#include <envelint/dmarc/rules.hpp>
#include <envelint/dns/text_rules.hpp>
#include <envelint/mta_sts/rules.hpp>
#include <envelint/spf/rules.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/tls_rpt/rules.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::Findings;

/// Judges a value by the rules of its protocol alone, and says whether receivers can use it.
using Protocol = bool (*)(std::string_view value, std::string_view owner, Findings& out);

bool judge_spf(std::string_view value, std::string_view /*owner*/, Findings& out) {
  const spf::Record record = spf::parse(value);
  spf::check(record, out);
  return record.valid();
}

bool judge_dkim(std::string_view value, std::string_view owner, Findings& out) {
  const dkim::KeyRecord record = dkim::parse_key_record(value);
  dkim::check(record, out);
  if (!owner.empty()) dkim::check_owner(owner, out);
  return record.valid();
}

// A record below `_report._dmarc` needs no policy to say that reports are welcome (RFC 9990).
bool is_report_authorisation(std::string_view owner) { return text::lower(owner).contains("._report._dmarc."); }

bool judge_dmarc(std::string_view value, std::string_view owner, Findings& out) {
  const dmarc::Record record = dmarc::parse(value);
  dmarc::check(record, out, owner);
  if (!owner.empty()) dmarc::check_owner(record, owner, out);
  return is_report_authorisation(owner) ? record.authorizes_reports() : record.valid();
}

/// The slips of a text that the rules of a protocol need not see: they judge the value as it is without them.
struct TextSlips {
  dns::TextOptions options;
  std::vector<Code> codes;
};

const TextSlips& slips_before(Kind kind) {
  // SPF005, SPF025 and DMARC005 speak of white space and quotes at the ends themselves, DKIM010 of quotes in a key.
  static const TextSlips spf{{.edges = false, .inner_space = false, .version_must_lead = true},
                             {Code::dns_lost_space_between_strings, Code::dns_literal_quotes,
                              Code::dns_literal_backslash, Code::dns_foreign_escape, Code::dns_non_ascii_octet,
                              Code::dns_u_label}};
  static const TextSlips tags{{.edges = false, .inner_space = false, .version_must_lead = false},
                              {Code::dns_literal_backslash, Code::dns_foreign_escape, Code::dns_non_ascii_octet,
                               Code::dns_u_label}};
  return kind == Kind::spf ? spf : tags;
}

std::vector<finding::Edit> edits_of(const Findings& findings) {
  std::vector<finding::Edit> edits;
  for (const finding::Finding& finding : findings.items()) {
    if (finding.fix) edits.insert(edits.end(), finding.fix->edits.begin(), finding.fix->edits.end());
  }
  std::ranges::sort(edits, {}, [](const finding::Edit& edit) { return edit.span.start; });
  return edits;
}

/// Places of a mended value in the value it was made from. What an edit put there is the bytes it took away.
class MendedPlaces {
 public:
  explicit MendedPlaces(const std::vector<finding::Edit>& edits) : edits_(edits) {}

  [[nodiscard]] text::Span original(text::Span mended) const {
    return {start_of(mended.start), std::max(start_of(mended.start), end_of(mended.end))};
  }

 private:
  [[nodiscard]] std::uint32_t start_of(std::uint32_t place) const { return locate(place, false); }
  [[nodiscard]] std::uint32_t end_of(std::uint32_t place) const { return locate(place, true); }

  [[nodiscard]] std::uint32_t locate(std::uint32_t place, bool as_end) const {
    std::int64_t shift = 0;  // from the mended value to the original
    for (const finding::Edit& edit : edits_) {
      const std::int64_t start = edit.span.start - shift;
      const std::int64_t end = start + static_cast<std::int64_t>(edit.text.size());
      if (place < start || (place == start && as_end)) break;
      if (place < end || (place == end && as_end)) return as_end ? edit.span.end : edit.span.start;
      shift += static_cast<std::int64_t>(edit.span.size()) - static_cast<std::int64_t>(edit.text.size());
    }
    return static_cast<std::uint32_t>(place + shift);
  }

  const std::vector<finding::Edit>& edits_;
};

void move_to_original(finding::Finding& finding, const MendedPlaces& places) {
  finding.span = places.original(finding.span);
  for (finding::Label& label : finding.labels) label.span = places.original(label.span);
  if (!finding.fix) return;
  for (finding::Edit& edit : finding.fix->edits) edit.span = places.original(edit.span);
}

// What receivers make of the value decides: a slip without which it would be usable is an error.
void judge_slips(Findings& slips, bool valid, bool valid_once_mended) {
  if (valid || !valid_once_mended) return;
  for (finding::Finding& finding : slips.items()) finding.severity = finding::Severity::error;
}

bool judge_text(Kind kind, Protocol protocol, const dns::Text& value, std::string_view owner, Findings& out) {
  const TextSlips& wanted = slips_before(kind);
  Findings slips;
  const bool readable = dns::check_text(value, slips, wanted.options);
  std::erase_if(slips.items(), [&](const finding::Finding& finding) {
    return std::ranges::find(wanted.codes, finding.code) == wanted.codes.end();
  });
  if (slips.items().empty()) return protocol(value.joined(), owner, out);
  Findings unseen;
  const bool valid = protocol(value.joined(), owner, unseen);
  const std::vector<finding::Edit> edits = edits_of(slips);
  Findings found;
  const bool valid_once_mended = protocol(finding::apply(value.joined(), edits), owner, found);
  judge_slips(slips, valid, valid_once_mended);
  out.items() = std::move(slips).take();
  if (!readable && edits.empty()) return valid;
  const MendedPlaces places(edits);
  for (finding::Finding& finding : found.items()) {
    move_to_original(finding, places);
    out.items().push_back(std::move(finding));
  }
  return valid;
}

// A sender can use a record that it can read and whose numbers and digest mean something for SMTP (RFC 7672 §3.1).
bool judge_tlsa(const dns::Text& value, Findings& out) {
  const dane::TlsaRecord record = dane::parse_tlsa(value.joined());
  dane::check_record(value.joined(), record, out);
  const bool usable = std::ranges::none_of(out.items(), [](const finding::Finding& finding) {
    return finding.severity == finding::Severity::error || finding.code == Code::tlsa_pkix_usage;
  });
  return record.valid() && usable;
}

// One MX record alone: what its own two words show.
void judge_mx(std::string_view value, std::string_view owner, Findings& out) {
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos) return;
  const std::size_t start = std::min(value.find_first_not_of(' ', space), value.size());
  std::uint16_t preference = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + space, preference);
  auto target = dns::Name::parse(value.substr(start));
  if (fault != std::errc() || end != value.data() + space || !target) return;
  const MxHost host{preference, *std::move(target), text::span_of(0, space), text::span_of(start, value.size()), 0};
  const auto name = dns::Name::parse(owner);
  check_mx(name ? *name : dns::Name(), {&host, 1}, [](const dns::Name&) { return MxTarget{}; }, out);
  for (finding::Finding& finding : out.items()) finding.owner = owner;
}

// Where nothing else says why a value cannot be used, the slips of its text are why.
void blame_slips(Judgement& judgement) {
  const auto is_error = [](const finding::Finding& finding) { return finding.severity == finding::Severity::error; };
  if (judgement.valid.value_or(true) || std::ranges::any_of(judgement.findings, is_error)) return;
  for (finding::Finding& finding : judgement.findings) {
    if (finding::entry(finding.code).id.starts_with("DNS")) finding.severity = finding::Severity::error;
  }
}

void order_by_place(std::vector<finding::Finding>& findings) {
  std::ranges::stable_sort(findings, {}, [](const finding::Finding& finding) { return finding.span.start; });
}

Kind guess_kind(std::string_view owner, std::string_view value) {
  const Kind by_name = owner.empty() ? Kind::txt : kind_of_txt(owner, value);
  return by_name == Kind::txt ? kind_of_value(value) : by_name;
}

dns::Type type_of(Kind kind) {
  switch (kind) {
    case Kind::mx: return dns::Type::mx;
    case Kind::tlsa: return dns::Type::tlsa;
    default: return dns::Type::txt;
  }
}

}  // namespace

Judgement judge_value(Kind kind, const dns::Text& value, std::string_view owner) {
  Judgement judgement;
  Findings out;
  switch (kind) {
    case Kind::spf: judgement.valid = judge_text(kind, judge_spf, value, owner, out); break;
    case Kind::dkim: judgement.valid = judge_text(kind, judge_dkim, value, owner, out); break;
    case Kind::dmarc: judgement.valid = judge_text(kind, judge_dmarc, value, owner, out); break;
    case Kind::mta_sts:
      mta_sts::check_value(value, out);
      judgement.valid = mta_sts::parse(value.joined()).valid();
      break;
    case Kind::tls_rpt:
      tls_rpt::check_value(value, out);
      judgement.valid = tls_rpt::parse(value.joined()).valid();
      break;
    case Kind::tlsa: judgement.valid = judge_tlsa(value, out); break;
    case Kind::mx: judge_mx(value.joined(), owner, out); break;
    default: break;
  }
  judgement.findings = std::move(out).take();
  blame_slips(judgement);
  order_by_place(judgement.findings);
  return judgement;
}

DomainReport judge_record(std::string_view owner, dns::Text value, std::optional<Kind> kind) {
  DomainReport domain;
  domain.domain = owner;
  RecordReport record;
  record.owner = owner;
  record.kind = kind ? *kind : guess_kind(owner, value.joined());
  record.type = type_of(record.kind);
  Judgement judgement = judge_value(record.kind, value, owner);
  record.valid = judgement.valid;
  record.value = std::move(value);
  domain.records.push_back(std::move(record));
  domain.findings = std::move(judgement.findings);
  for (finding::Finding& finding : domain.findings) finding.record = 0;
  return domain;
}

}  // namespace envelint::audit
