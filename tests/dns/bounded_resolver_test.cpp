#include <support/catch.hpp>

#include <envelint/dns/bounded_resolver.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <fmt/format.h>

#include <string>

using namespace envelint;
using namespace envelint::dns;
using namespace std::chrono_literals;

namespace {

FakeResolver some_dns() {
  return FakeResolver(R"(
    example.com.   TXT "v=spf1 -all"
    ;! timeout slow.example
    ;! servfail broken.example
  )");
}

Answer ask(Resolver& resolver, std::string_view name) {
  return task::sync_wait(resolver.query(Query(*Name::parse(name), Type::txt)));
}

}  // namespace

TEST_CASE("one piece of work asks no more questions than its budget", "[dns][bounded]") {
  FakeResolver dns = some_dns();
  QuestionBudget budget;
  budget.questions = 2;
  BoundedResolver bounded(dns, budget);
  CHECK(ask(bounded, "example.com").has_records());
  CHECK(ask(bounded, "example.com").has_records());
  const Answer refused = ask(bounded, "example.com");
  CHECK(refused.trouble == Trouble::limit);
  CHECK(refused.detail == "too many questions for one domain");
  CHECK(bounded.questions() == 2);
  CHECK(dns.queries().size() == 2);
}

TEST_CASE("nothing is asked once the time of a piece of work is over", "[dns][bounded]") {
  FakeResolver dns = some_dns();
  auto now = std::chrono::steady_clock::time_point();
  QuestionBudget budget;
  budget.deadline = now + 20s;
  budget.clock = [&] { return now; };
  BoundedResolver bounded(dns, budget);
  now += 19s;
  CHECK(ask(bounded, "example.com").has_records());
  now += 1s;
  CHECK(ask(bounded, "example.com").trouble == Trouble::timeout);
  CHECK(dns.queries().size() == 1);
}

TEST_CASE("questions without an answer are kept, each once", "[dns][bounded]") {
  FakeResolver dns = some_dns();
  BoundedResolver bounded(dns, {});
  for (const char* name : {"slow.example", "example.com", "nothing.example", "broken.example", "slow.example"}) {
    ask(bounded, name);
  }
  std::string shown;
  for (const Unanswered& one : bounded.unanswered()) {
    shown += fmt::format("{} {}\n", one.query.name.to_string(), to_string(one.trouble));
  }
  CHECK(shown == "slow.example timeout\nbroken.example servfail\n");
}
