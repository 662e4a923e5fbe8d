#include <envelint/inbox/sqlite.hpp>

namespace envelint::inbox {
namespace {

/// How long another process that writes is waited for.
constexpr int kBusyMilliseconds = 10'000;
/// Octets of one value: a message is far below it, and a folder may come from others.
constexpr int kMaxValue = 512 << 20;

std::string words_for(sqlite3* connection) {
  switch (sqlite3_errcode(connection) & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "another process holds it and does not let go";
    case SQLITE_FULL: return "the disk is full";
    case SQLITE_READONLY: return "it may not be written";
    case SQLITE_NOTADB: return "it is no SQLite database";
    case SQLITE_CORRUPT: return "its file is damaged";
    case SQLITE_NOMEM: return "there is no memory left";
    default: return sqlite3_errmsg(connection);
  }
}

}  // namespace

Query::Query(Query&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)), bound_(other.bound_) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query&& Query::bind_number(std::int64_t value) && {
  if (statement_ != nullptr) database_->check(sqlite3_bind_int64(statement_, ++bound_, value));
  return std::move(*this);
}

Query&& Query::bind(std::string_view octets) && {
  if (statement_ == nullptr) return std::move(*this);
  // A view of nothing may have no address, which would be NULL.
  const char* data = octets.empty() ? "" : octets.data();
  database_->check(sqlite3_bind_blob64(statement_, ++bound_, data, octets.size(), SQLITE_STATIC));
  return std::move(*this);
}

bool Query::next() {
  if (statement_ == nullptr || !database_->good()) return false;
  const int result = sqlite3_step(statement_);
  if (result != SQLITE_ROW && result != SQLITE_DONE) database_->check(result);
  return result == SQLITE_ROW;
}

std::uint64_t Query::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

std::string_view Query::octets(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::expected<Database, std::string> Database::open(const std::string& file, int flags) {
  sqlite3* handle = nullptr;
  // Whoever has a connection has a lock for it, so SQLite needs none.
  const int result = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  ConnectionPtr connection(handle);
  if (connection == nullptr) return std::unexpected("there is no memory left");
  if (result != SQLITE_OK) return std::unexpected(words_for(connection.get()));
  sqlite3_busy_timeout(connection.get(), kBusyMilliseconds);
  sqlite3_limit(connection.get(), SQLITE_LIMIT_LENGTH, kMaxValue);
  // What a database that came from others says in its schema is not obeyed.
  sqlite3_db_config(connection.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return Database(std::move(connection));
}

void Database::run(const char* statements) {
  if (good()) check(sqlite3_exec(get(), statements, nullptr, nullptr, nullptr));
}

Query Database::query(std::string_view statement) {
  if (!good()) return {*this, nullptr};
  const auto found = statements_.find(statement);
  if (found != statements_.end()) return {*this, found->second.get()};
  sqlite3_stmt* handle = nullptr;
  check(sqlite3_prepare_v3(get(), statement.data(), static_cast<int>(statement.size()), SQLITE_PREPARE_PERSISTENT,
                           &handle, nullptr));
  StatementPtr prepared(handle);
  if (!good()) return {*this, nullptr};
  return {*this, statements_.emplace(statement, std::move(prepared)).first->second.get()};
}

std::uint64_t Database::number(std::string_view statement) {
  Query found = query(statement);
  return found.next() ? found.number(0) : 0;
}

std::optional<std::string> Database::take_fault() { return std::exchange(fault_, std::nullopt); }

void Database::fail(std::string fault) {
  if (!fault_) fault_ = std::move(fault);
}

void Database::check(int result) {
  if (result != SQLITE_OK) fail(words_for(get()));
}

Transaction::Transaction(Database& database) : database_(database) { database_.run("BEGIN IMMEDIATE"); }

Transaction::~Transaction() { take_back(); }

std::optional<std::string> Transaction::commit() {
  database_.run("COMMIT");
  take_back();
  return database_.take_fault();
}

void Transaction::take_back() {
  // SQLite itself has ended it after some faults, and after COMMIT. All others leave it open.
  if (sqlite3_get_autocommit(database_.get()) == 0)
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Snapshot::~Snapshot() { sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr); }

}  // namespace envelint::inbox
