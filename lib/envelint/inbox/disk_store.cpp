#include <envelint/inbox/codec.hpp>
#include <envelint/inbox/deadline.hpp>
#include <envelint/inbox/disk_words.hpp>
#include <envelint/inbox/schema.hpp>
#include <envelint/inbox/searched_words.hpp>
#include <envelint/inbox/sqlite.hpp>
#include <envelint/inbox/store.hpp>
#include <envelint/inbox/word_index.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace envelint::inbox {
namespace {

/// Ids of sessions that are taken from the disk at once: one wait for it for so many sessions.
constexpr std::uint64_t kReservedSessions = 64;

constexpr std::string_view kAddMessage =
    "INSERT INTO message (session, received_ms, size, weight, client, tls, sender, recipient, recipients, header_from, "
    "header_to, subject, spf, dkim, arc, dmarc, disposition, reply_code, reply_text, unread, attachments) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr std::string_view kGetMessage =
    "SELECT session, received_ms, header_from, header_to, subject, spf, dkim, arc, dmarc, disposition, reply_code, "
    "reply_text, envelope, oddities, verdict, octets, unread, attachments, words FROM message "
    "JOIN detail ON detail.message = message.id JOIN raw ON raw.message = message.id "
    "LEFT JOIN searched ON searched.message = message.id WHERE message.id = ?";

// What may be long is cut: substr counts octets, since all of these are BLOBs.
constexpr std::string_view kListed =
    "SELECT id, session, received_ms, size, client, tls, substr(sender, 1, 1000), substr(recipient, 1, 1000), "
    "recipients, substr(header_from, 1, 1000), substr(header_to, 1, 1000), substr(subject, 1, 1000), spf, dkim, arc, "
    "dmarc, disposition, reply_code, unread, attachments FROM message";
static_assert(kMaxListed == 1000);

/// The order and the bounds of a page. Whatever they are, the rows come from an index in their order.
std::string paged(std::string_view what, bool of_session, bool newest_first) {
  return fmt::format("{} WHERE id > ? AND id < ?{} ORDER BY id {} LIMIT ?", what, of_session ? " AND session = ?" : "",
                     newest_first ? "DESC" : "ASC");
}

/// SQLite's integers have a sign; no id is ever as large.
std::uint64_t as_bound(std::optional<std::uint64_t> id, std::uint64_t otherwise) {
  constexpr std::uint64_t kMost = INT64_MAX;
  return std::min(id.value_or(otherwise), kMost);
}

Query paged_query(Database& database, std::string_view what, const Page& page, bool of_session) {
  const std::string statement = paged(what, of_session, page.newest_first);
  Query query = database.query(statement).bind(as_bound(page.after, 0)).bind(as_bound(page.before, UINT64_MAX));
  const std::size_t limit = std::min(page.limit, kMaxPage);
  if (!of_session) return std::move(query).bind(limit);
  return std::move(query).bind(as_bound(page.session, 0)).bind(limit);
}

Entry entry_of(const Query& row) {
  Entry entry;
  entry.id = row.number(0);
  entry.session = row.number(1);
  entry.received_ms = static_cast<std::int64_t>(row.number(2));
  entry.size = row.number(3);
  entry.client = net::Address::parse(row.octets(4)).value_or(net::Address());
  entry.tls = row.text(5);
  entry.sender = row.text(6);
  entry.recipient = row.text(7);
  entry.recipients = row.number(8);
  entry.summary = {row.text(9),  row.text(10), row.text(11), row.text(12),
                   row.text(13), row.text(14), row.text(15), row.text(16)};
  entry.reply_code = static_cast<int>(row.number(17));
  entry.unread = row.number(18) != 0;
  entry.attachments = row.number(19);
  return entry;
}

std::optional<Message> message_of(const Query& row) {
  auto envelope = decode_envelope(row.octets(12));
  auto oddities = decode_oddities(row.octets(13));
  if (!envelope || !oddities) return std::nullopt;
  Message message;
  message.session = row.number(0);
  message.received_ms = static_cast<std::int64_t>(row.number(1));
  message.envelope = *std::move(envelope);
  message.oddities = *std::move(oddities);
  message.raw = row.text(15);
  message.summary = {row.text(2), row.text(3), row.text(4), row.text(5),
                     row.text(6), row.text(7), row.text(8), row.text(9)};
  message.verdict_json = row.text(14);
  message.reply_code = static_cast<int>(row.number(10));
  message.reply_text = row.text(11);
  message.unread = row.number(16) != 0;
  message.attachments = row.number(17);
  give_words(message, row.octets(18));
  return message;
}

class DiskStore final : public Store {
 public:
  DiskStore(std::string folder, const StoreLimits& limits, std::optional<Database> writer, Database reader,
            Database searcher)
      : folder_(std::move(folder)),
        limits_(limits),
        writer_(std::move(writer)),
        reader_(std::move(reader)),
        searcher_(std::move(searcher)) {}

  ~DiskStore() override { give_back_session_ids(); }

  std::expected<std::vector<MessageId>, std::string> add(std::span<Message> batch) override {
    std::vector<MessageId> ids;
    auto done = write([&] {
      make_room(batch);
      for (const Message& message : batch) ids.push_back(insert(message));
    });
    if (!done) return std::unexpected(std::move(done.error()));
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i].id = ids[i];
    return ids;
  }

  std::expected<SessionId, std::string> next_session_id() override {
    const std::scoped_lock lock(session_id_mutex_);
    if (next_session_ < reserved_until_) return next_session_++;
    std::uint64_t first = 0;
    auto done = write([&] {
      first = writer_->number("SELECT next_session FROM totals");
      writer_->query("UPDATE totals SET next_session = ?").bind(first + kReservedSessions).run();
    });
    if (!done) return std::unexpected(std::move(done.error()));
    next_session_ = first;
    reserved_until_ = first + kReservedSessions;
    return next_session_++;
  }

  std::expected<void, std::string> add_sessions(std::span<const Session> sessions) override {
    return write([&] {
      for (const Session& session : sessions) insert(session);
      drop_sessions();
    });
  }

  std::expected<std::vector<Entry>, std::string> list(const Page& page) const override {
    if (page.search != nullptr && !page.search->empty()) return search(page);
    return read([&](Database& database) {
      std::vector<Entry> out;
      Query row = paged_query(database, kListed, page, page.session.has_value());
      while (row.next()) out.push_back(entry_of(row));
      return out;
    });
  }

  std::expected<std::optional<Message>, std::string> get(MessageId id) const override {
    return read([&](Database& database) {
      std::optional<Message> out;
      Query row = database.query(kGetMessage).bind(id);
      if (!row.next()) return out;
      out = message_of(row);
      if (out) out->id = id;
      if (!out) database.fail(fmt::format("what is kept of message {} is damaged", id));
      return out;
    });
  }

  std::expected<std::optional<std::string>, std::string> raw(MessageId id) const override {
    return read([&](Database& database) {
      Query row = database.query("SELECT octets FROM raw WHERE message = ?").bind(id);
      return row.next() ? std::optional(row.text(0)) : std::nullopt;
    });
  }

  std::expected<std::vector<Session>, std::string> sessions(const Page& page) const override {
    return read([&](Database& database) {
      std::vector<Session> out;
      Query row = paged_query(database, "SELECT id, about FROM session", page, false);
      while (row.next()) {
        if (auto session = session_of(database, row)) out.push_back(*std::move(session));
      }
      return out;
    });
  }

  std::expected<std::optional<Session>, std::string> session(SessionId id) const override {
    return read([&](Database& database) {
      std::optional<Session> out;
      Query row =
          database.query("SELECT id, about, lines FROM session JOIN transcript ON session = id WHERE id = ?").bind(id);
      if (!row.next()) return out;
      out = session_of(database, row);
      auto transcript = decode_transcript(row.octets(2));
      if (!transcript) database.fail(fmt::format("what is kept of session {} is damaged", id));
      if (out && transcript) out->transcript = *std::move(transcript);
      return out;
    });
  }

  std::expected<std::size_t, std::string> remove(std::span<const MessageId> ids) override {
    std::size_t removed = 0;
    auto done = write([&] {
      for (const MessageId id : ids) {
        writer_->query("DELETE FROM message WHERE id = ?").bind(id).run();
        removed += writer_->changes();
      }
    });
    if (!done) return std::unexpected(std::move(done.error()));
    return removed;
  }

  std::expected<void, std::string> clear() override {
    // The large tables first and as a whole, so that no trigger has to look for each row.
    auto done = write([&] {
      writer_->run("DELETE FROM raw; DELETE FROM detail; DELETE FROM searched; DELETE FROM message");
      writer_->run("DELETE FROM transcript; DELETE FROM session");
      clear_words(*writer_);
    });
    if (done) give_back_space();
    return done;
  }

  std::expected<std::size_t, std::string> mark(std::span<const MessageId> ids, bool unread) override {
    std::size_t changed = 0;
    auto done = write([&] {
      for (const MessageId id : ids) {
        writer_->query("UPDATE message SET unread = ?1 WHERE id = ?2 AND unread <> ?1").bind(unread).bind(id).run();
        changed += writer_->changes();
      }
    });
    if (!done) return std::unexpected(std::move(done.error()));
    return changed;
  }

  std::expected<Totals, std::string> totals() const override {
    return read([&](Database& database) {
      Query row = database.query("SELECT messages, message_octets, sessions, unread FROM totals");
      return row.next() ? Totals{row.number(0), row.number(1), row.number(2), row.number(3)} : Totals{};
    });
  }

  std::expected<bool, std::string> tidy() override {
    bool more = false;
    auto done = write([&] { more = tidy_words(*writer_); });
    if (!done) return std::unexpected(std::move(done.error()));
    return more;
  }

 private:
  /// Runs statements in one transaction.
  template <class Statements>
  std::expected<void, std::string> write(Statements statements) {
    if (!writer_) return std::unexpected(fmt::format("{}: it was opened to be read only", folder_));
    const std::scoped_lock lock(write_mutex_);
    Transaction transaction(*writer_);
    if (writer_->good()) statements();
    if (auto fault = transaction.commit()) return std::unexpected(fmt::format("{}: {}", folder_, *fault));
    return {};
  }

  /// Asks on a connection of its own, so that nobody who reads waits until somebody's mail is on the disk.
  template <class Questions>
  auto read(Questions questions) const -> std::expected<decltype(questions(std::declval<Database&>())), std::string> {
    const std::scoped_lock lock(read_mutex_);
    auto out = questions(reader_);
    if (auto fault = reader_.take_fault()) return std::unexpected(fmt::format("{}: {}", folder_, *fault));
    return out;
  }

  /// A search may take long: it is made on one more connection, so that lists and messages are still to be had.
  std::expected<std::vector<Entry>, std::string> search(const Page& page) const {
    const Deadline deadline(limits_.search_time);
    const std::unique_lock lock(search_mutex_, deadline.end());
    if (!lock) return std::unexpected(fmt::format("{}: other searches are under way; try it again", folder_));
    std::vector<Entry> out;
    if (is_searchable(searcher_)) {
      const Snapshot snapshot(searcher_);
      const std::string statement = fmt::format("{} WHERE id = ?", kListed);
      for (const MessageId id : find(searcher_, page, deadline)) {
        Query row = searcher_.query(statement).bind(id);
        if (row.next()) out.push_back(entry_of(row));
      }
    } else {
      searcher_.fail(
          "an older envelint made this store, and it can be searched when `envelint receive --store` has opened it");
    }
    if (auto fault = searcher_.take_fault()) return std::unexpected(fmt::format("{}: {}", folder_, *fault));
    return out;
  }

  static std::optional<Session> session_of(Database& database, const Query& row) {
    auto session = decode_session(row.octets(1));
    if (!session) database.fail(fmt::format("what is kept of session {} is damaged", row.number(0)));
    return session;
  }

  MessageId insert(const Message& message) {
    const std::string client = message.envelope.client.address.to_string();
    const auto& to = message.envelope.to;
    const Summary& summary = message.summary;
    writer_->query(kAddMessage)
        .bind(message.session)
        .bind(message.received_ms)
        .bind(message.raw.size())
        .bind(weight(message))
        .bind(client)
        .bind(message.envelope.tls ? message.envelope.tls->version : std::string_view())
        .bind(message.envelope.from.path.written)
        .bind(to.empty() ? std::string_view() : to.front().path.written)
        .bind(to.size())
        .bind(summary.from)
        .bind(summary.to)
        .bind(summary.subject)
        .bind(summary.spf)
        .bind(summary.dkim)
        .bind(summary.arc)
        .bind(summary.dmarc)
        .bind(summary.disposition)
        .bind(message.reply_code)
        .bind(message.reply_text)
        .bind(message.unread)
        .bind(message.attachments)
        .run();
    const MessageId id = writer_->last_id();
    const std::string envelope = encode(message.envelope);
    const std::string oddities = encode(message.oddities);
    writer_->query("INSERT INTO detail (message, envelope, oddities, verdict) VALUES (?, ?, ?, ?)")
        .bind(id)
        .bind(envelope)
        .bind(oddities)
        .bind(message.verdict_json)
        .run();
    writer_->query("INSERT INTO raw (message, octets) VALUES (?, ?)").bind(id).bind(message.raw).run();
    add_words(*writer_, id, message);
    return id;
  }

  void insert(Session session) {
    session.transcript = bounded(std::move(session.transcript));
    const std::string about = encode(session);
    const std::string lines = encode(session.transcript);
    writer_->query("DELETE FROM session WHERE id = ?").bind(session.id).run();
    writer_->query("INSERT INTO session (id, weight, about) VALUES (?, ?, ?)")
        .bind(session.id)
        .bind(weight(session))
        .bind(about)
        .run();
    writer_->query("INSERT INTO transcript (session, lines) VALUES (?, ?)").bind(session.id).bind(lines).run();
  }

  void make_room(std::span<const Message> batch) {
    if (!limits_.octets) return;
    std::uint64_t needed = 0;
    for (const Message& message : batch) needed += weight(message);
    const std::uint64_t kept = writer_->number("SELECT message_octets FROM totals");
    if (kept + needed <= *limits_.octets) return;
    if (!limits_.evict || needed > *limits_.octets) return writer_->fail(words_for_full(*limits_.octets));
    const MessageId last = oldest_of("SELECT id, weight FROM message ORDER BY id", 0, kept + needed - *limits_.octets);
    writer_->query("DELETE FROM message WHERE id <= ?").bind(last).run();
  }

  void drop_sessions() {
    const std::uint64_t count = writer_->number("SELECT sessions FROM totals");
    const std::uint64_t octets = writer_->number("SELECT session_octets FROM totals");
    const std::uint64_t too_many = count - std::min<std::uint64_t>(count, limits_.sessions);
    const std::uint64_t too_much = octets - std::min(octets, limits_.session_octets);
    if (too_many == 0 && too_much == 0) return;
    const SessionId last = oldest_of("SELECT id, weight FROM session ORDER BY id", too_many, too_much);
    writer_->query("DELETE FROM session WHERE id <= ?").bind(last).run();
  }

  /// The last id of the oldest rows that are at least so many and so heavy.
  std::uint64_t oldest_of(std::string_view rows, std::uint64_t count, std::uint64_t octets) {
    Query row = writer_->query(rows);
    std::uint64_t last = 0;
    while ((count > 0 || octets > 0) && row.next()) {
      last = row.number(0);
      count -= std::min<std::uint64_t>(count, 1);
      octets -= std::min(octets, row.number(1));
    }
    return last;
  }

  /// The ids that nobody got, unless another process has taken more since.
  void give_back_session_ids() {
    if (next_session_ == reserved_until_) return;
    (void)write([&] {
      writer_->query("UPDATE totals SET next_session = ? WHERE next_session = ?")
          .bind(next_session_)
          .bind(reserved_until_)
          .run();
    });
  }

  /// Makes the files small again. If that cannot be done now, the space is used for what comes next.
  void give_back_space() {
    const std::scoped_lock lock(write_mutex_);
    writer_->run("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)");
    (void)writer_->take_fault();
  }

  static std::string words_for_full(std::uint64_t limit) {
    return fmt::format("the store is full: it may hold {} octets", limit);
  }

  std::string folder_;
  StoreLimits limits_;
  std::mutex write_mutex_;
  std::optional<Database> writer_;  // guarded by write_mutex_
  mutable std::mutex read_mutex_;
  mutable Database reader_;  // guarded by read_mutex_
  mutable std::timed_mutex search_mutex_;
  mutable Database searcher_;  // guarded by search_mutex_
  std::mutex session_id_mutex_;
  SessionId next_session_ = 0;  // guarded by session_id_mutex_, like the next; equal: none is left
  SessionId reserved_until_ = 0;
};

}  // namespace

std::expected<std::unique_ptr<Store>, std::string> open_store(const std::string& folder, const StoreLimits& limits,
                                                              OpenMode mode) {
  std::optional<Database> writer;
  if (mode == OpenMode::read_write) {
    auto opened = open_database(folder, mode);
    if (!opened) return std::unexpected(std::move(opened.error()));
    writer = *std::move(opened);
  }
  auto reader = open_database(folder, OpenMode::read_only);
  if (!reader) return std::unexpected(std::move(reader.error()));
  auto searcher = open_database(folder, OpenMode::read_only);
  if (!searcher) return std::unexpected(std::move(searcher.error()));
  return std::make_unique<DiskStore>(folder, limits, std::move(writer), *std::move(reader), *std::move(searcher));
}

}  // namespace envelint::inbox
