#include "send_options.hpp"

#include "key_files.hpp"

#include <envelint/smtp/auth.hpp>
#include <envelint/smtp/path.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace cli {

using namespace envelint;

namespace {

constexpr std::uint16_t kSmtp = 25;
constexpr std::uint16_t kSubmissions = 465;  // RFC 8314 §3.3
constexpr std::uint16_t kLmtp = 24;
constexpr std::size_t kMostAddresses = 16;
constexpr std::size_t kMaxPasswordFile = 65536;
constexpr std::uint64_t kMostRepeats = 10'000'000;
constexpr std::uint64_t kMostParallel = 10'000;
constexpr double kMostSeconds = 86400;
constexpr double kMostRate = 1e6;

using Wrong = std::optional<std::string>;

std::optional<double> number(std::string_view text) {
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !(out > 0)) return std::nullopt;
  return out;
}

struct Unit {
  std::string_view name;
  double seconds;
};

/// `30`, `1.5s`, `200ms`, `2m`, in seconds; with `per`, `100`, `100/s` and `90/m`, how many a second.
std::optional<double> with_unit(std::string_view text, const std::array<Unit, 3>& units) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    const auto value = number(text.substr(0, text.size() - unit.name.size()));
    return value ? std::optional(*value * unit.seconds) : std::nullopt;
  }
  return number(text);
}

std::optional<double> seconds_of(std::string_view text) {
  const auto out = with_unit(text, {{{"ms", 0.001}, {"s", 1}, {"m", 60}}});
  return out && *out <= kMostSeconds ? out : std::nullopt;
}

std::optional<double> rate_of(std::string_view text) {
  const auto out = with_unit(text, {{{"/s", 1}, {"/m", 1.0 / 60}, {"/h", 1.0 / 3600}}});
  return out && *out <= kMostRate ? out : std::nullopt;
}

std::optional<std::size_t> octets_of(std::string_view text) {
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out == 0) return std::nullopt;
  return out;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

std::optional<io::Endpoint> endpoint_of(const sockaddr* address, std::uint16_t port) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &v4.sin_addr, octets.size());
    return io::Endpoint(net::Address(octets), port);
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, address, sizeof v6);
  std::array<std::uint8_t, 16> octets{};
  std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
  return io::Endpoint(net::Address(octets), port);
}

std::expected<std::vector<io::Endpoint>, std::string> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = AF_UNSPEC;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0) return std::unexpected(fmt::format("`{}` has no address: {}", host, ::gai_strerror(error)));
  const std::unique_ptr<addrinfo, FreeAddresses> owned(list);
  std::vector<io::Endpoint> out;
  for (const addrinfo* each = list; each != nullptr && out.size() < kMostAddresses; each = each->ai_next) {
    if (auto endpoint = endpoint_of(each->ai_addr, port)) out.push_back(*std::move(endpoint));
  }
  return out;
}

std::string own_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// One reading of the options.
class Reading {
 public:
  explicit Reading(const SendOptions& options) : options_(options) {}

  std::expected<SendSettings, WrongSend> read() {
    for (const auto step : {&Reading::read_numbers, &Reading::read_session, &Reading::read_tls, &Reading::read_user,
                            &Reading::read_notifications, &Reading::read_host}) {
      if (auto wrong = (this->*step)()) return std::unexpected(WrongSend{*std::move(wrong), unreachable_});
    }
    return std::move(out_);
  }

 private:
  Wrong read_numbers() {
    const auto timeout = seconds_of(options_.timeout);
    if (!timeout)
      return fmt::format("--timeout `{}` is no time: give seconds, or `500ms`, `30s`, `2m`", options_.timeout);
    out_.client.timeout = std::chrono::duration_cast<io::Duration>(std::chrono::duration<double>(*timeout));
    if (!options_.rate.empty()) {
      const auto rate = rate_of(options_.rate);
      if (!rate) return fmt::format("--rate `{}` is no rate: give `100/s` or `30/m`", options_.rate);
      out_.per_second = *rate;
    }
    out_.repeat = options_.repeat;
    out_.parallel = options_.parallel;
    out_.reuse = options_.reuse;
    return std::nullopt;
  }

  Wrong read_session() {
    out_.client.lmtp = options_.lmtp;
    out_.client.pipelining = !options_.no_pipelining;
    if (!options_.bdat.empty()) {
      out_.client.chunk = 0;
      if (options_.bdat != "true") out_.client.chunk = octets_of(options_.bdat);
      if (!out_.client.chunk) return fmt::format("--bdat={}: give the octets of a chunk", options_.bdat);
    }
    for (const std::string& each : options_.xclient) {
      const std::size_t equals = each.find('=');
      if (equals == 0 || equals == std::string::npos) return fmt::format("--xclient `{}`: give `NAME=VALUE`", each);
      out_.client.xclient.emplace_back(each.substr(0, equals), each.substr(equals + 1));
    }
    return read_hello();
  }

  Wrong read_hello() {
    const std::string& helo = options_.helo;
    if (!std::ranges::all_of(helo, text::is_vchar)) return fmt::format("--helo `{}` is no host name", helo);
    const std::string name = helo.empty() ? own_name() : helo;
    // RFC 5321 §4.1.1.1: who has no name says its address.
    out_.hello_is_address = helo.empty() && (!name.contains('.') || smtp::domain_fault(name));
    if (!out_.hello_is_address) out_.client.hello = name;
    return std::nullopt;
  }

  Wrong read_tls() {
    using smtp::ClientTls;
    constexpr std::array<std::pair<std::string_view, ClientTls>, 4> kWords{{{"none", ClientTls::none},
                                                                            {"if-offered", ClientTls::if_offered},
                                                                            {"starttls", ClientTls::starttls},
                                                                            {"implicit", ClientTls::implicit}}};
    for (const auto& [word, value] : kWords) {
      if (options_.tls == word) out_.client.tls = value;
    }
    if (options_.insecure && !options_.ca_file.empty()) return "--insecure and --ca contradict each other";
    if (out_.client.tls == ClientTls::none) return std::nullopt;
    io::TlsClientOptions wanted;
    wanted.ca_file = options_.ca_file;
    if (!options_.insecure) {
      auto strict = io::TlsContext::client(wanted);
      if (!strict) return strict.error();
      out_.strict = *std::move(strict);
    }
    out_.trust_loopback = options_.ca_file.empty();
    wanted.verify = false;
    auto lenient = io::TlsContext::client(wanted);
    if (!lenient) return lenient.error();
    out_.lenient = *std::move(lenient);
    return std::nullopt;
  }

  Wrong read_user() {
    if (options_.user.empty()) {
      if (options_.auth.empty() && options_.password_file.empty()) return std::nullopt;
      return "--user is missing: who authenticates";
    }
    auto secret = read_password();
    if (!secret) return secret.error();
    out_.client.credential = smtp::Credential{options_.user, *std::move(secret)};
    std::string name = options_.auth;
    for (char& c : name) {
      if (text::is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
    }
    if (!name.empty()) out_.client.mechanism = smtp::mechanism_of(name);
    out_.client.clear_password = options_.insecure;
    return std::nullopt;
  }

  [[nodiscard]] std::expected<std::string, std::string> read_password() const {
    if (options_.password_file.empty()) {
      const char* const secret = std::getenv("ENVELINT_PASSWORD");
      if (secret != nullptr) return secret;
      return std::unexpected("there is no password; give --password-file FILE or ENVELINT_PASSWORD in the environment");
    }
    const auto file = read_secret_file(options_.password_file, kMaxPasswordFile);
    if (!file) return std::unexpected(fmt::format("{}: {}", options_.password_file, file.error()));
    const std::string_view words = file->content.reveal();
    return std::string(words.substr(0, words.find_first_of("\r\n")));
  }

  Wrong read_notifications() {
    out_.notify = options_.notify;
    out_.envid = options_.envid;
    for (char& c : out_.notify) {
      if (text::is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
    }
    if (!out_.notify.empty() && out_.notify != "NEVER") {
      std::string_view rest = out_.notify;
      while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find(','));
        if (word != "SUCCESS" && word != "FAILURE" && word != "DELAY") {
          return fmt::format("--notify `{}`: give `never`, or some of `success,failure,delay`", options_.notify);
        }
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      }
    }
    out_.ret = options_.ret == "full" ? "FULL" : options_.ret == "headers" ? "HDRS" : "";
    return std::nullopt;
  }

  Wrong read_host() {
    const bool implicit = out_.client.tls == smtp::ClientTls::implicit;
    out_.default_port = options_.lmtp ? kLmtp : implicit ? kSubmissions : kSmtp;
    if (auto endpoint = io::Endpoint::parse(options_.to_host, out_.default_port)) {
      out_.host = endpoint->address.to_string();
      out_.endpoints = {*std::move(endpoint)};
      return std::nullopt;
    }
    const std::size_t colon = options_.to_host.find(':');
    out_.host = options_.to_host.substr(0, colon);
    std::uint16_t port = out_.default_port;
    if (colon != std::string::npos) {
      const char* const end = options_.to_host.data() + options_.to_host.size();
      const auto [at, error] = std::from_chars(options_.to_host.data() + colon + 1, end, port);
      if (error != std::errc() || at != end || port == 0) out_.host.clear();
    }
    if (out_.host.empty() || smtp::domain_fault(out_.host)) {
      return fmt::format("--to-host `{}` is no host: give a name or an address, and `:PORT`", options_.to_host);
    }
    auto found = look_up(out_.host, port);
    unreachable_ = !found;
    if (!found) return found.error();
    out_.endpoints = *std::move(found);
    return std::nullopt;
  }

  const SendOptions& options_;
  SendSettings out_;
  bool unreachable_ = false;
};

}  // namespace

void add_send_options(Command& command, SendOptions& options) {
  command.option("--to-host", options.to_host, "the server, and nobody else; port 25, 465 with --tls implicit")
      .value("HOST[:PORT]");
  command.option("--helo", options.helo, "the name to greet with (default: this host's)").value("NAME");
  command.option("--tls", options.tls, "none, if-offered, starttls or implicit")
      .value("HOW")
      .one_of({"none", "if-offered", "starttls", "implicit"})
      .show_default();
  command.flag("--insecure", options.insecure, "take any certificate, and send passwords without TLS");
  command.option("--ca", options.ca_file, "certificates to trust (default: the system's; on loopback any)")
      .value("FILE");
  command.option("--user", options.user, "authenticate as this user").value("USER");
  command.option("--password-file", options.password_file, "its first line is the password (or $ENVELINT_PASSWORD)")
      .value("FILE");
  command.option("--auth", options.auth, "plain, login, cram-md5 or xoauth2 (default: the first that is safe)")
      .value("MECHANISM")
      .one_of({"plain", "login", "cram-md5", "xoauth2"});
  command.option("--xclient", options.xclient, "tell the server who the client is to be").value("NAME=VALUE");
  command.flag("--lmtp", options.lmtp, "speak LMTP (port 24)");
  command.flag("--no-pipelining", options.no_pipelining, "one command after the other");
  command.flag_or_value("--bdat", options.bdat, "BDAT in place of DATA; with =OCTETS in chunks");
  command.option("--notify", options.notify, "NOTIFY: never, or success,failure,delay").value("WHEN");
  command.option("--ret", options.ret, "RET: full or headers").value("WHAT").one_of({"full", "headers"});
  command.option("--envid", options.envid, "ENVID").value("TEXT");
  command.option("--timeout", options.timeout, "for each answer: `30`, `500ms`, `2m`").value("TIME").show_default();
  command.option("--repeat", options.repeat, "send so many").value("N").range(1, kMostRepeats);
  command.option("--parallel", options.parallel, "over so many connections at once").value("N").range(1, kMostParallel);
  command.option("--rate", options.rate, "no more than that: `100/s`, `30/m`").value("RATE");
  command.flag("--reuse", options.reuse, "several mails over one connection");
}

std::expected<SendSettings, WrongSend> read_send_options(const SendOptions& options) { return Reading(options).read(); }

}  // namespace cli
