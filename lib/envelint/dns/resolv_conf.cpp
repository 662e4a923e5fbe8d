#include <envelint/dns/resolv_conf.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>

namespace envelint::dns {
namespace {

// The limits of glibc: MAXNS, RES_MAXRETRANS, RES_MAXRETRY.
constexpr std::size_t kMaxServers = 3;
constexpr int kMaxTimeout = 30;
constexpr int kMaxAttempts = 5;
constexpr std::size_t kMaxFile = 64 * 1024;

/// Takes the first word off; empty when there is none.
std::string_view take_word(std::string_view& line) {
  line = text::trim(line);
  const auto end = std::ranges::find_if(line, text::is_wsp);
  const std::string_view word = line.substr(0, static_cast<std::size_t>(end - line.begin()));
  line.remove_prefix(word.size());
  return word;
}

std::optional<int> value_of(std::string_view option, std::string_view name, int most) {
  if (!option.starts_with(name)) return std::nullopt;
  const std::string_view digits = option.substr(name.size());
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) return std::nullopt;
  return std::min(value, most);
}

void read_option(std::string_view option, ResolvConf& out) {
  if (option == "rotate") out.rotate = true;
  if (option == "use-vc" || option == "tcp") out.tcp_only = true;
  if (option == "trust-ad") out.trust_ad = true;
  if (const auto seconds = value_of(option, "timeout:", kMaxTimeout)) out.timeout = std::chrono::seconds(*seconds);
  if (const auto attempts = value_of(option, "attempts:", kMaxAttempts)) out.attempts = attempts;
}

void read_line(std::string_view line, ResolvConf& out) {
  if (line.starts_with('#') || line.starts_with(';')) return;
  const std::string_view keyword = take_word(line);
  if (keyword == "nameserver") {
    // An address only: libc knows no ports here.
    const std::string_view word = take_word(line);
    const auto server = io::Endpoint::parse(word, kDnsPort);
    const bool has_port = word.starts_with('[') || std::ranges::count(word, ':') == 1;
    if (server && !has_port && out.servers.size() < kMaxServers) out.servers.push_back(*server);
  } else if (keyword == "options") {
    for (auto option = take_word(line); !option.empty(); option = take_word(line)) read_option(option, out);
  }
}

}  // namespace

NetworkOptions ResolvConf::options() const {
  NetworkOptions out;
  out.servers = servers;
  out.rotate = rotate;
  out.tcp_only = tcp_only;
  out.trust_ad = trust_ad;
  if (timeout && timeout->count() > 0) out.patience = *timeout;
  if (attempts && *attempts > 0) out.rounds = *attempts;
  return out;
}

ResolvConf parse_resolv_conf(std::string_view text) {
  ResolvConf out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    read_line(line, out);
  }
  return out;
}

ResolvConf read_resolv_conf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMaxFile, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse_resolv_conf(text);
}

std::optional<io::Endpoint> parse_server(std::string_view text) { return io::Endpoint::parse(text, kDnsPort); }

}  // namespace envelint::dns
