#include <envelint/audit/judge_domain.hpp>

#include <envelint/audit/alignment_rules.hpp>
#include <envelint/audit/answer_rules.hpp>
#include <envelint/audit/authority_rules.hpp>
#include <envelint/audit/cross_rules.hpp>
#include <envelint/audit/dmarc_rules.hpp>
#include <envelint/audit/judge_spf.hpp>
#include <envelint/audit/live_comparison.hpp>
#include <envelint/audit/mx_rules.hpp>
#include <envelint/audit/overview.hpp>
#include <envelint/audit/presence_rules.hpp>
#include <envelint/audit/provider_rules.hpp>
#include <envelint/audit/record_index.hpp>
#include <envelint/audit/resolver_report.hpp>
#include <envelint/audit/tls_report_rules.hpp>
#include <envelint/dns/rdata.hpp>
#include <envelint/spf/record_selection.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace envelint::audit {
namespace {

using finding::Findings;

MxTarget target_of(const MailHost& host) {
  MxTarget target;
  for (const dns::Answer* answer : {&host.a, &host.aaaa}) {
    if (!answer->chain.empty()) {
      target.state = MxTarget::State::alias;
      target.alias = answer->chain.front();
      return target;
    }
    for (const dns::Record& record : answer->records) {
      if (const auto* address = std::get_if<net::Address>(&record.data)) target.addresses.push_back(*address);
    }
  }
  if (!target.addresses.empty()) {
    target.state = MxTarget::State::addresses;
  } else if (host.a.nothing() && host.aaaa.nothing()) {
    target.state = MxTarget::State::absent;
  }
  return target;
}

/// Puts what DNS gave into the report.
class Records {
 public:
  Records(const DomainFacts& facts, DomainReport& report) : facts_(facts), report_(report), index_(report) {}

  void add_all() {
    add_text(facts_.txt, [](const dns::Record& record, const dns::Text& text) {
      return kind_of_txt(record.owner.to_string(), text.joined());
    });
    add_mx();
    for (const MailHost& host : facts_.mail_hosts) {
      for (const dns::Answer* answer : {&host.a, &host.aaaa}) add_addresses(host, *answer);
    }
    for (const SelectorFacts& selector : facts_.selectors) {
      // Every answer of a wildcard is the same record.
      if (!facts_.any_key.has_records()) add_all_of(selector.txt, Kind::dkim);
    }
    add_at(facts_.mta_sts, Kind::mta_sts);
    add_at(facts_.tls_rpt, Kind::tls_rpt);
    judge_tls_report_hosts(facts_, index_, report_);
    judge_dmarc_facts(facts_, index_, report_);
  }

 private:
  template <typename KindOf>
  void add_text(const dns::Answer& answer, KindOf kind_of) {
    for (const dns::Record& record : answer.records) {
      const auto* text = std::get_if<dns::Text>(&record.data);
      if (text == nullptr) continue;
      const Kind kind = kind_of(record, *text);
      if (kind != Kind::txt) (void)index_.of(record, kind);
    }
  }

  void add_all_of(const dns::Answer& answer, Kind kind) {
    add_text(answer, [kind](const dns::Record&, const dns::Text&) { return kind; });
  }

  // What a wildcard puts at a name is not of the protocol whose name it is.
  void add_at(const dns::Answer& answer, Kind kind) {
    if (!facts_.any_text.has_records()) add_all_of(answer, kind);
  }

  void add_addresses(const MailHost& host, const dns::Answer& answer) {
    if (host.name == facts_.domain) return;
    for (const dns::Record& record : answer.records) (void)index_.of(record, Kind::address);
  }

  void add_mx() {
    std::vector<MxHost> hosts;
    for (const dns::Record& record : facts_.mx.records) {
      const auto* mx = std::get_if<dns::Mx>(&record.data);
      if (mx == nullptr) continue;
      const std::size_t before = report_.records.size();
      const int at = index_.of(record, Kind::mx);
      if (static_cast<std::size_t>(at) < before) continue;  // of the zone file, and judged with it
      const std::string_view value = report_.records[static_cast<std::size_t>(at)].value.joined();
      const std::size_t space = std::min(value.find(' '), value.size());
      hosts.push_back({mx->preference, mx->exchange, text::span_of(0, space),
                       text::span_of(std::min(space + 1, value.size()), value.size()), at});
    }
    Findings found;
    const auto lookup = [this](const dns::Name& name) { return find_mail_host(facts_, name); };
    check_mx(facts_.domain, hosts, lookup, found);
    std::ranges::move(found.items(), std::back_inserter(report_.findings));
  }

  const DomainFacts& facts_;
  DomainReport& report_;
  RecordIndex index_;
};

void add_unknown(const DomainFacts& facts, DomainReport& report) {
  for (const dns::Unanswered& question : facts.unanswered) {
    std::string reason(to_string(question.trouble));
    if (!question.detail.empty()) reason += ": " + question.detail;
    report.unknown.push_back(
        {question.query.name.to_string() + " " + to_string(question.query.type), std::move(reason)});
  }
}

}  // namespace

MxTarget find_mail_host(const DomainFacts& facts, const dns::Name& name) {
  const auto host = std::ranges::find(facts.mail_hosts, name, &MailHost::name);
  return host == facts.mail_hosts.end() ? MxTarget{} : target_of(*host);
}

void judge_facts(const DomainFacts& facts, DomainReport& report) {
  report.dmarc = facts.dmarc;
  Findings found;
  check_answers(facts, found);
  check_authority(facts, found);
  if (!facts.does_not_exist()) {
    Records(facts, report).add_all();
    check_presence(facts, found);
    check_test_keys(facts, report);
  }
  check_live_differences(facts, report, found);
  judge_spf_tree(facts, report);
  std::ranges::move(found.items(), std::back_inserter(report.findings));
  add_unknown(facts, report);
  report.authoritative = facts.authoritative;
}

DomainReport judge_domain(const DomainFacts& facts) {
  DomainReport report;
  report.domain = facts.domain.to_string();
  judge_facts(facts, report);
  check_across(report);
  report.overview = overview_of(facts);
  report.providers = provider_rows(facts);
  report.resolver = resolver_report(facts);
  return report;
}

}  // namespace envelint::audit
