#include <envelint/inbox/disk_words.hpp>

#include <envelint/inbox/codec.hpp>
#include <envelint/inbox/searched_words.hpp>
#include <envelint/inbox/word_index.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace envelint::inbox {
namespace {

/// SQLite's integers have a sign; no id is ever as large.
constexpr std::uint64_t kMostId = INT64_MAX;

// `main.`: a store that was old when it was opened, and has become new since, has views in front of its tables.

/// The facts of a message come from an index that has no others, so that going through all is quick.
constexpr std::string_view kFacts =
    "SELECT id, session, received_ms, size, client, tls, spf, dkim, dmarc, arc, disposition, attachments, unread FROM ";
constexpr std::string_view kOfAll = "main.message INDEXED BY message_facts WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
/// Of messages that an index names, in the order in which it has them.
constexpr std::string_view kOfNamed =
    "main.{0} AS named CROSS JOIN main.message INDEXED BY message_facts ON id = named.rowid "
    "WHERE named.rowid BETWEEN ?1 AND ?2 AND {0} MATCH CAST(?3 AS TEXT) {1}ORDER BY named.rowid";
/// The plus keeps SQLite from asking the first index anew for each that the second names.
constexpr std::string_view kAndNamed =
    "AND +named.rowid IN (SELECT rowid FROM main.word_index WHERE rowid BETWEEN ?1 AND ?2 "
    "AND word_index MATCH CAST(?4 AS TEXT)) ";

/// The facts of messages from one id to another, of those that are named if something is asked, in the order of a page.
/// @param named  outlives the query
Query facts_of(Database& database, MessageId first, MessageId last, const IndexQuery& named, bool newest_first) {
  const bool is_short = !named.of_short_parts.empty();
  const bool is_both = is_short && !named.of_all_parts.empty();
  const std::string from =
      named.empty() ? std::string(kOfAll)
                    : fmt::format(kOfNamed, is_short ? "short_index" : "word_index", is_both ? kAndNamed : "");
  const std::string statement = fmt::format("{}{}{}", kFacts, from, newest_first ? " DESC" : "");
  Query query = database.query(statement).bind(first).bind(last);
  if (named.empty()) return query;
  if (is_both) return std::move(query).bind(named.of_short_parts).bind(named.of_all_parts);
  return std::move(query).bind(is_short ? named.of_short_parts : named.of_all_parts);
}

/// Good until the next row.
/// @param with_client  for an address takes longer to read than all else
SearchFacts facts_of(const Query& row, bool with_client) {
  return {.id = row.number(0),
          .session = row.number(1),
          .received_ms = static_cast<std::int64_t>(row.number(2)),
          .size = row.number(3),
          .client = with_client ? net::Address::parse(row.octets(4)).value_or(net::Address()) : net::Address(),
          .tls = row.octets(5),
          .spf = row.octets(6),
          .dkim = row.octets(7),
          .dmarc = row.octets(8),
          .arc = row.octets(9),
          .disposition = row.octets(10),
          .attachments = row.number(11),
          .unread = row.number(12) != 0};
}

/// Ids that are asked of an index at once, for nothing ends it meanwhile.
constexpr std::uint64_t kPiece = 16'384;
/// Messages between two looks at the clock, where no words are read.
constexpr std::size_t kUntimed = 512;

/// Goes through messages in the order of a page, piece by piece. The index names those that are worth a look, as far as
/// it goes; then the facts tell, and only then words are read.
class Finder {
 public:
  Finder(Database& database, const Page& page, const Deadline& deadline)
      : database_(database),
        page_(page),
        search_(*page.search),
        deadline_(deadline),
        index_(index_query(search_)),
        indexed_to_(database.number("SELECT indexed_to FROM main.totals")),
        limit_(std::min(page.limit, kMaxPage)),
        first_(std::min(page.after.value_or(0), kMostId - 1) + 1),
        last_(std::min(page.before.value_or(kMostId), kMostId)) {
    for (const Search::Clause& clause : search_.clauses()) {
      asks_client_ |= std::ranges::find(clause, SearchField::client, &SearchTerm::field) != clause.end();
    }
  }

  std::vector<MessageId> run() {
    if (last_ == 0) return {};
    --last_;
    while (first_ <= last_ && out_.size() < limit_ && database_.good()) {
      const auto next = next_id();
      if (!next) break;
      if (page_.newest_first)
        last_ = look_down_from(*next) - 1;
      else
        first_ = look_up_from(*next) + 1;
    }
    return std::move(out_);
  }

 private:
  std::optional<MessageId> next_id() {
    const std::string_view statement =
        page_.newest_first ? "SELECT id FROM main.message WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1"
                           : "SELECT id FROM main.message WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1";
    Query row = database_.query(statement).bind(first_).bind(last_);
    return row.next() ? std::optional(row.number(0)) : std::nullopt;
  }

  /// @return the first id of the piece
  MessageId look_down_from(MessageId id) {
    MessageId first = first_;
    if (is_indexed(id))
      first = std::max(first, id - std::min(id, kPiece));
    else if (!index_.empty())
      first = std::max(first, indexed_to_ + 1);
    look_into(first, id, is_indexed(id));
    return first;
  }

  /// @return the last id of the piece
  MessageId look_up_from(MessageId id) {
    const MessageId last = is_indexed(id) ? std::min({last_, id + kPiece, indexed_to_}) : last_;
    look_into(id, last, is_indexed(id));
    return last;
  }

  [[nodiscard]] bool is_indexed(MessageId id) const { return !index_.empty() && id <= indexed_to_; }

  void look_into(MessageId first, MessageId last, bool by_index) {
    std::size_t untimed = 0;
    const IndexQuery nothing;
    Query row = facts_of(database_, first, last, by_index ? index_ : nothing, page_.newest_first);
    while (out_.size() < limit_ && row.next()) {
      if (is_wanted(facts_of(row, asks_client_))) out_.push_back(row.number(0));
      if (++untimed % kUntimed == 0) check_time();
    }
    check_time();
  }

  bool is_wanted(const SearchFacts& facts) {
    if (page_.session && facts.session != *page_.session) return false;
    if (!search_.may_match(facts)) return false;
    if (!search_.needs_words()) return true;
    check_time();
    Query row = database_.query("SELECT words FROM main.searched WHERE message = ?").bind(facts.id);
    return search_.matches(facts, row.next() ? row.octets(0) : std::string_view());
  }

  void check_time() {
    if (deadline_.is_over()) database_.fail(deadline_.words());
  }

  Database& database_;
  const Page& page_;
  const Search& search_;
  const Deadline& deadline_;
  IndexQuery index_;
  MessageId indexed_to_;
  std::size_t limit_;
  MessageId first_;
  MessageId last_;  ///< before `run` one too many
  bool asks_client_ = false;
  std::vector<MessageId> out_;
};

}  // namespace

void add_words(Database& database, MessageId id, const Message& message) {
  const std::string words = searched_words(message);
  database.query("INSERT INTO searched (message, words) VALUES (?, ?)").bind(id).bind(words).run();
}

void add_missing_words(Database& database) {
  Query row = database.query(
      "SELECT message.id, header_from, header_to, subject, envelope, octets FROM message "
      "JOIN detail ON detail.message = message.id JOIN raw ON raw.message = message.id");
  while (row.next()) {
    Message message;
    message.summary.from = row.text(1);
    message.summary.to = row.text(2);
    message.summary.subject = row.text(3);
    message.envelope = decode_envelope(row.octets(4)).value_or(smtp::Envelope());
    message.raw = row.octets(5).substr(0, kMaxSearched);
    add_words(database, row.number(0), message);
  }
}

std::vector<MessageId> find(Database& database, const Page& page, const Deadline& deadline) {
  return Finder(database, page, deadline).run();
}

}  // namespace envelint::inbox
