#include <envelint/inbox/word_index.hpp>

#include <envelint/inbox/searched_words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace envelint::inbox {
namespace {

/// The parts that are indexed a second time: From, To, Subject, MAIL FROM and RCPT TO.
constexpr std::size_t kShortParts = static_cast<std::size_t>(SearchField::header);
/// Threes of letters that are asked for of one text: more of them are true of hardly fewer messages.
constexpr std::size_t kMaxThrees = 12;
/// Octets of a question, and one clause more.
constexpr std::size_t kMaxQuestion = 4000;

std::string_view short_parts_of(std::string_view words) {
  const char* const end = parts_of(words)[kShortParts].data();
  return words.substr(0, static_cast<std::size_t>(end - words.data()));
}

bool is_of_short_part(const SearchTerm& term) { return static_cast<std::size_t>(term.field) < kShortParts; }

/// Where each letter of a text begins, and where the last one ends. FTS5 counts in code points.
std::vector<std::size_t> letters_of(std::string_view text) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool goes_on = (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
    if (!goes_on) out.push_back(i);
  }
  out.push_back(text.size());
  return out;
}

/// As a string of FTS5.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out.push_back(c);
    out.push_back(c);
  }
  return out + '"';
}

void join(std::string& out, std::string_view joint, std::string_view more) {
  if (!out.empty()) out += joint;
  out += more;
}

/// Empty if one of its terms is true of messages that no index tells.
std::string query_of(const Search::Clause& clause) {
  std::string out;
  for (const SearchTerm& term : clause) {
    const std::string query = index_query(term);
    if (query.empty()) return {};
    join(out, " OR ", query);
  }
  return fmt::format("({})", out);
}

/// FTS5 keeps no text, and so has to be given it again.
void take_out(Database& database, MessageId id, std::string_view words) {
  database.query("INSERT INTO word_index (word_index, rowid, words) VALUES ('delete', ?, CAST(? AS TEXT))")
      .bind(id)
      .bind(words)
      .run();
  database.query("INSERT INTO short_index (short_index, rowid, words) VALUES ('delete', ?, CAST(? AS TEXT))")
      .bind(id)
      .bind(short_parts_of(words))
      .run();
}

/// Does something with messages, as long as it is not tired.
class Tidier {
 public:
  explicit Tidier(Database& database) : database_(database) {}

  /// @param rows  ids and words
  /// @return the last id, 0 if there was none
  MessageId give(std::string_view rows, void (*take)(Database&, MessageId, std::string_view)) {
    MessageId last = 0;
    for (Query row = database_.query(rows); !is_tired() && row.next();) {
      last = row.number(0);
      take(database_, last, row.octets(1));
      ++messages_;
      octets_ += row.octets(1).size();
    }
    return last;
  }

  [[nodiscard]] bool is_tired() const { return messages_ >= kTidied || octets_ >= kTidiedOctets; }

 private:
  Database& database_;
  std::size_t messages_ = 0;
  std::size_t octets_ = 0;
};

/// Whether so many messages are without an index that it is worth while. Where some were removed, it may be fewer.
bool is_untidy(Database& database) {
  constexpr std::string_view kBehind =
      "SELECT max(0, ifnull((SELECT max(message) FROM searched), 0) - indexed_to) FROM totals";
  return database.number(kBehind) > kLeftUntidy;
}

}  // namespace

void index_words(Database& database, MessageId id, std::string_view words) {
  database.query("INSERT INTO word_index (rowid, words) VALUES (?, CAST(? AS TEXT))").bind(id).bind(words).run();
  database.query("INSERT INTO short_index (rowid, words) VALUES (?, CAST(? AS TEXT))")
      .bind(id)
      .bind(short_parts_of(words))
      .run();
}

bool tidy_words(Database& database) {
  Tidier tidier(database);
  const MessageId gone = tidier.give("SELECT message, words FROM gone ORDER BY message", take_out);
  if (gone != 0) database.query("DELETE FROM gone WHERE message <= ?").bind(gone).run();
  if (!is_untidy(database)) return tidier.is_tired();
  const MessageId last = tidier.give(
      "SELECT message, words FROM searched WHERE message > (SELECT indexed_to FROM totals) ORDER BY message",
      index_words);
  if (last != 0) database.query("UPDATE totals SET indexed_to = ?").bind(last).run();
  return tidier.is_tired();
}

void clear_words(Database& database) {
  database.run("INSERT INTO word_index (word_index) VALUES ('delete-all'); DELETE FROM gone");
  database.run("INSERT INTO short_index (short_index) VALUES ('delete-all')");
}

std::string index_query(const SearchTerm& term) {
  if (!asks_words(term) || term.negated) return {};
  const std::vector<std::size_t> letters = letters_of(term.text);
  std::string out;
  if (letters.size() < 4) return out;
  const std::size_t threes = letters.size() - 3;
  const std::size_t asked = std::min(threes, kMaxThrees);
  for (std::size_t i = 0; i < asked; ++i) {
    // Of a long text so many, evenly, from its first to its last.
    const std::size_t three = asked == 1 ? 0 : i * (threes - 1) / (asked - 1);
    const std::size_t begin = letters[three];
    join(out, " AND ", quoted(std::string_view(term.text).substr(begin, letters[three + 3] - begin)));
  }
  return fmt::format("({})", out);
}

IndexQuery index_query(const Search& search) {
  IndexQuery out;
  for (const Search::Clause& clause : search.clauses()) {
    std::string& query = std::ranges::all_of(clause, is_of_short_part) ? out.of_short_parts : out.of_all_parts;
    const std::string more = query_of(clause);
    if (!more.empty() && query.size() + more.size() < kMaxQuestion) join(query, " AND ", more);
  }
  return out;
}

}  // namespace envelint::inbox
