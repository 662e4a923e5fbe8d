#include "inbox_query.hpp"

#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace cli {

using namespace envelint;

std::expected<inbox::Search, std::string> read_query(const std::string& query) {
  auto search = inbox::Search::parse(query);
  if (search) return *std::move(search);
  const inbox::SearchFault& fault = search.error();
  const std::string_view written = query;
  // What is shown may be wider than what was written, and a place may lie within a character.
  const std::size_t before = render::columns(text::visible(written.substr(0, fault.start)));
  const std::size_t marked = render::columns(text::visible(written.substr(fault.start, fault.end - fault.start)));
  return std::unexpected(fmt::format("{}\n  {}\n  {}{}", text::visible(fault.message), text::visible(query),
                                     std::string(before, ' '), std::string(std::max<std::size_t>(marked, 1), '^')));
}

}  // namespace cli
