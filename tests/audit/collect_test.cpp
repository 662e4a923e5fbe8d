#include <support/catch.hpp>
#include <support/domain.hpp>

#include <envelint/dns/fake_resolver.hpp>

#include <chrono>
#include <coroutine>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace envelint;
using dns::Answer;

namespace {

constexpr std::string_view kZone = R"(
@ MX 10 mail
@ MX 20 a.mail.protection.outlook.com.
@ TXT "v=spf1 mx a:out.example.com include:sendgrid.net ip4:192.0.2.77 -all"
mail A 192.0.2.1
mail AAAA 2001:db8::1
out A 192.0.2.9
_dmarc TXT "v=DMARC1; p=reject"
_mta-sts TXT "v=STSv1; id=1"
s1._domainkey CNAME s1.u1.sendgrid.net.
1.2.0.192.in-addr.arpa. PTR mail.example.com.
;! timeout s2._domainkey.example.com.
;! servfail a.mail.protection.outlook.com.
;! refused selector1._domainkey.example.com.
)";

dns::Name domain() { return *dns::Name::parse("example.com"); }

/// Keeps every question waiting until it is told which to answer.
class WaitingResolver : public dns::Resolver {
 public:
  explicit WaitingResolver(std::string_view text) : answers_(test::zone(text)) {}

  task::Task<Answer> query(dns::Query query) override {
    Wait wait(waiting_);
    co_await wait;
    co_return answers_.answer(query);
  }

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  void answer(std::size_t index) {
    const std::coroutine_handle<> next = waiting_[index];
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
    next.resume();
  }

 private:
  class Wait {
   public:
    explicit Wait(std::vector<std::coroutine_handle<>>& list) noexcept : list_(list) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const { list_.push_back(handle); }
    void await_resume() const noexcept {}

   private:
    std::vector<std::coroutine_handle<>>& list_;
  };

  dns::ZoneResolver answers_;
  std::vector<std::coroutine_handle<>> waiting_;
};

/// All findings with their words, and what is unknown: what a user sees of a run.
std::string seen(const audit::DomainFacts& facts) {
  const audit::DomainReport report = audit::judge_domain(facts);
  std::string out;
  for (const auto& finding : report.findings) {
    out.append(finding::entry(finding.code).id)
        .append(" ")
        .append(finding.owner)
        .append(": ")
        .append(finding.message) += '\n';
  }
  for (const auto& record : report.records) out.append(record.owner).append(" ").append(record.value.joined()) += '\n';
  for (const auto& unknown : report.unknown) out.append(unknown.question).append(": ").append(unknown.reason) += '\n';
  return out;
}

std::string seen_in_order(unsigned seed) {
  static const dns::PublicSuffixList suffixes;
  WaitingResolver dns(kZone);
  std::minstd_rand random(seed);
  task::Task<audit::DomainFacts> task = audit::collect(dns, domain(), {}, suffixes);
  bool ended = false;
  const task::detail::Continuation done{[](void* flag) { *static_cast<bool*>(flag) = true; }, &ended};
  if (!task.start(done)) ended = true;
  while (!ended) {
    REQUIRE(dns.waiting() > 0);
    dns.answer(random() % dns.waiting());
  }
  return seen(task.take());
}

std::string question(const dns::Query& query) { return query.name.to_lower() + " " + dns::to_string(query.type); }

std::vector<std::string> questions_about(std::string_view text, audit::CollectOptions options = {}) {
  static const dns::PublicSuffixList suffixes;
  dns::FakeResolver dns("$ORIGIN example.com.\n" + std::string(text));
  (void)task::sync_wait(audit::collect(dns, domain(), std::move(options), suffixes));
  std::vector<std::string> out;
  for (const auto& query : dns.queries()) out.push_back(question(query));
  return out;
}

bool has(const std::vector<std::string>& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

}  // namespace

TEST_CASE("the order of answers makes no difference", "[audit][collect]") {
  const std::string expected = seen(test::domain_facts(kZone));
  CHECK(expected.contains("s2._domainkey.example.com TXT: timeout"));
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    CHECK(seen_in_order(seed) == expected);
  }
}

TEST_CASE("no more is asked than the budget allows, and what is left is unknown", "[audit][collect]") {
  for (const std::size_t most : {0U, 1U, 5U, 17U, 40U}) {
    audit::CollectOptions options;
    options.budget.questions = most;
    CAPTURE(most);
    CHECK(questions_about(kZone, options).size() <= most);
    static const dns::PublicSuffixList suffixes;
    dns::ZoneResolver dns(test::zone(kZone));
    const auto facts = task::sync_wait(audit::collect(dns, domain(), options, suffixes));
    CHECK(facts.questions <= most);
    CHECK_FALSE(facts.unanswered.empty());
  }
}

TEST_CASE("after the deadline nothing is asked, and nothing is called missing", "[audit][collect]") {
  audit::CollectOptions options;
  options.budget.deadline = std::chrono::steady_clock::time_point(std::chrono::seconds(10));
  options.budget.clock = [] { return std::chrono::steady_clock::time_point(std::chrono::seconds(10)); };
  CHECK(questions_about(kZone, options).empty());
  static const dns::PublicSuffixList suffixes;
  dns::ZoneResolver dns(test::zone(kZone));
  const auto facts = task::sync_wait(audit::collect(dns, domain(), options, suffixes));
  const auto report = audit::judge_domain(facts);
  CHECK(test::codes(report.findings) == "DNS001");
}

TEST_CASE("a deadline in the midst of the questions makes what comes after unknown", "[audit][collect]") {
  static const dns::PublicSuffixList suffixes;
  for (int most = 1; most < 60; most += 7) {
    int asked = 0;
    audit::CollectOptions options;
    options.budget.deadline = std::chrono::steady_clock::time_point(std::chrono::seconds(most));
    options.budget.clock = [&asked] { return std::chrono::steady_clock::time_point(std::chrono::seconds(asked++)); };
    dns::ZoneResolver dns(
        test::zone("@ MX 10 mail\nmail A 192.0.2.1\n@ TXT \"v=spf1 mx -all\"\n"
                   "selector1._domainkey TXT \"v=DKIM1; p=\"\n_mta-sts TXT \"v=STSv1; id=1\"\nmta-sts A 192.0.2.1\n"
                   "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@example.net\"\n"));
    const auto report = audit::judge_domain(task::sync_wait(audit::collect(dns, domain(), options, suffixes)));
    CAPTURE(most, test::codes(report.findings));
    for (const std::string_view code : {"SPF001", "SPF010", "MX001", "MX002", "MX010", "STS001", "STS010", "STS034"}) {
      CHECK(test::finding_of(report, code) == nullptr);
    }
  }
}

TEST_CASE("what a domain does not have is not asked about further", "[audit][collect]") {
  const auto parked = questions_about("@ TXT \"v=spf1 -all\"\n@ MX 0 .\n");
  CHECK(has(parked, "example.com SPF"));
  CHECK_FALSE(has(parked, "mta-sts.example.com A"));
  CHECK_FALSE(has(parked, "_spf.example.com TXT"));
  CHECK_FALSE(has(parked, "in-addr.arpa SOA"));
  CHECK_FALSE(has(parked, "google._domainkey.example.com TXT"));
  CHECK(has(questions_about("@ MX 0 .\n"), "_spf.example.com TXT"));
}

TEST_CASE("reverse DNS is asked for addresses that SPF names, within bounds", "[audit][collect]") {
  std::string spf = "@ MX 10 mail\nmail A 192.0.2.200\n9.2.0.192.in-addr.arpa. PTR x.example.net.\n@ TXT \"v=spf1";
  for (int i = 1; i <= 30; ++i) spf += " ip4:192.0.2." + std::to_string(i);
  const auto facts = test::domain_facts(spf + " -all\"\n");
  CHECK(facts.reverse.size() == audit::kMaxReverse);
  CHECK(facts.reverse.front().receives);
  CHECK_FALSE(facts.reverse.back().receives);
  CHECK(facts.reverse.back().singled_out);
}

TEST_CASE("wildcards are told from records", "[audit][collect]") {
  const auto facts = test::domain_facts("* TXT \"any\"\n*._domainkey TXT \"v=DKIM1; p=\"\n");
  CHECK(facts.any_text.has_records());
  CHECK(facts.any_key.has_records());
  CHECK_FALSE(test::domain_facts("s1._domainkey TXT \"v=DKIM1; p=\"\n").any_key.has_records());
}

TEST_CASE("a name in a domain that nobody has registered is found, an address is no name", "[audit][collect]") {
  const auto unregistered = [](const std::string& spf) {
    return test::domain_facts("@ TXT \"v=spf1 " + spf + " -all\"\n").unregistered.size();
  };
  CHECK(unregistered("include:spf.gone.example") == 1);
  CHECK(unregistered("include:a.gone.example include:b.gone.example mx:c.gone2.example") == 2);
  CHECK(unregistered("ip4:192.0.2.1 ip4:198.51.100.0/24 ip6:2001:db8::1") == 0);
  CHECK(unregistered("include:%{d}.gone.example exp=why.gone.example x=gone.example") == 0);
  CHECK(unregistered("include:spf.example.com a:other.example.com") == 0);
  CHECK(test::domain_facts("@ TXT \"v=spf1 include:spf.gone.example -all\"\n;! servfail gone.example.\n")
            .unregistered.empty());
}
