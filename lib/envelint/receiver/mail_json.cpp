#include <envelint/receiver/mail_json.hpp>

#include <envelint/inbox/time_text.hpp>
#include <envelint/verdict/conclusion.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace envelint::receiver {

using render::JsonWriter;

namespace {

std::string_view word_for(smtp::Client::Source source) {
  switch (source) {
    case smtp::Client::Source::peer: return "peer";
    case smtp::Client::Source::proxy: return "proxy";
    case smtp::Client::Source::xclient: return "xclient";
  }
  return "";
}

std::string_view word_for(smtp::WireOddity::Kind kind) {
  using enum smtp::WireOddity::Kind;
  switch (kind) {
    case bare_cr: return "bare_cr";
    case bare_lf: return "bare_lf";
    case nul: return "nul";
    case long_line: return "long_line";
    case eight_bit: return "eight_bit";
    case dot_not_doubled: return "dot_not_doubled";
    case no_final_newline: return "no_final_newline";
    case more: return "more";
  }
  return "";
}

std::string_view word_for(smtp::TranscriptEntry::Who who) {
  using enum smtp::TranscriptEntry::Who;
  switch (who) {
    case client: return "client";
    case content: return "content";
    case server: return "server";
    case note: return "note";
  }
  return "";
}

void add_client(JsonWriter& json, const smtp::Client& client) {
  json.open_object("client");
  json.member("address", client.address.to_string());
  if (client.port != 0) json.member("port", std::uint64_t{client.port});
  json.member_unless_empty("name", client.name);
  json.member_unless_empty("hello", client.hello);
  json.member("source", word_for(client.source));
  json.close_object();
}

void add_tls(JsonWriter& json, const std::optional<smtp::TlsInfo>& tls) {
  if (!tls) return;
  json.open_object("tls");
  json.member("version", tls->version);
  json.member_unless_empty("cipher", tls->cipher);
  json.member_unless_empty("server_name", tls->server_name);
  json.member_unless_empty("client_certificate", tls->client_certificate);
  json.close_object();
}

void add_hello(JsonWriter& json, smtp::Hello hello, std::string_view name) {
  json.member_unless_empty("hello", to_string(hello));
  json.member_unless_empty("hello_name", name);
}

void add_parameters(JsonWriter& json, const std::vector<smtp::Parameter>& parameters) {
  json.open_array("parameters");
  for (const smtp::Parameter& parameter : parameters) {
    json.value(parameter.value ? parameter.keyword + "=" + *parameter.value : parameter.keyword);
  }
  json.close_array();
}

void add_identity(JsonWriter& json, const std::optional<smtp::Identity>& identity) {
  if (!identity) return;
  json.open_object("identity");
  json.member("mechanism", identity->mechanism);
  json.member("user", identity->user);
  json.member_unless_empty("authorization", identity->authorization);
  if (identity->secret) json.member("secret", *identity->secret);
  json.close_object();
}

/// JSON on one line: a line end is never inside a string of it (RFC 8259 §7).
std::string on_one_line(std::string json) {
  std::erase_if(json, [](char c) { return c == '\n' || c == '\r'; });
  return json;
}

void add_recipient(JsonWriter& json, const smtp::Recipient& to) {
  json.open_object();
  json.member("address", to.path.written);
  add_parameters(json, to.parameters);
  json.close_object();
}

}  // namespace

void add_envelope(JsonWriter& json, const smtp::Envelope& envelope) {
  json.open_object("envelope");
  json.member("peer", envelope.peer.to_string());
  add_client(json, envelope.client);
  add_hello(json, envelope.hello, envelope.hello_name);
  json.member("hello_valid", envelope.hello_valid);
  json.member("protocol", envelope.protocol());
  add_tls(json, envelope.tls);
  add_identity(json, envelope.identity);
  json.open_object("mail_from");
  json.member("address", envelope.from.path.written);
  add_parameters(json, envelope.from.parameters);
  json.close_object();
  json.open_array("rcpt_to");
  for (const smtp::Recipient& to : envelope.to) add_recipient(json, to);
  json.close_array();
  json.member("chunks", envelope.by_chunks);
  json.close_object();
}

void add_summary(JsonWriter& json, const inbox::Summary& summary) {
  json.member_unless_empty("from", summary.from);
  json.member_unless_empty("to", summary.to);
  json.member_unless_empty("subject", summary.subject);
  json.member_unless_empty("spf", summary.spf);
  json.member_unless_empty("dkim", summary.dkim);
  json.member_unless_empty("arc", summary.arc);
  json.member_unless_empty("dmarc", summary.dmarc);
  json.member_unless_empty("disposition", summary.disposition);
}

void add_reply(JsonWriter& json, int code, std::string_view text) {
  json.open_object("reply");
  json.member("code", static_cast<std::uint64_t>(code));
  json.member("text", text);
  json.close_object();
}

void add_oddities(JsonWriter& json, const std::vector<smtp::WireOddity>& oddities) {
  json.open_array("oddities");
  for (const smtp::WireOddity& oddity : oddities) {
    json.open_object();
    json.member("kind", word_for(oddity.kind));
    json.member("offset", std::uint64_t{oddity.offset});
    json.close_object();
  }
  json.close_array();
}

void add_client_advice(JsonWriter& json, const Arrival& arrival) {
  json.member("client_says_nothing", arrival.client_says_nothing);
  if (!arrival.what_if) return;
  const WhatIf& what_if = *arrival.what_if;
  json.open_object("what_if");
  json.member("ip", what_if.client.to_string());
  json.member("term", what_if.term);
  json.member("listed_in", what_if.listed_in.to_string());
  if (what_if.verdict.spf) json.member("spf", to_string(what_if.verdict.spf->verdict));
  json.member("dmarc", to_string(what_if.verdict.dmarc.status));
  json.member("conclusion", verdict::conclude(what_if.verdict));
  json.close_object();
}

void add_entry(JsonWriter& json, const inbox::Entry& entry) {
  json.member("id", entry.id);
  json.member("session", entry.session);
  json.member("received", inbox::rfc3339(entry.received_ms));
  json.member("size", entry.size);
  json.member("client", entry.client.to_string());
  json.member_unless_empty("tls", entry.tls);
  json.member("mail_from", entry.sender);
  json.member_unless_empty("rcpt_to", entry.recipient);
  json.member("recipients", entry.recipients);
  add_summary(json, entry.summary);
  json.member("reply_code", static_cast<std::uint64_t>(entry.reply_code));
  json.member("unread", entry.unread);
  json.member("attachments", entry.attachments);
}

void add_message(JsonWriter& json, const inbox::Message& message, const std::optional<inbox::Session>& session) {
  json.member("id", message.id);
  json.member("session", message.session);
  json.member("received", inbox::rfc3339(message.received_ms));
  json.member("size", std::uint64_t{message.raw.size()});
  json.member("unread", message.unread);
  json.member("attachments", std::uint64_t{message.attachments});
  add_summary(json, message.summary);
  add_envelope(json, message.envelope);
  add_oddities(json, message.oddities);
  add_reply(json, message.reply_code, message.reply_text);
  // A store may come from others: what is no JSON would break the document.
  if (nlohmann::json::accept(message.verdict_json)) json.raw_member("verdict", on_one_line(message.verdict_json));
  if (!session) return;
  json.open_object("session_detail");
  add_session(json, *session);
  json.close_object();
}

void add_session(JsonWriter& json, const inbox::Session& session) {
  json.member("id", session.id);
  json.member("started", inbox::rfc3339(session.started_ms));
  json.member("ended", inbox::rfc3339(session.ended_ms));
  json.member("why", session.ended);
  json.member("peer", session.peer.to_string());
  if (session.port != 0) json.member("port", std::uint64_t{session.port});
  add_client(json, session.client);
  add_hello(json, session.hello, session.hello_name);
  add_tls(json, session.tls);
  json.member("messages", session.messages);
  if (session.transcript.empty()) return;
  json.open_array("transcript");
  for (const smtp::TranscriptEntry& entry : session.transcript) {
    json.open_object();
    json.member("who", word_for(entry.who));
    json.member("text", entry.text);
    json.close_object();
  }
  json.close_array();
}

}  // namespace envelint::receiver
