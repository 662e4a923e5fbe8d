#include <envelint/audit/zone_audit.hpp>

#include <envelint/audit/cross_rules.hpp>
#include <envelint/audit/judge.hpp>
#include <envelint/audit/judge_domain.hpp>
#include <envelint/audit/mx_rules.hpp>
#include <envelint/audit/overview.hpp>
#include <envelint/audit/provider_rules.hpp>
#include <envelint/audit/resolver_report.hpp>
#include <envelint/audit/suppress.hpp>
#include <envelint/audit/zone_hosts.hpp>
#include <envelint/dane/tlsa_rules.hpp>
#include <envelint/dns/rdata.hpp>
#include <envelint/dns/zone_rules.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace envelint::audit {
namespace {

using dns::Name;
using dns::Type;
using finding::Code;
using finding::Finding;

dns::Name without_labels(Name name, std::size_t count) {
  for (; count > 0; --count) name = name.parent();
  return name;
}

// The number of labels up to and with this one.
std::size_t labels_through(const Name& owner, std::string_view wanted) {
  const auto labels = owner.labels();
  const auto it = std::ranges::find_if(labels, [&](std::string_view label) { return text::iequals(label, wanted); });
  return static_cast<std::size_t>(it - labels.begin()) + 1;
}

// `_25._tcp.mx.example.com`: the service labels begin with an underscore.
std::size_t service_labels(const Name& owner) {
  const auto labels = owner.labels();
  const auto it = std::ranges::find_if(labels, [](std::string_view label) { return !label.starts_with('_'); });
  return static_cast<std::size_t>(it - labels.begin());
}

// The mail domain that a record at this name speaks for.
Name mail_domain(Kind kind, const Name& owner) {
  switch (kind) {
    case Kind::mta_sts: return owner.parent();
    case Kind::dmarc: return without_labels(owner, labels_through(owner, "_dmarc"));
    case Kind::tls_rpt:
    case Kind::bimi: return without_labels(owner, 2);
    case Kind::dkim: return without_labels(owner, labels_through(owner, "_domainkey"));
    case Kind::tlsa: return without_labels(owner, service_labels(owner));
    default: return owner;
  }
}

class ZoneAudit {
 public:
  ZoneAudit(const dns::Zone& zone, const std::vector<Name>& only, std::span<const DomainFacts> facts)
      : zone_(zone), only_(only), facts_(facts), hosts_(zone) {
    for (const DomainFacts& one : facts_) facts_of_.emplace(one.domain, &one);
  }

  Report run() {
    report_.files = zone_.files;
    for (const Name& name : only_) domain_index(name);
    find_mail_hosts();
    places_.resize(zone_.records.size());
    for (std::size_t i = 0; i < zone_.records.size(); ++i) add_record(i);
    judge_records();
    judge_sets();
    judge_zone();
    for (const DomainFacts& facts : facts_) judge_facts(facts, report_.domains[domain_index(facts.domain)]);
    for (DomainReport& domain : report_.domains) {
      drop_echoes(domain);
      check_across(domain);
    }
    drop_inherited();
    suppress();
    add_overviews();
    drop_unwanted();
    return std::move(report_);
  }

 private:
  /// Where a record of the zone stands in the report.
  struct Place {
    std::size_t domain = 0;
    int record = -1;  // not in the report
  };

  std::size_t domain_index(const Name& name) {
    const auto [it, fresh] = domain_of_.try_emplace(name, report_.domains.size());
    if (fresh) report_.domains.push_back(DomainReport{.domain = name.to_string()});
    return it->second;
  }

  void find_mail_hosts() {
    for (const dns::ZoneRecord& entry : zone_.records) {
      if (const auto* mx = std::get_if<dns::Mx>(&entry.record.data))
        mail_hosts_.emplace(mx->exchange, entry.record.owner);
    }
  }

  [[nodiscard]] std::optional<Kind> kind_of(const dns::Record& record) const {
    switch (record.type) {
      case Type::txt: {
        const auto& text = std::get<dns::Text>(record.data);
        const Kind kind = kind_of_txt(record.owner.to_string(), text.joined());
        return kind == Kind::txt ? std::nullopt : std::optional(kind);
      }
      case Type::mx: return Kind::mx;
      case Type::tlsa: return Kind::tlsa;
      case Type::a:
      case Type::aaaa: return mail_hosts_.contains(record.owner) ? std::optional(Kind::address) : std::nullopt;
      default: return std::nullopt;
    }
  }

  void add_record(std::size_t index) {
    const dns::ZoneRecord& entry = zone_.records[index];
    const auto kind = kind_of(entry.record);
    if (!kind) return;
    Name name = mail_domain(*kind, entry.record.owner);
    if (const auto host = mail_hosts_.find(name); *kind == Kind::address || *kind == Kind::tlsa) {
      if (host != mail_hosts_.end()) name = host->second;
    }
    const std::size_t domain = domain_index(name);
    RecordReport record;
    record.owner = entry.record.owner.to_string();
    record.type = entry.record.type;
    record.kind = *kind;
    record.ttl = entry.record.ttl;
    record.source = RecordSource{entry.file, entry.entry, entry.rdata, entry.map};
    if (const auto* text = std::get_if<dns::Text>(&entry.record.data)) {
      record.value = *text;
    } else if (entry.generated) {
      record.value = dns::Text(dns::presentation(entry.record.data));
    } else {
      record.value = words_of(entry, record.source->map);
      record.data = dns::presentation(entry.record.data);
    }
    auto& records = report_.domains[domain].records;
    places_[index] = {domain, static_cast<int>(records.size())};
    records.push_back(std::move(record));
  }

  // The data of a record that is no text, as it is written, with one space between words.
  [[nodiscard]] dns::Text words_of(const dns::ZoneRecord& entry, text::SourceMap& map) const {
    const std::string_view content = zone_.files[entry.file]->content();
    std::string value;
    for (const text::Span word : entry.words) {
      if (!value.empty()) value += ' ';
      map.segments.push_back({static_cast<std::uint32_t>(value.size()), word.start});
      value += text::slice(content, word);
    }
    return dns::Text(std::move(value));
  }

  void judge_records() {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Place place = places_[i];
      if (place.record < 0 || zone_.records[i].record.type == Type::mx)
        continue;  // judge_sets sees MX records together
      DomainReport& domain = report_.domains[place.domain];
      RecordReport& record = domain.records[static_cast<std::size_t>(place.record)];
      Judgement judgement = judge_value(record.kind, record.value, record.owner);
      record.valid = judgement.valid;
      if (zone_.records[i].cut_comment) judgement.findings = findings_before_cut(zone_.records[i], record);
      for (Finding& finding : judgement.findings) finding.record = place.record;
      std::ranges::move(judgement.findings, std::back_inserter(domain.findings));
    }
  }

  // A comment has swallowed the rest of the text, which is a finding of its own (DNS032). What the value lacks for
  // that reason is its echo, so the text is judged as it was meant, as far as it can be seen.
  [[nodiscard]] std::vector<Finding> findings_before_cut(const dns::ZoneRecord& entry,
                                                         const RecordReport& record) const {
    const std::string_view comment = text::slice(zone_.files[entry.file]->content(), *entry.cut_comment);
    const std::size_t size = record.value.joined().size();
    const dns::Text meant(std::string(record.value.joined()).append(comment));
    Judgement judgement = judge_value(record.kind, meant, record.owner);
    std::erase_if(judgement.findings, [&](const Finding& finding) { return finding.span.end > size || finding.fix; });
    return std::move(judgement.findings);
  }

  // The rules that see all records of one type at one name together.
  void judge_sets() {
    std::map<std::pair<Name, Type>, std::vector<std::size_t>> sets;
    for (std::size_t i = 0; i < zone_.records.size(); ++i) {
      const dns::Record& record = zone_.records[i].record;
      if (places_[i].record >= 0 && (record.type == Type::mx || record.type == Type::tlsa)) {
        sets[{record.owner, record.type}].push_back(i);
      }
    }
    for (const auto& [key, indexes] : sets) {
      finding::Findings found;
      if (key.second == Type::mx) {
        judge_mx(key.first, indexes, found);
      } else {
        judge_tlsa(indexes, found);
      }
      auto& findings = report_.domains[places_[indexes.front()].domain].findings;
      std::ranges::move(found.items(), std::back_inserter(findings));
    }
  }

  void judge_mx(const Name& owner, const std::vector<std::size_t>& indexes, finding::Findings& found) const {
    std::vector<MxHost> hosts;
    for (const std::size_t i : indexes) {
      const auto& mx = std::get<dns::Mx>(zone_.records[i].record.data);
      const Place place = places_[i];
      const auto& value = report_.domains[place.domain].records[static_cast<std::size_t>(place.record)].value;
      const std::size_t space = std::min(value.joined().find(' '), value.joined().size());
      hosts.push_back({mx.preference, mx.exchange, text::span_of(0, space),
                       text::span_of(std::min(space + 1, value.joined().size()), value.joined().size()), place.record});
    }
    const auto facts = facts_of_.find(owner);
    const auto lookup = [&](const Name& name) {
      return facts == facts_of_.end() ? hosts_.find(name) : find_mail_host(*facts->second, name);
    };
    check_mx(owner, hosts, lookup, found);
  }

  void judge_tlsa(const std::vector<std::size_t>& indexes, finding::Findings& found) const {
    std::vector<dns::Tlsa> set;
    for (const std::size_t i : indexes) set.push_back(std::get<dns::Tlsa>(zone_.records[i].record.data));
    dane::check_rrset(set, found);
    for (finding::Finding& finding : found.items()) finding.record = places_[indexes.front()].record;
  }

  // The name that findings about the file stand with: the first zone's apex, else the first domain, else the last origin.
  std::size_t home() {
    const auto soa =
        std::ranges::find(zone_.records, Type::soa, [](const dns::ZoneRecord& r) { return r.record.type; });
    if (soa != zone_.records.end()) return domain_index(soa->record.owner);
    if (!report_.domains.empty()) return 0;
    return domain_index(zone_.origins.empty() ? Name() : zone_.origins.back());
  }

  void judge_zone() {
    finding::Findings found;
    dns::check_zone(zone_, found);
    for (Finding& finding : found.items()) {
      if (finding.record < 0) {
        report_.domains[home()].findings.push_back(std::move(finding));
        continue;
      }
      const auto index = static_cast<std::size_t>(finding.record);
      const Place place = places_[index];
      finding.record = place.record;
      finding.owner = zone_.records[index].record.owner.to_string();
      const std::size_t domain = place.record >= 0 ? place.domain : home();
      report_.domains[domain].findings.push_back(std::move(finding));
    }
  }

  // A target that does not exist because its final dot is missing is one slip, not two.
  static void drop_echoes(DomainReport& domain) {
    std::vector<bool> dotless(domain.records.size());
    for (const Finding& finding : domain.findings) {
      if (finding.record >= 0 && finding.code == Code::dns_doubled_origin_in_target) {
        dotless[static_cast<std::size_t>(finding.record)] = true;
      }
    }
    std::erase_if(domain.findings, [&](const Finding& finding) {
      return finding.code == Code::mx_without_address && finding.record >= 0 &&
             dotless[static_cast<std::size_t>(finding.record)];
    });
  }

  // The record of an organizational domain is looked up for its subdomains too. What its text shows is said once, where
  // the file has it.
  void drop_inherited() {
    std::set<std::string> said;
    for (const DomainReport& domain : report_.domains) {
      for (const Finding& finding : domain.findings) {
        if (is_of_file(domain, finding)) said.insert(identity_of(domain, finding));
      }
    }
    for (DomainReport& domain : report_.domains) {
      std::erase_if(domain.findings, [&](const Finding& finding) {
        return finding.record >= 0 && !is_of_file(domain, finding) && said.contains(identity_of(domain, finding));
      });
    }
  }

  static const RecordReport& record_of(const DomainReport& domain, const Finding& finding) {
    return domain.records[static_cast<std::size_t>(finding.record)];
  }

  static bool is_of_file(const DomainReport& domain, const Finding& finding) {
    return finding.record >= 0 && record_of(domain, finding).source.has_value();
  }

  static std::string identity_of(const DomainReport& domain, const Finding& finding) {
    const RecordReport& record = record_of(domain, finding);
    std::string out = text::lower(record.owner);
    out.append(1, '\0').append(entry(finding.code).id).append(1, '\0').append(std::to_string(finding.span.start));
    return out.append(1, '\0').append(record.value.joined());
  }

  void suppress() {
    Suppressor suppressor(zone_);
    for (DomainReport& domain : report_.domains) {
      std::erase_if(domain.findings, [&](const Finding& finding) { return suppressor.silences(domain, finding); });
    }
    finding::Findings idle;
    suppressor.report_idle(idle, !facts_.empty());
    if (!idle.items().empty()) std::ranges::move(idle.items(), std::back_inserter(report_.domains[home()].findings));
  }

  void add_overviews() {
    for (const DomainFacts& facts : facts_) {
      DomainReport& domain = report_.domains[domain_index(facts.domain)];
      domain.overview = overview_of(facts);
      domain.providers = provider_rows(facts);
      domain.resolver = resolver_report(facts);
    }
  }

  // A record may be needed to judge another domain's; what was not asked for goes only at the end.
  void drop_unwanted() {
    if (only_.empty()) return;
    std::erase_if(report_.domains, [&](const DomainReport& domain) {
      return std::ranges::none_of(only_, [&](const Name& name) { return name.to_string() == domain.domain; });
    });
  }

  const dns::Zone& zone_;
  const std::vector<Name>& only_;
  std::span<const DomainFacts> facts_;
  ZoneHosts hosts_;
  Report report_;
  std::unordered_map<Name, std::size_t> domain_of_;
  std::unordered_map<Name, const DomainFacts*> facts_of_;
  std::unordered_map<Name, Name> mail_hosts_;  // MX target to the domain that names it
  std::vector<Place> places_;
};

}  // namespace

Report audit_zone(const dns::Zone& zone, const std::vector<Name>& only, std::span<const DomainFacts> facts) {
  return ZoneAudit(zone, only, facts).run();
}

}  // namespace envelint::audit
