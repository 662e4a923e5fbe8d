#include "message_envelope.hpp"

#include <envelint/mail/received.hpp>
#include <envelint/net/registry.hpp>

#include <fmt/format.h>

#include <string_view>

namespace cli {

using namespace envelint;

namespace {

/// An address as people write it: with angle brackets or without; `<>` is the null reverse-path.
std::string without_brackets(std::string_view address) {
  const std::size_t start = address.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  address = address.substr(start, address.find_last_not_of(" \t\r\n") - start + 1);
  if (address.starts_with('<') && address.ends_with('>')) address = address.substr(1, address.size() - 2);
  return std::string(address);
}

std::optional<bool> tls_of(const EnvelopeOptions& options) {
  if (options.tls) return true;
  return options.no_tls ? std::optional(false) : std::nullopt;
}

FoundEnvelope from_received(const EnvelopeOptions& options, const mail::Message& message) {
  FoundEnvelope out;
  for (const mail::Field& field : message.fields()) {
    if (!message.is(field, "Received")) continue;
    const mail::Received received = mail::parse_received(message.value(field));
    if (!received.client || net::is_inner(*received.client)) continue;
    out.envelope.client = received.client;
    out.envelope.helo = options.helo.value_or(received.helo);
    out.envelope.tls = received.tls();
    const mail::Field* path = message.find("Return-Path");
    std::string sender = received.envelope_from;
    if (path != nullptr) sender = without_brackets(message.value(*path));
    out.envelope.mail_from = options.mail_from ? without_brackets(*options.mail_from) : sender;
    out.note = fmt::format("by the Received field that {} wrote, {} delivered it as {}, MAIL FROM <{}>",
                           received.by.empty() ? "a host" : received.by, received.client->to_string(),
                           received.helo.empty() ? "a host without a name" : received.helo, out.envelope.mail_from);
    const bool known = path != nullptr || options.mail_from || !received.envelope_from.empty();
    if (!known) out.note += ", for want of a Return-Path field; `--mail-from` can say what it was";
    return out;
  }
  out.note = "no Received field names a client outside; SPF is not checked";
  return out;
}

}  // namespace

void add_envelope_options(Command& command, EnvelopeOptions& options) {
  command.option("--ip", options.ip, "the address that delivered the message: SPF is checked for it").value("ADDRESS");
  command.option("--mail-from", options.mail_from, "the sender it gave in MAIL FROM; `<>` for a bounce")
      .value("ADDRESS");
  command.option("--helo", options.helo, "the name it gave in HELO or EHLO").value("NAME");
  command.flag("--tls", options.tls, "the message came over TLS");
  command.flag("--no-tls", options.no_tls, "the message came without TLS");
  command.flag("--from-received", options.from_received,
               "take these from the topmost Received field with a client outside, and from Return-Path");
}

std::optional<std::string> check_envelope_options(const EnvelopeOptions& options) {
  if (options.tls && options.no_tls) return "--tls and --no-tls cannot both be";
  if (options.from_received) {
    if (!options.ip.empty()) return "--from-received takes the address from the message; leave --ip out";
    return std::nullopt;
  }
  const bool has_names = options.mail_from || options.helo;
  if (options.ip.empty()) {
    if (has_names) return "--mail-from and --helo need --ip: SPF is about the address that delivered the message";
    return std::nullopt;
  }
  if (!has_names) return "--ip needs --mail-from ADDRESS, or for a bounce --helo NAME";
  if (!net::Address::parse(options.ip)) return fmt::format("--ip {}: it is no IP address", options.ip);
  return std::nullopt;
}

FoundEnvelope find_envelope(const EnvelopeOptions& options, const mail::Message& message) {
  if (options.from_received) return from_received(options, message);
  FoundEnvelope out;
  out.envelope.tls = tls_of(options);
  if (options.ip.empty()) return out;
  out.envelope.client = *net::Address::parse(options.ip);
  out.envelope.helo = options.helo.value_or("");
  out.envelope.mail_from = without_brackets(options.mail_from.value_or(""));
  return out;
}

}  // namespace cli
