#include "send_report.hpp"

#include <envelint/render/json_writer.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <string_view>

namespace cli {

using namespace envelint;
using smtp::TranscriptEntry;

namespace {

std::string_view mark(TranscriptEntry::Who who) {
  constexpr std::array<std::string_view, 4> kMarks{"C: ", "C: ", "S: ", "-- "};
  return kMarks[static_cast<std::size_t>(who)];
}

std::string_view word(TranscriptEntry::Who who) {
  constexpr std::array<std::string_view, 4> kWords{"client", "content", "server", "note"};
  return kWords[static_cast<std::size_t>(who)];
}

std::string_view word(smtp::ClientFault::Kind kind) {
  constexpr std::array<std::string_view, 6> kWords{"timed_out", "closed", "protocol", "tls", "refused", "unsupported"};
  return kWords[static_cast<std::size_t>(kind)];
}

std::string reply_text(const smtp::ServerReply& reply) {
  return text::visible(fmt::format("{} {}", reply.code, reply.lines.front()));
}

/// The reply that decided about a recipient.
const smtp::ServerReply* reply_of(const smtp::Delivery& delivery, const smtp::Delivery::To& to) {
  if (delivery.mail && !delivery.mail->is_done()) return &*delivery.mail;
  if (to.reply && !to.reply->is_done()) return &*to.reply;
  if (to.final) return &*to.final;
  return delivery.final ? &*delivery.final : nullptr;
}

std::string one_mail(const SentMail& sent) {
  std::string out;
  for (const smtp::Delivery::To& to : sent.delivery.to) {
    const smtp::ServerReply* const reply = reply_of(sent.delivery, to);
    const std::string address = text::visible(to.address);
    if (sent.fault && !reply) continue;
    out += fmt::format("{} for {}: {}\n", to.accepted ? "accepted" : "not accepted", address,
                       reply ? reply_text(*reply) : "no reply");
  }
  if (sent.fault) out += fmt::format("not sent: {}\n", sent.fault->words);
  return out;
}

std::string many_mails(const SendSettings& settings, const SendTotals& totals) {
  const std::size_t done = totals.accepted + totals.failed;
  const double each_second = totals.seconds > 0 ? static_cast<double>(done) / totals.seconds : 0;
  std::string out = fmt::format("{} mails in {:.2f} s, {:.0f} a second, {} connection{} at once{}\n", done,
                                totals.seconds, each_second, settings.parallel, settings.parallel == 1 ? "" : "s",
                                settings.reuse ? ", kept for several mails" : "");
  out += fmt::format("{:>9} accepted\n", totals.accepted);
  for (const auto& [reason, count] : totals.reasons) out += fmt::format("{:>9} {}\n", count, reason);
  if (totals.not_tried > 0) out += fmt::format("{:>9} not tried\n", totals.not_tried);
  if (totals.accepted > 0) {
    out += fmt::format("latency: p50 {:.1f} ms, p99 {:.1f} ms\n", totals.latency(50), totals.latency(99));
  }
  return out;
}

void add_number(render::JsonWriter& json, std::string_view key, double number) {
  json.raw_member(key, fmt::format("{:.3f}", number));
}

void add_server(render::JsonWriter& json, const SendSettings& settings, const SendTotals& totals) {
  json.open_object("server");
  json.member("host", settings.host);
  if (totals.endpoint) {
    json.member("address", totals.endpoint->address.to_string());
    json.member("port", std::uint32_t{totals.endpoint->port});
  }
  json.close_object();
  if (!totals.tls) return;
  json.open_object("tls");
  json.member("version", totals.tls->version);
  json.member("cipher", totals.tls->cipher);
  json.member_unless_empty("certificate", totals.tls->peer_certificate);
  json.member("verified", totals.tls->verified);
  json.member_unless_empty("verify_error", totals.tls->verify_error);
  json.close_object();
}

void add_reply(render::JsonWriter& json, const smtp::ServerReply& reply) {
  json.member("code", std::uint64_t{static_cast<unsigned>(reply.code)});
  json.member_unless_empty("enhanced", reply.enhanced());
  json.member("text", reply.text());
}

void add_mail(render::JsonWriter& json, const SendMail& mail, const SentMail& sent) {
  json.member("mail_from", mail.from());
  json.open_array("recipients");
  for (std::size_t i = 0; i < mail.to().size(); ++i) {
    json.open_object();
    json.member("address", mail.to()[i]);
    const smtp::Delivery::To* const to = i < sent.delivery.to.size() ? &sent.delivery.to[i] : nullptr;
    json.member("accepted", to != nullptr && to->accepted);
    const smtp::ServerReply* const reply = to != nullptr ? reply_of(sent.delivery, *to) : nullptr;
    if (reply != nullptr) add_reply(json, *reply);
    json.close_object();
  }
  json.close_array();
  add_number(json, "milliseconds", sent.milliseconds);
  if (!sent.fault) return;
  json.open_object("fault");
  json.member("kind", sent.unreachable ? "unreachable" : word(sent.fault->kind));
  json.member("message", sent.fault->words);
  if (sent.fault->reply) add_reply(json, *sent.fault->reply);
  json.close_object();
}

void add_summary(render::JsonWriter& json, const SendTotals& totals) {
  json.open_object("summary");
  json.member("accepted", std::uint64_t{totals.accepted});
  json.member("failed", std::uint64_t{totals.failed});
  json.member("not_tried", std::uint64_t{totals.not_tried});
  json.open_array("reasons");
  for (const auto& [reason, count] : totals.reasons) {
    json.open_object();
    json.member("reason", reason);
    json.member("count", std::uint64_t{count});
    json.close_object();
  }
  json.close_array();
  add_number(json, "seconds", totals.seconds);
  if (totals.accepted > 0) {
    add_number(json, "p50_milliseconds", totals.latency(50));
    add_number(json, "p99_milliseconds", totals.latency(99));
  }
  json.close_object();
}

}  // namespace

std::string transcript_text(const TranscriptEntry& entry) {
  if (entry.who == TranscriptEntry::Who::content) return fmt::format("C: [{}]\n", entry.text);
  std::string out;
  std::string_view rest = entry.text;
  while (true) {
    const std::size_t end = rest.find('\n');
    out += fmt::format("{}{}\n", mark(entry.who), rest.substr(0, end));
    if (end == std::string_view::npos) return out;
    rest.remove_prefix(end + 1);
  }
}

std::string send_text(const SendSettings& settings, const SendTotals& totals) {
  if (settings.repeat == 1 && totals.last) return one_mail(*totals.last);
  return many_mails(settings, totals);
}

std::string send_json(const SendSettings& settings, const SendMail& mail, const SendTotals& totals,
                      const std::vector<TranscriptEntry>& transcript) {
  std::string out;
  render::JsonWriter json(out, true);
  json.open_object();
  json.member("schema", "envelint/send/1");
  add_server(json, settings, totals);
  if (settings.repeat == 1 && totals.last) {
    json.member("accepted", totals.last->accepted());
    add_mail(json, mail, *totals.last);
  }
  if (settings.repeat > 1) add_summary(json, totals);
  if (!transcript.empty()) {
    json.open_array("transcript");
    for (const TranscriptEntry& entry : transcript) {
      json.open_object();
      json.member("who", word(entry.who));
      json.member("text", entry.text);
      json.close_object();
    }
    json.close_array();
  }
  json.close_object();
  return out + '\n';
}

}  // namespace cli
