#include <envelint/web/api_document.hpp>

#include <envelint/receiver/mail_json.hpp>

namespace envelint::web {

void add_entries(render::JsonWriter& json, const std::vector<inbox::Entry>& entries) {
  json.open_array("messages");
  for (const inbox::Entry& entry : entries) {
    json.open_object();
    receiver::add_entry(json, entry);
    json.close_object();
  }
  json.close_array();
}

void add_totals(render::JsonWriter& json, const inbox::Totals& totals) {
  json.open_object("totals");
  json.member("messages", totals.messages);
  json.member("unread", totals.unread);
  json.close_object();
}

}  // namespace envelint::web
