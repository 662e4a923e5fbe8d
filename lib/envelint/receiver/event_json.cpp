#include <envelint/receiver/event_json.hpp>

#include <envelint/inbox/time_text.hpp>
#include <envelint/receiver/mail_json.hpp>
#include <envelint/receiver/record.hpp>
#include <envelint/receiver/summary.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/judgement_json.hpp>

#include <cstdint>

namespace envelint::receiver {

using render::JsonWriter;

namespace {

void begin(JsonWriter& json, std::string_view event, std::chrono::system_clock::time_point time) {
  json.open_object();
  json.member("schema", "envelint/receive/1");
  json.member("event", event);
  json.member("time", inbox::rfc3339(milliseconds_of(time)));
}

}  // namespace

std::string message_event(const Arrival& arrival, const std::string& receiver, const std::string& path) {
  std::string out;
  JsonWriter json(out, false);
  begin(json, "message", arrival.time);
  if (arrival.id != 0) json.member("id", arrival.id);
  json.member("session", arrival.session);
  json.member("size", std::uint64_t{arrival.received->bytes.size()});
  json.member_unless_empty("path", path);
  add_summary(json, summary_of(arrival));
  json.member("action", to_string(arrival.action));
  add_envelope(json, arrival.received->envelope);
  add_oddities(json, arrival.received->oddities);
  add_reply(json, arrival.reply.code(), arrival.reply.text());
  if (arrival.judged) {
    add_client_advice(json, arrival);
    json.open_object("verdict");
    json.member("schema", "envelint/verify/1");
    render::add_judgement(json, *arrival.judged, receiver);
    json.close_object();
    render::add_findings(json, arrival.judged->report);
  }
  json.close_object();
  return out;
}

std::string refusal_event(const Refusal& refusal) {
  std::string out;
  JsonWriter json(out, false);
  begin(json, "message_refused", std::chrono::system_clock::now());
  json.member("session", refusal.session);
  add_envelope(json, refusal.refused.envelope);
  add_oddities(json, refusal.refused.oddities);
  add_reply(json, refusal.refused.reply.code(), refusal.refused.reply.text());
  json.close_object();
  return out;
}

std::string session_started_event(const smtp::SessionStart& start) {
  std::string out;
  JsonWriter json(out, false);
  begin(json, "session_started", start.time);
  json.member("id", start.id);
  json.member("peer", start.peer.to_string(0));
  json.member("local", start.local.to_string(0));
  json.close_object();
  return out;
}

std::string session_ended_event(const smtp::SessionEnd& end) {
  std::string out;
  JsonWriter json(out, false);
  begin(json, "session_ended", end.time);
  add_session(json, record_of(end));
  json.close_object();
  return out;
}

}  // namespace envelint::receiver
