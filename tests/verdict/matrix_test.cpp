#include <envelint/verdict/evaluate.hpp>

#include <envelint/dkim/sign.hpp>
#include <envelint/task/sync_wait.hpp>

#include <support/catch.hpp>
#include <support/rounds.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

// Every combination of what SPF says and for whom, what DKIM says and for whom, and what the author domain wants, held
// against tables: what is aligned with what, what a record asks for, and which results let a message pass.

using namespace envelint;
using verdict::DmarcStatus;

namespace {

constexpr std::uint64_t kNow = 1'700'000'000;
constexpr std::string_view kClient = "192.0.2.1";

/// TXT records by name; `!` stands for one that is not given out. Names that are listed exist.
class World : public dns::Resolver {
 public:
  std::map<std::string, std::string> texts;

  task::Task<dns::Answer> query(dns::Query query) override {
    dns::Answer answer = look_up(query);
    co_return answer;
  }

 private:
  dns::Answer look_up(const dns::Query& query) const {
    const auto it = texts.find(query.name.to_lower());
    if (it == texts.end()) return dns::Answer(dns::Answer::State::nxdomain);
    if (query.type != dns::Type::txt || it->second.empty()) return dns::Answer(dns::Answer::State::nodata);
    if (it->second == "!") return dns::Answer(dns::Trouble::timeout);
    dns::Answer answer(dns::Answer::State::records);
    answer.records.emplace_back(query.name, dns::Type::txt, 300U, dns::Text(it->second));
    return answer;
  }
};

/// Whether mail from `author` may be authenticated as `domain`: by the walk, by the list, and where the policy is strict.
struct Related {
  std::string_view author, domain;
  bool by_walk, by_list, strict;
};

// own.example.com has a record of its own, and example.com has none: by the walk each is an organization by itself.
// example.net has a department that runs its own mail, and says so with psd=n; no list knows of that.
constexpr Related kRelated[] = {
    {"example.com", "example.com", true, true, true},
    {"example.com", "mail.example.com", true, true, false},
    {"example.com", "esp.example", false, false, false},
    {"shop.example.com", "shop.example.com", true, true, true},
    {"shop.example.com", "example.com", true, true, false},
    {"shop.example.com", "esp.example", false, false, false},
    {"own.example.com", "own.example.com", true, true, true},
    {"own.example.com", "mail.own.example.com", true, true, false},
    {"own.example.com", "example.com", false, true, false},
    {"gone.example.com", "example.com", true, true, false},
    {"gone.example.com", "mail.example.com", true, true, false},
    {"gone.example.com", "esp.example", false, false, false},
    {"x.dept.example.net", "x.dept.example.net", true, true, true},
    {"x.dept.example.net", "mail.dept.example.net", true, true, false},
    {"x.dept.example.net", "mail.example.net", false, true, false},
};

/// What a record at `owner` has receivers of each generation do with mail from `author` that fails; `-`: no policy.
/// `quarantine/none 30` is quarantine for 30 % of it and none for the rest.
struct Wanted {
  std::string_view author, owner, tags, rfc9989, rfc7489;
};

constexpr Wanted kWanted[] = {
    {"example.com", "example.com", "p=none", "none", "none"},
    {"example.com", "example.com", "p=quarantine", "quarantine", "quarantine"},
    {"example.com", "example.com", "p=reject", "reject", "reject"},
    {"example.com", "example.com", "p=reject; sp=none; np=none", "reject", "reject"},
    {"example.com", "example.com", "p=reject; t=y", "quarantine", "reject"},
    {"example.com", "example.com", "p=quarantine; t=y", "none", "quarantine"},
    {"example.com", "example.com", "p=none; t=y", "none", "none"},
    {"example.com", "example.com", "p=reject; pct=30", "reject", "reject/quarantine 30"},
    {"example.com", "example.com", "p=quarantine; pct=30", "quarantine", "quarantine/none 30"},
    {"example.com", "example.com", "p=none; pct=30", "none", "none"},
    {"example.com", "example.com", "p=reject; pct=0", "reject", "quarantine"},
    {"example.com", "example.com", "p=quarantine; pct=0", "quarantine", "none"},
    {"example.com", "example.com", "p=reject; t=y; pct=30", "quarantine", "reject/quarantine 30"},
    {"example.com", "", "", "-", "-"},
    {"own.example.com", "own.example.com", "p=quarantine; sp=none", "quarantine", "quarantine"},
    {"shop.example.com", "example.com", "p=reject", "reject", "reject"},
    {"shop.example.com", "example.com", "p=reject; sp=none", "none", "none"},
    {"shop.example.com", "example.com", "p=none; sp=reject", "reject", "reject"},
    {"shop.example.com", "example.com", "p=none; sp=reject; np=none", "reject", "reject"},
    {"shop.example.com", "example.com", "p=none; np=reject", "none", "none"},
    {"shop.example.com", "example.com", "p=none; sp=reject; t=y", "quarantine", "reject"},
    {"shop.example.com", "example.com", "p=none; sp=reject; pct=30", "reject", "reject/quarantine 30"},
    {"gone.example.com", "example.com", "p=reject", "reject", "reject"},
    {"gone.example.com", "example.com", "p=reject; sp=quarantine", "quarantine", "quarantine"},
    {"gone.example.com", "example.com", "p=none; sp=quarantine; np=reject", "reject", "quarantine"},
    {"gone.example.com", "example.com", "p=reject; np=none", "none", "reject"},
    {"gone.example.com", "example.com", "p=none; np=reject; t=y", "quarantine", "none"},
    {"x.dept.example.net", "dept.example.net", "p=none; sp=reject; psd=n", "reject", "-"},
    {"x.dept.example.net", "x.dept.example.net", "p=reject", "reject", "reject"},
    {"x.dept.example.net", "example.net", "p=none; sp=quarantine", "none", "quarantine"},
};

/// What a mechanism comes to: whether it speaks for its domain, and whether it might if DNS answered.
struct Comes {
  std::string_view result;
  bool speaks, open;
};

constexpr Comes kSpf[] = {{"pass", true, false},  {"softfail", false, false},  {"fail", false, false},
                          {"none", false, false}, {"permerror", false, false}, {"temperror", false, true}};
constexpr Comes kDkim[] = {{"none", false, false},
                           {"pass", true, false},
                           {"changed", false, false},
                           {"no key", false, false},
                           {"silence", false, true}};

std::string spf_record(std::string_view result) {
  if (result == "pass") return "v=spf1 ip4:192.0.2.0/24 -all";
  if (result == "softfail") return "v=spf1 ~all";
  if (result == "fail") return "v=spf1 -all";
  if (result == "permerror") return "v=spf1 ip4:mistake -all";
  return result == "temperror" ? "!" : "";
}

const dkim::PrivateKey& key() {
  static const dkim::PrivateKey one = dkim::PrivateKey::generate_ed25519().value();
  return one;
}

/// A message from the author, signed by a domain unless that is empty, and perhaps changed afterwards.
std::string message_of(std::string_view author, std::string_view signer, bool changed) {
  static std::map<std::string, std::string> made;
  std::string& out = made[std::string(author) + ' ' + std::string(signer) + (changed ? "!" : "")];
  if (!out.empty()) return out;
  out = "From: <a@" + std::string(author) + ">\r\nSubject: Hello\r\n\r\nHello.\r\n";
  if (signer.empty()) return out;
  dkim::SignOptions options(std::string(signer), kNow);
  out = dkim::sign(mail::Message::split(out), {{&key(), "s"}}, options).value() + out;
  if (changed) out += "Seen by a list.\r\n";
  return out;
}

std::string shown(const verdict::DmarcResult& result) {
  if (result.status == DmarcStatus::none) return "-";
  std::string out(to_string(result.disposition));
  if (result.pct != 100) out += "/" + std::string(to_string(result.otherwise)) + " " + std::to_string(result.pct);
  return out;
}

/// By the tables: pass, fail, temperror or none.
std::string_view expected(bool has_policy, const Comes& spf, bool spf_related, const Comes& dkim, bool dkim_related) {
  if (!has_policy) return "none";
  if ((spf.speaks && spf_related) || (dkim.speaks && dkim_related)) return "pass";
  if ((spf.open && spf_related) || (dkim.open && dkim_related)) return "temperror";
  return "fail";
}

/// What the message is evaluated in.
void fill(World& world, const Wanted& wanted, std::string_view strict, std::string_view sender, const Comes& spf,
          std::string_view signer, const Comes& dkim) {
  for (const std::string_view name :
       {"example.com", "shop.example.com", "mail.example.com", "example.net", "esp.example"})
    world.texts[std::string(name)] = "";
  // psd=n stands there whatever else is said, so that the department is one.
  world.texts["_dmarc.dept.example.net"] = "v=DMARC1; p=none; psd=n; " + std::string(strict);
  if (!wanted.owner.empty()) {
    world.texts["_dmarc." + std::string(wanted.owner)] =
        "v=DMARC1; " + std::string(wanted.tags) + "; " + std::string(strict);
  }
  world.texts[std::string(sender)] = spf_record(spf.result);
  if (dkim.result == "pass" || dkim.result == "changed")
    world.texts["s._domainkey." + std::string(signer)] = "v=DKIM1; k=ed25519; p=" + key().public_key().encoded();
  if (dkim.result == "silence") world.texts["s._domainkey." + std::string(signer)] = "!";
}

std::vector<Related> related_to(std::string_view author) {
  std::vector<Related> out;
  for (const Related& one : kRelated) {
    if (one.author == author) out.push_back(one);
  }
  return out;
}

void check(const verdict::DmarcResult& result, bool by_walk, std::string_view policy, bool strict,
           const Related& sender, const Comes& spf, const Related& signer, const Comes& dkim) {
  const bool has_policy = policy != "-";
  const auto related = [&](const Related& one) {
    if (has_policy && strict) return one.strict;
    return by_walk ? one.by_walk : one.by_list;
  };
  INFO((by_walk ? "RFC 9989" : "RFC 7489") << ", policy " << policy << (strict ? ", strict" : ""));
  const std::string_view status = expected(has_policy, spf, related(sender), dkim, related(signer));
  CHECK(to_string(result.status) == status);
  CHECK(shown(result) == (status == "fail" || status == "none" ? policy : "none"));
  if (!has_policy) return;  // nobody asks what is aligned, and without records the walk finds no organization
  CHECK(result.spf_aligned == (spf.speaks && related(sender)));
  CHECK(result.dkim_aligned == (dkim.speaks && related(signer)));
}

void evaluate(const dns::PublicSuffixList& suffixes, const Wanted& wanted, bool strict, const Related& sender,
              const Comes& spf, const Related& signer, const Comes& dkim) {
  World world;
  fill(world, wanted, strict ? "adkim=s; aspf=s" : "", sender.domain, spf, signer.domain, dkim);
  const std::string bytes =
      message_of(wanted.author, dkim.result == "none" ? "" : signer.domain, dkim.result == "changed");
  INFO("From " << wanted.author << ", record at " << wanted.owner << ": " << wanted.tags);
  INFO("SPF " << spf.result << " for " << sender.domain << ", DKIM " << dkim.result << " for " << signer.domain);
  verdict::Envelope envelope(net::Address::parse(kClient).value(), "mx.esp.example",
                             "bounce@" + std::string(sender.domain));
  verdict::EvaluationOptions options(suffixes, kNow);
  options.trace = false;
  const auto message = mail::Message::split(bytes);
  const auto verdict = task::sync_wait(verdict::evaluate(world, message, envelope, options));
  REQUIRE(verdict.of_author() != nullptr);
  const verdict::AuthorVerdict& author = *verdict.of_author();
  CHECK(verdict.dmarc.status == author.rfc9989.status);
  check(author.rfc9989, true, wanted.rfc9989, strict, sender, spf, signer, dkim);
  check(author.rfc7489, false, wanted.rfc7489, strict, sender, spf, signer, dkim);
}

}  // namespace

TEST_CASE("every combination of SPF, DKIM, alignment and policy comes to what the tables say", "[verdict]") {
  const dns::PublicSuffixList suffixes;
  int combination = 0;
  for (const Wanted& wanted : kWanted) {
    const std::vector<Related> related = related_to(wanted.author);
    for (const Related& sender : related) {
      for (const Related& signer : related) {
        for (const Comes& spf : kSpf) {
          for (const Comes& dkim : kDkim) {
            if (++combination % test::kOneIn == 0) evaluate(suffixes, wanted, false, sender, spf, signer, dkim);
          }
        }
        // That the policy is strict changes what is aligned and nothing else, so two results of each are enough.
        if (wanted.tags.empty()) continue;
        for (const Comes& spf : {kSpf[0], kSpf[5]}) {
          for (const Comes& dkim : {kDkim[0], kDkim[1], kDkim[4]}) {
            if (++combination % test::kOneIn == 0) evaluate(suffixes, wanted, true, sender, spf, signer, dkim);
          }
        }
      }
    }
  }
}
