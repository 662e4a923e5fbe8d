#include <support/catch.hpp>

#include "samples.hpp"

#include <envelint/inbox/sqlite.hpp>
#include <envelint/inbox/word_index.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

// What an older envelint has kept is taken over.

using namespace envelint;
using namespace envelint::inbox;
using samples::add;
using samples::Folder;
using samples::got;
using samples::ids;

namespace {

namespace fs = std::filesystem;

using Ids = std::vector<MessageId>;

constexpr std::size_t kMessages = 400;

/// What version 2 has and version 1 had not, taken back.
constexpr const char* kBackToOne = R"(
DROP INDEX message_facts;
DROP TRIGGER message_marked;
DROP TRIGGER message_added;
DROP TRIGGER message_removed;
DROP TABLE searched;
DROP TABLE word_index;
DROP TABLE short_index;
DROP TABLE gone;
ALTER TABLE message DROP COLUMN unread;
ALTER TABLE message DROP COLUMN attachments;
ALTER TABLE totals DROP COLUMN unread;
ALTER TABLE totals DROP COLUMN indexed_to;
CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
  UPDATE totals SET messages = messages + 1, message_octets = message_octets + NEW.weight;
END;
CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
  DELETE FROM detail WHERE message = OLD.id;
  DELETE FROM raw WHERE message = OLD.id;
  UPDATE totals SET messages = messages - 1, message_octets = message_octets - OLD.weight;
END;
PRAGMA user_version = 1;
)";

std::unique_ptr<Store> opened(const std::string& folder, OpenMode mode = OpenMode::read_write) {
  return got(open_store(folder, {}, mode));
}

Database database(const std::string& folder) {
  return got(Database::open(folder + "/inbox.sqlite", SQLITE_OPEN_READWRITE));
}

/// A store as the first version has left it.
void make_old(const std::string& folder) {
  {
    const auto store = opened(folder);
    std::vector<Message> messages(kMessages, samples::message("plain"));
    for (std::size_t i = 0; i < messages.size(); i += 150) messages[i] = samples::message("a needle");
    messages[2].envelope.to.push_back({{"carl", "example.net", "carl@example.net", {}, true}, {}, {}, {}});
    (void)got(store->add(messages));
  }
  Database old = database(folder);
  old.run(kBackToOne);
  REQUIRE(old.take_fault() == std::nullopt);
}

Ids found(const Store& store, std::string_view query) {
  const Search search = *Search::parse(query);
  return ids(store, {.limit = kMaxPage, .search = &search});
}

void check_is_new(const std::string& folder) {
  const auto store = opened(folder);
  CHECK(found(*store, "needle") == Ids{301, 151, 1});
  while (got(store->tidy())) {
  }
  CHECK(database(folder).number("SELECT indexed_to FROM totals") >= kMessages - kLeftUntidy);
  CHECK(found(*store, "rcpt-to:carl") == Ids{3});
  CHECK(found(*store, "text:text is:unread").size() == kMessages);
  CHECK(got(store->totals()).unread == kMessages);
  CHECK(got(store->mark_all(false)) == kMessages);
  CHECK(add(*store, samples::message("one more needle")) == kMessages + 1);
  CHECK(found(*store, "needle is:unread") == Ids{kMessages + 1});
  const Ids some{1, 151};
  CHECK(got(store->remove(some)) == 2);
  CHECK(found(*store, "needle") == Ids{kMessages + 1, 301});
  while (got(store->tidy())) {
  }
  CHECK(found(*store, "needle") == Ids{kMessages + 1, 301});
  CHECK(got(store->totals()).messages == kMessages - 1);
  CHECK(got(store->totals()).unread == 1);
}

/// Opens a store and is killed while it does so, or soon afterwards.
/// @return whether it had ended before
bool open_and_be_killed(const std::string& folder, unsigned long spins) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto store = open_store(folder, {}, OpenMode::read_write);
    _exit(store ? 0 : 1);
  }
  for (volatile unsigned long spin = spins; spin > 0;) spin = spin - 1;  // any instant
  ::kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("a store of the first version is made new when it is opened to be written", "[inbox][disk]") {
  const Folder folder;
  make_old(folder.store());
  check_is_new(folder.store());
}

TEST_CASE("a store of the first version is read as it is, and says when it can be searched", "[inbox][disk]") {
  const Folder folder;
  make_old(folder.store());
  {
    const auto store = opened(folder.store(), OpenMode::read_only);
    CHECK(ids(*store, {.limit = 2}) == Ids{400, 399});
    CHECK(got(store->list({.limit = 1})).front().unread);
    CHECK(got(store->get(151))->summary.subject == "a needle");
    CHECK(got(store->totals()).messages == kMessages);
    CHECK(got(store->totals()).unread == kMessages);
    const Search search = *Search::parse("needle");
    const auto refused = store->list({.search = &search});
    REQUIRE(!refused);
    CHECK(refused.error() ==
          folder.store() +
              ": an older envelint made this store, and it can be searched when `envelint receive --store` "
              "has opened it");
    // Another process does so meanwhile.
    (void)opened(folder.store());
    CHECK(found(*store, "needle") == Ids{301, 151, 1});
    CHECK(ids(*store, {.limit = 1}) == Ids{400});
    CHECK(got(store->totals()).unread == kMessages);
  }
  check_is_new(folder.store());
}

TEST_CASE("whenever a process is killed that makes a store new, nothing is lost and the next goes on",
          "[inbox][disk][kill]") {
  const Folder folder;
  make_old(folder / "old");
  std::mt19937 random(11);
  std::size_t ended = 0;
  std::size_t left_old = 0;
  std::size_t rounds = 0;
  for (; rounds < 10; ++rounds) {
    fs::remove_all(folder.store());
    fs::copy(folder / "old", folder.store());
    const unsigned long longest = rounds % 5 == 0 ? 1 : 20'000'000;
    for (int tries = 0; tries < 3; ++tries) ended += open_and_be_killed(folder.store(), random() % longest) ? 1 : 0;
    CHECK(ids(*opened(folder.store(), OpenMode::read_only), {.limit = 1}) == Ids{400});
    left_old += database(folder.store()).number("PRAGMA user_version") == 1 ? 1 : 0;
    check_is_new(folder.store());
    Database check = database(folder.store());
    Query row = check.query("PRAGMA integrity_check");
    REQUIRE(row.next());
    CHECK(row.text(0) == "ok");
    check.run("INSERT INTO word_index (word_index) VALUES ('integrity-check')");
    CHECK(check.good());
  }
  CHECK(ended < 3 * rounds);
  CHECK(left_old > 0);
}
