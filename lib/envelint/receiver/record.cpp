#include <envelint/receiver/record.hpp>

#include <envelint/mime/content.hpp>
#include <envelint/mime/encoded_words.hpp>
#include <envelint/receiver/mail_json.hpp>
#include <envelint/receiver/policy.hpp>
#include <envelint/receiver/summary.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/render/judgement_json.hpp>

#include <cstddef>
#include <utility>

namespace envelint::receiver {
namespace {

constexpr std::size_t kMostHeader = inbox::kMaxSearched / 4;

std::string verdict_json(const Arrival& arrival) {
  std::string out;
  render::JsonWriter json(out, false);
  json.open_object();
  json.member("schema", "envelint/verify/1");
  add_client_advice(json, arrival);
  render::add_judgement(json, *arrival.judged, {});
  json.close_object();
  return out;
}

/// The header as a person reads it, a field a line; no more of it than searches look into.
std::string readable_header(const Arrival& arrival) {
  std::string out;
  if (!arrival.message) return out;
  const mail::Message& message = *arrival.message;
  for (const mail::Field& field : message.fields()) {
    if (out.size() >= kMostHeader) break;
    out.append(message.name(field)).append(": ").append(mime::decoded(message.value(field))).push_back('\n');
  }
  return out;
}

}  // namespace

std::int64_t milliseconds_of(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

inbox::Message record_of(const Arrival& arrival) {
  inbox::Message out;
  out.session = arrival.session;
  out.received_ms = milliseconds_of(arrival.time);
  out.envelope = arrival.received->envelope;
  out.oddities = arrival.received->oddities;
  out.raw = arrival.received->bytes;
  mime::Digest digest = mime::digest(out.raw, inbox::kMaxSearched);
  out.attachments = digest.attachments;
  out.search_text = std::move(digest.searchable);
  out.search_header = readable_header(arrival);
  out.summary = summary_of(arrival);
  if (arrival.judged) out.verdict_json = verdict_json(arrival);
  const smtp::Reply reply = reply_of(arrival);  // but for the number that it is about to get
  out.reply_code = reply.code();
  out.reply_text = reply.text();
  return out;
}

inbox::Session record_of(const smtp::SessionEnd& end) {
  inbox::Session out;
  out.id = end.start.id;
  out.started_ms = milliseconds_of(end.start.time);
  out.ended_ms = milliseconds_of(end.time);
  out.peer = end.start.peer.address;
  out.port = end.start.peer.port;
  out.client = end.client;
  out.hello = end.hello;
  out.hello_name = end.hello_name;
  out.tls = end.tls;
  out.ended = end.why;
  out.transcript = end.transcript;
  out.messages = end.messages;
  return out;
}

}  // namespace envelint::receiver
