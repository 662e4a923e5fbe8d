#include <envelint/smtp/client.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>

namespace envelint::smtp {
namespace {

using Kind = ClientFault::Kind;
using task::Task;

constexpr std::size_t kReadBuffer = 8192;
/// Commands of one group, so that neither side waits for the other to read (RFC 2920 §3.1).
constexpr std::size_t kMaxGroup = 100;
/// Challenges of one AUTH exchange. No mechanism here has more than two.
constexpr unsigned kMaxChallenges = 3;
/// What is shorter is found in every reply.
constexpr std::size_t kLeastSecret = 4;
constexpr std::string_view kMask = "****";

ClientFault refused(std::string_view what, ServerReply reply) {
  std::string words = fmt::format("the server refused {}: {}", what, text::visible(reply.wire()));
  return {Kind::refused, std::move(words), std::move(reply)};
}

ClientFault no_answer(std::error_code error) {
  if (error == std::errc::timed_out) return {Kind::timed_out, "the server did not answer in time"};
  return {Kind::closed, fmt::format("the connection broke: {}", error.message())};
}

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

std::string size_words(std::size_t octets) { return fmt::format("{} octets", octets); }

}  // namespace

bool Delivery::all_accepted() const noexcept { return !fault && std::ranges::all_of(to, &To::accepted); }

const ServerReply* Delivery::refusal() const noexcept {
  const auto says_no = [](const std::optional<ServerReply>& reply) { return reply && reply->code >= 400; };
  if (says_no(mail)) return &*mail;
  for (const To& each : to) {
    if (says_no(each.reply)) return &*each.reply;
    if (says_no(each.final)) return &*each.final;
  }
  if (says_no(final)) return &*final;
  return fault && fault->reply ? &*fault->reply : nullptr;
}

MailClient::MailClient(io::EventLoop& loop, io::Connection connection, ClientOptions options)
    : loop_(&loop), connection_(std::move(connection)), options_(std::move(options)) {
  if (options_.credential && options_.credential->secret.size() >= kLeastSecret) {
    secrets_.push_back(options_.credential->secret);
  }
}

MailClient::~MailClient() {
  if (options_.credential) wipe(options_.credential->secret);
  std::ranges::for_each(secrets_, wipe);
}

void MailClient::tell(Who who, std::string_view text) {
  if (!options_.told) return;
  transcript_.add(who, text);
  for (const TranscriptEntry& entry : transcript_.take()) options_.told(entry);
}

/// A server may repeat what it was sent.
std::string MailClient::without_secrets(std::string text) const {
  for (const std::string& secret : secrets_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMask.size())) {
      text.replace(at, secret.size(), kMask);
    }
  }
  return text;
}

MailClient::Fault MailClient::unasked() const {
  if (unread_.empty() && !reader_.has_begun()) return std::nullopt;
  return ClientFault(Kind::protocol,
                     "the server sent a reply that nothing was asked for: `" + shown(without_secrets(unread_)) + "`");
}

Task<MailClient::Answer> MailClient::read_reply() {
  const io::Deadline until = deadline();
  std::array<char, kReadBuffer> buffer;
  while (true) {
    unread_.erase(0, reader_.read(unread_));
    if (reader_.state() != ReplyReader::State::open) break;
    const auto size = co_await connection_.read_some(buffer, until);
    if (!size) co_return std::unexpected(no_answer(size.error()));
    if (*size == 0) co_return std::unexpected(ClientFault(Kind::closed, "the server closed the connection"));
    unread_.append(buffer.data(), *size);
  }
  if (reader_.state() == ReplyReader::State::fault) {
    co_return std::unexpected(ClientFault(Kind::protocol, without_secrets(reader_.fault())));
  }
  ServerReply reply = reader_.reply();
  reader_.clear();
  for (std::string& line : reply.lines) line = without_secrets(std::move(line));
  tell(Who::server, reply.wire());
  if (reply.bare_lf) tell(Who::note, "a line of this reply ends in a bare LF");
  co_return reply;
}

/// If it breaks, the server may have said why before.
Task<MailClient::Fault> MailClient::write(std::string bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += kMaxWrite) {
    std::string piece = bytes.substr(at, kMaxWrite);
    const std::error_code error = co_await connection_.write(std::move(piece), deadline());
    if (!error) continue;
    if (error == std::errc::timed_out) {
      co_return ClientFault(Kind::timed_out, "the server did not take what was sent in time");
    }
    Answer last = co_await read_reply();
    if (last) co_return refused("to read on", *std::move(last));
    co_return no_answer(error);
  }
  co_return std::nullopt;
}

Task<MailClient::Answer> MailClient::ask(std::string line) {
  std::string as_it_is = line;
  return ask(std::move(line), std::move(as_it_is));
}

Task<MailClient::Answer> MailClient::ask(std::string line, std::string shown) {
  if (line.find_first_of("\r\n") != std::string::npos) {
    co_return std::unexpected(ClientFault(Kind::unsupported, "a command cannot hold a line end: " + shown));
  }
  if (Fault fault = unasked()) co_return std::unexpected(*std::move(fault));
  tell(Who::client, shown);
  Fault fault = co_await write(line + "\r\n");
  wipe(line);
  if (fault) co_return std::unexpected(*std::move(fault));
  Answer reply = co_await read_reply();
  co_return reply;
}

Task<std::optional<ClientFault>> MailClient::begin() {
  if (options_.tls == ClientTls::implicit) {
    Fault fault = co_await shake_hands();
    if (fault) co_return fault;
  }
  Answer greeting = co_await read_reply();
  if (!greeting) co_return greeting.error();
  if (!greeting->is_done()) co_return refused("the connection", *std::move(greeting));
  Fault fault = co_await greet();
  if (fault) co_return fault;
  fault = co_await start_tls();
  if (fault) co_return fault;
  fault = co_await tell_xclient();
  if (fault) co_return fault;
  fault = co_await authenticate();
  co_return fault;
}

Task<MailClient::Fault> MailClient::greet() {
  offer_ = {};
  Answer reply = co_await ask((options_.lmtp ? "LHLO " : "EHLO ") + options_.hello);
  if (!reply) co_return reply.error();
  if (reply->is_done()) {
    offer_ = read_offer(*reply);
    co_return std::nullopt;
  }
  // RFC 5321 §3.2: what does not know EHLO is asked the old way.
  if (options_.lmtp || reply->code / 100 != 5) co_return refused("the greeting", *std::move(reply));
  Answer old = co_await ask("HELO " + options_.hello);
  if (!old) co_return old.error();
  if (!old->is_done()) co_return refused("the greeting", *std::move(old));
  co_return std::nullopt;
}

Task<MailClient::Fault> MailClient::start_tls() {
  const bool must = options_.tls == ClientTls::starttls;
  if (!must && options_.tls != ClientTls::if_offered) co_return std::nullopt;
  if (!offer_.has(Extension::starttls)) {
    if (must) co_return ClientFault(Kind::unsupported, "the server does not offer STARTTLS");
    co_return std::nullopt;
  }
  Answer reply = co_await ask("STARTTLS");
  if (!reply) co_return reply.error();
  if (!reply->is_done()) {
    if (must) co_return refused("STARTTLS", *std::move(reply));
    tell(Who::note, "the server offers STARTTLS and refuses it; going on in the clear");
    co_return std::nullopt;
  }
  // Taken for replies within TLS, they would be what an attacker on the way wants them to be (CVE-2011-0411 and its kin).
  if (!unread_.empty() || reader_.has_begun()) {
    std::string words = fmt::format("the server sent `{}` in the clear behind its reply to STARTTLS", shown(unread_));
    unread_.clear();
    co_return ClientFault(Kind::protocol, std::move(words));
  }
  Fault fault = co_await shake_hands();
  if (fault) co_return fault;
  fault = co_await greet();
  co_return fault;
}

Task<MailClient::Fault> MailClient::shake_hands() {
  if (options_.tls_context == nullptr) co_return ClientFault(Kind::unsupported, "there is nothing to speak TLS with");
  auto summary = co_await connection_.connect_tls(options_.tls_context, options_.server_name, deadline());
  if (!summary) {
    tell(Who::note, "the TLS handshake failed: " + summary.error());
    co_return ClientFault(Kind::tls, "the TLS handshake failed: " + text::visible(summary.error()));
  }
  tls_ = *std::move(summary);
  tell(Who::note, fmt::format("{}, {}", tls_->version, tls_->cipher));
  tell(Who::note, fmt::format("certificate {}, {}", tls_->peer_certificate,
                              tls_->verified ? "verified" : "not verified: " + tls_->verify_error));
  co_return std::nullopt;
}

Task<MailClient::Fault> MailClient::tell_xclient() {
  if (options_.xclient.empty()) co_return std::nullopt;
  if (!offer_.has(Extension::xclient)) co_return ClientFault(Kind::unsupported, "the server does not offer XCLIENT");
  std::string line = "XCLIENT";
  for (const auto& [name, value] : options_.xclient) line += fmt::format(" {}={}", name, xtext_encode(value));
  Answer reply = co_await ask(std::move(line));
  if (!reply) co_return reply.error();
  if (!reply->is_done()) co_return refused("XCLIENT", *std::move(reply));
  // The session begins anew (Postfix, XCLIENT_README).
  Fault fault = co_await greet();
  co_return fault;
}

Task<MailClient::Fault> MailClient::authenticate() {
  if (!options_.credential) co_return std::nullopt;
  const Credential& credential = *options_.credential;
  const bool private_line = connection_.is_tls() || options_.clear_password;
  const auto mechanism = choose_mechanism(options_.mechanism, offer_, private_line);
  if (!mechanism) co_return ClientFault(Kind::unsupported, text::visible(mechanism.error()));
  std::string line = fmt::format("AUTH {}", to_string(*mechanism));
  std::string masked = line;
  if (auto initial = initial_response(*mechanism, credential)) {
    secrets_.push_back(*initial);
    line += ' ' + *initial;
    masked += fmt::format(" {}", kMask);
  }
  for (unsigned round = 0; round <= kMaxChallenges; ++round) {
    Answer reply = co_await ask(std::move(line), std::move(masked));
    if (!reply) co_return reply.error();
    if (reply->is_done()) co_return std::nullopt;
    if (reply->code != 334) {
      co_return refused(fmt::format("AUTH {}", to_string(*mechanism)), *std::move(reply));
    }
    line = next_response(*mechanism, credential, reply->text(), round);
    masked = line.empty() || line == "*" ? line : std::string(kMask);
    if (line.size() >= kLeastSecret) secrets_.push_back(line);
  }
  co_return ClientFault(Kind::protocol, "the server asks on and on in AUTH");
}

Task<Delivery> MailClient::send(Mail mail) {
  Delivery out;
  for (const std::string& address : mail.to) out.to.emplace_back(address);
  out.fault = co_await deliver(&mail, &out);
  if (out.fault) co_return out;
  const bool taken = out.final && out.final->is_done();
  for (Delivery::To& each : out.to) {
    const bool recipient = each.reply && each.reply->is_done();
    each.accepted = recipient && (options_.lmtp ? each.final && each.final->is_done() : taken);
  }
  co_return out;
}

Task<MailClient::Fault> MailClient::deliver(const Mail* mail, Delivery* out) {
  MailCommand command = mail_command(*mail, offer_, options_.chunk.has_value());
  for (const std::string& note : command.notes) tell(Who::note, note);
  if (!command.fault.empty()) co_return ClientFault(Kind::unsupported, command.fault);
  if (in_transaction_) {
    Answer reply = co_await ask("RSET");
    if (!reply) co_return reply.error();
  }
  in_transaction_ = true;
  std::vector<std::string> lines{std::move(command.line)};
  for (const std::string& to : mail->to) lines.push_back(rcpt_command(*mail, to, offer_));
  if (!options_.chunk) lines.emplace_back("DATA");
  Fault fault = co_await send_envelope(std::move(lines), out);
  if (fault) co_return fault;
  if (options_.chunk) {
    fault = co_await send_chunks(mail, out);
  } else {
    fault = co_await send_data(mail, out);
  }
  co_return fault;
}

/// MAIL, RCPT and DATA: in groups where the server takes them so (RFC 2920 §3.1), else one by one as long as it makes
/// sense.
Task<MailClient::Fault> MailClient::send_envelope(std::vector<std::string> lines, Delivery* out) {
  const std::size_t most = options_.pipelining && offer_.has(Extension::pipelining) ? kMaxGroup : 1;
  bool any = false;
  for (std::size_t next = 0; next < lines.size();) {
    const bool is_data = next > out->to.size();
    // How many replies LMTP has to data hangs on those to RCPT, so they are waited for.
    const std::size_t limit = options_.lmtp && !is_data ? out->to.size() + 1 : lines.size();
    const bool hopeless = (next > 0 && !out->mail->is_done()) || (is_data && !any);
    if (hopeless) co_return std::nullopt;
    const std::size_t end = std::min(next + most, limit);
    std::string group;
    for (std::size_t i = next; i < end; ++i) {
      if (lines[i].find_first_of("\r\n") != std::string::npos) {
        co_return ClientFault(Kind::unsupported, "an address cannot hold a line end: " + shown(lines[i]));
      }
      group += lines[i] + "\r\n";
      tell(Who::client, lines[i]);
    }
    Fault fault = unasked();
    if (!fault) fault = co_await write(std::move(group));
    if (fault) co_return fault;
    for (; next < end; ++next) {
      Answer reply = co_await read_reply();
      if (!reply) co_return reply.error();
      if (next == 0) {
        out->mail = *std::move(reply);
      } else if (next <= out->to.size()) {
        any = any || reply->is_done();
        out->to[next - 1].reply = *std::move(reply);
      } else {
        out->final = *std::move(reply);
      }
    }
  }
  co_return std::nullopt;
}

Task<MailClient::Fault> MailClient::send_data(const Mail* mail, Delivery* out) {
  if (!out->final || out->final->code != 354) {
    if (out->final && out->final->code < 400) {
      co_return ClientFault(Kind::protocol, fmt::format("the server answers DATA with {}", out->final->code));
    }
    co_return std::nullopt;
  }
  // In a group DATA may be answered before anybody looks at what became of the recipients (RFC 2920 §3.1).
  const bool anybody = std::ranges::any_of(out->to, [](const Delivery::To& to) { return to.reply->is_done(); });
  out->final.reset();
  if (Fault fault = unasked()) co_return fault;
  const bool whole = mail->bytes->empty() || mail->bytes->ends_with("\r\n");
  if (anybody) tell(Who::content, size_words(mail->bytes->size() + (whole ? 0 : 2)));
  if (anybody && !whole) tell(Who::note, "the last line had no CRLF and got one");
  tell(Who::client, ".");
  std::string data = anybody ? data_of(*mail->bytes) : ".\r\n";
  Fault fault = co_await write(std::move(data));
  if (fault) co_return fault;
  if (anybody) {
    fault = co_await read_final(out);
    co_return fault;
  }
  Answer reply = co_await read_reply();
  if (!reply) co_return reply.error();
  out->final = *std::move(reply);
  co_return std::nullopt;
}

/// RFC 3030 §2. A chunk that is refused ends it; what was sent before is forgotten with RSET.
Task<MailClient::Fault> MailClient::send_chunks(const Mail* mail, Delivery* out) {
  const bool anybody =
      std::ranges::any_of(out->to, [](const Delivery::To& to) { return to.reply && to.reply->is_done(); });
  if (!anybody) co_return std::nullopt;
  const std::string_view message = *mail->bytes;
  const std::size_t most = *options_.chunk == 0 ? std::max<std::size_t>(message.size(), 1) : *options_.chunk;
  std::size_t at = 0;
  while (true) {
    const std::string_view chunk = message.substr(at, most);
    at += chunk.size();
    const bool last = at == message.size();
    const std::string line = fmt::format("BDAT {}{}", chunk.size(), last ? " LAST" : "");
    if (Fault fault = unasked()) co_return fault;
    tell(Who::client, line);
    tell(Who::content, size_words(chunk.size()));
    std::string bytes = line + "\r\n";
    bytes += chunk;
    Fault fault = co_await write(std::move(bytes));
    if (fault) co_return fault;
    if (last) break;
    Answer reply = co_await read_reply();
    if (!reply) co_return reply.error();
    if (reply->is_done()) continue;
    out->final = *std::move(reply);
    co_return std::nullopt;
  }
  Fault fault = co_await read_final(out);
  co_return fault;
}

/// With LMTP there is a reply for each recipient that was accepted (RFC 2033 §4.2).
Task<MailClient::Fault> MailClient::read_final(Delivery* out) {
  in_transaction_ = false;
  if (!options_.lmtp) {
    Answer reply = co_await read_reply();
    if (!reply) co_return reply.error();
    out->final = *std::move(reply);
    co_return std::nullopt;
  }
  for (Delivery::To& each : out->to) {
    if (!each.reply->is_done()) continue;
    Answer reply = co_await read_reply();
    if (!reply) co_return reply.error();
    each.final = *std::move(reply);
  }
  co_return std::nullopt;
}

Task<void> MailClient::quit() {
  Answer reply = co_await ask("QUIT");
  co_await connection_.shutdown_tls(deadline());
  if (reply) connection_.finish_writing();
}

}  // namespace envelint::smtp
