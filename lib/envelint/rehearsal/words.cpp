#include <envelint/rehearsal/words.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace envelint::rehearsal {
namespace {

/// How many of a list are named before the rest is counted.
constexpr std::size_t kMostNamed = 3;

}  // namespace

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string list_of(const std::vector<std::string>& items) {
  std::string out;
  const std::size_t named = items.size() > kMostNamed + 1 ? kMostNamed : items.size();
  for (std::size_t i = 0; i < named; ++i) {
    const bool last = i + 1 == items.size();
    if (i > 0) out += last ? " and " : ", ";
    out += items[i];
  }
  if (named < items.size()) out += fmt::format(" and {} more", items.size() - named);
  return out;
}

const Delivery* row_of(const Rehearsal& rehearsal, Scene scene) {
  const auto it = std::ranges::find(rehearsal.rows, scene, &Delivery::scene);
  return it == rehearsal.rows.end() ? nullptr : &*it;
}

std::string addresses_of(const Rehearsal& rehearsal, const std::vector<std::size_t>& rows) {
  std::vector<std::string> out;
  for (const std::size_t row : rows) out.push_back(rehearsal.rows[row].sender.address.to_string());
  return list_of(out);
}

}  // namespace envelint::rehearsal
