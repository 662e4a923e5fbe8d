#include "receive_server.hpp"

#include "listen_address.hpp"
#include "quantity.hpp"

#include <envelint/net/prefix.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/core.h>

#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

namespace cli {

using namespace envelint;

namespace {

using Fault = std::optional<std::string>;

constexpr std::uint16_t kDefaultPort = 2525;
// Files of users have a few lines; what is longer is no such file, and may have no end.
constexpr std::size_t kMaxUsersFile = std::size_t{1} << 20;

/// The lines `user:secret` of a file.
std::expected<std::vector<smtp::Credential>, std::string> read_users(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content(kMaxUsersFile + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.is_open() || file.bad()) return std::unexpected(fmt::format("{}: it cannot be read", path));
  if (content.size() > kMaxUsersFile)
    return std::unexpected(fmt::format("{}: it is too large for a file of users", path));
  std::istringstream in(std::move(content));
  std::vector<smtp::Credential> out;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    const std::string_view text = text::trim(line);
    if (text.empty() || text.starts_with('#')) continue;
    const std::size_t colon = text.find(':');
    if (colon == 0 || colon == std::string_view::npos)
      return std::unexpected(fmt::format("{}:{}: write user:password on each line", path, number));
    out.push_back({std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))});
  }
  if (out.empty()) return std::unexpected(fmt::format("{}: it names no users", path));
  return out;
}

/// Makes the plan, a group of options at a time; the first thing that is wrong is told.
class Planner {
 public:
  explicit Planner(const ReceiveServerOptions& options) : options_(options) {}

  std::expected<ServerPlan, std::string> run() {
    for (const auto step :
         {&Planner::listeners, &Planner::tls, &Planner::auth, &Planner::trust, &Planner::limits, &Planner::faults}) {
      if (Fault fault = (this->*step)()) return std::unexpected(*std::move(fault));
    }
    return std::move(plan_);
  }

 private:
  [[nodiscard]] smtp::SessionOptions& session() { return plan_.server.session; }

  Fault add_listeners(std::string_view option, const std::vector<std::string>& texts, bool implicit_tls, bool lmtp) {
    for (const std::string& text : texts) {
      const auto endpoint = parse_listen_address(text, kDefaultPort);
      if (!endpoint)
        return fmt::format("{} `{}`: write an address and a port, such as 127.0.0.1:2525 or [::1]:0", option, text);
      plan_.listeners.push_back({*endpoint, implicit_tls, lmtp});
    }
    return std::nullopt;
  }

  Fault listeners() {
    session().hostname = options_.hostname;
    if (Fault fault = add_listeners("--smtp", options_.smtp, false, false)) return fault;
    if (Fault fault = add_listeners("--smtps", options_.smtps, true, false)) return fault;
    if (Fault fault = add_listeners("--lmtp", options_.lmtp, false, true)) return fault;
    plan_.own_choice = plan_.listeners.empty();
    if (!plan_.own_choice) return std::nullopt;
    return add_listeners("--smtp", {"127.0.0.1:2525", "[::1]:2525"}, false, false);
  }

  Fault tls() {
    if (options_.certificate.empty() != options_.key.empty()) return "--cert and --key go together";
    if (options_.no_tls && (!options_.certificate.empty() || options_.require_tls || !options_.smtps.empty()))
      return "--no-tls does not go with --cert, --require-tls and --smtps";
    session().require_tls = options_.require_tls;
    if (options_.no_tls) return std::nullopt;
    auto context = options_.certificate.empty() ? io::TlsContext::self_signed(options_.hostname)
                                                : io::TlsContext::server(options_.certificate, options_.key);
    if (!context) return context.error();
    plan_.server.tls = *std::move(context);
    return std::nullopt;
  }

  Fault auth() {
    smtp::AuthOptions& auth = session().auth;
    auth.without_tls = options_.auth_in_clear;
    if (options_.auth == "none") return std::nullopt;
    auth.policy = smtp::AuthPolicy::any;
    if (options_.auth == "any") return std::nullopt;
    auto users = read_users(options_.auth);
    if (!users) return users.error();
    auth.policy = smtp::AuthPolicy::listed;
    auth.users = *std::move(users);
    return std::nullopt;
  }

  static Fault add_prefixes(std::string_view option, const std::vector<std::string>& texts, net::PrefixSet& out) {
    for (const std::string& text : texts) {
      const auto prefix = net::Prefix::parse(text);
      if (!prefix) return fmt::format("{} `{}`: write an address or a network, such as 192.0.2.0/24", option, text);
      out.add(*prefix);
    }
    return std::nullopt;
  }

  Fault trust() {
    if (Fault fault = add_prefixes("--xclient-from", options_.xclient_from, session().xclient_from)) return fault;
    return add_prefixes("--proxy-from", options_.proxy_from, session().proxy_from);
  }

  Fault limits() {
    const auto size = parse_octets(options_.max_size);
    if (!size || *size == 0 || *size > std::uint64_t{1} << 30)
      return fmt::format("--max-size `{}`: write a number of octets up to 1G, such as 25M", options_.max_size);
    const auto memory = parse_octets(options_.max_memory);
    if (!memory || *memory < *size)
      return fmt::format("--max-memory `{}`: write a number of octets, not below --max-size", options_.max_memory);
    const auto timeout = parse_duration(options_.command_timeout);
    if (!timeout)
      return fmt::format("--command-timeout `{}`: write a time such as 30s or 5m", options_.command_timeout);
    session().max_message = *size;
    session().max_drain = *size;
    session().max_recipients = options_.max_recipients;
    session().bare_newlines = newlines();
    plan_.server.max_held = *memory;
    plan_.server.max_sessions = options_.max_sessions;
    plan_.server.max_sessions_per_address = options_.max_sessions_per_address;
    plan_.server.timeouts.command = *timeout;
    plan_.server.timeouts.handshake = std::min(plan_.server.timeouts.handshake, *timeout);
    plan_.server.timeouts.write = std::min(plan_.server.timeouts.write, *timeout);
    plan_.server.timeouts.progress = std::min(plan_.server.timeouts.progress, *timeout);
    return std::nullopt;
  }

  [[nodiscard]] smtp::BareNewlines newlines() const {
    if (options_.bare_newlines == "note") return smtp::BareNewlines::note;
    return options_.bare_newlines == "keep" ? smtp::BareNewlines::keep : smtp::BareNewlines::reject;
  }

  Fault faults() {
    session().faults.heed_recipients(!options_.no_magic);
    for (const std::string& text : options_.faults) {
      if (Fault fault = session().faults.add(text)) return "--fault " + *fault;
    }
    return std::nullopt;
  }

  const ReceiveServerOptions& options_;
  ServerPlan plan_;
};

}  // namespace

void add_server_options(Command& command, ReceiveServerOptions& options) {
  command
      .option("--smtp", options.smtp, "listen here; port 0 takes a free one (default: loopback, port 2525); repeatable")
      .value("ADDR:PORT");
  command.option("--smtps", options.smtps, "the same with TLS from the first octet; repeatable").value("ADDR:PORT");
  command.option("--lmtp", options.lmtp, "the same for LMTP; repeatable").value("ADDR:PORT");
  command.option("--hostname", options.hostname, "who the server says it is").value("NAME").show_default();
  command.option("--cert", options.certificate, "certificate, with those that lead to its issuer (default: made up)")
      .value("PEM");
  command.option("--key", options.key, "its private key").value("PEM");
  command.flag("--no-tls", options.no_tls, "do not offer STARTTLS");
  command.flag("--require-tls", options.require_tls, "take no mail in clear");
  command.option("--auth", options.auth, "any user and password, none, or a file with lines user:password")
      .value("any|none|FILE")
      .show_default();
  command.flag("--auth-in-clear", options.auth_in_clear, "offer AUTH without TLS too");
  command
      .option("--xclient-from", options.xclient_from,
              "clients that may say with XCLIENT who they speak for; repeatable")
      .value("NETWORK");
  command.option("--proxy-from", options.proxy_from, "clients that begin with a PROXY protocol header; repeatable")
      .value("NETWORK");
  command
      .option("--bare-newlines", options.bare_newlines, "what becomes of mail with a bare CR, LF, NUL or a long line")
      .one_of({"reject", "note", "keep"})
      .show_default();
  command.option("--max-size", options.max_size, "octets of a message").value("SIZE").show_default();
  command.option("--max-recipients", options.max_recipients, "of a message").show_default();
  command.option("--max-sessions", options.max_sessions, "at once").show_default();
  command.option("--max-sessions-per-address", options.max_sessions_per_address, "at once, of clients elsewhere")
      .show_default();
  command.option("--max-memory", options.max_memory, "octets of messages that are arriving")
      .value("SIZE")
      .show_default();
  command.option("--command-timeout", options.command_timeout, "how long a client may be silent")
      .value("TIME")
      .show_default();
  command.option("--fault", options.faults, "fail at a step: rcpt=451, message=drop, hello=silence; repeatable")
      .value("STEP=WHAT");
  command.flag("--no-magic", options.no_magic, "recipients such as 451@example.com ask for nothing");
}

std::expected<ServerPlan, std::string> plan_server(const ReceiveServerOptions& options) {
  return Planner(options).run();
}

}  // namespace cli
