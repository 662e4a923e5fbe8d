#include <envelint/inbox/disk_words.hpp>

#include <envelint/inbox/codec.hpp>
#include <envelint/inbox/searched_words.hpp>
#include <envelint/inbox/word_signature.hpp>

#include <algorithm>
#include <optional>

namespace envelint::inbox {
namespace {

/// Blocks that have numbers as the table of signatures has them; there is no store with more.
constexpr std::uint64_t kMaxBlocks = std::uint64_t{1} << 32;

/// The slices of one number stand together, in the order of their blocks.
std::uint64_t key_of(std::size_t slice, std::uint64_t block) { return slice * kMaxBlocks + block; }

std::optional<std::uint64_t> block_of_first_from(Database& database, std::uint64_t block) {
  Query row = database.query("SELECT id FROM message WHERE id >= ? ORDER BY id LIMIT 1").bind(block * kBlock);
  return row.next() ? std::optional(row.number(0) / kBlock) : std::nullopt;
}

void sign(Database& database, std::uint64_t block) {
  BlockSignature signature;
  {
    Query row = database.query("SELECT message, words FROM searched WHERE message BETWEEN ? AND ?")
                    .bind(block * kBlock)
                    .bind(block * kBlock + kBlock - 1);
    while (row.next()) signature.add(row.number(0) % kBlock, row.octets(1));
  }
  for (std::size_t slice = 0; slice < kSlices; ++slice) {
    database.query("INSERT OR REPLACE INTO signature (id, bits) VALUES (?, ?)")
        .bind(key_of(slice, block))
        .bind(signature.slice(slice))
        .run();
  }
}

/// SQLite's integers have a sign; no id is ever as large.
constexpr std::uint64_t kMostId = INT64_MAX;

// `main.`: a store that was old when it was opened, and has become new since, has views in front of its tables.

/// The facts of a message come from an index that has no others, so that going through all is quick.
constexpr std::string_view kFacts =
    "SELECT id, session, received_ms, size, client, tls, spf, dkim, dmarc, arc, disposition, attachments, unread "
    "FROM main.message INDEXED BY message_facts WHERE id BETWEEN ? AND ? ORDER BY id";

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

/// Goes through blocks in the order of a page. Of each the signature tells which messages are worth a look, then the
/// facts, and only then their words are read.
class Finder {
 public:
  Finder(Database& database, const Page& page, const Deadline& deadline)
      : database_(database),
        page_(page),
        search_(*page.search),
        deadline_(deadline),
        limit_(std::min(page.limit, kMaxPage)),
        first_(std::min(page.after.value_or(0), kMostId - 1) + 1),
        last_(std::min(page.before.value_or(kMostId), kMostId)) {
    for (const Search::Clause& clause : search_.clauses()) {
      add_probes(clause);
      asks_client_ |= std::ranges::find(clause, SearchField::client, &SearchTerm::field) != clause.end();
    }
  }

  std::vector<MessageId> run() {
    if (last_ == 0) return {};
    --last_;
    while (first_ <= last_ && out_.size() < limit_ && database_.good()) {
      const auto next = next_id();
      if (!next) break;
      const std::uint64_t begin = *next / kBlock * kBlock;
      look_into(begin, std::max(begin, first_), std::min(begin + kBlock - 1, last_));
      if (page_.newest_first)
        last_ = std::max<MessageId>(begin, 1) - 1;
      else
        first_ = begin + kBlock;
    }
    return std::move(out_);
  }

 private:
  /// The rows of each text of a clause, one of which a message has to have.
  using Probes = std::vector<std::vector<std::size_t>>;

  /// A clause with a term that no signature answers leaves all messages.
  void add_probes(const Search::Clause& clause) {
    Probes probes;
    for (const SearchTerm& term : clause) {
      auto rows = rows_of(term);
      if (rows.empty()) return;
      probes.push_back(std::move(rows));
    }
    probes_.push_back(std::move(probes));
  }

  std::optional<MessageId> next_id() {
    const std::string_view statement =
        page_.newest_first ? "SELECT id FROM main.message WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1"
                           : "SELECT id FROM main.message WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1";
    Query row = database_.query(statement).bind(first_).bind(last_);
    return row.next() ? std::optional(row.number(0)) : std::nullopt;
  }

  void look_into(MessageId begin, MessageId first, MessageId last) {
    const BlockMask mask = mask_of(begin / kBlock);
    if (!mask.any()) return check_time();
    const std::string statement = std::string(kFacts) + (page_.newest_first ? " DESC" : "");
    Query row = database_.query(statement).bind(first).bind(last);
    while (out_.size() < limit_ && row.next()) {
      const MessageId id = row.number(0);
      if (mask.has(id - begin) && is_wanted(facts_of(row, asks_client_))) out_.push_back(id);
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

  BlockMask mask_of(std::uint64_t block) {
    BlockMask out = BlockMask::all();
    if (block >= kMaxBlocks) return out;
    for (const Probes& probes : probes_) {
      BlockMask clause;
      for (const auto& rows : probes) clause |= mask_of(block, rows);
      out &= clause;
      if (!out.any()) break;
    }
    return out;
  }

  BlockMask mask_of(std::uint64_t block, const std::vector<std::size_t>& rows) {
    BlockMask out = BlockMask::all();
    for (const std::size_t row : rows) {
      Query slice = database_.query("SELECT bits FROM signature WHERE id = ?").bind(key_of(row / kSliceRows, block));
      // The last block has none yet, and one that is damaged tells nothing.
      if (!slice.next() || slice.octets(0).size() != kSliceRows * kRowOctets) return BlockMask::all();
      out &= BlockMask::of_row(slice.octets(0).substr(row % kSliceRows * kRowOctets));
      if (!out.any()) break;
    }
    return out;
  }

  void check_time() {
    if (deadline_.is_over()) database_.fail(deadline_.words());
  }

  Database& database_;
  const Page& page_;
  const Search& search_;
  const Deadline& deadline_;
  std::size_t limit_;
  MessageId first_;
  MessageId last_;  ///< before `run` one too many
  std::vector<Probes> probes_;
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
  sign_blocks(database);
}

void sign_blocks(Database& database) {
  std::uint64_t next = database.number("SELECT next_block FROM totals");
  const std::uint64_t last = database.number("SELECT max(id) FROM message") / kBlock;
  const std::uint64_t before = next;
  // Blocks in which nothing is left are passed over.
  for (auto block = block_of_first_from(database, next); block && *block < std::min(last, kMaxBlocks);
       block = block_of_first_from(database, next)) {
    sign(database, *block);
    next = *block + 1;
  }
  if (next != before) database.query("UPDATE totals SET next_block = ?").bind(next).run();
}

void drop_signatures(Database& database) {
  const std::uint64_t signed_first = database.number("SELECT min(id) FROM signature");
  const std::uint64_t signed_last = database.number("SELECT max(id) FROM signature");
  if (signed_last == 0) return;
  const std::uint64_t kept = block_of_first_from(database, 0).value_or(kMaxBlocks);
  if (signed_first % kMaxBlocks >= kept) return;
  for (std::size_t slice = 0; slice < kSlices; ++slice) {
    database.query("DELETE FROM signature WHERE id >= ? AND id < ?")
        .bind(key_of(slice, 0))
        .bind(key_of(slice, std::min(kept, kMaxBlocks)))
        .run();
  }
}

std::vector<MessageId> find(Database& database, const Page& page, const Deadline& deadline) {
  return Finder(database, page, deadline).run();
}

}  // namespace envelint::inbox
