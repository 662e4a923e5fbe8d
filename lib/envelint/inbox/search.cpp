#include <envelint/inbox/search.hpp>

#include <envelint/inbox/searched_words.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::inbox {
namespace {

/// From the most frequent in mail to the rarest; what is not named is rarer still.
constexpr std::string_view kFrequent = " etaoinsrhldcumfpgwybv.-kx0123456789@:/<>=jqz";

constexpr auto kRarity = [] {
  std::array<std::uint8_t, 256> out{};
  out.fill(kFrequent.size());
  for (std::size_t i = 0; i < kFrequent.size(); ++i) {
    out[static_cast<std::uint8_t>(kFrequent[i])] = static_cast<std::uint8_t>(i);
  }
  return out;
}();

std::size_t place_of_rarest(std::string_view text) noexcept {
  const auto rarity = [](char c) { return kRarity[static_cast<std::uint8_t>(c)]; };
  return static_cast<std::size_t>(std::ranges::max_element(text, {}, rarity) - text.begin());
}

/// Whether `text`, which is not empty, stands in `part`. Jumps from one of its rarest octets to the next, several times
/// as quick as from one of its first.
bool contains(std::string_view part, std::string_view text) noexcept {
  if (part.size() < text.size()) return false;
  const std::size_t place = place_of_rarest(text);
  const std::size_t behind = text.size() - place - 1;
  std::size_t at = part.find(text[place], place);
  while (at != std::string_view::npos && at + behind < part.size()) {
    if (part.substr(at - place, text.size()) == text) return true;
    at = part.find(text[place], at + 1);
  }
  return false;
}

bool has(std::string_view part, const std::string& text) noexcept {
  return text.empty() ? part.empty() : contains(part, text);
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
