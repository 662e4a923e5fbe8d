#include <envelint/audit/collect.hpp>

#include <envelint/audit/authority_rules.hpp>
#include <envelint/audit/reliance.hpp>
#include <envelint/audit/selector_plan.hpp>
#include <envelint/audit/sender_plan.hpp>
#include <envelint/audit/tls_report_rules.hpp>
#include <envelint/dns/reverse.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/task/gather.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace envelint::audit {
namespace {

using dns::Answer;
using dns::Name;
using dns::Query;
using dns::Type;

/// No domain has this label; whatever stands there comes from a wildcard. The same in every run, so that a recording
/// can be replayed.
constexpr std::string_view kNobody = "envelint-probe-c5x2q7";

/// Where DMARC records are put by mistake: without the underscore, with the label twice, at the web server. The last is
/// right for mail from there, and a mistake only where the domain has no policy at all.
constexpr std::array<std::string_view, 3> kWrongDmarcNames = {"dmarc", "_dmarc._dmarc", "_dmarc.www"};

constexpr std::size_t kMaxReverseNames = 5;
constexpr std::size_t kMaxMisplaced = 64;

/// Where TLS-RPT and MTA-STS records are put by mistake, as labels before the domain.
constexpr std::array<std::string_view, 4> kWrongNames = {"_tls", "_smtp-tls._tcp", "_tlsrpt", "mta-sts"};
/// Where SPF records are put by mistake. `_dmarc` is another, and asked for anyway.
constexpr std::array<std::string_view, 3> kWrongSpfNames = {"_spf", "spf", "www"};

/// `labels.domain`; nothing where that is too long for a name.
std::optional<Name> below(std::string_view labels, const Name& domain) {
  const auto relative = Name::parse(labels);
  if (!relative) return std::nullopt;
  const auto name = relative->under(domain);
  return name ? std::optional(*name) : std::nullopt;
}

/// One domain's questions. Lives in the frame of collect().
class Collector {
 public:
  Collector(dns::Resolver& resolver, Name domain, CollectOptions options, const dns::PublicSuffixList& suffixes)
      : resolver_(resolver),
        dns_(resolver, std::move(options.budget)),
        wanted_(std::move(options.selectors)),
        suffixes_(suffixes),
        direct_(options.direct),
        authoritative_(std::move(options.authoritative)) {
    facts_.organizational_domain = suffixes.organizational_domain(domain);
    facts_.domain = std::move(domain);
  }

  task::Task<DomainFacts> run() {
    co_await ask_first();
    plan_mail_hosts();
    std::vector<task::Task<void>> work;
    work.push_back(ask_mail_hosts());
    work.push_back(ask_senders());
    work.push_back(ask_misplaced_spf());
    work.push_back(ask_selectors());
    work.push_back(ask_policy_host());
    work.push_back(ask_tls_report_hosts());
    work.push_back(ask_dmarc());
    work.push_back(explore_spf());
    co_await task::gather(std::move(work));
    co_await ask_reverse();
    co_await ask_helo_texts();
    co_await ask_registrations();
    if (direct_ != nullptr) co_await ask_zone_servers();
    facts_.providers = providers_of(facts_);
    facts_.unanswered = dns_.unanswered();
    // That nobody answered about all of reverse DNS is no trouble of the domain.
    std::erase_if(facts_.unanswered,
                  [](const dns::Unanswered& one) { return one.query.type == Type::soa && is_tree(one.query.name); });
    facts_.remarks = dns_.remarks();
    // They came in the order of chance; a replay is to say the same.
    const auto by_question = [](const auto& a, const auto& b) {
      return std::pair(a.query.name, a.query.type) < std::pair(b.query.name, b.query.type);
    };
    std::ranges::sort(facts_.unanswered, by_question);
    std::ranges::sort(facts_.remarks, by_question);
    facts_.questions = dns_.questions();
    co_return std::move(facts_);
  }

 private:
  task::Task<void> ask(Query query, Answer* out) { *out = co_await dns_.query(std::move(query)); }

  void add(std::vector<task::Task<void>>& work, std::optional<Name> name, Type type, Answer& out) {
    if (name) work.push_back(ask(Query(*std::move(name), type), &out));
  }

  task::Task<void> ask_first() {
    const Name& domain = facts_.domain;
    std::vector<task::Task<void>> work;
    add(work, domain, Type::txt, facts_.txt);
    add(work, domain, Type::spf, facts_.spf_type);
    add(work, domain, Type::mx, facts_.mx);
    add(work, domain, Type::a, facts_.a);
    add(work, domain, Type::aaaa, facts_.aaaa);
    add(work, below("_domainkey", domain), Type::txt, facts_.domainkey);
    add(work, below("_mta-sts", domain), Type::txt, facts_.mta_sts);
    add(work, below("_smtp._tls", domain), Type::txt, facts_.tls_rpt);
    add(work, below(kNobody, domain), Type::txt, facts_.any_text);
    add(work, below(std::string(kNobody) + "._domainkey", domain), Type::txt, facts_.any_key);
    facts_.misplaced.reserve(kMaxMisplaced);
    for (const std::string_view labels : kWrongNames) add_misplaced(work, below(labels, domain));
    co_await task::gather(std::move(work));
  }

  // The list does not grow beyond what was reserved: questions on their way hold its elements.
  void add_misplaced(std::vector<task::Task<void>>& work, std::optional<Name> name) {
    if (!name || facts_.misplaced.size() == kMaxMisplaced) return;
    facts_.misplaced.push_back({*name, {}});
    add(work, std::move(name), Type::txt, facts_.misplaced.back().txt);
  }

  // Only where the record is missing at the domain itself: `_spf` may well hold a part of one that is there.
  task::Task<void> ask_misplaced_spf() {
    if (facts_.txt.unknown() || !spf::select_records(facts_.txt).empty()) co_return;
    std::vector<task::Task<void>> work;
    for (const std::string_view labels : kWrongSpfNames) add_misplaced(work, below(labels, facts_.domain));
    co_await task::gather(std::move(work));
  }

  void plan_mail_hosts() {
    for (const dns::Record& record : facts_.mx.records) {
      const auto* mx = std::get_if<dns::Mx>(&record.data);
      if (mx == nullptr || mx->exchange.is_root() || facts_.mail_hosts.size() == kMaxMailHosts) continue;
      if (std::ranges::find(facts_.mail_hosts, mx->exchange, &MailHost::name) != facts_.mail_hosts.end()) continue;
      facts_.mail_hosts.push_back({mx->exchange, {}, {}});
    }
  }

  task::Task<void> ask_mail_hosts() {
    std::vector<task::Task<void>> work;
    for (MailHost& host : facts_.mail_hosts) {
      add(work, host.name, Type::a, host.a);
      add(work, host.name, Type::aaaa, host.aaaa);
    }
    co_await task::gather(std::move(work));
    // RFC 5321 §5.1: without an MX record the domain itself is the mail host.
    const bool implicit = facts_.mx.nothing() && (facts_.a.has_records() || facts_.aaaa.has_records());
    if (implicit) facts_.mail_hosts.push_back({facts_.domain, facts_.a, facts_.aaaa});
  }

  task::Task<void> ask_policy_host() {
    auto name = below("mta-sts", facts_.domain);
    if (!facts_.mta_sts.has_records() || !name) co_return;
    facts_.policy_host.name = *name;
    std::vector<task::Task<void>> work;
    add(work, name, Type::a, facts_.policy_host.a);
    add(work, name, Type::aaaa, facts_.policy_host.aaaa);
    co_await task::gather(std::move(work));
  }

  task::Task<void> ask_tls_report_hosts() {
    facts_.tls_report_hosts = tls_report_hosts(facts_);
    std::vector<task::Task<void>> work;
    for (TlsReportHost& one : facts_.tls_report_hosts) work.push_back(ask_reach(&one));
    co_await task::gather(std::move(work));
  }

  task::Task<void> ask_reach(TlsReportHost* one) { one->reach = co_await dmarc::find_reach(dns_, one->host); }

  task::Task<void> ask_dmarc() {
    dmarc::RecordFinder finder(dns_, &suffixes_);
    dmarc::Discovery found = co_await dmarc::discover(finder, facts_.domain, suffixes_);
    facts_.dmarc = std::move(found);
    if (dmarc::LookupPtr applied = policy_to_report_on(*facts_.dmarc)) {
      facts_.dmarc_reports = co_await dmarc::authorize_reports(finder, std::move(applied), suffixes_);
    }
    const dmarc::Found own = facts_.dmarc->own().found;
    if (own == dmarc::Found::nothing || own == dmarc::Found::other) co_await ask_wrong_dmarc_names();
  }

  // The record whose owner may ask for reports.
  static dmarc::LookupPtr policy_to_report_on(const dmarc::Discovery& found) {
    for (const dmarc::Generation* generation : {&found.rfc9989, &found.rfc7489}) {
      const dmarc::LookupPtr& source = generation->domain.source;
      if (source == nullptr || !source->has_record()) continue;
      const bool of_registry = source->domain != found.domain && found.is_public_suffix(source->domain);
      if (!of_registry) return source;
    }
    return nullptr;
  }

  task::Task<void> ask_wrong_dmarc_names() {
    std::vector<Name> names;
    const bool applies = facts_.dmarc->rfc9989.domain.outcome != dmarc::Outcome::none;
    for (const std::string_view labels : kWrongDmarcNames) {
      if (applies && labels.ends_with("www")) continue;
      if (auto name = below(labels, facts_.domain)) names.push_back(*std::move(name));
    }
    // A form that adds the domain by itself was given the whole name.
    const auto twice = facts_.domain.under(facts_.domain);
    const auto whole = twice ? twice->child("_dmarc") : twice;
    if (whole) names.push_back(*whole);
    std::vector<task::Task<void>> work;
    facts_.dmarc_wrong_names.reserve(names.size());
    for (Name& name : names) {
      facts_.dmarc_wrong_names.push_back({name, {}});
      add(work, std::move(name), Type::txt, facts_.dmarc_wrong_names.back().txt);
    }
    co_await task::gather(std::move(work));
  }

  task::Task<void> explore_spf() {
    const auto records = spf::select_records(facts_.txt);
    if (records.size() != 1) co_return;
    std::string record(records.front()->joined());
    facts_.spf_tree = co_await spf::explore(dns_, facts_.domain, std::move(record));
  }

  task::Task<void> ask_selectors() {
    co_await ask_selectors_of(plan_selectors(facts_, wanted_));
    const bool found =
        std::ranges::any_of(facts_.selectors, [](const SelectorFacts& s) { return s.txt.has_records(); });
    if (!found && wanted_.empty()) co_await ask_selectors_of(plan_common_selectors(facts_));
    co_await ask_misplaced_keys();
  }

  task::Task<void> ask_selectors_of(std::vector<SelectorFacts> plan) {
    std::vector<task::Task<void>> work;
    for (SelectorFacts& selector : plan) work.push_back(ask(Query(selector.name, Type::txt), &selector.txt));
    co_await task::gather(std::move(work));
    std::ranges::move(plan, std::back_inserter(facts_.selectors));
  }

  // A key that was published without `._domainkey`, or with the domain twice behind it.
  task::Task<void> ask_misplaced_keys() {
    std::vector<task::Task<void>> work;
    for (const SelectorFacts& selector : facts_.selectors) {
      if (selector.origin == SelectorOrigin::common || !selector.txt.nothing()) continue;
      add_misplaced(work, below(selector.selector, facts_.domain));
      const auto once = selector.name.under(facts_.domain);
      if (once) add_misplaced(work, *once);
    }
    co_await task::gather(std::move(work));
  }

  // Hosts that the SPF record names one by one.
  task::Task<void> ask_senders() {
    for (const Name& name : named_senders(facts_)) senders_.push_back({name, {}, {}});
    std::vector<task::Task<void>> work;
    for (MailHost& host : senders_) {
      add(work, host.name, Type::a, host.a);
      add(work, host.name, Type::aaaa, host.aaaa);
    }
    co_await task::gather(std::move(work));
  }

  task::Task<void> ask_reverse() {
    for (const MailHost& host : facts_.mail_hosts) plan_reverse(host, true);
    for (const net::Address& address : listed_senders(facts_)) plan_reverse(facts_.domain, address, false);
    for (const MailHost& host : senders_) plan_reverse(host, false);
    if (facts_.reverse.empty()) co_return;
    co_await ask_reverse_trees();
    std::vector<task::Task<void>> work;
    for (ReverseFacts& facts : facts_.reverse) work.push_back(ask_reverse_of(&facts));
    co_await task::gather(std::move(work));
  }

  void plan_reverse(const MailHost& host, bool receives) {
    for (const Answer* answer : {&host.a, &host.aaaa}) {
      for (const dns::Record& record : answer->records) {
        if (const auto* address = std::get_if<net::Address>(&record.data)) plan_reverse(host.name, *address, receives);
      }
    }
  }

  void plan_reverse(const Name& host, const net::Address& address, bool receives) {
    if (facts_.reverse.size() == kMaxReverse) return;
    if (std::ranges::find(facts_.reverse, address, &ReverseFacts::address) != facts_.reverse.end()) return;
    ReverseFacts facts;
    facts.address = address;
    facts.host = host;
    facts.receives = receives;
    facts_.reverse.push_back(std::move(facts));
  }

  static bool is_tree(const Name& name) {
    return name == *Name::parse("in-addr.arpa") || name == *Name::parse("ip6.arpa");
  }

  // Zone files seldom hold reverse DNS. Where they have none at all, a name missing from it says nothing.
  task::Task<void> ask_reverse_trees() {
    Query v4(*Name::parse("in-addr.arpa"), Type::soa);
    Query v6(*Name::parse("ip6.arpa"), Type::soa);
    reverse_v4_ = co_await dns_.query(std::move(v4));
    reverse_v6_ = co_await dns_.query(std::move(v6));
  }

  task::Task<void> ask_reverse_of(ReverseFacts* facts) {
    spf::CheckRequest request(facts->address, "postmaster@" + facts_.domain.to_string(), facts->host.to_string());
    const spf::CheckResult result = co_await spf::check_host(dns_, std::move(request));
    facts->spf = result.verdict;
    facts->singled_out = singles_out(result);
    const Answer& tree = facts->address.is_v4() ? reverse_v4_ : reverse_v6_;
    if (tree.state == Answer::State::nxdomain) {
      facts->ptr = Answer(dns::Trouble::outside);
      co_return;
    }
    Query reverse(dns::reverse_name(facts->address), Type::ptr);
    facts->ptr = co_await dns_.query(std::move(reverse));
    for (const dns::Record& record : facts->ptr.records) {
      const auto* name = std::get_if<Name>(&record.data);
      if (name == nullptr || facts->names.size() == kMaxReverseNames) continue;
      ReverseName found{*name, {}, false};
      Query back(*name, facts->address.is_v4() ? Type::a : Type::aaaa);
      found.addresses = co_await dns_.query(std::move(back));
      found.leads_back = std::ranges::any_of(found.addresses.records, [&](const dns::Record& one) {
        const auto* address = std::get_if<net::Address>(&one.data);
        return address != nullptr && *address == facts->address;
      });
      facts->names.push_back(std::move(found));
    }
  }

  task::Task<void> ask_helo_texts() {
    for (const Name& name : helo_names(facts_)) facts_.helo_texts.push_back({name, {}});
    std::vector<task::Task<void>> work;
    for (TextFacts& one : facts_.helo_texts) add(work, one.name, Type::txt, one.txt);
    co_await task::gather(std::move(work));
  }

  // A domain that does not exist can be registered by anybody.
  task::Task<void> ask_registrations() {
    std::vector<Unregistered> others = names_relied_on(facts_, suffixes_);
    std::vector<Answer> answers(others.size());
    std::vector<task::Task<void>> work;
    for (std::size_t i = 0; i < others.size(); ++i) {
      work.push_back(ask(Query(others[i].organizational_domain, Type::soa), &answers[i]));
    }
    co_await task::gather(std::move(work));
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (answers[i].state == Answer::State::nxdomain) facts_.unregistered.push_back(std::move(others[i]));
    }
  }

  task::Task<void> ask_zone_servers() {
    std::vector<Query> questions = questions_to_servers(facts_);
    facts_.authoritative = co_await dns::ask_authoritative(resolver_, *direct_, std::move(questions), authoritative_);
  }

  dns::Resolver& resolver_;
  dns::BoundedResolver dns_;
  std::vector<std::string> wanted_;
  const dns::PublicSuffixList& suffixes_;
  dns::DirectResolver* direct_;
  dns::AuthoritativeOptions authoritative_;
  std::vector<MailHost> senders_;
  Answer reverse_v4_;
  Answer reverse_v6_;
  DomainFacts facts_;
};

}  // namespace

bool DomainFacts::has_null_mx() const {
  if (mx.records.size() != 1) return false;
  const auto* only = std::get_if<dns::Mx>(&mx.records.front().data);
  return only != nullptr && only->exchange.is_root();
}

task::Task<DomainFacts> collect(dns::Resolver& resolver, Name domain, CollectOptions options,
                                const dns::PublicSuffixList& suffixes) {
  Collector collector(resolver, std::move(domain), std::move(options), suffixes);
  co_return co_await collector.run();
}

}  // namespace envelint::audit
