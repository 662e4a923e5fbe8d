#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace envelint::render {

/// How a page is laid out for a person.
struct MarkdownOptions {
  bool colour = false;
  std::size_t width = 80;  ///< columns; fewer than 40 count as 40
};

/// Lays out the Markdown of the pages of `records/` for a terminal: headings, paragraphs and lists (nested by
/// indentation) are wrapped, fenced text is kept line by line and indented, links show their address, and the marks of
/// emphasis are dropped. What is none of these is a paragraph. Ends in a line feed unless the page is empty.
[[nodiscard]] std::string markdown(std::string_view page, const MarkdownOptions& options = {});

}  // namespace envelint::render
