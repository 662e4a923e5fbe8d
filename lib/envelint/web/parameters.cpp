#include <envelint/web/parameters.hpp>

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <utility>

namespace envelint::web {

void Parameters::fail(std::string fault) {
  if (!fault_) fault_ = std::move(fault);
}

std::optional<std::uint64_t> Parameters::number(std::string_view name, std::uint64_t most) {
  const auto text = request_.parameter(name);
  if (!text) return std::nullopt;
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
  if (error == std::errc{} && end == text->data() + text->size() && out <= most) return out;
  fail(fmt::format("`{}` is no number from 0 to {}.", name, most));
  return std::nullopt;
}

bool Parameters::flag(std::string_view name) {
  const auto text = request_.parameter(name);
  if (!text || *text == "false") return false;
  if (*text != "true") fail(fmt::format("`{}` is neither true nor false.", name));
  return *text == "true";
}

inbox::Page Parameters::page() {
  constexpr std::uint64_t kAny = std::numeric_limits<std::int64_t>::max();
  inbox::Page out;
  out.before = number("before", kAny);
  out.after = number("after", kAny);
  out.session = number("session", kAny);
  // One more is asked for, to see whether there are more.
  out.limit = number("limit", inbox::kMaxPage - 1).value_or(50);
  const std::string order = request_.parameter("order").value_or("newest");
  if (order != "newest" && order != "oldest") fail("`order` is neither newest nor oldest.");
  out.newest_first = order == "newest";
  return out;
}

}  // namespace envelint::web
