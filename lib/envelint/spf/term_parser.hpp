#pragma once

#include <envelint/spf/record.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace envelint::spf {

/// Reads one word of a record as a term (RFC 7208 §12). Used by `parse` alone: it appends the term, its macro pieces
/// and its faults to the record.
class TermParser {
 public:
  explicit TermParser(Record& record) : record_(record) {}

  /// @param word  the word's place in the record's text; not empty, no white space in it.
  void parse(Span word);

  /// Reads the whole text of the record as the explanation that `exp=` leads to (§6.2): one term, whose value it is.
  void parse_explanation();

 private:
  void parse_modifier(std::size_t equals);
  void parse_mechanism();
  void parse_all();
  void parse_address(net::Family family);
  void parse_domain_mechanism();
  void parse_dual_cidr();
  void parse_domain_spec(bool for_exp);
  void parse_macro_string(bool for_exp);
  std::size_t parse_macro(std::size_t at, bool for_exp);
  std::size_t parse_expand(std::size_t at, bool for_exp);
  std::optional<std::uint8_t> parse_prefix_length(Span digits, int bits);

  [[nodiscard]] std::string_view at(Span span) const noexcept { return record_.at(span); }
  void fault(FaultKind kind, Span span);

  Record& record_;
  Term term_;
};

}  // namespace envelint::spf
