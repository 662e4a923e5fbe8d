#include <envelint/inbox/search.hpp>

#include <envelint/inbox/searched_words.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <utility>

namespace envelint::inbox {
namespace {

bool has(std::string_view part, const std::string& text) noexcept {
  return text.empty() ? part.empty() : part.find(text) != std::string_view::npos;
}

bool words_match(const SearchTerm& term, std::string_view words) noexcept {
  // A text has no LF, so it is found within a part only.
  if (term.field == SearchField::words) return has(words, term.text);
  return has(parts_of(words)[static_cast<std::size_t>(term.field)], term.text);
}

bool tls_matches(const SearchTerm& term, std::string_view tls) noexcept {
  return term.text.empty() ? tls.empty() == (term.number == 0) : text::iequals(tls, term.text);
}

bool fact_matches(const SearchTerm& term, const SearchFacts& facts) noexcept {
  using enum SearchField;
  switch (term.field) {
    case client: return term.client.contains(facts.client);
    case spf: return facts.spf == term.text;
    case dkim: return facts.dkim == term.text;
    case dmarc: return facts.dmarc == term.text;
    case arc: return facts.arc == term.text;
    case disposition: return facts.disposition == term.text;
    case tls: return tls_matches(term, facts.tls);
    case unread: return facts.unread == (term.number != 0);
    case attachment: return facts.attachments > 0;
    case larger: return std::cmp_greater(facts.size, term.number);
    case smaller: return std::cmp_less(facts.size, term.number);
    case after: return facts.received_ms >= term.number;
    case before: return facts.received_ms < term.number;
    case session: return std::cmp_equal(facts.session, term.number);
    case id: return std::cmp_equal(facts.id, term.number);
    default: return false;
  }
}

}  // namespace

SearchFacts facts_of(const Message& message) {
  const Summary& summary = message.summary;
  return {.id = message.id,
          .session = message.session,
          .received_ms = message.received_ms,
          .size = message.raw.size(),
          .client = message.envelope.client.address,
          .tls = message.envelope.tls ? std::string_view(message.envelope.tls->version) : std::string_view(),
          .spf = summary.spf,
          .dkim = summary.dkim,
          .dmarc = summary.dmarc,
          .arc = summary.arc,
          .disposition = summary.disposition,
          .attachments = message.attachments,
          .unread = message.unread};
}

bool Search::matches(const Message& message) const {
  const SearchFacts facts = facts_of(message);
  if (!may_match(facts)) return false;
  return !needs_words_ || matches(facts, searched_words(message));
}

bool Search::may_match(const SearchFacts& facts) const noexcept {
  return std::ranges::all_of(clauses_, [&](const Clause& clause) {
    return std::ranges::any_of(clause, [&](const SearchTerm& term) {
      return asks_words(term) || fact_matches(term, facts) != term.negated;
    });
  });
}

bool Search::matches(const SearchFacts& facts, std::string_view words) const noexcept {
  return std::ranges::all_of(clauses_, [&](const Clause& clause) {
    return std::ranges::any_of(clause, [&](const SearchTerm& term) {
      const bool found = asks_words(term) ? words_match(term, words) : fact_matches(term, facts);
      return found != term.negated;
    });
  });
}

}  // namespace envelint::inbox
