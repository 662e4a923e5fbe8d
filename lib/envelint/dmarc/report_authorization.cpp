#include <envelint/dmarc/report_authorization.hpp>

#include <envelint/task/gather.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace envelint::dmarc {
namespace {

using dns::Answer;
using dns::Name;
using dns::Query;
using dns::Type;

/// The address at another host that an authorisation puts in place of the one asked for (step 9).
std::optional<std::string> diversion(const Record& authorization, const Name& host) {
  for (const ReportUri& uri : authorization.uris) {
    if (uri.failure || !uri.usable() || uri.host.empty()) continue;
    const auto other = Name::parse(authorization.at(uri.host));
    if (!other || *other != host) return std::string(authorization.at(uri.address));
  }
  return std::nullopt;
}

// Steps 5 to 9.
void judge_consent(Destination& destination) {
  const Answer& answer = destination.consent_answer;
  destination.consent = answer.unknown() ? Consent::unknown : Consent::missing;
  for (const dns::Record& one : answer.records) {
    const auto* text = std::get_if<dns::Text>(&one.data);
    if (text == nullptr) continue;
    const Record record = parse(text->joined());
    if (!record.authorizes_reports()) {
      if (destination.consent == Consent::missing) destination.consent = Consent::malformed;
      continue;
    }
    destination.consent = Consent::given;
    auto elsewhere = diversion(record, destination.host);
    if (!elsewhere) continue;
    destination.consent = Consent::diverted;
    destination.diverted_to = *std::move(elsewhere);
    return;
  }
}

/// `<domain>._report._dmarc.<host>`, or nothing where that is too long (steps 2 to 4).
std::optional<Name> consent_name(const Name& domain, const Name& host) {
  static const Name labels = *Name::parse("_report._dmarc");
  const auto below = labels.under(host);
  if (!below) return std::nullopt;
  const auto name = domain.under(*below);
  return name ? std::optional(*name) : std::nullopt;
}

bool is_null(const Answer& mx) {
  const auto* only = mx.records.size() == 1 ? std::get_if<dns::Mx>(&mx.records.front().data) : nullptr;
  return only != nullptr && only->exchange.is_root();
}

/// One record's destinations. Lives in the frame of authorize_reports().
class Authorizer {
 public:
  Authorizer(RecordFinder& finder, LookupPtr policy, const dns::PublicSuffixList& suffixes)
      : finder_(finder), policy_(std::move(policy)), suffixes_(suffixes) {
    out_.policy_domain = policy_->domain;
  }

  task::Task<ReportAuthorization> run() {
    plan();
    const TreeWalk walk = co_await finder_.walk(policy_->domain);
    organization_ = organizational_domain(walk);
    std::vector<task::Task<void>> work;
    for (Destination& destination : out_.destinations) {
      work.push_back(ask_consent(&destination));
      work.push_back(ask_reach(&destination));
    }
    co_await task::gather(std::move(work));
    co_return std::move(out_);
  }

 private:
  void plan() {
    const Record& record = *policy_->record;
    for (const ReportUri& uri : record.uris) {
      if (!uri.usable() || uri.host.empty() || !is_mailto(record.text, uri)) continue;
      const auto host = Name::parse(record.at(uri.host));
      if (!host || std::ranges::find(out_.destinations, *host, &Destination::host) != out_.destinations.end()) continue;
      if (out_.destinations.size() == kMaxDestinations) {
        out_.all_checked = false;
        return;
      }
      Destination destination;
      destination.host = *host;
      destination.span = uri.host;
      out_.destinations.push_back(std::move(destination));
    }
  }

  // RFC 7489 goes by its list. RFC 9990 goes by the tree, where only names below an organizational domain can have it;
  // where the tree does not answer, the list is all there is.
  task::Task<bool> is_own(Name host) {
    const auto own = suffixes_.organizational_domain(policy_->domain);
    const bool by_list = host == policy_->domain || (own && suffixes_.organizational_domain(host) == own);
    if (!by_list || host == policy_->domain || !organization_.known()) co_return by_list;
    if (!host.is_within(organization_.name)) co_return false;
    const TreeWalk walk = co_await finder_.walk(host);
    const OrganizationalDomain of_host = organizational_domain(walk);
    co_return !of_host.known() || of_host.name == organization_.name;
  }

  task::Task<void> ask_consent(Destination* destination) {
    const bool own = co_await is_own(destination->host);
    if (own) {
      destination->consent = Consent::not_needed;
      co_return;
    }
    const auto name = consent_name(policy_->domain, destination->host);
    if (!name) {
      destination->consent = Consent::too_long;
      co_return;
    }
    destination->consent_name = *name;
    Query query(*name, Type::txt);
    destination->consent_answer = co_await finder_.resolver().query(std::move(query));
    judge_consent(*destination);
  }

  task::Task<void> ask_reach(Destination* destination) {
    destination->reach = co_await find_reach(finder_.resolver(), destination->host);
  }

  RecordFinder& finder_;
  LookupPtr policy_;
  const dns::PublicSuffixList& suffixes_;
  OrganizationalDomain organization_;
  ReportAuthorization out_;
};

}  // namespace

task::Task<Reach> find_reach(dns::Resolver& resolver, Name host) {
  Query mail(host, Type::mx);
  const Answer mx = co_await resolver.query(std::move(mail));
  if (mx.unknown()) co_return Reach::unknown;
  if (mx.has_records()) co_return is_null(mx) ? Reach::null_mx : Reach::reachable;
  if (mx.state == Answer::State::nxdomain) co_return Reach::no_such_host;
  bool unknown = false;
  for (const Type type : {Type::a, Type::aaaa}) {
    Query query(host, type);
    const Answer answer = co_await resolver.query(std::move(query));
    if (answer.has_records()) co_return Reach::reachable;
    unknown = unknown || answer.unknown();
  }
  co_return unknown ? Reach::unknown : Reach::nowhere;
}

task::Task<ReportAuthorization> authorize_reports(RecordFinder& finder, LookupPtr policy,
                                                  const dns::PublicSuffixList& suffixes) {
  Authorizer authorizer(finder, std::move(policy), suffixes);
  co_return co_await authorizer.run();
}

}  // namespace envelint::dmarc
