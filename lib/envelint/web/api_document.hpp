#pragma once

#include <envelint/inbox/store.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/web/exchange.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

/// What the answers of the API have in common.
namespace envelint::web {

inline constexpr std::string_view kSchema = "envelint/api/1";
inline constexpr std::string_view kNoMessage = "There is no such message; it may have been removed.";

/// An object with `schema`, and with what `add` adds to it.
template <class Add>
[[nodiscard]] Reply document(Add add) {
  Reply reply;
  render::JsonWriter json(reply.body, false);
  json.open_object();
  json.member("schema", kSchema);
  add(json);
  json.close_object();
  return reply;
}

/// `messages`, as a list has them.
void add_entries(render::JsonWriter& json, const std::vector<inbox::Entry>& entries);
/// `totals`.
void add_totals(render::JsonWriter& json, const inbox::Totals& totals);

/// The store is in trouble: 500, with what it says.
[[nodiscard]] inline Reply store_fault(std::string_view why) { return error_reply(500, why); }

/// A page with one item more, to see whether there are more.
[[nodiscard]] inline inbox::Page one_more(inbox::Page page) {
  ++page.limit;
  return page;
}

/// @return whether there were more
template <class T>
[[nodiscard]] bool cut_to(std::vector<T>& items, std::size_t limit) {
  if (items.size() <= limit) return false;
  items.resize(limit);
  return true;
}

}  // namespace envelint::web
