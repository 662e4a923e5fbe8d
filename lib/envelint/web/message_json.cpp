#include <envelint/web/message_json.hpp>

#include <envelint/mail/message.hpp>
#include <envelint/mime/content.hpp>
#include <envelint/mime/structure.hpp>
#include <envelint/receiver/mail_json.hpp>
#include <envelint/web/api_document.hpp>
#include <envelint/web/header_view.hpp>

#include <cstdint>
#include <optional>

namespace envelint::web {
namespace {

using render::JsonWriter;

void add_part(JsonWriter& json, const mime::Part& part) {
  json.member("id", part.id);
  json.member("type", part.type);
  json.member_unless_empty("charset", part.charset);
  json.member_unless_empty("encoding", part.encoding);
  json.member_unless_empty("disposition", part.disposition);
  json.member_unless_empty("filename", part.filename);
  json.member_unless_empty("content_id", part.content_id);
  json.member("size", part.size);
  json.member("attachment", part.attachment);
  if (part.children.empty()) return;
  json.open_array("children");
  for (const mime::Part& child : part.children) {
    json.open_object();
    add_part(json, child);
    json.close_object();
  }
  json.close_array();
}

void add_mime(JsonWriter& json, std::string_view raw) {
  const mime::Structure structure = mime::structure(raw);
  json.open_object("mime");
  add_part(json, structure.root);
  json.close_object();
  if (structure.cut) json.member("mime_cut", true);
  json.member("has_text", mime::has_text(raw));
  json.member("has_html", mime::has_html(raw));
}

void add_header(JsonWriter& json, std::string_view raw) {
  const mail::Message message = mail::Message::split(raw);
  const HeaderView view = header_view(message);
  json.open_array("header");
  for (const FieldView& field : view.fields) {
    json.open_object();
    json.member("name", field.name);
    json.member("value", field.value);
    json.member("text", field.text);
    json.open_array("signed_by");
    for (const std::size_t signature : field.signed_by) json.value(std::uint64_t{signature});
    json.close_array();
    json.close_object();
  }
  json.close_array();
  if (view.cut) json.member("header_cut", true);
}

}  // namespace

Reply message_reply(const inbox::Store& store, inbox::MessageId id) {
  const auto message = store.get(id);
  if (!message) return store_fault(message.error());
  if (!*message) return error_reply(404, kNoMessage);
  const auto session = store.session((*message)->session);
  if (!session) return store_fault(session.error());
  return document([&](JsonWriter& json) {
    receiver::add_message(json, **message, *session);
    add_mime(json, (*message)->raw);
    add_header(json, (*message)->raw);
  });
}

}  // namespace envelint::web
