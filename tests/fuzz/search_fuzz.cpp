#include "fuzz.hpp"

#include <envelint/inbox/search.hpp>
#include <envelint/inbox/searched_words.hpp>
#include <envelint/inbox/word_index.hpp>

#include <algorithm>
#include <string>

using namespace envelint::inbox;

namespace {

void check_fault(const SearchFault& fault, std::size_t size) {
  fuzz_require(fault.start < fault.end && fault.end <= size, "a fault has a place in the query");
  fuzz_require(!fault.message.empty() && fault.message.size() < 500, "a fault says what is wrong, in a few words");
}

std::size_t count_terms(const Search& search) {
  std::size_t out = 0;
  for (const Search::Clause& clause : search.clauses()) {
    fuzz_require(!clause.empty(), "a clause has terms");
    out += clause.size();
  }
  return out;
}

/// A database with nothing but the indexes.
Database& indexes() {
  static Database out = *Database::open(":memory:", SQLITE_OPEN_READWRITE);
  static const bool made = [] { return out.run(kWordTables), true; }();
  fuzz_require(made && out.good(), "the indexes are made");
  return out;
}

bool is_named(Database& database, std::string_view statement, std::string_view query) {
  if (query.empty()) return true;
  const bool out = database.query(statement).bind(query).next();
  fuzz_require(database.good(), "FTS5 understands what it is asked");
  return out;
}

void check_index(const Search& search, const SearchFacts& facts, const std::string& words) {
  Database& database = indexes();
  const Transaction taken_back(database);
  index_words(database, 1, words);
  const IndexQuery query = index_query(search);
  const bool named =
      is_named(database, "SELECT 1 FROM short_index WHERE short_index MATCH CAST(? AS TEXT)", query.of_short_parts) &&
      is_named(database, "SELECT 1 FROM word_index WHERE word_index MATCH CAST(? AS TEXT)", query.of_all_parts);
  fuzz_require(named || !search.matches(facts, words), "what a search finds is named by the indexes");
}

void check_words(const Message& message, const std::string& words) {
  fuzz_require(words.size() <= kMaxSearched, "so much is searched and no more");
  Message again = message;
  give_words(again, words);
  fuzz_require(searched_words(again) == words, "what a store gives back is found as before");
  fuzz_require(folded(folded(message.search_text)) == folded(message.search_text), "what is folded stays as it is");
}

}  // namespace

// The first line is a query; the others are the raw text of a message, or behind a NUL its decoded text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz_text(data, size);
  const std::string_view query = input.substr(0, input.find('\n'));
  const std::string_view rest = input.substr(std::min(query.size() + 1, input.size()));
  const auto search = Search::parse(query);
  if (!search) {
    check_fault(search.error(), query.size());
    return 0;
  }
  fuzz_require(query.size() <= Search::kMaxQuery, "a query is bounded");
  fuzz_require(count_terms(*search) <= Search::kMaxTerms, "so are its terms");
  Message message;
  message.raw = rest.substr(0, rest.find('\0'));
  message.search_text = rest.substr(std::min(message.raw.size() + 1, rest.size()));
  message.summary.from = message.summary.subject = message.envelope.from.path.written = message.raw;
  message.envelope.to.resize(2);
  message.envelope.to.front().path.written = message.search_text;
  const SearchFacts facts = facts_of(message);
  const std::string words = searched_words(message);
  check_words(message, words);
  const bool found = search->matches(message);
  fuzz_require(found == (search->may_match(facts) && search->matches(facts, words)), "in one step or two");
  check_index(*search, facts, words);
  return 0;
}
