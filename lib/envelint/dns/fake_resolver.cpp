#include <envelint/dns/fake_resolver.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace envelint::dns {
namespace {

/// Takes from every line the blanks that the first line with text begins with.
std::string outdented(std::string_view text) {
  std::string out;
  std::size_t indent = 0;
  bool known = false;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, size);
    text.remove_prefix(size);
    const auto blanks = static_cast<std::size_t>(std::ranges::find_if_not(line, text::is_wsp) - line.begin());
    if (!known && !text::trim(line).empty()) {
      indent = blanks;
      known = true;
    }
    out += line.substr(std::min(indent, blanks));
  }
  return out;
}

Zone read(std::string_view text) {
  Zone zone = read_zone({"(test)", outdented(text), {}});
  for (const ZoneFault& fault : zone.faults) {
    if (fault.kind == ZoneFault::Kind::long_string) continue;
    const auto line = zone.files[fault.file]->position(fault.span.start).line;
    throw std::invalid_argument("line " + std::to_string(line) + ": " + fault.message);
  }
  return zone;
}

}  // namespace

FakeResolver::FakeResolver(std::string_view zone) : resolver_(read(zone)) {}

task::Task<Answer> FakeResolver::query(Query query) {
  queries_.push_back(query);
  co_return resolver_.answer(query);
}

}  // namespace envelint::dns
