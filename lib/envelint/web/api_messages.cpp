#include <envelint/web/api_messages.hpp>

#include <envelint/web/api_document.hpp>
#include <envelint/web/json_bounds.hpp>
#include <envelint/web/message_json.hpp>
#include <envelint/web/parameters.hpp>
#include <envelint/web/query.hpp>

#include <nlohmann/json.hpp>

#include <expected>
#include <optional>
#include <string>

namespace envelint::web {
namespace {

/// `{"unread":false}`
std::expected<bool, Reply> unread_of(const Request& request) {
  const auto body = nlohmann::json::parse(has_few_values(request.body) ? request.body : "", nullptr, false);
  if (body.is_object() && body.contains("unread") && body["unread"].is_boolean()) return body["unread"].get<bool>();
  return std::unexpected(error_reply(400, R"(The body is to be {"unread":true} or {"unread":false}.)"));
}

/// What has become of messages.
struct Change {
  std::optional<inbox::MessageId> id;  ///< of one; nothing: of all, or of many
  std::optional<bool> unread;
  bool removed = false;
  bool cleared = false;
};

/// Tells all pages, and the one that wanted it.
Reply changed(Api& api, const Change& change, std::uint64_t count) {
  const auto totals = api.store.totals();
  if (!totals) return store_fault(totals.error());
  std::string data;
  render::JsonWriter json(data, false);
  json.open_object();
  if (change.id) {
    json.open_array("ids");
    json.value(*change.id);
    json.close_array();
  }
  if (change.unread) json.member("unread", *change.unread);
  if (change.removed) json.member("removed", true);
  if (change.cleared) json.member("cleared", true);
  add_totals(json, *totals);
  json.close_object();
  api.feed.tell("changed", data);
  return document([&](render::JsonWriter& answer) {
    answer.member("changed", count);
    add_totals(answer, *totals);
  });
}

bool is_there(const Api& api, inbox::MessageId id) {
  inbox::Page page;
  page.after = id - 1;
  page.limit = 1;
  page.newest_first = false;
  const auto found = api.store.list(page);
  return id != 0 && found && !found->empty() && found->front().id == id;
}

}  // namespace

Reply list_messages(Api& api, const Call& call) {
  Parameters parameters(call.request);
  inbox::Page page = parameters.page();
  if (parameters.fault()) return error_reply(400, *parameters.fault());
  const auto search = search_of(call.request);
  if (!search) return search.error();
  page.search = &*search;
  auto entries = api.store.list(one_more(page));
  if (!entries) return store_fault(entries.error());
  const auto totals = api.store.totals();
  if (!totals) return store_fault(totals.error());
  const bool more = cut_to(*entries, page.limit);
  return document([&](render::JsonWriter& json) {
    add_entries(json, *entries);
    json.member("more", more);
    add_totals(json, *totals);
  });
}

Reply mark_all_messages(Api& api, const Call& call) {
  const auto unread = unread_of(call.request);
  if (!unread) return unread.error();
  const auto count = api.store.mark_all(*unread);
  if (!count) return store_fault(count.error());
  Change change;
  change.unread = *unread;
  return changed(api, change, *count);
}

Reply remove_messages(Api& api, const Call& call) {
  Parameters parameters(call.request);
  const bool all = parameters.flag("all");
  if (parameters.fault()) return error_reply(400, *parameters.fault());
  const bool some = call.request.parameter("query").has_value();
  if (all == some) return error_reply(400, "Say which: `query=…`, or `all=true` for all messages and sessions.");
  Change change;
  change.removed = true;
  if (all) {
    const auto before = api.store.totals();
    if (!before) return store_fault(before.error());
    const auto cleared = api.store.clear();
    if (!cleared) return store_fault(cleared.error());
    change.cleared = true;
    return changed(api, change, before->messages);
  }
  const auto search = search_of(call.request);
  if (!search) return search.error();
  if (search->empty()) return error_reply(400, "The query is empty; for all messages and sessions say `all=true`.");
  const auto count = api.store.remove_matching(*search);
  if (!count) return store_fault(count.error());
  return changed(api, change, *count);
}

Reply get_message(Api& api, const Call& call) { return message_reply(api.store, call.id()); }

Reply mark_message(Api& api, const Call& call) {
  const auto unread = unread_of(call.request);
  if (!unread) return unread.error();
  const inbox::MessageId id = call.id();
  Change change;
  change.id = id;
  change.unread = *unread;
  const auto count = api.store.mark({&id, 1}, *unread);
  if (!count) return store_fault(count.error());
  if (*count == 0 && !is_there(api, id)) return error_reply(404, kNoMessage);
  return changed(api, change, *count);
}

Reply remove_message(Api& api, const Call& call) {
  const inbox::MessageId id = call.id();
  Change change;
  change.id = id;
  change.removed = true;
  const auto count = api.store.remove({&id, 1});
  if (!count) return store_fault(count.error());
  if (*count == 0) return error_reply(404, kNoMessage);
  return changed(api, change, *count);
}

Reply get_verdict(Api& api, const Call& call) {
  const auto message = api.store.get(call.id());
  if (!message) return store_fault(message.error());
  if (!*message) return error_reply(404, kNoMessage);
  if ((*message)->verdict_json.empty()) return error_reply(404, "Nothing was judged of this message.");
  Reply reply;
  reply.body = (*message)->verdict_json;
  return reply;
}

}  // namespace envelint::web
