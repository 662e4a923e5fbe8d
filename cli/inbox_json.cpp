#include "inbox_json.hpp"

#include <envelint/receiver/mail_json.hpp>

#include <iostream>
#include <string>
#include <string_view>

namespace cli {

using namespace envelint;
using render::JsonWriter;

void add_members(JsonWriter& json, const inbox::Entry& entry) { receiver::add_entry(json, entry); }

void add_members(JsonWriter& json, const inbox::Message& message, const std::optional<inbox::Session>& session) {
  receiver::add_message(json, message, session);
}

void add_members(JsonWriter& json, const inbox::Session& session) { receiver::add_session(json, session); }

InboxJson::InboxJson(std::string_view name, bool document) : document_(document), json_(out_, document) {
  if (!document_) return;
  json_.open_object();
  json_.member("schema", kSchema);
  json_.open_array(name);
}

void InboxJson::end() {
  if (!document_) return;
  json_.close_array();
  json_.close_object();
  out_ += '\n';
  print();
}

void InboxJson::print() {
  std::cout << out_;
  out_.clear();
}

}  // namespace cli
