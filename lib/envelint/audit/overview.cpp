#include <envelint/audit/overview.hpp>

#include <envelint/dkim/key_data.hpp>
#include <envelint/dkim/key_record.hpp>
#include <envelint/dmarc/discovery.hpp>
#include <envelint/finding/catalogue.hpp>
#include <envelint/mta_sts/record.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/tls_rpt/record.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace envelint::audit {
namespace {

using dns::Answer;
using State = OverviewLine::State;

constexpr std::size_t kMostNamed = 3;  // hosts, selectors, addresses; the rest is counted
constexpr std::size_t kLongRecord = 44;
constexpr std::size_t kMaxText = 200;  // octets; names and values of others may be as long as they like

std::string reason_of(const Answer& answer) {
  switch (answer.trouble) {
    case dns::Trouble::timeout: return "no answer in time";
    case dns::Trouble::servfail: return "the server failed";
    case dns::Trouble::refused: return "the server would not answer";
    case dns::Trouble::bogus: return "DNSSEC validation fails";
    case dns::Trouble::network: return "no server could be reached";
    case dns::Trouble::malformed: return "no valid answer";
    case dns::Trouble::loop: return answer.detail.empty() ? "the aliases lead in a circle" : answer.detail;
    case dns::Trouble::limit: return answer.server.empty() ? "too much was to be asked" : "the answer is too large";
    case dns::Trouble::outside: break;
  }
  return answer.detail;
}

std::string list_of(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < std::min(items.size(), kMostNamed); ++i) {
    if (i > 0) out += ", ";
    out += items[i];
  }
  if (items.size() > kMostNamed) out += fmt::format(" and {} more", items.size() - kMostNamed);
  return out;
}

template <typename Data>
const Data* first(const Answer& answer) {
  for (const dns::Record& record : answer.records) {
    if (const auto* data = std::get_if<Data>(&record.data)) return data;
  }
  return nullptr;
}

bool has_address(const DomainFacts& facts) { return facts.a.has_records() || facts.aaaa.has_records(); }

std::string mail_hosts(const DomainFacts& facts) {
  std::vector<std::string> names;
  for (const MailHost& host : facts.mail_hosts) names.push_back(host.name.to_string());
  std::vector<std::string> companies;
  for (const ProviderFacts& found : facts.providers) {
    if (found.by_mx) companies.emplace_back(found.provider->name);
  }
  if (companies.empty()) return list_of(names);
  return fmt::format("{} ({} host{})", list_of(companies), names.size(), names.size() == 1 ? "" : "s");
}

OverviewLine mx_line(const DomainFacts& facts) {
  OverviewLine line{Kind::mx, State::nothing, {}};
  if (facts.mx.unknown()) {
    line.state = State::unknown;
    line.text = reason_of(facts.mx);
  } else if (facts.has_null_mx()) {
    line.state = State::found;
    line.text = "takes no mail (null MX)";
  } else if (facts.mx.has_records()) {
    line.state = State::found;
    line.text = mail_hosts(facts);
  } else if (has_address(facts)) {
    line.text = "no record; mail goes to the domain's own address";
  } else {
    line.text = "no record and no address: it takes no mail";
  }
  return line;
}

// `v=spf1 include:_spf.google.com … -all`: as many terms as have room, and the last, which says what becomes of the rest.
std::string shortened(const spf::Record& record) {
  if (record.text.size() <= kLongRecord || record.terms.size() < 2) return record.text;
  const std::string_view last = record.at(record.terms.back().span);
  std::string out(record.at(record.version_span));
  for (const spf::Term& term : record.terms) {
    const std::string_view word = record.at(term.span);
    if (out.size() + word.size() + last.size() > kLongRecord) break;
    out.append(1, ' ').append(word);
  }
  return out.append(" … ").append(last);
}

// RFC 7208 §4.6.4.
std::string lookups_of(const DomainFacts& facts) {
  if (!facts.spf_tree || facts.spf_tree->lookups() == 0) return {};
  const std::string_view least = facts.spf_tree->exact ? "" : "at least ";
  return fmt::format(", {}{} of 10 lookups", least, facts.spf_tree->lookups());
}

OverviewLine spf_line(const DomainFacts& facts) {
  OverviewLine line{Kind::spf, State::nothing, "no record"};
  const auto records = spf::select_records(facts.txt);
  if (facts.txt.unknown()) {
    line.state = State::unknown;
    line.text = reason_of(facts.txt);
  } else if (records.size() == 1) {
    line.state = State::found;
    line.text = shortened(spf::parse(records.front()->joined())) + lookups_of(facts);
  } else if (records.size() > 1) {
    line.state = State::found;
    line.text = fmt::format("{} records, so that receivers use none", records.size());
  }
  return line;
}

std::string key_of(const Answer& answer) {
  const auto* text = first<dns::Text>(answer);
  if (text == nullptr || answer.records.size() > 1) return fmt::format("{} records", answer.records.size());
  const dkim::KeyRecord record = dkim::parse_key_record(text->joined());
  if (record.revoked()) return "revoked";
  const dkim::KeyTag* tag = record.key_tag();
  if (tag == nullptr) return "no key";
  const dkim::KeyData key = dkim::read_key(record.slice(tag->value), record.key_type());
  if (!key.is_exactly(record.key_type())) return "unusable key";
  return key.algorithm == dkim::KeyAlgorithm::ed25519 ? "Ed25519" : fmt::format("RSA {}", key.bits);
}

/// The selectors that were tried, sorted by what came back.
struct Selectors {
  explicit Selectors(const DomainFacts& facts) {
    for (const SelectorFacts& one : facts.selectors) {
      const bool wanted = one.origin != SelectorOrigin::common;
      if (one.txt.has_records()) {
        keys.push_back(fmt::format("{}: {}", one.selector, key_of(one.txt)));
      } else if (one.txt.unknown()) {
        if (reason.empty()) reason = reason_of(one.txt);
        if (wanted) unconfirmed.push_back(one.selector);
      } else if (one.origin == SelectorOrigin::given) {
        missing.push_back(one.selector);
      }
    }
  }

  std::vector<std::string> keys;
  std::vector<std::string> missing;
  std::vector<std::string> unconfirmed;
  std::string reason;  // why the first that is unknown is so; guesses count
};

std::string no_key(const DomainFacts& facts, const Selectors& selectors) {
  if (!selectors.missing.empty()) return "no key at " + list_of(selectors.missing);
  if (facts.domainkey.state == Answer::State::nxdomain) return "no key: nothing stands below `_domainkey`";
  return fmt::format("no key at the {} selectors that were tried; name yours with `--selector`",
                     facts.selectors.size());
}

OverviewLine dkim_line(const DomainFacts& facts) {
  OverviewLine line{Kind::dkim, State::nothing, {}};
  if (facts.any_key.has_records()) {
    line.state = State::found;
    line.text = "every selector: " + key_of(facts.any_key) + ", by a wildcard";
    return line;
  }
  const Selectors selectors(facts);
  if (!selectors.keys.empty()) {
    line.state = State::found;
    line.text = list_of(selectors.keys);
    if (!selectors.missing.empty()) line.text += "; no key at " + list_of(selectors.missing);
    if (!selectors.unconfirmed.empty()) {
      line.text += fmt::format("; not confirmed: {} ({})", list_of(selectors.unconfirmed), selectors.reason);
    }
  } else if (!selectors.reason.empty()) {
    line.state = State::unknown;
    const auto& wanted = selectors.unconfirmed;
    line.text = wanted.empty() ? selectors.reason : fmt::format("{} ({})", list_of(wanted), selectors.reason);
  } else {
    line.text = no_key(facts, selectors);
  }
  return line;
}

// As receivers that follow RFC 9989 find it.
OverviewLine dmarc_line(const dmarc::Discovery& found) {
  const dmarc::EffectivePolicy& policy = found.rfc9989.domain;
  OverviewLine line{Kind::dmarc, State::found, {}};
  const std::string at = policy.source == nullptr ? "" : ", at " + policy.source->owner.to_string();
  switch (policy.outcome) {
    case dmarc::Outcome::policy: line.text = describe(policy) + at; break;
    case dmarc::Outcome::unusable: line.text = "no policy that receivers can read" + at; break;
    case dmarc::Outcome::several: line.text = "several records, so that receivers use none" + at; break;
    case dmarc::Outcome::none:
      line.state = State::nothing;
      line.text = describe(found.own());
      break;
    case dmarc::Outcome::unknown:
      line.state = State::unknown;
      line.text = policy.source == nullptr ? "not known" : reason_of(policy.source->answer);
      break;
  }
  return line;
}

/// The area of one TXT record at a name of its own; nothing where the answer is a record of that kind.
std::optional<OverviewLine> without_record(Kind area, const Answer& answer, const Answer& wildcard) {
  if (answer.unknown()) return OverviewLine{area, State::unknown, reason_of(answer)};
  const auto* text = first<dns::Text>(answer);
  const auto* everywhere = first<dns::Text>(wildcard);
  const bool by_wildcard = text != nullptr && everywhere != nullptr && *text == *everywhere;
  if (text == nullptr || by_wildcard) return OverviewLine{area, State::nothing, "no record"};
  return std::nullopt;
}

OverviewLine mta_sts_line(const DomainFacts& facts) {
  if (auto line = without_record(Kind::mta_sts, facts.mta_sts, facts.any_text)) return *std::move(line);
  const std::string_view value = first<dns::Text>(facts.mta_sts)->joined();
  const mta_sts::Record record = mta_sts::parse(value);
  const std::string id = record.id ? std::string(text::slice(value, record.list.fields[*record.id].value)) : "none";
  return {Kind::mta_sts, State::found, fmt::format("policy id {}", id)};
}

OverviewLine tls_rpt_line(const DomainFacts& facts) {
  if (auto line = without_record(Kind::tls_rpt, facts.tls_rpt, facts.any_text)) return *std::move(line);
  const std::string_view value = first<dns::Text>(facts.tls_rpt)->joined();
  std::vector<std::string> addresses;
  for (const tls_rpt::Uri& uri : tls_rpt::parse(value).uris) addresses.emplace_back(text::slice(value, uri.span));
  return {Kind::tls_rpt, State::found,
          addresses.empty() ? "no address for reports" : "reports to " + list_of(addresses)};
}

/// The area whose findings have codes that begin so.
constexpr std::array<std::pair<std::string_view, Kind>, 8> kFamilies{{{"BIMI", Kind::bimi},
                                                                      {"DKIM", Kind::dkim},
                                                                      {"DMARC", Kind::dmarc},
                                                                      {"MX", Kind::mx},
                                                                      {"RPT", Kind::tls_rpt},
                                                                      {"SPF", Kind::spf},
                                                                      {"STS", Kind::mta_sts},
                                                                      {"TLSA", Kind::tlsa}}};

Kind area_of(const DomainReport& report, const finding::Finding& finding) {
  const std::string_view id = entry(finding.code).id;
  for (const auto& [family, area] : kFamilies) {
    if (id.starts_with(family)) return area;
  }
  return finding.record < 0 ? Kind::txt : report.records[static_cast<std::size_t>(finding.record)].kind;
}

}  // namespace

std::vector<OverviewLine> overview_of(const DomainFacts& facts) {
  std::vector<OverviewLine> out;
  if (facts.does_not_exist()) return out;
  out.push_back(mx_line(facts));
  out.push_back(spf_line(facts));
  out.push_back(dkim_line(facts));
  if (facts.dmarc) out.push_back(dmarc_line(*facts.dmarc));
  out.push_back(mta_sts_line(facts));
  out.push_back(tls_rpt_line(facts));
  for (OverviewLine& line : out) {
    if (line.text.size() > kMaxText) line.text.replace(kMaxText, std::string::npos, "…");
  }
  return out;
}

std::optional<finding::Severity> worst_in(const DomainReport& report, Kind area) {
  std::optional<finding::Severity> worst;
  for (const finding::Finding& finding : report.findings) {
    if (area_of(report, finding) == area) worst = std::max(worst, std::optional(finding.severity));
  }
  return worst;
}

}  // namespace envelint::audit
