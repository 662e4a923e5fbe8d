#include "inbox_json.hpp"

#include <envelint/inbox/time_text.hpp>
#include <envelint/receiver/mail_json.hpp>

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>
#include <string_view>

namespace cli {

using namespace envelint;
using render::JsonWriter;

namespace {

/// JSON on one line: a line end is never inside a string of it (RFC 8259 §7).
std::string on_one_line(std::string json) {
  std::erase_if(json, [](char c) { return c == '\n' || c == '\r'; });
  return json;
}

}  // namespace

void add_members(JsonWriter& json, const inbox::Entry& entry) {
  json.member("id", entry.id);
  json.member("session", entry.session);
  json.member("received", inbox::rfc3339(entry.received_ms));
  json.member("size", entry.size);
  json.member("unread", entry.unread);
  json.member("attachments", entry.attachments);
  json.member("client", entry.client.to_string());
  json.member_unless_empty("tls", entry.tls);
  json.member("mail_from", entry.sender);
  json.member_unless_empty("rcpt_to", entry.recipient);
  json.member("recipients", entry.recipients);
  receiver::add_summary(json, entry.summary);
  json.member("reply_code", static_cast<std::uint64_t>(entry.reply_code));
}

void add_members(JsonWriter& json, const inbox::Message& message, const std::optional<inbox::Session>& session) {
  json.member("id", message.id);
  json.member("session", message.session);
  json.member("received", inbox::rfc3339(message.received_ms));
  json.member("size", std::uint64_t{message.raw.size()});
  json.member("unread", message.unread);
  json.member("attachments", message.attachments);
  receiver::add_summary(json, message.summary);
  receiver::add_envelope(json, message.envelope);
  receiver::add_oddities(json, message.oddities);
  receiver::add_reply(json, message.reply_code, message.reply_text);
  // A store may come from others: what is no JSON would break the document.
  if (nlohmann::json::accept(message.verdict_json)) json.raw_member("verdict", on_one_line(message.verdict_json));
  if (!session) return;
  json.open_object("session_detail");
  add_members(json, *session);
  json.close_object();
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
