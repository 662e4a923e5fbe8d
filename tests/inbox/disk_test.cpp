#include <support/catch.hpp>

#include "samples.hpp"

#include <envelint/dkim/digest.hpp>
#include <envelint/inbox/sqlite.hpp>
#include <envelint/io/file_descriptor.hpp>
#include <envelint/text/base64.hpp>

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>
#include <random>

using namespace envelint;
using namespace envelint::inbox;
using samples::add;
using samples::done;
using samples::Folder;
using samples::got;
using samples::ids;

namespace {

namespace fs = std::filesystem;

using Ids = std::vector<MessageId>;

std::unique_ptr<Store> opened(const std::string& folder, OpenMode mode = OpenMode::read_write) {
  return got(open_store(folder, {}, mode));
}

/// Why a store cannot be opened, without the folder's name.
std::string refusal(const std::string& folder, OpenMode mode = OpenMode::read_write) {
  const auto store = open_store(folder, {}, mode);
  if (store) return "it was opened";
  std::string out = store.error();
  if (out.starts_with(folder)) out.erase(0, folder.size());
  return out;
}

unsigned mode_of(const std::string& path) {
  struct stat info{};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777U;
}

void run_sql(const std::string& folder, const char* statements) {
  auto database = got(Database::open(folder + "/inbox.sqlite", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  database.run(statements);
  REQUIRE(database.take_fault() == std::nullopt);
}

/// Lets no file of this process grow beyond a size, as if the disk were full.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t octets) {
    old_signal_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit small{octets, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &old_);
    (void)std::signal(SIGXFSZ, old_signal_);
  }

 private:
  rlimit old_{};
  void (*old_signal_)(int) = nullptr;
};

std::string hash(std::string_view octets) {
  const text::Bytes digest = dkim::digest_of(dkim::HashAlgorithm::sha256, octets);
  return text::base64_encode(digest);
}

/// A child that adds messages until it is killed, and tells of each with its hash when `add` has returned.
class Adder {
 public:
  Adder(const std::string& folder, unsigned seed) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    child_ = fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      close(ends[0]);
      add_for_ever(folder, seed, ends[1]);
      _exit(1);
    }
    close(ends[1]);
    from_child_ = io::FileDescriptor(ends[0]);
  }
  Adder(const Adder&) = delete;
  Adder& operator=(const Adder&) = delete;
  ~Adder() {
    if (child_ > 0) kill_and_read();
  }

  /// Waits until it has told of so many octets.
  void wait_for(std::size_t octets) {
    while (told_.size() < octets && read_some()) {
    }
  }

  /// @return all that it told before it was killed, hash by id
  std::map<MessageId, std::string> kill_and_read() {
    ::kill(child_, SIGKILL);
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = -1;
    while (read_some()) {
    }
    killed_ = WIFSIGNALED(status);
    std::map<MessageId, std::string> out;
    for (std::size_t lf = told_.find('\n'); lf != std::string::npos; lf = told_.find('\n')) {
      const std::size_t blank = told_.find(' ');
      out[std::stoull(told_.substr(0, blank))] = told_.substr(blank + 1, lf - blank - 1);
      told_.erase(0, lf + 1);
    }
    return out;
  }
  [[nodiscard]] bool killed() const { return killed_; }

 private:
  static void add_for_ever(const std::string& folder, unsigned seed, int to_parent) {
    const auto store = open_store(folder, {}, OpenMode::read_write);
    if (!store) return;
    std::mt19937 random(seed);
    while (true) {
      std::vector<Message> batch(1 + random() % 5, samples::message());
      for (Message& message : batch) {
        const std::size_t size = random() % 100 == 0 ? 2'000'000 : random() % 20'000;
        for (std::size_t i = 0; i < size; i += 4) message.raw.push_back(static_cast<char>(random()));
      }
      const auto added = (*store)->add(batch);
      if (!added) return;
      std::string lines;
      for (const Message& message : batch) lines += fmt::format("{} {}\n", message.id, hash(message.raw));
      if (write(to_parent, lines.data(), lines.size()) < 0) return;
    }
  }

  bool read_some() {
    char block[4096];
    const ssize_t size = read(from_child_.number(), block, sizeof block);
    if (size > 0) told_.append(block, static_cast<std::size_t>(size));
    return size > 0;
  }

  pid_t child_ = -1;
  io::FileDescriptor from_child_;
  std::string told_;
  bool killed_ = false;
};

}  // namespace

TEST_CASE("a store is the same after it was closed and opened again", "[inbox][disk]") {
  const Folder folder;
  {
    const auto store = opened(folder.store());
    add(*store, samples::message("kept"));
    done(store->add_session(samples::session(got(store->next_session_id()))));
  }
  const auto store = opened(folder.store());
  CHECK(got(store->get(1))->summary.subject == "kept");
  CHECK(got(store->session(1))->ended == "the client said QUIT");
  CHECK(got(store->totals()).messages == 1);
  CHECK(add(*store, samples::message()) == 2);
}

TEST_CASE("ids of sessions go on after a clean end, and leave some out after a crash", "[inbox][disk]") {
  const Folder folder;
  CHECK(got(opened(folder.store())->next_session_id()) == 1);
  CHECK(got(opened(folder.store())->next_session_id()) == 2);
  const auto running = opened(folder.store());
  CHECK(got(running->next_session_id()) == 3);
  // Another process takes ids of its own, as it does when the first was killed.
  CHECK(got(opened(folder.store())->next_session_id()) > 4);
  CHECK(got(running->next_session_id()) == 4);
}

TEST_CASE("folder and files are for nobody else", "[inbox][disk]") {
  const Folder folder;
  const mode_t old = umask(0);
  const auto store = opened(folder.store());
  add(*store, samples::message());
  umask(old);
  CHECK(mode_of(folder.store()) == 0700);
  std::size_t files = 0;
  for (const auto& file : fs::directory_iterator(folder.store())) {
    CHECK(mode_of(file.path().string()) == 0600);
    ++files;
  }
  CHECK(files == 3);
}

TEST_CASE("a message as large as any is kept", "[inbox][disk]") {
  const Folder folder;
  const auto store = opened(folder.store());
  Message message = samples::message();
  message.raw.resize(std::size_t{32} << 20, 'x');
  add(*store, message);
  const bool is_same = got(store->raw(1)) == message.raw;
  CHECK(is_same);
}

TEST_CASE("what is no store is not opened, and why is said", "[inbox][disk]") {
  const Folder folder;
  const std::string store = folder.store();
  const auto read_only = OpenMode::read_only;
  CHECK(refusal(store, read_only) == ": there is no such folder");
  CHECK(refusal(folder / "no/such", OpenMode::read_write) == ": the folder cannot be made: No such file or directory");
  std::ofstream(store) << "text";
  CHECK(refusal(store) == ": it is a file; a store is a folder");
  CHECK(refusal(store, read_only) == ": it is a file; a store is a folder");
  fs::remove(store);
  fs::create_directory(store);
  CHECK(refusal(store, read_only) == ": it is no store of mail: there is no inbox.sqlite in it");
  std::ofstream(store + "/inbox.sqlite") << std::string(2000, 'x');
  CHECK(refusal(store) == "/inbox.sqlite: it is no SQLite database");
  CHECK(refusal(store, read_only) == "/inbox.sqlite: it is no SQLite database");
  fs::remove(store + "/inbox.sqlite");
  run_sql(store, "CREATE TABLE bookmarks (url)");
  CHECK(refusal(store) == "/inbox.sqlite: it is a SQLite database of another program");
  CHECK(refusal(store, read_only) == "/inbox.sqlite: it is a SQLite database of another program");
}

TEST_CASE("a store that a newer version made is left alone", "[inbox][disk]") {
  const Folder folder;
  add(*opened(folder.store()), samples::message());
  run_sql(folder.store(), "PRAGMA user_version = 99");
  const std::string why =
      "/inbox.sqlite: a newer envelint made it: it has version 99, and 2 is the last that this one "
      "knows";
  CHECK(refusal(folder.store()) == why);
  CHECK(refusal(folder.store(), OpenMode::read_only) == why);
  run_sql(folder.store(), "PRAGMA user_version = 2");
  CHECK(ids(*opened(folder.store())) == Ids{1});
}

TEST_CASE("an empty file, as a crash may leave one, becomes a store", "[inbox][disk]") {
  const Folder folder;
  fs::create_directory(folder.store());
  std::ofstream(folder.store() + "/inbox.sqlite").close();
  CHECK(refusal(folder.store(), OpenMode::read_only) == "/inbox.sqlite: it is empty");
  CHECK(add(*opened(folder.store()), samples::message()) == 1);
}

TEST_CASE("another process reads while one writes, and sees what was added", "[inbox][disk]") {
  const Folder folder;
  const auto writer = opened(folder.store());
  const auto reader = opened(folder.store(), OpenMode::read_only);
  CHECK(ids(*reader).empty());
  add(*writer, samples::message());
  CHECK(ids(*reader) == Ids{1});
  Message message = samples::message();
  const auto refused = reader->add({&message, 1});
  REQUIRE(!refused);
  CHECK(refused.error() == folder.store() + ": it was opened to be read only");
}

TEST_CASE("a second writer adds as well", "[inbox][disk]") {
  const Folder folder;
  const auto one = opened(folder.store());
  const auto other = opened(folder.store());
  CHECK(add(*one, samples::message()) == 1);
  CHECK(add(*other, samples::message()) == 2);
  CHECK(ids(*one) == Ids{2, 1});
}

TEST_CASE("when the disk is full nothing is lost, and the store goes on when there is room", "[inbox][disk]") {
  const Folder folder;
  const auto store = opened(folder.store());
  Message message = samples::message();
  message.raw.resize(300'000, 'x');
  add(*store, message);
  {
    const SmallDisk disk(1'000'000);
    std::size_t added = 1;
    std::expected<Ids, std::string> last;
    for (; added < 50; ++added) {
      last = store->add({&message, 1});
      if (!last) break;
    }
    REQUIRE(!last);
    CHECK(last.error().starts_with(folder.store() + ": "));
    CHECK(ids(*store).size() == added);
    CHECK(got(store->totals()).messages == added);
  }
  const std::size_t before = ids(*store).size();
  add(*store, message);
  CHECK(ids(*store).size() == before + 1);
  for (const MessageId id : ids(*store)) CHECK(got(store->raw(id)) == message.raw);
}

TEST_CASE("a damaged file is told of", "[inbox][disk]") {
  const Folder folder;
  {
    const auto store = opened(folder.store());
    for (int i = 0; i < 50; ++i) {
      Message message = samples::message();
      message.raw.resize(10'000);
      add(*store, message);
    }
  }
  std::fstream file(folder.store() + "/inbox.sqlite", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(262'144);  // behind the tables' names
  file << std::string(200'000, '\xEE');
  file.close();
  const auto listed = opened(folder.store(), OpenMode::read_only)->list({});
  REQUIRE(!listed);
  CHECK(listed.error() == folder.store() + ": its file is damaged");
}

TEST_CASE("what is damaged in one message does not keep others from being read", "[inbox][disk]") {
  const Folder folder;
  for (int i = 0; i < 2; ++i) add(*opened(folder.store()), samples::message());
  run_sql(folder.store(), "UPDATE detail SET envelope = x'06FF' WHERE message = 1");
  const auto store = opened(folder.store());
  const auto damaged = store->get(1);
  REQUIRE(!damaged);
  CHECK(damaged.error() == folder.store() + ": what is kept of message 1 is damaged");
  CHECK(got(store->get(2)));
  CHECK(ids(*store) == Ids{2, 1});
}

TEST_CASE("a folder from which everything is removed gets small again", "[inbox][disk]") {
  const Folder folder;
  const auto store = opened(folder.store());
  Message message = samples::message();
  message.raw.resize(3'000'000);
  add(*store, message);
  done(store->clear());
  CHECK(fs::file_size(folder.store() + "/inbox.sqlite") < 200'000);
  CHECK(fs::file_size(folder.store() + "/inbox.sqlite-wal") == 0);
}

TEST_CASE("whenever a process is killed, all that it was told is kept is there", "[inbox][disk][kill]") {
  const Folder folder;
  std::map<MessageId, std::string> told;
  std::mt19937 random(7);
  std::size_t kills = 0;
  for (unsigned round = 0; round < 20; ++round) {
    Adder adder(folder.store(), round);
    adder.wait_for(round % 6 == 0 ? 0 : random() % 1000);
    for (volatile unsigned long spin = random() % 2'000'000; spin > 0;)
      spin = spin - 1;  // any instant, not one after a line
    told.merge(adder.kill_and_read());
    kills += adder.killed() ? 1 : 0;
  }
  CHECK(kills == 20);
  CHECK(told.size() > 40);
  const auto store = opened(folder.store(), OpenMode::read_only);
  std::size_t lost = 0;
  for (const auto& [id, digest] : told) {
    const auto raw = got(store->raw(id));
    if (!raw || hash(*raw) != digest) ++lost;
  }
  CHECK(lost == 0);
  CHECK(got(store->totals()).messages >= told.size());
  auto database = got(Database::open(folder.store() + "/inbox.sqlite", SQLITE_OPEN_READONLY));
  Query check = database.query("PRAGMA integrity_check");
  REQUIRE(check.next());
  CHECK(check.text(0) == "ok");
}
