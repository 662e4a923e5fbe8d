#include "dns_source.hpp"

#include "atomic_write.hpp"

#include <envelint/dns/cache.hpp>
#include <envelint/dns/fragment_resolver.hpp>
#include <envelint/dns/network_resolver.hpp>
#include <envelint/dns/overlay_resolver.hpp>
#include <envelint/dns/recording.hpp>
#include <envelint/dns/resolv_conf.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/dns/zone_scope.hpp>
#include <envelint/io/socket.hpp>

#include <fmt/core.h>

#include <array>
#include <fstream>

namespace cli {

using namespace envelint;

namespace {

std::expected<dns::Answers, std::string> open_recording(const std::string& path) {
  const auto cannot = [&path] { return std::unexpected(fmt::format("{}: it cannot be read", path)); };
  std::ifstream in(path, std::ios::binary);
  if (!in.is_open()) return cannot();
  std::string text;
  std::array<char, 65536> block{};
  // One octet more than a recording may have is enough to know.
  while (in && text.size() <= dns::kMaxRecordingBytes) {
    in.read(block.data(), block.size());
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) return cannot();
  auto answers = dns::read_recording(text);
  if (answers) return *std::move(answers);
  return std::unexpected(fmt::format("{}:{}: {}", path, answers.error().line, answers.error().message));
}

std::expected<dns::NetworkOptions, std::string> network_options(const std::vector<std::string>& nameservers) {
  if (nameservers.empty()) return dns::read_resolv_conf().options();
  dns::NetworkOptions options;
  for (const std::string& text : nameservers) {
    const auto server = dns::parse_server(text);
    if (!server) {
      return std::unexpected(fmt::format(
          "--nameserver `{}` is no address; write 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353", text));
    }
    options.servers.push_back(*server);
  }
  return options;
}

}  // namespace

struct DnsSource::State {
  io::EventLoop loop;
  std::string save_path;
  GrowingFile saved;
  // Each refers to those before it.
  std::optional<dns::NetworkResolver> network;
  std::optional<dns::CachingResolver> cache;
  std::optional<dns::ReplayResolver> replay;
  std::optional<dns::ZoneResolver> zone;
  std::optional<dns::ZoneScope> scope;
  std::optional<dns::FragmentResolver> fragment;
  std::optional<dns::OverlayResolver> overlay;
  std::optional<dns::RecordingResolver> recording;
  dns::Resolver* top = nullptr;

  std::optional<std::string> open_base(const DnsOptions& options) {
    if (!options.replay.empty()) {
      auto answers = open_recording(options.replay);
      if (!answers) return answers.error();
      top = &replay.emplace(*std::move(answers));
      return std::nullopt;
    }
    auto network_settings = network_options(options.nameservers);
    if (!network_settings) return network_settings.error();
    io::raise_descriptor_limit();  // with few, sockets are shared: it works, and is easier to forge
    network.emplace(loop, *std::move(network_settings));
    top = &cache.emplace(*network, loop);
    return std::nullopt;
  }

  std::optional<std::string> open_recorder() {
    if (auto fault = saved.open(save_path)) return fault;
    top = &recording.emplace(*top, [this](std::string_view line) { saved.append(line); });
    return std::nullopt;
  }

  void open_zone(const dns::Zone& files, Outside outside) {
    zone.emplace(files);
    scope.emplace(files);
    if (top == nullptr && outside == Outside::nothing) {
      top = &*zone;
    } else if (top == nullptr && !scope->is_whole_zone()) {
      top = &fragment.emplace(*zone, files);
    } else {
      top = &overlay.emplace(*zone, *scope, top);
    }
  }
};

void add_dns_options(Command& command, DnsOptions& options) {
  command.flag("--overlay", options.overlay, "the zone files' names from the files, all others live");
  command
      .option("--nameserver", options.nameservers, "ask this server (default: those of /etc/resolv.conf); repeatable")
      .value("ADDR[:PORT]");
  command.option("--save-dns", options.save, "write down every question and answer, to be replayed").value("FILE");
  command.option("--replay", options.replay, "take the answers from such a file; nothing is asked").value("FILE");
}

DnsSource::DnsSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
DnsSource::~DnsSource() = default;

std::expected<std::unique_ptr<DnsSource>, std::string> DnsSource::open(const DnsOptions& options, const dns::Zone* zone,
                                                                       Outside outside) {
  if (options.overlay && zone == nullptr) return std::unexpected("--overlay goes with --zone FILE");
  if (!options.replay.empty() && !options.nameservers.empty()) {
    return std::unexpected("--replay asks no server; leave --nameserver out");
  }
  if (zone != nullptr && !options.overlay && (!options.replay.empty() || !options.nameservers.empty())) {
    return std::unexpected("--zone alone asks nobody else; add --overlay to have other names answered too");
  }
  auto state = std::make_unique<State>();
  state->save_path = options.save;
  if (zone == nullptr || options.overlay) {
    if (auto fault = state->open_base(options)) return std::unexpected(*std::move(fault));
  }
  if (zone != nullptr) state->open_zone(*zone, outside);
  if (!options.save.empty()) {
    if (auto fault = state->open_recorder()) return std::unexpected(fmt::format("{}: {}", options.save, *fault));
  }
  return std::unique_ptr<DnsSource>(new DnsSource(std::move(state)));
}

dns::Resolver& DnsSource::resolver() { return *state_->top; }
dns::DirectResolver* DnsSource::direct() { return state_->network ? &*state_->network : nullptr; }
io::EventLoop& DnsSource::loop() { return state_->loop; }
bool DnsSource::is_live() const { return state_->network.has_value(); }

void DnsSource::record(const std::vector<dns::Unanswered>& unanswered) {
  if (!state_->recording) return;
  for (const dns::Unanswered& one : unanswered) {
    dns::Answer answer(one.trouble, one.detail);
    answer.server = one.server;
    state_->recording->add(one.query, answer);
  }
}

std::optional<std::string> DnsSource::save() {
  if (!state_->recording) return std::nullopt;
  if (auto fault = state_->saved.place()) return fmt::format("{}: {}", state_->save_path, *fault);
  if (state_->recording->left_out() == 0) return std::nullopt;
  return fmt::format(
      "{}: {} answers had no room in it: a recording has at most {} MiB; ask about fewer domains at once",
      state_->save_path, state_->recording->left_out(), dns::kMaxRecordingBytes >> 20);
}

}  // namespace cli
