#include <envelint/web/lint_desk.hpp>

#include <envelint/audit/collect.hpp>
#include <envelint/audit/judge.hpp>
#include <envelint/audit/zone_audit.hpp>
#include <envelint/audit/zone_domains.hpp>
#include <envelint/dns/fragment_resolver.hpp>
#include <envelint/dns/name_input.hpp>
#include <envelint/dns/overlay_resolver.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/dns/zone_scope.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/terminal.hpp>
#include <envelint/task/sync_wait.hpp>
#include <envelint/web/json_bounds.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace envelint::web {
namespace {

using Json = nlohmann::json;
using Result = std::expected<audit::Report, std::string>;

std::optional<std::string> text_of(const Json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

/// The answers of a zone file, as `envelint lint --zone` has them.
class ZoneAnswers {
 public:
  explicit ZoneAnswers(const dns::Zone& files)
      : zone_(files), scope_(files), fragment_(zone_, files), overlay_(zone_, scope_, nullptr) {}

  [[nodiscard]] bool is_whole_zone() const { return scope_.is_whole_zone(); }
  dns::Resolver& resolver() {
    if (is_whole_zone()) return overlay_;
    return fragment_;
  }

 private:
  dns::ZoneResolver zone_;
  dns::ZoneScope scope_;
  dns::FragmentResolver fragment_;
  dns::OverlayResolver overlay_;
};

Result lint_record(const Json& body, const std::string& value) {
  if (value.size() > LintDesk::kMostRecord)
    return std::unexpected("`record` is longer than any record that is found in DNS.");
  std::optional<audit::Kind> kind;
  if (const auto type = text_of(body, "type"); type && !type->empty()) {
    kind = audit::parse_kind(*type);
    if (!kind) return std::unexpected("`type` is none of spf, dkim, dmarc, mta_sts, tls_rpt, bimi, tlsa, mx, txt.");
  }
  audit::Report report;
  report.domains.push_back(audit::judge_record(text_of(body, "name").value_or(""), dns::Text(value), kind));
  return report;
}

Result lint_zone(const Json& body, std::string text) {
  if (text.size() > LintDesk::kMostZone)
    return std::unexpected("`zone` is too large for the page; `envelint lint --zone FILE` reads all of it.");
  dns::Name origin;
  if (const auto name = text_of(body, "name"); name && !name->empty()) {
    auto parsed = dns::parse_name(*name);
    if (!parsed) return std::unexpected("`name`: " + parsed.error());
    origin = *std::move(parsed);
  }
  return lint_zone_text(std::move(text), std::move(origin));
}

Result lint_domain(const Json& body, const std::string& text, const DomainLint& look_up) {
  auto name = dns::parse_domain(text);
  if (!name) return std::unexpected("`domain`: " + name.error());
  std::vector<std::string> selectors;
  if (const auto given = body.find("selectors"); given != body.end()) {
    if (!given->is_array() || given->size() > LintDesk::kMostSelectors)
      return std::unexpected("`selectors` is a list of at most 20 names.");
    for (const Json& one : *given) {
      if (!one.is_string()) return std::unexpected("`selectors` is a list of at most 20 names.");
      selectors.push_back(one.get<std::string>());
    }
  }
  return look_up(*std::move(name), std::move(selectors));
}

Result lint(const std::string& text, const DomainLint& look_up) {
  if (!has_few_values(text)) return std::unexpected("The body has more values than anything that is asked for.");
  const Json body = Json::parse(text, nullptr, false);
  if (!body.is_object()) return std::unexpected("The body is no JSON object.");
  if (const auto record = text_of(body, "record")) return lint_record(body, *record);
  if (auto zone = text_of(body, "zone")) return lint_zone(body, *std::move(zone));
  if (const auto domain = text_of(body, "domain")) return lint_domain(body, *domain, look_up);
  return std::unexpected("The body needs one of `record`, `zone` and `domain`.");
}

/// The document of a report with a member more.
std::string with_text(const audit::Report& report) {
  std::string out = render::json(report);
  out.resize(out.rfind('}'));
  std::string rest;
  render::JsonWriter json(rest, false);
  json.open_object();
  json.member("text", render::terminal(report));
  json.close_object();
  return out.append(",").append(rest.substr(1));
}

}  // namespace

audit::Report lint_zone_text(std::string text, dns::Name origin) {
  dns::ZoneOptions options;
  options.origin = std::move(origin);
  const dns::Zone zone = dns::read_zone({"zone", std::move(text), {}}, options);
  ZoneAnswers answers(zone);
  std::vector<dns::Name> domains;
  if (answers.is_whole_zone()) domains = audit::mail_domains(zone);
  if (domains.size() > LintDesk::kMostDomains) domains.resize(LintDesk::kMostDomains);
  auto selectors = audit::selectors_of(zone);
  const dns::PublicSuffixList suffixes;
  std::vector<audit::DomainFacts> facts;
  for (const dns::Name& domain : domains) {
    audit::CollectOptions how;
    how.selectors = selectors[domain];
    facts.push_back(task::sync_wait(audit::collect(answers.resolver(), domain, std::move(how), suffixes)));
  }
  return audit::audit_zone(zone, {}, facts);
}

Reply LintDesk::answer(const Request& request) {
  struct Turn {
    std::atomic<std::size_t>& count;
    bool mine;
    ~Turn() { count.fetch_sub(1); }
  };
  const Turn turn{at_work_, at_work_.fetch_add(1) < kMostAtOnce};
  if (!turn.mine) return error_reply(503, "Others are linting; try again in a moment.");
  const Result report = lint(request.body, domain_);
  if (!report) return error_reply(400, report.error());
  Reply reply;
  reply.body = with_text(*report);
  return reply;
}

}  // namespace envelint::web
