#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// SQLite's handles with owners, and its errors as texts.
namespace envelint::inbox {

struct SqliteFree {
  void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using ConnectionPtr = std::unique_ptr<sqlite3, SqliteFree>;
using StatementPtr = std::unique_ptr<sqlite3_stmt, SqliteFree>;

class Database;

/// A statement under way. It is given back when this ends.
///
///     for (Query query = database.query("SELECT id FROM message WHERE id > ?").bind(7); query.next();) …
class Query {
 public:
  Query(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  /// Sets the parameters, one after the other. Texts are octets, and are not copied: they must outlive the query.
  Query&& bind(std::integral auto value) && { return std::move(*this).bind_number(static_cast<std::int64_t>(value)); }
  Query&& bind(std::string_view octets) &&;

  /// Goes to the next row; false at the end, and after a fault, which the database keeps.
  [[nodiscard]] bool next();
  /// Runs a statement that gives no rows.
  void run() && { (void)next(); }

  /// The values of a row, by column from 0 on.
  [[nodiscard]] std::uint64_t number(int column) const;
  /// Good until the next call of `next`.
  [[nodiscard]] std::string_view octets(int column) const;
  [[nodiscard]] std::string text(int column) const { return std::string(octets(column)); }

 private:
  Query&& bind_number(std::int64_t value) &&;

  Database* database_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

/// A connection. Not for several threads at once.
///
/// The first fault stays until somebody takes it; whatever is asked meanwhile does nothing. So several statements can
/// stand one below the other, and one look at the end tells whether all was well.
class Database {
 public:
  /// @param flags  of sqlite3_open_v2
  [[nodiscard]] static std::expected<Database, std::string> open(const std::string& file, int flags);

  /// Runs statements that need no parameters and give no rows.
  void run(const char* statements);
  /// A statement, which is prepared once and kept. One query of it at a time.
  [[nodiscard]] Query query(std::string_view statement);
  /// The number that the statement gives, 0 without one.
  [[nodiscard]] std::uint64_t number(std::string_view statement);

  [[nodiscard]] std::uint64_t last_id() const { return static_cast<std::uint64_t>(sqlite3_last_insert_rowid(get())); }
  [[nodiscard]] std::uint64_t changes() const { return static_cast<std::uint64_t>(sqlite3_changes64(get())); }

  [[nodiscard]] bool good() const noexcept { return !fault_; }
  /// The fault, a text for a person, if there was one. The database then goes on.
  [[nodiscard]] std::optional<std::string> take_fault();
  /// Keeps a fault that SQLite does not know of.
  void fail(std::string fault);
  [[nodiscard]] sqlite3* get() const noexcept { return connection_.get(); }

 private:
  friend class Query;

  explicit Database(ConnectionPtr connection) : connection_(std::move(connection)) {}
  void check(int result);

  ConnectionPtr connection_;
  std::map<std::string, StatementPtr, std::less<>> statements_;  // freed before the connection
  std::optional<std::string> fault_;
};

/// A transaction that writes. It is taken back unless it was committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  /// @return the first fault since it began, and then nothing was written; or nothing.
  [[nodiscard]] std::optional<std::string> commit();

 private:
  void take_back();

  Database& database_;
};

/// A transaction that only reads, and sees one state.
class Snapshot {
 public:
  explicit Snapshot(Database& database) : database_(database) { database_.run("BEGIN"); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

 private:
  Database& database_;
};

}  // namespace envelint::inbox
