#include "discovery_support.hpp"

#include <support/catch.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

// Discovery against a second, slow one that is written from the text of the RFCs over plain strings, and shares no code
// with the first: its records come from a table that says what each means.

using namespace dmarc_test;
using namespace envelint;

namespace {

using Labels = std::vector<std::string>;

struct Kind {
  const char* text;
  bool dmarc;       // begins with the version
  char psd;         // y, n or u
  bool usable_old;  // RFC 7489 §6.6.3: p is valid, or reports can be sent
  bool usable_new;  // RFC 9989 §4.10.1
  int p, sp, np;    // as RFC 9989 reads them: 0 none, 1 quarantine, 2 reject
  int old_p, old_sp;
  bool t;
};

constexpr std::array<Kind, 13> kKinds{{
    {"v=DMARC1; p=reject", true, 'u', true, true, 2, 2, 2, 2, 2, false},
    {"v=DMARC1; p=none; sp=quarantine; np=reject", true, 'u', true, true, 0, 1, 2, 0, 1, false},
    {"v=DMARC1; p=reject; np=none", true, 'u', true, true, 2, 2, 0, 2, 2, false},
    {"v=DMARC1; p=quarantine; psd=n", true, 'n', true, true, 1, 1, 1, 1, 1, false},
    {"v=DMARC1; p=reject; sp=none; psd=y", true, 'y', true, true, 2, 0, 0, 2, 0, false},
    {"v=DMARC1; p=reject; sp=quarantine; t=y", true, 'u', true, true, 2, 1, 1, 2, 1, true},
    {"v=DMARC1", true, 'u', false, false, 0, 0, 0, 0, 0, false},
    {"v=DMARC1; psd=y", true, 'y', false, false, 0, 0, 0, 0, 0, false},
    {"v=DMARC1; rua=mailto:a@example.com", true, 'u', true, true, 0, 0, 0, 0, 0, false},
    {"v=DMARC1; p=reject; np=all", true, 'u', true, false, 0, 0, 0, 2, 2, false},
    {"v=DMARC1; p=reject; sp=; rua=mailto:a@example.com", true, 'u', true, true, 0, 0, 0, 0, 0, false},
    {"v=spf1 -all", false, 'u', false, false, 0, 0, 0, 0, 0, false},
    {"p=reject; v=DMARC1", false, 'u', false, false, 0, 0, 0, 0, 0, false},
}};

std::string joined(const Labels& labels, std::size_t from = 0) {
  std::string out;
  for (std::size_t i = from; i < labels.size(); ++i) out += (out.empty() ? "" : ".") + labels[i];
  return out;
}

/// What stands at `_dmarc.` and each name; "trouble" is a question without an answer.
struct World {
  std::map<std::string, std::vector<const Kind*>> records;
  std::map<std::string, bool> trouble;
  std::map<std::string, bool> exists;  // has an address; other names exist only above something
};

class WorldResolver : public dns::Resolver {
 public:
  explicit WorldResolver(const World& world) : world_(world) {}

  task::Task<dns::Answer> query(dns::Query query) override {
    dns::Answer answer = find(query.name.to_string(), query.type);
    co_return answer;
  }

 private:
  dns::Answer find(const std::string& asked, dns::Type type) const {
    const bool policy = asked.starts_with("_dmarc.");
    const std::string domain = policy ? asked.substr(7) : asked;
    if (policy && world_.trouble.contains(domain)) return dns::Answer(dns::Trouble::servfail);
    const auto there = world_.records.find(domain);
    if (policy && type == dns::Type::txt && there != world_.records.end()) {
      dns::Answer answer(dns::Answer::State::records);
      for (const Kind* kind : there->second) {
        answer.records.emplace_back(name(asked), dns::Type::txt, 60, dns::Text(std::string(kind->text)));
      }
      return answer;
    }
    return dns::Answer(!policy && is_there(asked) ? dns::Answer::State::nodata : dns::Answer::State::nxdomain);
  }

  [[nodiscard]] bool is_there(const std::string& domain) const {
    const auto below = [&](const auto& entry) { return entry.first == domain || entry.first.ends_with("." + domain); };
    return std::ranges::any_of(world_.records, below) || std::ranges::any_of(world_.exists, below);
  }

  const World& world_;
};

/// One of: a record's kind, nothing, "several", trouble.
struct Seen {
  enum { nothing, one, several, trouble } what = nothing;
  const Kind* kind = nullptr;
};

Seen look(const World& world, const std::string& domain) {
  if (world.trouble.contains(domain)) return {Seen::trouble};
  Seen seen;
  const auto there = world.records.find(domain);
  if (there == world.records.end()) return seen;
  for (const Kind* kind : there->second) {
    if (!kind->dmarc) continue;
    seen = seen.what == Seen::nothing ? Seen{Seen::one, kind} : Seen{Seen::several};
    if (seen.what == Seen::several) break;
  }
  return seen;
}

std::string policy_word(int level) { return level == 2 ? "reject" : level == 1 ? "quarantine" : "none"; }

/// What is expected: the organizational domain, and `POLICY at NAME`, `none`, `off`, `several` or `unknown`.
struct Expected {
  std::string organization;
  std::string policy;
};

/// Who asks about `labels`: the domain itself, or a subdomain of it.
enum class Who { domain, subdomain, missing };

std::string taken(const Kind& kind, const std::string& at, bool own, Who who, bool modern) {
  if (!(modern ? kind.usable_new : kind.usable_old)) return "off";
  int level = modern ? (own ? kind.p : who == Who::missing ? kind.np : kind.sp) : own ? kind.old_p : kind.old_sp;
  if (modern && kind.t && level > 0) --level;
  return policy_word(level) + " at " + at;
}

// RFC 9989 §4.10 and §4.10.1, step by step. `asks_start` is false for a subdomain, which has no record.
Expected oracle_new(const World& world, const Labels& labels, bool asks_start, Who who) {
  std::vector<std::pair<std::string, Seen>> walked;
  Labels target = labels;
  bool first = true;
  bool stopped = false;
  while (!target.empty() && !stopped) {
    const std::string at = joined(target);
    if (!first || asks_start) {
      const Seen seen = look(world, at);
      walked.emplace_back(at, seen);
      if (seen.what == Seen::trouble) stopped = true;
      if (seen.what == Seen::one && (seen.kind->psd == 'y' || seen.kind->psd == 'n')) stopped = true;
    }
    if (first && target.size() >= 8) {
      target.erase(target.begin(), target.end() - 7);
    } else {
      target.erase(target.begin());
    }
    first = false;
  }
  const std::string start = joined(labels);
  const bool trouble = !walked.empty() && walked.back().second.what == Seen::trouble;
  Expected out;
  std::string suffix;
  for (const auto& [at, seen] : walked) {  // from the longest to the shortest
    if (seen.what != Seen::one) continue;
    if (seen.kind->psd == 'n') {
      out.organization = at;
      break;
    }
    if (seen.kind->psd == 'y' && at != start) {
      suffix = at;
      const auto depth = static_cast<std::size_t>(std::ranges::count(at, '.')) + 2;
      out.organization = joined(labels, labels.size() - depth);
      break;
    }
    out.organization = at;
  }
  if (out.organization.empty()) out.organization = start;
  if (trouble) out.organization = "unknown";
  const auto take_at = [&](const std::string& wanted) {
    for (const auto& [at, seen] : walked) {
      if (at == wanted && seen.what == Seen::one) out.policy = taken(*seen.kind, at, at == start, who, true);
    }
  };
  take_at(start);
  if (!out.policy.empty()) return out;
  if (trouble) {
    out.policy = "unknown";
    return out;
  }
  take_at(out.organization);
  if (out.policy.empty() && !suffix.empty()) take_at(suffix);
  if (out.policy.empty()) out.policy = "none";
  return out;
}

// RFC 7489 §6.6.3. `suffix` is how many labels the public suffix has.
Expected oracle_old(const World& world, const Labels& labels, std::size_t suffix, bool asks_start, Who who) {
  Expected out;
  const std::string start = joined(labels);
  out.organization = labels.size() <= suffix ? start : joined(labels, labels.size() - suffix - 1);
  std::string at = start;
  Seen seen = asks_start ? look(world, at) : Seen{};
  if (seen.what == Seen::nothing && out.organization != start) {
    at = out.organization;
    seen = look(world, at);
  }
  if (seen.what == Seen::nothing) out.policy = "none";
  if (seen.what == Seen::several) out.policy = "several";
  if (seen.what == Seen::trouble) out.policy = "unknown";
  if (seen.what == Seen::one) out.policy = taken(*seen.kind, at, at == start, who, false);
  return out;
}

std::string found(const EffectivePolicy& policy) {
  switch (policy.outcome) {
    case Outcome::none: return "none";
    case Outcome::unusable: return "off";
    case Outcome::several: return "several";
    case Outcome::unknown: return "unknown";
    case Outcome::policy: break;
  }
  return std::string(to_string(policy.applied)) + " at " + policy.source->domain.to_string();
}

struct Case {
  World world;
  Labels labels;
  std::size_t suffix = 1;
};

class Cases {
 public:
  explicit Cases(unsigned seed) : random_(seed) {}

  Case next() {
    static const std::vector<std::pair<Labels, std::size_t>> bases{{{"example", "com"}, 1},
                                                                   {{"example", "co", "uk"}, 2},
                                                                   {{"example", "github", "io"}, 2},
                                                                   {{"com"}, 1},
                                                                   {{"co", "uk"}, 2}};
    const auto& [base, suffix] = bases[below(bases.size())];
    Case out;
    out.suffix = suffix;
    for (std::size_t i = below(10); i > 0; --i) out.labels.push_back(std::string(1, static_cast<char>('a' + i)));
    out.labels.insert(out.labels.end(), base.begin(), base.end());
    const bool troubled = below(4) == 0;
    for (std::size_t i = 0; i < out.labels.size(); ++i) {
      const std::string at = joined(out.labels, i);
      const std::size_t count = std::array<std::size_t, 8>{0, 0, 0, 0, 1, 1, 1, 2}[below(8)];
      for (std::size_t n = 0; n < count; ++n) out.world.records[at].push_back(&kKinds[below(kKinds.size())]);
      if (troubled && below(6) == 0) out.world.trouble[at] = true;
    }
    if (below(2) == 0) out.world.exists[joined(out.labels)] = true;
    return out;
  }

 private:
  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

  std::mt19937 random_;
};

bool is_there(const Case& one) {
  const std::string domain = joined(one.labels);
  return one.world.exists.contains(domain) || one.world.records.contains(domain);
}

std::string picture(const Case& one) {
  std::string out = joined(one.labels) + "\n";
  for (const auto& [at, kinds] : one.world.records) {
    for (const Kind* kind : kinds) out += "_dmarc." + at + " " + kind->text + "\n";
  }
  for (const auto& [at, yes] : one.world.trouble) out += ";! servfail _dmarc." + at + "\n";
  return out;
}

}  // namespace

TEST_CASE("discovery comes to what the text of both RFCs comes to, over many trees of names", "[dmarc][property]") {
  Cases cases(20260401);
  for (int i = 0; i < 4000; ++i) {
    const Case one = cases.next();
    const std::string domain = joined(one.labels);
    CAPTURE(i, picture(one));
    WorldResolver dns(one.world);
    const Discovery result = task::sync_wait(dmarc::discover(dns, name(domain), suffixes()));
    CHECK(result.rfc9989.queries.size() <= dmarc::kMaxWalk);

    const Expected modern = oracle_new(one.world, one.labels, true, is_there(one) ? Who::subdomain : Who::missing);
    CHECK(organization(result.rfc9989) == modern.organization);
    // With trouble at the name itself it is not known whether it exists; another test is for that.
    if (!one.world.trouble.contains(domain)) CHECK(found(result.rfc9989.domain) == modern.policy);
    const Expected old = oracle_old(one.world, one.labels, one.suffix, true, Who::domain);
    CHECK(organization(result.rfc7489) == old.organization);
    CHECK(found(result.rfc7489.domain) == old.policy);

    Labels below = one.labels;
    below.insert(below.begin(), "sub");
    for (const Who who : {Who::subdomain, Who::missing}) {
      const bool missing = who == Who::missing;
      CHECK(found(missing ? result.rfc9989.missing_subdomain : result.rfc9989.subdomain) ==
            oracle_new(one.world, below, false, who).policy);
      CHECK(found(missing ? result.rfc7489.missing_subdomain : result.rfc7489.subdomain) ==
            oracle_old(one.world, below, one.suffix, false, who).policy);
    }
  }
}

TEST_CASE("the organizational domain of a name is the name or above it, and asks no more than eight times",
          "[dmarc][property]") {
  Cases cases(7);
  for (int i = 0; i < 500; ++i) {
    const Case one = cases.next();
    const Name domain = name(joined(one.labels));
    WorldResolver dns(one.world);
    const auto result = task::sync_wait(dmarc::organizational_domain(dns, domain));
    CAPTURE(picture(one));
    CHECK((!result.known() || domain.is_within(result.name)));
    CHECK(dmarc::walked_names(domain).size() <= dmarc::kMaxWalk);
  }
}
