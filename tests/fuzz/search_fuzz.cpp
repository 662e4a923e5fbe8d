#include "fuzz.hpp"

#include <envelint/inbox/search.hpp>
#include <envelint/inbox/searched_words.hpp>
#include <envelint/inbox/word_signature.hpp>

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

/// Whether the signature of a block leaves the message that a term finds.
bool is_left(const BlockSignature& signature, std::size_t place, const SearchTerm& term) {
  return std::ranges::all_of(rows_of(term), [&](std::size_t row) {
    const std::string_view slice = signature.slice(row / kSliceRows);
    return BlockMask::of_row(slice.substr(row % kSliceRows * kRowOctets)).has(place);
  });
}

/// The query without its other terms, so that each is matched by itself.
void check_signature(const Search& search, const SearchFacts& facts, const std::string& words) {
  constexpr std::size_t kPlace = 300;
  if (!search.needs_words() || !search.matches(facts, words)) return;
  BlockSignature signature;
  signature.add(kPlace, words);
  for (const Search::Clause& clause : search.clauses()) {
    const bool left = std::ranges::any_of(clause, [&](const SearchTerm& term) {
      return rows_of(term).empty() || is_left(signature, kPlace, term);
    });
    fuzz_require(left, "what a search finds is left by the signature");
  }
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
  check_signature(*search, facts, words);
  return 0;
}
