#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/render/paint.hpp>
#include <envelint/render/secrets.hpp>
#include <envelint/render/snippet.hpp>
#include <envelint/render/terminal.hpp>
#include <envelint/render/wrap.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::render {

/// Lays out findings of one domain, one block each. Refers to everything it is given.
class Blocks {
 public:
  Blocks(const audit::Report& report, const audit::DomainReport& domain, const TerminalOptions& options,
         std::string& out);

  /// Appends the block of a finding: message, place, text with carets, note and help.
  void add(const finding::Finding& finding);

 private:
  struct Location;

  [[nodiscard]] Location locate(const finding::Finding& finding) const;
  void add_message(const finding::Finding& finding);
  void add_location(const Location& location);
  void add_value(const finding::Finding& finding);
  void add_file_lines(const finding::Finding& finding, const Location& location);
  void add_file_line(const finding::Finding& finding, std::uint32_t line, bool last);
  void add_note(const finding::Finding& finding);
  void add_help(const finding::Finding& finding);
  void add_corrected(const finding::Finding& finding);

  void add_rows(const Excerpt& excerpt, std::string_view line_number);
  void add_gutter(std::string_view line_number, bool blank_follows);
  void add_remark(std::string_view kind, std::string_view text, LongWord long_word);
  [[nodiscard]] std::vector<Mark> marks_of(const finding::Finding& finding) const;

  const audit::Report& report_;
  const audit::DomainReport& domain_;
  const TerminalOptions& options_;
  std::string& out_;
  Secrets secrets_;
  Painter paint_;
  std::size_t width_;
  std::size_t gutter_ = 2;  // columns for line numbers in the block at hand
};

}  // namespace envelint::render
