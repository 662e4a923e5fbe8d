#include <envelint/web/api_document.hpp>

namespace envelint::web {

void add_totals(render::JsonWriter& json, const inbox::Totals& totals) {
  json.open_object("totals");
  json.member("messages", totals.messages);
  json.member("unread", totals.unread);
  json.close_object();
}

}  // namespace envelint::web
