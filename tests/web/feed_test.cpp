#include <support/catch.hpp>

#include <envelint/inbox/store.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/web/feed.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace envelint;
using namespace std::chrono_literals;

namespace {

constexpr auto kLong = 60s;

/// A store and the feed of it.
class Inbox {
 public:
  /// Messages arrive, as the clerk tells of them: they are stored first.
  void arrive(std::size_t count) {
    std::vector<inbox::Message> batch(count);
    const auto ids = store->add(batch);
    for (const inbox::MessageId id : *ids) {
      receiver::Arrival arrival(loop, 1, nullptr);
      arrival.id = id;
      feed.message(arrival);
    }
  }

  io::EventLoop loop;
  std::unique_ptr<inbox::Store> store = inbox::memory_store();
  web::Feed feed{*store};
};

/// All that comes until this is in it.
std::string read_until(web::Feed::Reader& reader, const std::string& wanted) {
  std::string out;
  while (!out.contains(wanted)) {
    const auto some = reader.next(kLong);
    if (!some) return out + "(closed)";
    out += *some;
  }
  return out;
}

}  // namespace

TEST_CASE("A page is told of each message once, in their order") {
  Inbox inbox;
  web::Feed::Reader reader(inbox.feed);
  inbox.arrive(1);
  const std::string first = read_until(reader, R"("id":1,)");
  CHECK(first.starts_with("event: messages\ndata: {\"messages\":["));
  CHECK(first.ends_with("\"totals\":{\"messages\":1,\"unread\":1}}\n\n"));
  inbox.arrive(2);
  const std::string rest = read_until(reader, R"("id":3,)");
  CHECK(rest.contains(R"("id":2,)"));
  CHECK_FALSE(rest.contains(R"("id":1,)"));
}

TEST_CASE("Of many messages at once a page is told that it has to ask") {
  Inbox inbox;
  web::Feed::Reader reader(inbox.feed);
  inbox.arrive(web::Feed::kMostEntries + 1);
  CHECK(read_until(reader, "reload").contains(R"({"reload":true,"totals":{"messages":51,"unread":51}})"));
}

TEST_CASE("Who reads slowly is told that something is missing") {
  Inbox inbox;
  web::Feed::Reader reader(inbox.feed);
  for (std::size_t i = 0; i <= web::Feed::kMostEvents; ++i) inbox.feed.tell("changed", std::to_string(i));
  const auto events = reader.next(kLong);
  REQUIRE(events);
  CHECK(events->starts_with("event: messages\ndata: {\"reload\":true}\n\nevent: changed\ndata: 1\n\n"));
  CHECK(events->ends_with("event: changed\ndata: 256\n\n"));
}

TEST_CASE("A reader is told of what comes after it, and nothing is kept for nobody") {
  Inbox inbox;
  inbox.feed.tell("changed", "1");
  web::Feed::Reader reader(inbox.feed);
  inbox.feed.tell("changed", "2");
  CHECK(*reader.next(kLong) == "event: changed\ndata: 2\n\n");
  CHECK(*reader.next(0ms) == "");
}

TEST_CASE("Whoever waits for mail sees each message that is stored, however they race") {
  Inbox inbox;
  constexpr std::size_t kMessages = 300;
  std::atomic<std::size_t> seen = 0;
  std::vector<std::thread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      const auto until = std::chrono::steady_clock::now() + kLong;
      for (;;) {
        const auto generation = inbox.feed.generation();
        if (inbox.store->totals()->messages == kMessages) break;
        if (!inbox.feed.wait_for_other(generation, until)) return;
      }
      ++seen;
    });
  }
  for (std::size_t i = 0; i < kMessages; ++i) inbox.arrive(1);
  for (std::thread& one : waiting) one.join();
  CHECK(seen == 4);
}

TEST_CASE("When the feed is closed nobody waits any longer") {
  Inbox inbox;
  web::Feed::Reader reader(inbox.feed);
  std::thread waits([&] {
    CHECK_FALSE(reader.next(kLong));
    CHECK_FALSE(inbox.feed.wait_for_other(0, std::chrono::steady_clock::now() + kLong));
  });
  inbox.feed.close();
  waits.join();
}
