#include <envelint/dns/zone_line.hpp>

#include <envelint/dns/ldns_text.hpp>
#include <envelint/dns/zone_words.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::dns {
namespace {

using Kind = ZoneFault::Kind;

bool begins_tag(std::string_view comment) {
  comment = text::trim(comment.substr(1));
  const auto name = static_cast<std::size_t>(std::ranges::find_if_not(comment, text::is_alnum) - comment.begin());
  return name > 0 && text::trim(comment.substr(name)).starts_with('=');
}

}  // namespace

ZoneLineHeader scan_header(const ZoneLine& line, std::size_t next) {
  ZoneLineHeader header;
  for (; next < line.size() && !line.entry->words[next].quoted; ++next) {
    if (!header.ttl && parse_ttl(line.text(next))) {
      header.ttl = next;
    } else if (!header.record_class && is_class(line.text(next))) {
      header.record_class = next;
    } else {
      break;
    }
  }
  header.type = next;
  return header;
}

bool is_type(const ZoneLine& line, std::size_t word) {
  return !line.entry->words[word].quoted && parse_any_type(line.text(word)).has_value();
}

std::optional<Span> find_cut(const ZoneLine& line, std::span<const ZoneWord> words) {
  const bool tags = !words[0].quoted && text::istarts_with(text::slice(line.content, words[0].text), "v=");
  for (const ZoneComment& comment : line.entry->comments) {
    if (comment.span.start < words[0].span.end || comment.whole_line) continue;
    if (comment.touches_word || (tags && begins_tag(text::slice(line.content, comment.span)))) return comment.span;
  }
  return std::nullopt;
}

TokenFaultWords describe(TokenFault::Kind kind) {
  switch (kind) {
    case TokenFault::Kind::open_quote:
      return {Kind::quote, "the quote is not closed on this line", "write `\"` where the text ends"};
    case TokenFault::Kind::open_parenthesis:
      return {Kind::parenthesis, "the parenthesis is never closed", "write `)` where the record ends"};
    case TokenFault::Kind::stray_parenthesis:
      return {Kind::parenthesis, "the parenthesis closes nothing", "remove it, or write `(` where the record begins"};
    case TokenFault::Kind::bad_escape:
      return {Kind::characters, "the backslash is not followed by a character or by three digits up to 255",
              "write `\\\\` for a backslash"};
    case TokenFault::Kind::control_byte:
      return {Kind::characters, "a control character stands in the line", "remove it, or write it as `\\DDD`"};
    case TokenFault::Kind::long_word: return {Kind::unreadable, "the word is longer than any record can hold", {}};
    default: return {Kind::unreadable, "the line has more words than any record can hold", {}};
  }
}

}  // namespace envelint::dns
