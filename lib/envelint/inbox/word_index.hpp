#pragma once

#include <envelint/inbox/search.hpp>
#include <envelint/inbox/sqlite.hpp>

#include <cstddef>
#include <string>
#include <string_view>

/// An index by FTS5 that tells which messages may have a text (sqlite.org/fts5.html).
///
/// It has the words of messages (`searched_words`) three letters at a time, so that a part of a word is found as quickly
/// as a word. Where they stand it does not know (`detail=none`): with that it would be three times as large, and take
/// half as long again. What it names has to be looked into; what it does not name cannot have the text. The short
/// parts, those that have a field of their own, stand in a second index as well: what is in all texts is seldom in all
/// subjects. Since to be indexed takes a message longer than all else, it is done later, in pieces (`tidy_words`).
namespace envelint::inbox {

/// The tables: the two indexes, and which messages they still have though they are gone. FTS5 keeps no texts, and with
/// small letters only none have to be made small.
inline constexpr const char* kWordTables = R"(
CREATE VIRTUAL TABLE word_index USING fts5 (
  words, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE VIRTUAL TABLE short_index USING fts5 (
  words, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE TABLE gone (
  message INTEGER PRIMARY KEY,
  words BLOB NOT NULL
) STRICT;
)";

/// Messages that `tidy_words` takes at once, and octets of their words after which it takes no more.
inline constexpr std::size_t kTidied = 32;
inline constexpr std::size_t kTidiedOctets = std::size_t{64} << 10;
/// Messages that are left without an index, for to look into so few takes no time.
inline constexpr std::size_t kLeftUntidy = 256;

/// Takes the words of a message into the indexes. Within a transaction.
void index_words(Database& database, MessageId id, std::string_view words);
/// Takes some messages that are gone out of the indexes, then some new ones in. Within a transaction.
/// @return whether there may be more to do
[[nodiscard]] bool tidy_words(Database& database);
/// Takes all out of the indexes. Within a transaction.
void clear_words(Database& database);

/// What to ask the indexes, each where it is not empty, for all messages that a search may find.
struct IndexQuery {
  std::string of_short_parts;
  std::string of_all_parts;

  [[nodiscard]] bool empty() const noexcept { return of_short_parts.empty() && of_all_parts.empty(); }
};
/// Bounded, however long the search is: what is left out only costs time.
[[nodiscard]] IndexQuery index_query(const Search& search);

/// What a term asks of an index. Empty where it cannot be told: the term asks for no text, is negated or has fewer than
/// three letters.
[[nodiscard]] std::string index_query(const SearchTerm& term);

}  // namespace envelint::inbox
