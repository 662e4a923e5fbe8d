#include <support/catch.hpp>

#include <envelint/dns/cache.hpp>
#include <envelint/io/signal.hpp>
#include <envelint/task/gather.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace envelint;
using namespace envelint::dns;
using namespace std::chrono_literals;
using task::Task;

namespace {

/// Answers everything after a second, with what it was told, and counts.
class Slow : public Resolver {
 public:
  explicit Slow(io::EventLoop& loop) : loop_(&loop) {}

  Task<Answer> query(Query query) override {
    ++asked;
    if (delay.count() > 0) co_await io::sleep_until(loop_, loop_->after(delay));
    Answer out = answer;
    if (out.has_records()) out.records.emplace_back(query.name, query.type, 300, Text(text));
    co_return out;
  }

  int asked = 0;
  io::Duration delay = 1s;
  std::string text = "text";
  Answer answer = with_ttl(Answer(Answer::State::records), 300);

  static Answer with_ttl(Answer base, std::uint32_t ttl) {
    base.ttl = ttl;
    return base;
  }

 private:
  io::EventLoop* loop_;
};

Query txt(std::string_view name) { return {*Name::parse(name), Type::txt}; }

struct Fixture {
  io::EventLoop loop{io::ClockKind::simulated};
  Slow inner{loop};
  CachingResolver cache{inner, loop, options()};

  static CacheOptions options() {
    CacheOptions out;
    out.max_answers = 3;
    return out;
  }
  Answer ask(std::string_view name) { return loop.run(cache.query(txt(name))); }
  void pass(io::Duration time) { loop.run(io::sleep_until(&loop, loop.after(time))); }
};

Task<void> ask_and_count(CachingResolver* cache, std::string name, int* answered) {
  Query query = txt(name);
  const Answer answer = co_await cache->query(std::move(query));
  if (answer.has_records()) ++*answered;
}

}  // namespace

TEST_CASE("an answer is asked for once while it holds", "[dns][cache]") {
  Fixture f;
  CHECK(f.ask("a.example").has_records());
  f.pass(100s);
  const Answer again = f.ask("A.example");
  CHECK(f.inner.asked == 1);
  CHECK(again.ttl == 200);
  CHECK(again.records.front().owner.to_string() == "A.example");
  f.pass(201s);
  CHECK(f.ask("a.example").ttl == 300);
  CHECK(f.inner.asked == 2);
  CHECK(f.cache.counts().hits == 1);
}

TEST_CASE("other types and names are other questions", "[dns][cache]") {
  Fixture f;
  f.ask("a.example");
  f.ask("b.example");
  f.loop.run(f.cache.query(Query(*Name::parse("a.example"), Type::a)));
  CHECK(f.inner.asked == 3);
}

TEST_CASE("many who ask the same wait for one answer", "[dns][cache]") {
  Fixture f;
  std::vector<Task<Answer>> tasks;
  for (int i = 0; i < 1000; ++i) tasks.push_back(f.cache.query(txt(i % 2 == 0 ? "a.example" : "A.EXAMPLE")));
  for (const Answer& answer : f.loop.run(task::gather(std::move(tasks)))) CHECK(answer.has_records());
  CHECK(f.inner.asked == 1);
  CHECK(f.cache.counts().shared == 999);
}

TEST_CASE("those who wait get the answer when the first asker has gone", "[dns][cache]") {
  Fixture f;
  int answered = 0;
  io::TaskSet others(f.loop);
  {
    io::TaskSet first(f.loop);
    first.start(ask_and_count(&f.cache, "a.example", &answered));
    others.start(ask_and_count(&f.cache, "a.example", &answered));
    f.pass(500ms);
  }
  f.pass(1s);
  CHECK(answered == 1);
  CHECK(f.inner.asked == 1);
}

TEST_CASE("an asker that goes between the answer and its turn is not resumed", "[dns][cache]") {
  Fixture f;
  int answered = 0;
  auto gone = std::make_unique<io::TaskSet>(f.loop);
  gone->start(ask_and_count(&f.cache, "a.example", &answered));
  io::Timer just_then(f.loop, {[](void* set) { static_cast<std::unique_ptr<io::TaskSet>*>(set)->reset(); }, &gone});
  just_then.set(f.loop.after(1s));  // fires behind the answer's own timer, in the same turn
  f.pass(2s);
  CHECK(answered == 0);
  CHECK(f.cache.size() == 1);
}

TEST_CASE("a lookup that goes with the cache leaves nothing behind", "[dns][cache]") {
  io::EventLoop loop(io::ClockKind::simulated);
  Slow inner(loop);
  int answered = 0;
  {
    CachingResolver cache(inner, loop);
    io::TaskSet askers(loop);
    askers.start(ask_and_count(&cache, "a.example", &answered));
  }
  loop.run(io::sleep_until(&loop, loop.after(5s)));
  CHECK(answered == 0);
}

TEST_CASE("nothing there is kept as long as it says, trouble for five seconds", "[dns][cache]") {
  Fixture f;
  f.inner.answer = Slow::with_ttl(Answer(Answer::State::nxdomain), 60);
  CHECK(f.ask("a.example").state == Answer::State::nxdomain);
  f.pass(59s);
  CHECK(f.ask("a.example").state == Answer::State::nxdomain);
  CHECK(f.inner.asked == 1);
  f.pass(2s);
  f.inner.answer = Answer(Trouble::servfail, "broken");
  CHECK(f.ask("a.example").trouble == Trouble::servfail);
  f.pass(4s);
  CHECK(f.ask("a.example").detail == "broken");
  CHECK(f.inner.asked == 2);
  f.pass(2s);
  f.ask("a.example");
  CHECK(f.inner.asked == 3);
}

TEST_CASE("no TTL is shorter than the least or longer than the most", "[dns][cache]") {
  Fixture f;
  f.inner.answer.ttl = 0;
  f.ask("short.example");
  f.pass(4s);
  f.ask("short.example");
  CHECK(f.inner.asked == 1);
  f.inner.answer.ttl = 1'000'000;
  f.ask("long.example");
  f.pass(3601s);
  f.ask("long.example");
  CHECK(f.inner.asked == 3);
}

TEST_CASE("what was not asked for longest goes first", "[dns][cache]") {
  Fixture f;
  for (const char* name : {"a.example", "b.example", "c.example", "a.example", "d.example"}) f.ask(name);
  CHECK(f.cache.size() == 3);
  CHECK(f.inner.asked == 4);
  f.ask("a.example");
  CHECK(f.inner.asked == 4);
  f.ask("b.example");
  CHECK(f.inner.asked == 5);
}

TEST_CASE("large answers take the place of many", "[dns][cache]") {
  io::EventLoop loop(io::ClockKind::simulated);
  Slow inner(loop);
  inner.text.assign(60'000, 'x');
  CacheOptions options;
  options.max_octets = 200'000;
  CachingResolver cache(inner, loop, options);
  for (int i = 0; i < 10; ++i) loop.run(cache.query(txt(fmt::format("n{}.example", i))));
  CHECK(cache.size() == 3);
}

TEST_CASE("an answer at hand ends inline", "[dns][cache]") {
  Fixture f;
  f.inner.delay = 0s;
  const auto start = f.loop.now();
  CHECK(f.ask("a.example").has_records());
  CHECK(f.ask("a.example").has_records());
  CHECK(f.inner.asked == 1);
  CHECK(f.loop.now() == start);
}
