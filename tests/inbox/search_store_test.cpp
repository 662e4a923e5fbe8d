#include <support/catch.hpp>

#include "samples.hpp"

#include <envelint/inbox/searched_words.hpp>
#include <envelint/inbox/sqlite.hpp>
#include <envelint/inbox/word_index.hpp>

#include <fmt/core.h>

#include <array>
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

void tidy_up(Store& store) {
  while (got(store.tidy())) {
  }
}

Database database(const samples::Folder& folder) {
  return got(Database::open(folder.store() + "/inbox.sqlite", SQLITE_OPEN_READWRITE));
}

/// Messages that an index has under three letters.
std::uint64_t count_indexed(const samples::Folder& folder, const std::string& index, const std::string& three) {
  return database(folder).number(fmt::format("SELECT count(*) FROM {0} WHERE {0} MATCH '\"{1}\"'", index, three));
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

/// A message, and its words as they were when it came.
struct Kept {
  Message message;
  std::string words;
};

/// Ids of messages as they must be found: one after the other, with nothing but `matches`.
Ids wanted(const std::vector<Kept>& kept, std::string_view query, const Page& page) {
  const Search asked = search(query);
  Ids out;
  for (const auto& [message, words] : kept) {
    const bool in_page = message.id > page.after.value_or(0) && (!page.before || message.id < *page.before) &&
                         (!page.session || message.session == *page.session);
    if (in_page && asked.matches(facts_of(message), words)) out.push_back(message.id);
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
  for (std::size_t i = 0; i < 700; ++i) messages.push_back(generator.message());
  (void)got(memory->add(messages));
  (void)got(disk->add(messages));
  std::vector<Kept> kept;
  for (const Message& message : messages) kept.push_back({message, searched_words(message)});
  const auto remove_some = [&] {
    Ids gone;
    for (std::size_t i = 0; i < 30; ++i) gone.push_back(1 + generator.number(700));
    (void)got(memory->remove(gone));
    (void)got(disk->remove(gone));
    std::erase_if(kept, [&](const Kept& one) { return std::ranges::count(gone, one.message.id) > 0; });
  };

  // From a store without an index to one that has almost all in it, but not what is gone meanwhile.
  std::size_t hits = 0;
  for (std::size_t i = 0; i < 480; ++i) {
    if (i % 160 == 0) remove_some();
    if (i % 16 == 8) (void)got(disk->tidy());
    const std::string query = generator.query();
    INFO(query);
    Page page{.limit = 1 + generator.number(60), .newest_first = generator.number(2) == 0};
    if (generator.number(3) == 0) page.before = generator.number(750);
    if (generator.number(3) == 0) page.after = generator.number(750);
    if (generator.number(5) == 0) page.session = generator.number(6);
    const Ids in_memory = found(*memory, query, page);
    REQUIRE(in_memory == wanted(kept, query, page));
    REQUIRE(found(*disk, query, page) == in_memory);
    hits += in_memory.size();
  }
  CHECK(hits > 2500);
  CHECK(count_indexed(folder, "word_index", "exa") > 350);
  // What a store gives back is found by the same queries.
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string query = generator.query();
    INFO(query);
    const Message& message = kept[generator.number(kept.size())].message;
    const bool is_found = search(query).matches(message);
    REQUIRE(search(query).matches(got(disk->get(message.id)).value()) == is_found);
    REQUIRE(search(query).matches(got(memory->get(message.id)).value()) == is_found);
  }
}

TEST_CASE("the index names each message that has a text, whatever octets it is of", "[inbox][search][property]") {
  // What FTS5 writes its questions with, NUL and line ends, octets of no UTF-8 and the ends of it, letters that become
  // shorter or longer when they are small, code points that are none.
  const std::vector<std::string> pieces{"\"",
                                        "\"\"",
                                        "*",
                                        "^",
                                        "(",
                                        ")",
                                        "{",
                                        ":",
                                        "+",
                                        "-",
                                        "'",
                                        ",",
                                        " AND ",
                                        " NEAR(",
                                        " or ",
                                        "\t",
                                        "\n",
                                        "\r\n",
                                        std::string(1, '\0'),
                                        "\x7F",
                                        "a",
                                        "B",
                                        "word",
                                        "\\x",
                                        "\xFF",
                                        "\xC3",
                                        "\x80",
                                        "\xE2\x82",
                                        "\xF0\x9F\x98",
                                        "\xED\xA0\x80",
                                        "\xC0\x80",
                                        "\xF4\x90\x80\x80",
                                        "\xEF\xBF\xBE",
                                        "\xEF\xBF\xBF",
                                        "\xEF\xBF\xBD",
                                        "\xEF\xBB\xBF",
                                        "\xC3\xA4",
                                        "\xC3\x9C",
                                        "\xC4\xB0",
                                        "\xE1\xBA\x9E",
                                        "\xCE\xA3",
                                        "\xE2\x84\xAA",
                                        "\xC2\xA0",
                                        "\xE3\x80\x80",
                                        "\xE6\x97\xA5",
                                        "\xF0\x9F\x98\x80",
                                        "\xF0\x90\x90\x80",
                                        "\xCC\x88",
                                        "\xE2\x80\x8B",
                                        "\xF4\x8F\xBF\xBF"};
  std::mt19937 random(7);
  const auto some_text = [&](std::size_t most) {
    std::string out;
    for (std::size_t i = 3 + random() % most; i > 0; --i) out += pieces[random() % pieces.size()];
    return out;
  };
  Database indexes = got(Database::open(":memory:", SQLITE_OPEN_READWRITE));
  indexes.run(kWordTables);
  std::size_t asked = 0;
  for (MessageId id = 1; id <= 400; ++id) {
    Message message;
    message.summary.subject = some_text(12);
    message.search_text = some_text(60);
    const std::string words = searched_words(message);
    index_words(indexes, id, words);
    for (const bool in_subject : {true, false}) {
      const std::string text = folded(in_subject ? message.summary.subject : message.search_text);
      if (text.empty()) continue;
      const std::size_t start = random() % text.size();
      SearchTerm term{.field = in_subject ? SearchField::subject : SearchField::text,
                      .text = folded(std::string_view(text).substr(start, 3 + random() % 40))};
      // Cut within a letter, it is another text.
      if (term.text.empty() || !text.contains(term.text)) continue;
      const std::string query = index_query(term);
      if (query.empty()) continue;
      INFO(query);
      const std::string index = in_subject ? "short_index" : "word_index";
      Query row = indexes.query(fmt::format("SELECT 1 FROM {0} WHERE {0} MATCH CAST(? AS TEXT) AND rowid = ?", index))
                      .bind(query)
                      .bind(id);
      CHECK(row.next());
      ++asked;
    }
    REQUIRE(indexes.take_fault() == std::nullopt);
  }
  CHECK(asked > 400);
}

TEST_CASE("mail is indexed later in pieces, and comes out of the index when it is gone", "[inbox][search][disk]") {
  const samples::Folder folder;
  const auto store = got(open_store(folder.store(), {}, OpenMode::read_write));
  const auto to_all = [&] { return count_indexed(folder, "word_index", "nee"); };
  const auto to_short = [&] { return count_indexed(folder, "short_index", "nee"); };
  const auto waiting = [&] { return database(folder).number("SELECT count(*) FROM gone"); };
  CHECK_FALSE(got(store->tidy()));
  std::vector<Message> many(kLeftUntidy + 50, samples::message("a needle"));
  (void)got(store->add(many));
  CHECK(to_all() == 0);
  CHECK(got(store->tidy()));
  CHECK(to_all() == kTidied);
  CHECK(to_short() == kTidied);
  tidy_up(*store);
  CHECK(to_all() == 2 * kTidied);
  CHECK(found(*store, "subject:needle", {.limit = 1000}).size() == many.size());

  const Ids some{1, 2, 60, 200};
  (void)got(store->remove(some));
  CHECK(waiting() == 3);
  CHECK(found(*store, "subject:needle", {.limit = 1000}).size() == many.size() - 4);
  tidy_up(*store);
  CHECK(waiting() == 0);
  CHECK(to_all() == 2 * kTidied - 3);
  CHECK(to_short() == 2 * kTidied - 3);

  done(store->clear());
  CHECK(waiting() == 0);
  CHECK(to_all() == 0);
  CHECK(to_short() == 0);
  (void)got(store->add(many));
  tidy_up(*store);
  CHECK(to_all() > 0);
  CHECK(found(*store, "needle", {.limit = 1000}).size() == many.size());
}

TEST_CASE("long mail is indexed in smaller pieces", "[inbox][search][disk]") {
  const samples::Folder folder;
  const auto store = got(open_store(folder.store(), {}, OpenMode::read_write));
  std::vector<Message> many(kLeftUntidy + 8, samples::message());
  for (std::size_t i = 0; i < 8; ++i) many[i].search_text = std::string(kTidiedOctets / 2, 'x');
  (void)got(store->add(many));
  CHECK(got(store->tidy()));
  CHECK(count_indexed(folder, "word_index", "xxx") == 2);
}

TEST_CASE("a search goes through the index piece by piece, from either end", "[inbox][search][disk]") {
  const samples::Folder folder;
  const auto store = got(open_store(folder.store(), {}, OpenMode::read_write));
  Message needle = samples::message();
  needle.search_text = "a needle in hay";
  std::vector<Message> hay(60, samples::message());
  Ids all;
  // As if there had been many others.
  for (const MessageId first : {1U, 16'380U, 16'390U, 32'700U, 49'000U, 200'000U}) {
    database(folder).run(fmt::format("UPDATE sqlite_sequence SET seq = {}", first - 1).c_str());
    all.push_back(add(*store, needle));
    (void)got(store->add(hay));
    all.push_back(add(*store, needle));
  }
  tidy_up(*store);
  CHECK(count_indexed(folder, "word_index", "nee") >= 10);
  CHECK(found(*store, "needle", {.newest_first = false}) == all);
  CHECK(found(*store, "from:ann needle", {.newest_first = false}) == all);
  std::ranges::reverse(all);
  CHECK(found(*store, "needle") == all);
  CHECK(found(*store, "from:ann needle") == all);
  CHECK(found(*store, "needle", {.before = 49'000, .limit = 3}) == Ids(all.begin() + 4, all.begin() + 7));
}

TEST_CASE("a search goes through all messages, indexed or not", "[inbox][search]") {
  for_each_store({}, [](Store& store) {
    std::vector<Message> many(1200, samples::message("plain"));
    for (const std::size_t i : {0U, 511U, 512U, 1135U, 1199U}) many[i].search_text = "a needle in hay";
    (void)got(store.add(many));
    tidy_up(store);
    CHECK(found(store, "needle") == Ids{1200, 1136, 513, 512, 1});
    CHECK(found(store, "needle", {.newest_first = false}) == Ids{1, 512, 513, 1136, 1200});
    CHECK(found(store, "needle", {.before = 1136, .limit = 2}) == Ids{513, 512});
    CHECK(found(store, "needle", {.after = 513, .newest_first = false}) == Ids{1136, 1200});
    CHECK(found(store, "needle plain -id:1") == Ids{1200, 1136, 513, 512});
    CHECK(found(store, "needles").empty());
    CHECK(found(store, "plain", {.limit = 2}) == Ids{1200, 1199});
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
    tidy_up(store);
    const Ids one{600};
    (void)got(store.remove(one));
    CHECK(found(store, "needle", {.limit = 1}) == Ids{599});
    for (int i = 0; i < 3; ++i) (void)got(store.add(many));
    CHECK(found(store, "needle", {.limit = 1, .newest_first = false}).front() > 600);
    tidy_up(store);
    CHECK(found(store, "needle", {.limit = 1, .newest_first = false}).front() > 600);
    done(store.clear());
    CHECK(found(store, "needle").empty());
    (void)got(store.add(many));
    CHECK(found(store, "needle", {.limit = 1000}).size() == 600);
  });
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
