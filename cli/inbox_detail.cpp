#include "inbox_detail.hpp"

#include "inbox_words.hpp"

#include <envelint/inbox/time_text.hpp>
#include <envelint/render/paint.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

using namespace envelint;
using render::Painter;
using render::Style;

namespace {

/// Recipients that are shown; all of them are in JSON.
constexpr std::size_t kShownRecipients = 20;

std::string tls_text(const smtp::TlsInfo& tls) {
  std::string out = text::visible(tls.version);
  if (!tls.cipher.empty()) out += ", " + text::visible(tls.cipher);
  if (!tls.server_name.empty()) out += ", for " + text::visible(tls.server_name);
  if (!tls.client_certificate.empty()) out += ", certificate of " + text::visible(tls.client_certificate);
  return out;
}

std::string client_text(const smtp::Client& client) {
  std::string out = client.address.to_string();
  if (client.port != 0) out += fmt::format(" port {}", client.port);
  if (!client.name.empty()) out += fmt::format(" ({})", text::visible(client.name));
  if (client.source == smtp::Client::Source::proxy) out += ", told by a PROXY header";
  if (client.source == smtp::Client::Source::xclient) out += ", told by XCLIENT";
  return out;
}

std::string with_parameters(const smtp::Path& path, const std::vector<smtp::Parameter>& parameters) {
  std::string out = fmt::format("<{}>", text::visible(path.written));
  for (const smtp::Parameter& parameter : parameters) {
    out += ' ' + text::visible(parameter.keyword);
    if (parameter.value) out += '=' + text::visible(*parameter.value);
  }
  return out;
}

std::string identity_text(const smtp::Identity& identity) {
  std::string out = fmt::format("{} as {}", text::visible(identity.mechanism), text::visible(identity.user));
  if (!identity.authorization.empty()) out += ", to act as " + text::visible(identity.authorization);
  if (identity.secret) out += fmt::format(", secret `{}`", text::visible(*identity.secret));
  return out;
}

/// Lines with a name before them.
class Fields {
 public:
  explicit Fields(const Screen& screen) : paint_(screen.colour), width_(std::max(screen.width, kMinInboxWidth)) {}

  void add(std::string_view name, std::string_view visible, Style style = Style::plain) {
    if (visible.empty()) return;
    paint_.append(out_, Style::strong, name == last_ ? "" : name);
    out_.append(name == last_ ? kName : kName - name.size(), ' ');
    last_ = name;
    const auto lines = render::wrap(visible, width_ - kName, width_ - kName, render::LongWord::keep);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) out_.append(kName, ' ');
      paint_.append(out_, style, lines[i]);
      out_ += '\n';
    }
  }
  void add_line(std::string_view line, Style style = Style::plain) {
    paint_.append(out_, style, line);
    out_ += '\n';
    last_ = {};
  }
  [[nodiscard]] std::string text() const { return out_; }

 private:
  static constexpr std::size_t kName = 10;

  Painter paint_;
  std::size_t width_;
  std::string out_;
  std::string_view last_;
};

void add_envelope(Fields& fields, const smtp::Envelope& envelope) {
  fields.add("client", client_text(envelope.client));
  if (envelope.peer != envelope.client.address) fields.add("peer", envelope.peer.to_string());
  const std::string_view fault = envelope.hello_valid ? "" : ", which is no domain name and no address literal";
  fields.add("greeting", greeting(envelope.hello, envelope.hello_name).append(fault));
  fields.add("TLS", envelope.tls ? tls_text(*envelope.tls) : "none");
  if (envelope.identity) fields.add("AUTH", identity_text(*envelope.identity));
  fields.add("sender", with_parameters(envelope.from.path, envelope.from.parameters));
  const std::size_t shown = std::min(envelope.to.size(), kShownRecipients);
  for (std::size_t i = 0; i < shown; ++i) {
    fields.add("recipient", with_parameters(envelope.to[i].path, envelope.to[i].parameters));
  }
  if (shown < envelope.to.size()) {
    fields.add("recipient", fmt::format("and {} more; `--format json` has all", envelope.to.size() - shown));
  }
}

/// `spf pass, dkim fail, dmarc fail, disposition reject`.
std::string results(const inbox::Summary& summary) {
  std::string out;
  for (const auto& [name, result] : {std::pair("spf", &summary.spf),
                                     {"dkim", &summary.dkim},
                                     {"arc", &summary.arc},
                                     {"dmarc", &summary.dmarc},
                                     {"disposition", &summary.disposition}}) {
    if (result->empty()) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, text::visible(*result));
  }
  return out.empty() ? "not evaluated" : out;
}

std::string_view sign_of(smtp::TranscriptEntry::Who who) {
  using enum smtp::TranscriptEntry::Who;
  switch (who) {
    case client:
    case content: return "C: ";
    case server: return "S: ";
    case note: return "-- ";
  }
  return "";
}

void add_transcript(Fields& fields, const inbox::Session& session) {
  using enum smtp::TranscriptEntry::Who;
  for (const smtp::TranscriptEntry& entry : session.transcript) {
    const Style style = entry.who == client || entry.who == server ? Style::plain : Style::faint;
    std::string_view rest = entry.text;
    while (true) {
      const std::size_t lf = rest.find('\n');
      const std::string line = text::visible(rest.substr(0, lf));
      fields.add_line(fmt::format("  {}{}", sign_of(entry.who), entry.who == content ? "(" + line + ")" : line), style);
      if (lf == std::string_view::npos) break;
      rest.remove_prefix(lf + 1);
    }
  }
}

void add_session(Fields& fields, const inbox::Session& session) {
  fields.add_line(fmt::format("session {}, {} UTC, {} s: {}", session.id, inbox::date_time(session.started_ms),
                              seconds_between(session.started_ms, session.ended_ms), text::visible(session.ended)),
                  Style::strong);
}

}  // namespace

std::string message_text(const Screen& screen, const inbox::Message& message,
                         const std::optional<inbox::Session>& session) {
  Fields fields(screen);
  fields.add_line(fmt::format("message {}, {} octets, {} UTC{}", message.id, message.raw.size(),
                              inbox::date_time(message.received_ms), message.unread ? ", unread" : ""),
                  Style::strong);
  add_envelope(fields, message.envelope);
  fields.add("reply", fmt::format("{} {}", message.reply_code, text::visible(message.reply_text)),
             message.reply_code < 400 ? Style::plain : Style::error);
  fields.add("From", text::visible(message.summary.from));
  fields.add("To", text::visible(message.summary.to));
  fields.add("Subject", text::visible(message.summary.subject));
  if (message.attachments > 0) fields.add("attached", std::to_string(message.attachments));
  fields.add("results", results(message.summary));
  for (const smtp::WireOddity& oddity : message.oddities) {
    fields.add("odd", fmt::format("{} at octet {}", to_string(oddity.kind), oddity.offset), Style::warning);
  }
  fields.add_line("");
  if (session) {
    add_session(fields, *session);
    add_transcript(fields, *session);
  } else {
    fields.add_line(fmt::format("session {} is not kept any more, or has not ended yet", message.session));
  }
  return fields.text();
}

std::string session_text(const Screen& screen, const inbox::Session& session) {
  Fields fields(screen);
  add_session(fields, session);
  fields.add("client", client_text(session.client));
  if (session.peer != session.client.address) fields.add("peer", session.peer.to_string());
  fields.add("greeting", greeting(session.hello, session.hello_name));
  fields.add("TLS", session.tls ? tls_text(*session.tls) : "none");
  fields.add("messages", std::to_string(session.messages));
  fields.add_line("");
  add_transcript(fields, session);
  return fields.text();
}

}  // namespace cli
