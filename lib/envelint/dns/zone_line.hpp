#pragma once

#include <envelint/dns/zone_file.hpp>
#include <envelint/dns/zone_tokens.hpp>
#include <envelint/text/tag_list.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// One line of a zone file as far as it can be understood without those before it.
namespace envelint::dns {

/// Words with the places they have in the file. For a generated entry the words lie in a text that is in no file, and
/// their places are those of the directive's words.
struct ZoneLine {
  std::string_view content;
  const ZoneEntry* entry;
  std::uint32_t file;
  const ZoneEntry* directive = nullptr;  // the `$GENERATE` entry
  std::size_t shift = 0;                 // the directive's word that became word 0

  [[nodiscard]] Span place(std::size_t word) const {
    const ZoneEntry& from = directive == nullptr ? *entry : *directive;
    const std::size_t index = word + shift;
    return index < from.words.size() ? from.words[index].span : from.span;
  }
  [[nodiscard]] Span place() const { return directive == nullptr ? entry->span : directive->span; }
  [[nodiscard]] std::string_view text(std::size_t word) const { return text::slice(content, entry->words[word].text); }
  [[nodiscard]] std::size_t size() const { return entry->words.size(); }
};

/// The words before the data of a record, by index.
struct ZoneLineHeader {
  std::optional<std::size_t> owner;
  std::optional<std::size_t> ttl;
  std::optional<std::size_t> record_class;
  std::size_t type = 0;
};

/// Reads TTL and class, in either order, from a word on; behind them stands the type.
[[nodiscard]] ZoneLineHeader scan_header(const ZoneLine& line, std::size_t next);

/// Whether a word is the name of a record type.
[[nodiscard]] bool is_type(const ZoneLine& line, std::size_t word);

/// A comment that was meant as text and cuts it: a semicolon outside quotes begins one (RFC 1035 §5.1). It was meant as
/// text if it touches the text, or if a tag list is what it cuts.
[[nodiscard]] std::optional<Span> find_cut(const ZoneLine& line, std::span<const ZoneWord> words);

/// What a fault of the tokenizer is called, and what to type instead.
struct TokenFaultWords {
  ZoneFault::Kind kind;
  std::string_view message;
  std::string_view help;
};
[[nodiscard]] TokenFaultWords describe(TokenFault::Kind kind);

}  // namespace envelint::dns
