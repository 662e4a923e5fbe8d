#pragma once

#include <envelint/inbox/message.hpp>
#include <envelint/net/prefix.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What somebody looks for among the messages of a store: `dmarc:fail from:@example.com invoice`.
namespace envelint::inbox {

/// What a term asks about. The first ones ask for a text, in the order of the parts of `searched_words`.
enum class SearchField : std::uint8_t {
  from,
  to,
  subject,
  mail_from,
  rcpt_to,
  header,
  text,
  words,  ///< any of those above
  client,
  spf,
  dkim,
  dmarc,
  arc,
  disposition,
  tls,
  unread,
  attachment,
  larger,
  smaller,
  after,
  before,
  session,
  id,
};

/// One thing that is asked: `from:@example.com`, `-dmarc:pass`, `invoice`.
struct SearchTerm {
  SearchField field = SearchField::words;
  bool negated = false;
  std::string text;         ///< folded, or a word of a result, or a TLS version. Empty: the part has to be empty
  std::int64_t number = 0;  ///< an id, octets, milliseconds since 1970; of `tls` and `unread` 1 for yes
  net::Prefix client;
};

/// Where a query is wrong, and what to write instead.
struct SearchFault {
  std::size_t start = 0;  ///< in the query, in octets
  std::size_t end = 0;    ///< above `start`, and within the query
  std::string message;    ///< what is wrong, and what to write; shows what was written as it is
};

/// What is known of a message without its words. Views of what its owner has.
struct SearchFacts {
  MessageId id = 0;
  SessionId session = 0;
  std::int64_t received_ms = 0;
  std::uint64_t size = 0;
  net::Address client;
  std::string_view tls;
  std::string_view spf;
  std::string_view dkim;
  std::string_view dmarc;
  std::string_view arc;
  std::string_view disposition;
  std::uint64_t attachments = 0;
  bool unread = true;
};
[[nodiscard]] SearchFacts facts_of(const Message& message);

/// A query that was read. A value; may be used by several threads at once.
///
///     const auto search = Search::parse("dmarc:fail from:@example.com");
///     if (!search) return underline(search.error());
///     store.list({.search = &*search});
class Search {
 public:
  /// Octets of a query, and terms in it.
  static constexpr std::size_t kMaxQuery = 1000;
  static constexpr std::size_t kMaxTerms = 50;

  /// Finds everything.
  Search() = default;
  /// Reads a query; docs/inbox.md has the language. Linear in its length.
  [[nodiscard]] static std::expected<Search, SearchFault> parse(std::string_view query);

  /// Whether nothing is asked, so that everything is found.
  [[nodiscard]] bool empty() const noexcept { return clauses_.empty(); }

  /// Of a message that a store gave back the answer is the store's.
  [[nodiscard]] bool matches(const Message& message) const;

  /// The same in two steps, where the words cost something to get: first whether it may be found, whatever its words
  /// are, then whether it is.
  [[nodiscard]] bool may_match(const SearchFacts& facts) const noexcept;
  /// @param words  of `searched_words`
  [[nodiscard]] bool matches(const SearchFacts& facts, std::string_view words) const noexcept;
  /// Whether the second step is needed at all.
  [[nodiscard]] bool needs_words() const noexcept { return needs_words_; }

  /// Terms one of which has to be true.
  using Clause = std::vector<SearchTerm>;
  /// All have to be true.
  [[nodiscard]] std::span<const Clause> clauses() const noexcept { return clauses_; }

 private:
  std::vector<Clause> clauses_;
  bool needs_words_ = false;
};

/// Whether it asks for a text.
[[nodiscard]] constexpr bool asks_words(const SearchTerm& term) noexcept { return term.field <= SearchField::words; }

}  // namespace envelint::inbox
