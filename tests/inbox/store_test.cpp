#include <support/catch.hpp>

#include "samples.hpp"

#include <envelint/inbox/codec.hpp>

#include <atomic>
#include <thread>

using namespace envelint::inbox;
using samples::add;
using samples::done;
using samples::got;
using samples::ids;

namespace {

using Ids = std::vector<MessageId>;

/// Both stores have to do the same.
template <class Test>
void for_each_store(const StoreLimits& limits, Test test) {
  SECTION("in memory") { test(*memory_store(limits)); }
  SECTION("on disk") {
    const samples::Folder folder;
    const auto store = got(open_store(folder.store(), limits, OpenMode::read_write));
    test(*store);
  }
}

}  // namespace

TEST_CASE("a message is given back as it was added, octet by octet", "[inbox][store]") {
  for_each_store({}, [](Store& store) {
    Message before = samples::message("gr\xC3\xBC\xC3\x9F\x65 \xE2\x80\xAE");
    before.raw += std::string("\0\xFF\r\r\n\n.", 7);
    before.oddities = {{envelint::smtp::WireOddity::Kind::nul, 80}};
    before.envelope.from.path.written = std::string("a\0b@example.com", 15);
    const MessageId id = add(store, before);
    CHECK(id == 1);
    const Message after = got(store.get(id)).value();
    CHECK(after.id == id);
    CHECK(after.raw == before.raw);
    CHECK(got(store.raw(id)) == before.raw);
    CHECK(after.session == before.session);
    CHECK(after.received_ms == before.received_ms);
    CHECK(encode(after.envelope) == encode(before.envelope));
    CHECK(after.oddities == before.oddities);
    CHECK(after.summary.subject == before.summary.subject);
    CHECK(after.summary.arc.empty());
    CHECK(after.summary.disposition == "none");
    CHECK(after.verdict_json == before.verdict_json);
    CHECK(after.reply_code == 250);
    CHECK(after.reply_text == before.reply_text);
  });
}

TEST_CASE("what is not there is nothing, and no error", "[inbox][store]") {
  for_each_store({}, [](Store& store) {
    CHECK(!got(store.get(7)));
    CHECK(!got(store.raw(~std::uint64_t{0})));
    CHECK(!got(store.session(7)));
    CHECK(got(store.list({})).empty());
    const Ids none{7};
    CHECK(got(store.remove(none)) == 0);
    CHECK(got(store.add({})).empty());
  });
}

TEST_CASE("an entry of a list has what a line shows, and long texts cut", "[inbox][store]") {
  for_each_store({}, [](Store& store) {
    Message message = samples::message(std::string(100'000, 's'));
    message.envelope.tls = {"TLSv1.3", "", "", ""};
    message.envelope.to.resize(3);
    add(store, message);
    const Entry entry = got(store.list({})).front();
    CHECK(entry.id == 1);
    CHECK(entry.size == message.raw.size());
    CHECK(entry.client.to_string() == "192.0.2.1");
    CHECK(entry.tls == "TLSv1.3");
    CHECK(entry.sender == "ann@example.com");
    CHECK(entry.recipient == "bob@example.net");
    CHECK(entry.recipients == 3);
    CHECK(entry.summary.from == "Ann <ann@example.com>");
    CHECK(entry.summary.subject == std::string(kMaxListed, 's'));
    CHECK(entry.summary.dmarc == "pass");
    CHECK(entry.reply_code == 250);
  });
}

TEST_CASE("a list is gone through in pieces, from either end", "[inbox][store]") {
  for_each_store({}, [](Store& store) {
    for (int i = 0; i < 7; ++i) add(store, samples::message());
    CHECK(ids(store, {.limit = 3}) == Ids{7, 6, 5});
    CHECK(ids(store, {.before = 5, .limit = 3}) == Ids{4, 3, 2});
    CHECK(ids(store, {.before = 2, .limit = 3}) == Ids{1});
    CHECK(ids(store, {.limit = 3, .newest_first = false}) == Ids{1, 2, 3});
    CHECK(ids(store, {.after = 5, .newest_first = false}) == Ids{6, 7});
    CHECK(ids(store, {.before = 6, .after = 3}) == Ids{5, 4});
    CHECK(ids(store, {.before = 3, .after = 5}).empty());
    CHECK(ids(store, {.before = 0}).empty());
    CHECK(ids(store, {.after = ~std::uint64_t{0}}).empty());
    CHECK(ids(store, {.limit = 0}).empty());
  });
}

TEST_CASE("the messages of one session", "[inbox][store]") {
  for_each_store({}, [](Store& store) {
    for (const SessionId session : std::vector<SessionId>{1, 2, 1, 2, 1}) {
      Message message = samples::message();
      message.session = session;
      add(store, message);
    }
    CHECK(ids(store, {.session = 1}) == Ids{5, 3, 1});
    CHECK(ids(store, {.before = 5, .session = 1, .limit = 1}) == Ids{3});
    CHECK(ids(store, {.session = 9}).empty());
  });
}

TEST_CASE("an id is never used again, whatever was removed", "[inbox][store]") {
  for_each_store({}, [](Store& store) {
    add(store, samples::message());
    const MessageId last = add(store, samples::message());
    const Ids both{last, last};
    CHECK(got(store.remove(both)) == 1);
    CHECK(ids(store) == Ids{1});
    CHECK(!got(store.raw(last)));
    CHECK(add(store, samples::message()) == 3);
    done(store.clear());
    CHECK(ids(store).empty());
    CHECK(add(store, samples::message()) == 4);
  });
}

TEST_CASE("sums follow what is added and removed", "[inbox][store]") {
  for_each_store({}, [](Store& store) {
    Message message = samples::message();
    message.raw.resize(10'000);
    const MessageId id = add(store, message);
    const auto one = got(store.totals());
    CHECK(one.messages == 1);
    CHECK(one.octets == weight(message));
    CHECK(one.octets > 10'000);
    add(store, message);
    CHECK(got(store.totals()).octets == 2 * one.octets);
    const Ids first{id};
    (void)got(store.remove(first));
    CHECK(got(store.totals()).octets == one.octets);
    done(store.add_session(samples::session(1)));
    CHECK(got(store.totals()).sessions == 1);
    done(store.clear());
    CHECK(got(store.totals()).octets == 0);
    CHECK(got(store.totals()).messages == 0);
    CHECK(got(store.totals()).sessions == 0);
  });
}

TEST_CASE("a full store takes nothing of a batch, and goes on when there is room again", "[inbox][store]") {
  const std::uint64_t one = weight(samples::message());
  for_each_store({.octets = 3 * one}, [](Store& store) {
    std::vector<Message> two{samples::message(), samples::message()};
    CHECK(got(store.add(two)) == Ids{1, 2});
    const auto full = store.add(two);
    REQUIRE(!full);
    CHECK(full.error().find("the store is full: it may hold") != std::string::npos);
    CHECK(ids(store) == Ids{2, 1});
    const MessageId third = add(store, samples::message());
    CHECK(ids(store) == Ids{third, 2, 1});
    const Ids some{1, 2};
    (void)got(store.remove(some));
    CHECK(got(store.add(two)).size() == 2);
  });
}

TEST_CASE("with eviction the oldest messages make room, but not for what never fits", "[inbox][store]") {
  const std::uint64_t one = weight(samples::message());
  for_each_store({.octets = 3 * one, .evict = true}, [](Store& store) {
    for (int i = 0; i < 5; ++i) add(store, samples::message());
    CHECK(ids(store) == Ids{5, 4, 3});
    std::vector<Message> four(4, samples::message());
    CHECK(!store.add(four));
    CHECK(ids(store) == Ids{5, 4, 3});
    CHECK(!got(store.raw(2)));
  });
}

TEST_CASE("a session is kept with what was said, also when it brought nothing", "[inbox][store]") {
  for_each_store({}, [](Store& store) {
    Session before = samples::session(got(store.next_session_id()));
    before.messages = 0;
    before.ended = "the client sent commands in clear behind STARTTLS";
    done(store.add_session(before));
    const Session after = got(store.session(before.id)).value();
    CHECK(encode(after) == encode(before));
    CHECK(encode(after.transcript) == encode(before.transcript));
    const auto listed = got(store.sessions({}));
    REQUIRE(listed.size() == 1);
    CHECK(listed.front().ended == before.ended);
    CHECK(listed.front().transcript.empty());
  });
}

TEST_CASE("a session that is told again takes the place of what was told before", "[inbox][store]") {
  for_each_store({}, [](Store& store) {
    Session session = samples::session(got(store.next_session_id()));
    session.ended.clear();
    done(store.add_session(session));
    session.ended = "the client is gone";
    session.transcript.pop_back();
    done(store.add_session(session));
    CHECK(got(store.totals()).sessions == 1);
    CHECK(got(store.session(session.id))->ended == "the client is gone");
    CHECK(got(store.session(session.id))->transcript.size() == 2);
  });
}

TEST_CASE("beyond so many sessions, and so many octets of them, the oldest are dropped", "[inbox][store]") {
  for_each_store({.sessions = 3}, [](Store& store) {
    for (int i = 0; i < 5; ++i) done(store.add_session(samples::session(got(store.next_session_id()))));
    CHECK(!got(store.session(2)));
    CHECK(got(store.session(3)));
    CHECK(got(store.totals()).sessions == 3);
  });
}

TEST_CASE("beyond so many octets of sessions the oldest are dropped", "[inbox][store]") {
  for_each_store({.session_octets = 2 * weight(samples::session(1))}, [](Store& store) {
    for (int i = 0; i < 5; ++i) done(store.add_session(samples::session(got(store.next_session_id()))));
    CHECK(!got(store.session(3)));
    CHECK(got(store.session(4)));
  });
}

TEST_CASE("a transcript without end is kept with its beginning and its end", "[inbox][store]") {
  using Who = envelint::smtp::TranscriptEntry::Who;
  for_each_store({}, [](Store& store) {
    Session session = samples::session(1);
    session.transcript.assign(100'000, {Who::client, "NOOP"});
    session.transcript.front().text = "EHLO mx.example.com";
    session.transcript.back().text = "QUIT";
    done(store.add_session(session));
    const auto kept = got(store.session(1))->transcript;
    CHECK(kept.size() < 10'000);
    CHECK(kept.front().text == "EHLO mx.example.com");
    CHECK(kept.back().text == "QUIT");
    const auto note = std::ranges::find(kept, Who::note, &envelint::smtp::TranscriptEntry::who);
    REQUIRE(note != kept.end());
    CHECK(note->text == std::to_string(100'000 - (kept.size() - 1)) + " lines are left out here");
  });
}

TEST_CASE("messages are added, read and removed from several threads at once", "[inbox][store][threads]") {
  constexpr int kRounds = 60;
  for_each_store({.sessions = 20}, [](Store& store) {
    std::atomic<int> wrong = 0;
    const auto adding = [&] {
      for (int i = 0; i < kRounds; ++i) {
        std::vector<Message> batch(3, samples::message());
        const auto added = store.add(batch);
        const auto id = store.next_session_id();
        if (!added || !id || !store.add_session(samples::session(*id))) return void(++wrong);
        const Ids last{added->back()};
        if (store.remove(last) != 1U) ++wrong;
      }
    };
    const Search search = *Search::parse("text:text is:unread -dmarc:fail");
    const auto reading = [&] {
      for (int i = 0; i < kRounds; ++i) {
        const auto listed = store.list({.limit = 10, .search = i % 2 == 0 ? &search : nullptr});
        if (!listed || !store.sessions({}) || !store.totals()) return void(++wrong);
        if (i % 8 == 0 && !store.mark_all(i % 16 == 0)) ++wrong;
        for (const Entry& entry : *listed) {
          const auto message = store.get(entry.id);
          if (!message || (*message && (*message)->raw.size() != entry.size)) ++wrong;
        }
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) threads.emplace_back(adding), threads.emplace_back(reading);
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(got(store.totals()).messages == 2 * kRounds * 2);
    CHECK(got(store.next_session_id()) == 2 * kRounds + 1);
  });
}
