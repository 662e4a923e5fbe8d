#include <support/catch.hpp>

#include "samples.hpp"

#include <envelint/inbox/searched_words.hpp>
#include <envelint/inbox/sqlite.hpp>
#include <envelint/inbox/word_signature.hpp>

#include <fmt/core.h>

#include <array>
#include <numeric>
#include <random>

using namespace envelint;
using namespace envelint::inbox;
using samples::add;
using samples::done;
using samples::got;
using samples::ids;

namespace {

using Ids = std::vector<MessageId>;

Search search(std::string_view query) {
  const auto out = Search::parse(query);
  if (!out) throw std::runtime_error(std::string(query) + ": " + out.error().message);
  return *out;
}

Ids found(const Store& store, std::string_view query, Page page = {}) {
  const Search asked = search(query);
  page.search = &asked;
  return ids(store, page);
}

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

/// Messages and queries from few words, so that much is found and much is not.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::size_t number(std::size_t below) { return random_() % below; }

  Message message() {
    Message out = samples::message(text(3));
    out.session = 1 + number(5);
    out.received_ms += static_cast<std::int64_t>(number(4)) * 86'400'000;
    out.raw.resize(100 + number(3) * 1000, ' ');
    out.envelope.client.address = *net::Address::parse(fmt::format("192.0.{}.{}", number(3), number(3)));
    if (number(2) == 0) out.envelope.tls = {number(2) == 0 ? "TLSv1.3" : "TLSv1.2", "", "", ""};
    out.envelope.from.path.written = number(4) == 0 ? "" : word() + "@" + word() + ".example";
    for (std::size_t i = number(3); i > 0; --i) {
      out.envelope.to.push_back({{"", "", word() + "@example.net", {}, true}, {}, {}, {}});
    }
    out.summary.from = word() + " <" + word() + "@example.com>";
    out.summary.to = word();
    const std::array<std::string, 4> results{"", "pass", "fail", "none"};
    for (std::string* result : {&out.summary.spf, &out.summary.dkim, &out.summary.arc, &out.summary.dmarc}) {
      *result = results[number(4)];
    }
    if (number(3) > 0) out.search_header = "Subject: " + text(2) + "\nX-Mailer: " + text(2);
    if (number(3) > 0) out.search_text = text(number(30));
    out.unread = number(3) > 0;
    out.attachments = number(2) * number(3);
    return out;
  }

  std::string query() {
    std::string out = term();
    for (std::size_t i = number(4); i > 0; --i) out += (number(3) == 0 ? " or " : " ") + term();
    return out;
  }

 private:
  std::string word() {
    // Short ones, and ones that contain each other; letters of other alphabets, large ones, and octets of no UTF-8.
    static const std::array<std::string, 16> kWords{"a",
                                                    "In",
                                                    "invoice",
                                                    "Invoices",
                                                    "voice",
                                                    "\xC3\x9C"
                                                    "ber",
                                                    "\xC3\xBC",
                                                    "\xE2\x82\xAC",
                                                    "4711",
                                                    "x-y",
                                                    "\xFF\xFE",
                                                    "ALPHA",
                                                    "alp",
                                                    "phabet",
                                                    "ha",
                                                    "\xE6\x97\xA5\xE6\x9C\xAC"};
    return kWords[number(kWords.size())];
  }

  std::string text(std::size_t words) {
    std::string out;
    for (std::size_t i = 0; i < words; ++i) out += (number(4) == 0 ? "\r\n\t" : " ") + word();
    return out;
  }

  std::string term() {
    static const std::array<const char*, 8> kParts{
        "", "from:", "to:", "subject:", "mail-from:", "rcpt-to:", "header:", "text:"};
    static const std::array<const char*, 26> kFacts{"spf:pass",
                                                    "dkim:fail",
                                                    "dmarc:none",
                                                    "arc:pass",
                                                    "disposition:none",
                                                    "tls:yes",
                                                    "tls:no",
                                                    "tls:1.2",
                                                    "is:unread",
                                                    "is:read",
                                                    "has:attachment",
                                                    "larger:100",
                                                    "smaller:1k",
                                                    "session:2",
                                                    "id:7",
                                                    "after:2025-11-28",
                                                    "before:2025-11-29",
                                                    "client:192.0.0.1",
                                                    "client:192.0.1.0/24",
                                                    "mail-from:<>",
                                                    "client:::1",
                                                    "spf:permerror",
                                                    "id:99999999",
                                                    "larger:1G",
                                                    "after:2030-01-01",
                                                    "disposition:reject"};
    const std::string sign = number(4) == 0 ? "-" : "";
    if (number(3) == 0) return sign + kFacts[number(kFacts.size())];
    const std::string part = kParts[number(kParts.size())];
    if (number(3) == 0) return sign + part + "\"" + word() + " " + word() + "\"";
    const std::string whole = folded(word());
    return sign + part + whole;
  }

  std::mt19937 random_;
};

/// Ids of messages as they must be found: one after the other, with nothing but `matches`.
Ids wanted(const std::vector<Message>& messages, std::string_view query, const Page& page) {
  const Search asked = search(query);
  Ids out;
  for (const Message& message : messages) {
    const bool in_page = message.id > page.after.value_or(0) && (!page.before || message.id < *page.before) &&
                         (!page.session || message.session == *page.session);
    if (in_page && asked.matches(message)) out.push_back(message.id);
  }
  if (page.newest_first) std::ranges::reverse(out);
  if (out.size() > page.limit) out.resize(page.limit);
  return out;
}

}  // namespace

TEST_CASE("memory and disk find the same, which is what matches", "[inbox][search][property]") {
  const samples::Folder folder;
  const auto disk = got(open_store(folder.store(), {}, OpenMode::read_write));
  const auto memory = memory_store({});
  Generator generator(20'261'127);
  std::vector<Message> messages;
  for (std::size_t i = 0; i < 1300; ++i) messages.push_back(generator.message());
  (void)got(memory->add(messages));
  (void)got(disk->add(messages));
  Ids gone;
  for (std::size_t i = 0; i < 100; ++i) gone.push_back(1 + generator.number(1300));
  (void)got(memory->remove(gone));
  (void)got(disk->remove(gone));
  std::erase_if(messages, [&](const Message& message) { return std::ranges::count(gone, message.id) > 0; });

  std::size_t hits = 0;
  for (std::size_t i = 0; i < 1500; ++i) {
    const std::string query = generator.query();
    INFO(query);
    Page page{.limit = 1 + generator.number(60), .newest_first = generator.number(2) == 0};
    if (generator.number(3) == 0) page.before = generator.number(1400);
    if (generator.number(3) == 0) page.after = generator.number(1400);
    if (generator.number(5) == 0) page.session = generator.number(6);
    const Ids in_memory = found(*memory, query, page);
    REQUIRE(in_memory == wanted(messages, query, page));
    REQUIRE(found(*disk, query, page) == in_memory);
    hits += in_memory.size();
  }
  CHECK(hits > 10'000);
  // What a store gives back is found by the same queries.
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string query = generator.query();
    INFO(query);
    const Message& message = messages[generator.number(messages.size())];
    const bool is_found = search(query).matches(message);
    REQUIRE(search(query).matches(got(disk->get(message.id)).value()) == is_found);
    REQUIRE(search(query).matches(got(memory->get(message.id)).value()) == is_found);
  }
}

TEST_CASE("a search goes through all messages, also those of many full blocks", "[inbox][search]") {
  for_each_store({}, [](Store& store) {
    std::vector<Message> many(3000, samples::message("plain"));
    for (const std::size_t i : {0U, 511U, 512U, 1535U, 2999U}) many[i].search_text = "a needle in hay";
    (void)got(store.add(many));
    CHECK(found(store, "needle") == Ids{3000, 1536, 513, 512, 1});
    CHECK(found(store, "needle", {.newest_first = false}) == Ids{1, 512, 513, 1536, 3000});
    CHECK(found(store, "needle", {.before = 1536, .limit = 2}) == Ids{513, 512});
    CHECK(found(store, "needle", {.after = 513, .newest_first = false}) == Ids{1536, 3000});
    CHECK(found(store, "needle plain -id:1") == Ids{3000, 1536, 513, 512});
    CHECK(found(store, "needles").empty());
    CHECK(found(store, "plain", {.limit = 2}) == Ids{3000, 2999});
    CHECK(found(store, "plain", {.limit = 2000}).size() == kMaxPage);
    CHECK(found(store, "needle", {.before = 0}).empty());
    CHECK(found(store, "needle", {.after = ~std::uint64_t{0}}).empty());
    CHECK(found(store, "needle", {.limit = 0}).empty());
    CHECK(found(store, "needle", {.session = 1}).size() == 5);
    CHECK(found(store, "needle", {.session = 2}).empty());
  });
}

TEST_CASE("what was removed, evicted or cleared is not found, and what comes then is", "[inbox][search]") {
  Message needle = samples::message();
  needle.search_text = "needle";
  for_each_store({.octets = 1200 * weight(needle), .evict = true}, [&](Store& store) {
    std::vector<Message> many(600, needle);
    (void)got(store.add(many));
    const Ids one{600};
    (void)got(store.remove(one));
    CHECK(found(store, "needle", {.limit = 1}) == Ids{599});
    for (int i = 0; i < 3; ++i) (void)got(store.add(many));
    CHECK(found(store, "needle", {.limit = 1, .newest_first = false}).front() > 600);
    done(store.clear());
    CHECK(found(store, "needle").empty());
    (void)got(store.add(many));
    CHECK(found(store, "needle", {.limit = 1000}).size() == 600);
  });
}

TEST_CASE("signatures of blocks in which nothing is left go with the oldest messages", "[inbox][search][disk]") {
  const samples::Folder folder;
  const auto store = got(open_store(folder.store(), {}, OpenMode::read_write));
  std::vector<Message> many(2100, samples::message());
  (void)got(store->add(many));
  const auto signed_blocks = [&] {
    auto database = got(Database::open(folder.store() + "/inbox.sqlite", SQLITE_OPEN_READONLY));
    return database.number("SELECT count(*) FROM signature") / kSlices;
  };
  CHECK(signed_blocks() == 4);
  Ids oldest(1030);
  std::iota(oldest.begin(), oldest.end(), 1);
  (void)got(store->remove(oldest));
  CHECK(signed_blocks() == 2);
  CHECK(found(*store, "hello", {.limit = 1, .newest_first = false}) == Ids{1031});
  done(store->clear());
  CHECK(signed_blocks() == 0);
}

TEST_CASE("what a search finds is removed, and nothing else", "[inbox][search]") {
  for_each_store({}, [](Store& store) {
    std::vector<Message> many(1100, samples::message());
    for (std::size_t i = 0; i < many.size(); ++i) many[i].summary.dmarc = i % 2 == 0 ? "fail" : "pass";
    (void)got(store.add(many));
    CHECK(got(store.remove_matching(search("dmarc:fail"))) == 550);
    CHECK(got(store.remove_matching(search("dmarc:fail"))) == 0);
    CHECK(got(store.totals()).messages == 550);
    CHECK(found(store, "dmarc:pass", {.limit = 1000}).size() == 550);
    CHECK(got(store.remove_matching({})) == 550);
    CHECK(ids(store).empty());
  });
}

TEST_CASE("mail is unread until it is marked as read, and the sum follows", "[inbox][store]") {
  for_each_store({}, [](Store& store) {
    std::vector<Message> three(3, samples::message());
    three[2].unread = false;
    three[1].attachments = 2;
    (void)got(store.add(three));
    CHECK(got(store.totals()).unread == 2);
    CHECK(got(store.list({}))[0].unread == false);
    CHECK(got(store.list({}))[1].unread == true);
    CHECK(got(store.list({}))[1].attachments == 2);
    const Ids some{1, 1, 3, 99};
    CHECK(got(store.mark(some, false)) == 1);
    CHECK(got(store.totals()).unread == 1);
    CHECK(got(store.get(1))->unread == false);
    CHECK(got(store.get(2))->unread == true);
    CHECK(got(store.get(2))->attachments == 2);
    CHECK(found(store, "is:unread") == Ids{2});
    CHECK(found(store, "is:read") == Ids{3, 1});
    CHECK(got(store.mark_all(true)) == 2);
    CHECK(got(store.totals()).unread == 3);
    CHECK(got(store.mark_all(false)) == 3);
    CHECK(got(store.mark_all(false)) == 0);
    CHECK(got(store.totals()).unread == 0);
    CHECK(got(store.mark(some, true)) == 2);
    const Ids first{1, 2};
    (void)got(store.remove(first));
    CHECK(got(store.totals()).unread == 1);
    done(store.clear());
    CHECK(got(store.totals()).unread == 0);
  });
}

TEST_CASE("evicted mail counts as unread no longer", "[inbox][store]") {
  for_each_store({.octets = 3 * weight(samples::message()), .evict = true}, [](Store& store) {
    for (int i = 0; i < 5; ++i) add(store, samples::message());
    CHECK(got(store.totals()).unread == 3);
  });
}

TEST_CASE("a search that takes too long ends, and says how to narrow it", "[inbox][search]") {
  for_each_store({.search_time = std::chrono::milliseconds(0)}, [](Store& store) {
    std::vector<Message> many(1500, samples::message());
    (void)got(store.add(many));
    const Search asked = search("subject:never");
    const auto listed = store.list({.search = &asked});
    REQUIRE(!listed);
    CHECK(listed.error().ends_with(
        "the search takes more than 0 ms; narrow it with one more term, as `after:2026-11-27` or a rarer word"));
    CHECK(ids(store, {.limit = 1}) == Ids{1500});
  });
}
