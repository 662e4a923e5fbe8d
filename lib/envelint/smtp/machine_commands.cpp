#include <envelint/smtp/machine.hpp>

#include <envelint/smtp/path.hpp>
#include <envelint/smtp/xclient.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace envelint::smtp {
namespace {

constexpr std::string_view kSecret = "****";

bool has_control(std::string_view line) {
  return std::ranges::any_of(line, [](char c) { return text::is_ascii(c) && c != ' ' && !text::is_vchar(c); });
}

/// A line that begins with AUTH, as far as it can be shown: no further than to a mechanism.
std::string masked(std::string_view line) {
  constexpr std::string_view kAuth = "AUTH";
  std::string_view rest = text::trim(line.substr(kAuth.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  if (rest.empty()) return std::string(kAuth);
  if (!mechanism_of(word)) return fmt::format("{} {}", kAuth, kSecret);
  const bool more = word.size() < rest.size();
  return fmt::format("{} {}{}{}", kAuth, word, more ? " " : "", more ? kSecret : "");
}

std::string_view without_trailing_space(std::string_view line) {
  while (!line.empty() && text::is_wsp(line.back())) line.remove_suffix(1);
  return line;
}

/// RFC 5321 §4.1.1: commands that have no argument.
bool takes_no_argument(Verb verb) {
  return verb == Verb::data || verb == Verb::rset || verb == Verb::quit || verb == Verb::starttls;
}

}  // namespace

void Session::Machine::on_line() {
  if (phase_ == Phase::auth_response) return on_auth_response();
  const Command command = split_command(line_.text());
  if (command.verb != Verb::unknown) refused_auth_ = command.verb == Verb::auth;
  transcript_.add(TranscriptEntry::Who::client, for_transcript(command));
  if (line_.has_bare_lf()) note("the line ended in a bare LF");
  if (command.verb == Verb::http)
    return drop(Close::Why::not_smtp, "4.7.0", "This is a mail server, which speaks SMTP and not HTTP");
  if (++idle_commands_ > options_.max_idle_commands + options_.max_recipients)
    return drop(Close::Why::flood, "4.7.0", "Too many commands and no message");
  const std::optional<Reply> fault = line_fault(command);
  if (!fault) return on_command(command);
  if (command.verb != Verb::bdat) return fail(*fault);
  drop(Close::Why::bad_chunk, "4.5.2", "The BDAT command cannot be read, so nobody knows where its chunk ends");
}

std::string Session::Machine::for_transcript(const Command& command) const {
  if (text::istarts_with(line_.text(), "AUTH")) return masked(line_.text());
  const bool may_be_secret = refused_auth_ && command.verb == Verb::unknown;
  return std::string(may_be_secret ? kSecret : line_.text());
}

std::optional<Reply> Session::Machine::line_fault(const Command& command) const {
  const std::size_t most = command.verb == Verb::auth ? kMaxAuthLine : kMaxCommandLine;
  if (line_.size() > most) return Reply(500, "5.5.2", fmt::format("The line has more than {} octets", most));
  if (has_control(without_trailing_space(line_.text())))
    return Reply(500, "5.5.2", "There is a control character in the line");
  if (takes_no_argument(command.verb) && !command.argument.empty())
    return Reply(501, "5.5.4", fmt::format("{} has no argument", shown(command.word)));
  return std::nullopt;
}

/// What has to come before a command. BDAT is not here: its chunk has to be read first.
std::optional<Reply> Session::Machine::order_fault(Verb verb) const {
  const bool mail = verb == Verb::mail || verb == Verb::rcpt || verb == Verb::data;
  if (!mail && verb != Verb::auth && verb != Verb::starttls && verb != Verb::vrfy) return std::nullopt;
  if (options_.require_tls && !tls_ && verb != Verb::starttls)
    return Reply(530, "5.7.0", "Say STARTTLS first");  // RFC 3207 §4
  if (hello_ == Hello::none && verb != Verb::vrfy)
    return Reply(503, "5.5.1", options_.lmtp ? "Say LHLO first" : "Say EHLO first");
  return std::nullopt;
}

void Session::Machine::on_command(const Command& command) {
  if (const std::optional<Reply> fault = order_fault(command.verb)) return fail(*fault);
  switch (command.verb) {
    case Verb::helo: return on_hello(Hello::helo, command.argument);
    case Verb::ehlo: return on_hello(Hello::ehlo, command.argument);
    case Verb::lhlo: return on_hello(Hello::lhlo, command.argument);
    case Verb::mail: return on_mail(command.argument);
    case Verb::rcpt: return on_rcpt(command.argument);
    case Verb::data: return on_data();
    case Verb::bdat: return on_bdat(command.argument);
    case Verb::rset: forget_mail(); return ok(Reply(250, "2.0.0", "Forgotten"));
    case Verb::noop: return ok(Reply(250, "2.0.0", "OK"));
    case Verb::vrfy: return on_vrfy(command.argument);
    case Verb::expn: return fail(Reply(502, "5.5.1", "EXPN is not offered here"));
    case Verb::help: return on_help();
    case Verb::quit: return on_quit();
    case Verb::starttls: return on_starttls();
    case Verb::auth: return on_auth(command.argument);
    case Verb::xclient: return on_xclient(command.argument);
    case Verb::http:
    case Verb::unknown: break;
  }
  if (command.word.empty()) return fail(Reply(500, "5.5.2", "An empty line is no command"));
  if (refused_auth_ || text::istarts_with(command.word, "AUTH"))
    return fail(Reply(500, "5.5.1", "This is no command of SMTP"));
  fail(Reply(500, "5.5.1", fmt::format("{} is no command of SMTP; HELP lists those there are", shown(command.word))));
}

void Session::Machine::on_hello(Hello hello, std::string_view argument) {
  if (options_.lmtp != (hello == Hello::lhlo))
    return fail(Reply(500, "5.5.1", options_.lmtp ? "This is LMTP: say LHLO" : "LHLO is of LMTP: say EHLO"));
  if (argument.empty()) return fail(Reply(501, "5.5.4", "Say who you are: EHLO mail.example.com"));
  const bool literal = argument.starts_with('[');
  const std::optional<std::string> fault = literal ? literal_fault(argument) : domain_fault(argument);
  const bool sound = argument.size() <= kMaxDomain && std::ranges::all_of(argument, text::is_vchar);
  if (!sound) return fail(Reply(501, "5.5.4", fmt::format("{} is no host name", shown(argument))));
  if (fails_at(Step::hello)) return;  // RFC 5321 §4.1.4: the state stays as it was
  // Containers and Windows hosts have names with `_`; to refuse their mail would help nobody, to tell it does.
  hello_ = hello;
  hello_name_ = argument;
  hello_valid_ = !fault;
  forget_mail();
  std::string text = options_.hostname + " greets " + hello_name_;
  if (hello != Hello::helo) text += offer();
  ok(Reply(250, "", text));
}

ExtensionSet Session::Machine::offered() const {
  ExtensionSet out;
  if (hello_ == Hello::none || hello_ == Hello::helo) return out;
  for (const Extension extension :
       {Extension::pipelining, Extension::size, Extension::eight_bit_mime, Extension::smtputf8, Extension::dsn,
        Extension::enhanced_status_codes, Extension::chunking, Extension::limits})
    if (!hides(extension)) out.add(extension);
  if (out.has(Extension::chunking) && !hides(Extension::binary_mime)) out.add(Extension::binary_mime);
  if (tls_ && !hides(Extension::requiretls)) out.add(Extension::requiretls);
  if (options_.can_start_tls && !tls_ && !hides(Extension::starttls)) out.add(Extension::starttls);
  if (!mechanisms().empty()) out.add(Extension::auth);
  const bool trusted = options_.xclient_from.contains(peer_) || options_.xclient_from.contains(peer_.unmapped());
  if (trusted && !hides(Extension::xclient)) out.add(Extension::xclient);
  return out;
}

/// The lines of EHLO behind the first.
std::string Session::Machine::offer() const {
  const ExtensionSet set = offered();
  std::string out;
  const auto line = [&](Extension extension, std::string_view text) {
    if (set.has(extension)) out += fmt::format("\n{}", text);
  };
  line(Extension::pipelining, "PIPELINING");
  line(Extension::size, fmt::format("SIZE {}", options_.max_message));
  line(Extension::eight_bit_mime, "8BITMIME");
  line(Extension::smtputf8, "SMTPUTF8");
  line(Extension::dsn, "DSN");
  line(Extension::enhanced_status_codes, "ENHANCEDSTATUSCODES");
  line(Extension::chunking, "CHUNKING");
  line(Extension::binary_mime, "BINARYMIME");
  line(Extension::starttls, "STARTTLS");
  line(Extension::requiretls, "REQUIRETLS");
  line(Extension::limits, fmt::format("LIMITS MAILMAX={} RCPTMAX={}", options_.max_messages, options_.max_recipients));
  std::string names;
  for (const Mechanism mechanism : mechanisms()) names += fmt::format(" {}", to_string(mechanism));
  line(Extension::auth, "AUTH" + names);
  line(Extension::xclient, "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT");
  return out + "\nHELP";
}

/// Those that are offered now.
std::vector<Mechanism> Session::Machine::mechanisms() const {
  const AuthOptions& auth = options_.auth;
  if (auth.policy == AuthPolicy::off || hides(Extension::auth) || (!tls_ && !auth.without_tls)) return {};
  std::vector<Mechanism> out = auth.mechanisms;
  if (auth.cram_challenge.empty()) std::erase(out, Mechanism::cram_md5);
  return out;
}

void Session::Machine::on_starttls() {
  if (tls_) return fail(Reply(503, "5.5.1", "TLS is there already"));
  if (!offered().has(Extension::starttls)) return fail(Reply(502, "5.5.1", "STARTTLS is not offered here"));
  const Fault* const fault = fault_at(Step::starttls);
  if (fault != nullptr && fault->kind == Fault::Kind::reply) return say(fault->reply);
  ok(Reply(220, "2.0.0", "Begin TLS"));
  if (fault != nullptr) return do_fault(*fault);
  events_.emplace_back(StartTls{});
  phase_ = Phase::tls_handshake;
}

void Session::Machine::on_auth(std::string_view argument) {
  if (identity_) return fail(Reply(503, "5.5.1", "You have authenticated already"));
  if (transaction_) return fail(Reply(503, "5.5.1", "AUTH cannot be within a mail transaction"));
  const bool off = options_.auth.policy == AuthPolicy::off || hides(Extension::auth) || hello_ == Hello::helo;
  if (off) return fail(Reply(502, "5.5.1", "AUTH is not offered here"));
  if (!tls_ && !options_.auth.without_tls)
    return fail(Reply(538, "5.7.11", "AUTH needs TLS: say STARTTLS first"));  // RFC 4954 §6
  const std::size_t space = argument.find(' ');
  const std::optional<Mechanism> mechanism = mechanism_of(argument.substr(0, space));
  const std::vector<Mechanism> offered_now = mechanisms();
  if (!mechanism || std::ranges::find(offered_now, *mechanism) == offered_now.end())
    return fail(Reply(504, "5.5.4", "This mechanism is not offered here"));
  if (fails_at(Step::auth)) return;
  std::optional<std::string_view> initial;
  if (space != std::string_view::npos) initial = argument.substr(space + 1);
  exchange_.emplace(options_.auth, *mechanism);
  on_auth_step(exchange_->start(initial));
}

void Session::Machine::on_auth_response() {
  const std::string_view line = line_.text();
  transcript_.add(TranscriptEntry::Who::client, line == "*" ? line : kSecret);
  if (line_.size() <= kMaxAuthLine) return on_auth_step(exchange_->respond(line));
  exchange_.reset();
  phase_ = Phase::command;
  fail(Reply(500, "5.5.6", "The line is too long"));  // RFC 4954 §4
}

void Session::Machine::on_auth_step(AuthExchange::Step step) {
  phase_ = step == AuthExchange::Step::challenge ? Phase::auth_response : Phase::command;
  if (step == AuthExchange::Step::challenge) return say(Reply(334, "", exchange_->challenge()));
  const Identity identity = exchange_->identity();
  exchange_.reset();
  switch (step) {
    case AuthExchange::Step::challenge: return;
    case AuthExchange::Step::accepted:
      identity_ = identity;
      refused_auth_ = false;
      return ok(Reply(235, "2.7.0", "Authenticated"));
    case AuthExchange::Step::malformed:
      return fail(Reply(501, "5.5.2", fmt::format("This is no response of {} in base64", identity.mechanism)));
    case AuthExchange::Step::cancelled: return fail(Reply(501, "5.7.0", "Authentication cancelled"));
    case AuthExchange::Step::refused: break;
  }
  note(fmt::format("{} was refused for {}", identity.mechanism, shown(identity.user)));
  if (++auth_failures_ < kMaxAuthFailures) return fail(Reply(535, "5.7.8", "Wrong user or password"));
  drop(Close::Why::too_many_errors, "4.7.0", fmt::format("{} wrong users or passwords, goodbye", auth_failures_));
}

void Session::Machine::on_xclient(std::string_view argument) {
  const bool trusted = options_.xclient_from.contains(peer_) || options_.xclient_from.contains(peer_.unmapped());
  if (hides(Extension::xclient) || !trusted) return fail(Reply(550, "5.7.0", "XCLIENT is not for you"));
  if (transaction_) return fail(Reply(503, "5.5.1", "XCLIENT cannot be within a mail transaction"));
  const auto data = parse_xclient(argument);
  if (!data) return fail(Reply(501, "5.5.4", "XCLIENT: " + data.error()));
  Client told = client();
  told.source = Client::Source::xclient;
  if (data->address) told.address = *data->address;
  if (data->port) told.port = *data->port;
  if (data->name) told.name = *data->name;
  if (data->hello) told.hello = *data->hello;
  forget_client();
  told_ = std::move(told);
  if (data->login)
    identity_ = Identity{.mechanism = "XCLIENT", .user = *data->login, .authorization = {}, .secret = {}};
  errors_ = 0;
  greet();  // the session begins anew: the reply to XCLIENT is a greeting
}

void Session::Machine::on_vrfy(std::string_view argument) {
  if (argument.empty()) return fail(Reply(501, "5.5.4", "Write VRFY user@example.com"));
  ok(Reply(252, "2.1.5", "Nobody is looked up here; send the message and see"));  // RFC 5321 §3.5.3
}

void Session::Machine::on_help() {
  ok(Reply(214, "2.0.0",
           options_.lmtp ? "LHLO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS AUTH"
                         : "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS AUTH"));
}

void Session::Machine::on_quit() {
  ok(Reply(221, "2.0.0", options_.hostname + " goodbye"));
  close(Close::Why::quit);
}

}  // namespace envelint::smtp
