#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// The pages of `records/`: one a finding, at once documentation, test and data. `CONTRIBUTING.md` shows the format.
/// The generator that makes the catalogue, the tests that run the examples and `envelint explain` all read a page here.
namespace envelint::finding {

/// A zone shown on a page, under `## Bad` or `## Good`.
struct Example {
  bool bad = false;
  std::string zone;        ///< the text between the fences, expectation comments and all
  std::uint32_t line = 0;  ///< the page's line of the zone's first line, from 1
};

/// A page as it is written. Every text is copied; nothing points into the file.
struct Page {
  std::string code;       ///< e.g. "SPF090"
  std::string name;       ///< e.g. "too-many-lookups", unique in the catalogue
  std::string severity;   ///< info, notice, warning or error
  std::string needs;      ///< what a rule has to see: record, zone, dns, https, smtp, key, message, history
  std::string fix;        ///< none, suggested or safe
  std::string reference;  ///< e.g. "RFC 7208 §4.6.4"
  std::string summary;    ///< one sentence without a full stop
  std::string body;       ///< everything below the header
  std::vector<Example> examples;
};

/// What is wrong with a page, and in which line (from 1).
struct PageFault {
  std::uint32_t line;
  std::string message;
};

/// Reads a page. Stops at the first fault: a page is ours, and must be right.
/// Any bytes are taken; never throws but for memory, and is linear in the length of `text`.
[[nodiscard]] std::expected<Page, PageFault> read_page(std::string_view text);

}  // namespace envelint::finding
