#include <envelint/inbox/schema.hpp>

#include <envelint/inbox/disk_words.hpp>
#include <envelint/inbox/word_index.hpp>
#include <envelint/io/file_descriptor.hpp>

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace envelint::inbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "inbox.sqlite";
/// "envl": SQLite has a place in each file for the program it belongs to.
constexpr std::uint64_t kApplication = 0x656E766C;

// Version 1. What is listed and searched stands in `message`, what is only shown in `detail`, and the octets by themselves, so that
// going through a list reads neither. Texts are BLOBs: those of others need not be UTF-8. Sums are kept by triggers, so that nothing has to count.
constexpr const char* kTables = R"(
CREATE TABLE message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  size INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  client BLOB NOT NULL,
  tls BLOB NOT NULL,
  sender BLOB NOT NULL,
  recipient BLOB NOT NULL,
  recipients INTEGER NOT NULL,
  header_from BLOB NOT NULL,
  header_to BLOB NOT NULL,
  subject BLOB NOT NULL,
  spf BLOB NOT NULL,
  dkim BLOB NOT NULL,
  arc BLOB NOT NULL,
  dmarc BLOB NOT NULL,
  disposition BLOB NOT NULL,
  reply_code INTEGER NOT NULL,
  reply_text BLOB NOT NULL
) STRICT;
CREATE INDEX message_session ON message (session, id);
CREATE TABLE detail (
  message INTEGER PRIMARY KEY,
  envelope BLOB NOT NULL,
  oddities BLOB NOT NULL,
  verdict BLOB NOT NULL
) STRICT;
CREATE TABLE raw (
  message INTEGER PRIMARY KEY,
  octets BLOB NOT NULL
) STRICT;
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  weight INTEGER NOT NULL,
  about BLOB NOT NULL
) STRICT;
CREATE TABLE transcript (
  session INTEGER PRIMARY KEY,
  lines BLOB NOT NULL
) STRICT;
CREATE TABLE totals (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  messages INTEGER NOT NULL,
  message_octets INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  session_octets INTEGER NOT NULL,
  next_session INTEGER NOT NULL
) STRICT;
INSERT INTO totals VALUES (1, 0, 0, 0, 0, 1);
CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
  UPDATE totals SET messages = messages + 1, message_octets = message_octets + NEW.weight;
END;
CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
  DELETE FROM detail WHERE message = OLD.id;
  DELETE FROM raw WHERE message = OLD.id;
  UPDATE totals SET messages = messages - 1, message_octets = message_octets - OLD.weight;
END;
CREATE TRIGGER session_added AFTER INSERT ON session BEGIN
  UPDATE totals SET sessions = sessions + 1, session_octets = session_octets + NEW.weight;
END;
CREATE TRIGGER session_removed AFTER DELETE ON session BEGIN
  DELETE FROM transcript WHERE session = OLD.id;
  UPDATE totals SET sessions = sessions - 1, session_octets = session_octets - OLD.weight;
END;
)";

// Version 2: what searches need. The facts of a message have an index of their own, because rows of `message` are long;
// `searched` has the words (`searched_words`), and up to `indexed_to` they are in the indexes of `kWordTables`, too.
constexpr const char* kToSearch = R"(
ALTER TABLE message ADD COLUMN unread INTEGER NOT NULL DEFAULT 1;
ALTER TABLE message ADD COLUMN attachments INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_facts ON message (
  id, session, received_ms, size, client, tls, spf, dkim, dmarc, arc, disposition, attachments, unread
);
CREATE TABLE searched (
  message INTEGER PRIMARY KEY,
  words BLOB NOT NULL
) STRICT;
ALTER TABLE totals ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN indexed_to INTEGER NOT NULL DEFAULT 0;
UPDATE totals SET unread = messages;
DROP TRIGGER IF EXISTS message_added;
CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
  UPDATE totals SET messages = messages + 1, message_octets = message_octets + NEW.weight,
    unread = unread + NEW.unread;
END;
DROP TRIGGER IF EXISTS message_removed;
CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
  DELETE FROM detail WHERE message = OLD.id;
  DELETE FROM raw WHERE message = OLD.id;
  INSERT INTO gone SELECT message, words FROM searched
    WHERE message = OLD.id AND message <= (SELECT indexed_to FROM totals);
  DELETE FROM searched WHERE message = OLD.id;
  UPDATE totals SET messages = messages - 1, message_octets = message_octets - OLD.weight,
    unread = unread - OLD.unread;
END;
CREATE TRIGGER message_marked AFTER UPDATE OF unread ON message BEGIN
  UPDATE totals SET unread = unread + NEW.unread - OLD.unread;
END;
)";

// A store of version 1 that may only be read looks like one of version 2 in which all is unread. A name without its
// schema means a view of `temp` first.
constexpr const char* kLikeNew = R"(
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW message AS SELECT *, 1 AS unread, 0 AS attachments FROM main.message;
CREATE TEMP VIEW totals AS SELECT *, messages AS unread FROM main.totals;
CREATE TEMP VIEW searched AS SELECT 0 AS message, x'' AS words WHERE 0;
)";

std::string last_error() { return std::strerror(errno); }

/// Sees to it that a new file is found again after the machine lost its power.
void flush_folder(const fs::path& folder) {
  const io::FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened) (void)::fsync(opened.number());
}

std::string words_for_no_folder(const fs::path& folder) {
  return fmt::format("{}: it is a file; a store is a folder", folder.string());
}

using Fault = std::optional<std::string>;

Fault make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) {
    flush_folder(fs::absolute(folder).parent_path());
    return std::nullopt;
  }
  if (errno != EEXIST) return fmt::format("{}: the folder cannot be made: {}", folder.string(), last_error());
  std::error_code error;
  if (!fs::is_directory(folder, error)) return words_for_no_folder(folder);
  return std::nullopt;
}

/// SQLite would make the file readable for all; those that it makes beside it get the same mode.
Fault make_file(const fs::path& folder) {
  const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const io::FileDescriptor made(::open((folder / kFile).c_str(), flags, 0600));
  if (!made && errno != EEXIST) {
    return fmt::format("{}: no file can be made in it: {}", folder.string(), last_error());
  }
  if (made) flush_folder(folder);
  return std::nullopt;
}

/// A name in a URI of SQLite (sqlite.org/uri.html).
std::string uri_of(const fs::path& file) {
  std::string out = "file:";
  for (const char c : fs::absolute(file).string()) {
    if (c == '%' || c == '?' || c == '#')
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out;
}

/// What a database is.
enum class Found : std::uint8_t { store, nothing, fault };

Found look_at(Database& database) {
  const std::uint64_t application = database.number("PRAGMA application_id");
  const std::uint64_t version = database.number("PRAGMA user_version");
  const std::uint64_t tables = database.number("SELECT count(*) FROM sqlite_schema");
  if (!database.good()) return Found::fault;
  if (application == 0 && tables == 0) return Found::nothing;
  if (application != kApplication) {
    database.fail("it is a SQLite database of another program");
  } else if (version > kSchemaVersion) {
    database.fail(fmt::format("a newer envelint made it: it has version {}, and {} is the last that this one knows",
                              version, kSchemaVersion));
  }
  return database.good() ? Found::store : Found::fault;
}

std::uint64_t version_of(Database& database) { return database.number("PRAGMA user_version"); }

std::string to_mark_as_ours() {
  return fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplication, kSchemaVersion);
}

void make_tables(Database& database) {
  // Both come before the first table. A folder from which everything is removed gets small again.
  database.run("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
  Transaction transaction(database);
  if (look_at(database) != Found::nothing) return;  // another process was faster
  database.run(kTables);
  database.run(kWordTables);
  database.run(kToSearch);
  database.run(to_mark_as_ours().c_str());
  if (auto fault = transaction.commit()) database.fail(*std::move(fault));
}

/// All or nothing, whenever the process is killed.
void renew_tables(Database& database) {
  Transaction transaction(database);
  if (!database.good() || version_of(database) >= kSchemaVersion) return;  // another process was faster
  database.run(kWordTables);
  database.run(kToSearch);
  add_missing_words(database);
  database.run(to_mark_as_ours().c_str());
  if (auto fault = transaction.commit()) database.fail(*std::move(fault));
}

/// The connection, or why there is none, with the name of the file.
std::expected<Database, std::string> connect(const fs::path& file, const std::string& name, int flags) {
  auto database = Database::open(name, flags);
  if (!database) return std::unexpected(fmt::format("{}: {}", file.string(), database.error()));
  return database;
}

std::expected<Database, std::string> connect_to_write(const fs::path& folder) {
  if (auto fault = make_folder(folder)) return std::unexpected(*std::move(fault));
  if (auto fault = make_file(folder)) return std::unexpected(*std::move(fault));
  const fs::path file = folder / kFile;
  auto database = connect(file, file.string(), SQLITE_OPEN_READWRITE);
  if (!database) return database;
  if (look_at(*database) == Found::nothing) make_tables(*database);
  if (version_of(*database) < kSchemaVersion) renew_tables(*database);
  // FULL: the log is on the disk when COMMIT returns. The log is cut again after a rush.
  database->run("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864");
  return database;
}

Fault why_no_store(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return fmt::format("{}: there is no such folder", folder.string());
  if (!fs::is_directory(folder, error)) return words_for_no_folder(folder);
  if (fs::exists(folder / kFile, error)) return std::nullopt;
  const std::string why = error ? error.message() : fmt::format("there is no {} in it", kFile);
  return fmt::format("{}: it is no store of mail: {}", folder.string(), why);
}

/// A folder that may not be written has no place for the index of the log; without a log none is needed.
bool is_without_log(const fs::path& folder) {
  std::error_code error;
  const auto size = fs::file_size(folder / (std::string(kFile) + "-wal"), error);
  return (error || size == 0) && ::access(folder.c_str(), W_OK) != 0;
}

std::expected<Database, std::string> connect_to_read(const fs::path& folder) {
  if (auto fault = why_no_store(folder)) return std::unexpected(*std::move(fault));
  const fs::path file = folder / kFile;
  auto database = is_without_log(folder)
                      ? connect(file, uri_of(file) + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
                      : connect(file, file.string(), SQLITE_OPEN_READONLY);
  if (!database) return database;
  if (look_at(*database) == Found::nothing) database->fail("it is empty");
  if (version_of(*database) < kSchemaVersion) database->run(kLikeNew);
  return database;
}

}  // namespace

bool is_searchable(Database& database) { return version_of(database) >= kSchemaVersion; }

std::expected<Database, std::string> open_database(const std::string& folder, OpenMode mode) {
  auto database = mode == OpenMode::read_write ? connect_to_write(folder) : connect_to_read(folder);
  if (!database) return database;
  if (auto fault = database->take_fault()) {
    return std::unexpected(fmt::format("{}: {}", (fs::path(folder) / kFile).string(), *fault));
  }
  return database;
}

}  // namespace envelint::inbox
