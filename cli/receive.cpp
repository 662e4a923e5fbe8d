#include "receive.hpp"

#include "atomic_write.hpp"
#include "exit_status.hpp"
#include "interrupt.hpp"
#include "quantity.hpp"
#include "receive_hooks.hpp"
#include "receive_server.hpp"
#include "receive_watch.hpp"
#include "receive_web.hpp"
#include "screen.hpp"
#include "zone_source.hpp"

#include <envelint/inbox/store.hpp>
#include <envelint/io/signal.hpp>
#include <envelint/io/socket.hpp>
#include <envelint/receiver/observers.hpp>
#include <envelint/receiver/receiver.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

using namespace envelint;

namespace {

constexpr std::string_view kExample = R"(Examples:
  envelint receive                                     on loopback, port 2525
  envelint receive --smtp 127.0.0.1:0 --port-file port
  envelint receive --zone new.zone --client-ip 192.0.2.1
  envelint receive --count 1 --timeout 30s --expect dmarc=pass --expect tls=yes
  envelint receive --store mail/ --enforce             answer as DMARC asks, keep all

Recipients can ask for faults: 451@, 550-after-data@, timeout-data@, drop@, slow@,
starttls-fail@ at any domain.

Exit status: 0 every message was as expected, and as many came as --count wants;
1 not so; 2 wrong usage, or it cannot listen; 3 DNS would not say. Without --count
and --expect 0 when it is ended.)";

constexpr std::chrono::seconds kForQuit{1};
constexpr std::chrono::seconds kGrace{30};

struct Options {
  ReceiveServerOptions server{.hostname = "localhost"};
  WebOptions web;
  ZoneInput zone;
  DnsOptions dns;
  std::string client_ip;
  std::optional<std::string> client_helo;
  std::optional<std::uint64_t> now;
  bool no_verdict = false;
  bool no_autopsy = false;
  bool discard = false;
  bool enforce = false;
  bool quarantine = false;
  std::string store;
  std::string budget;
  bool evict = false;
  std::string port_file;
  std::optional<std::uint64_t> count;
  std::string timeout;
  std::vector<std::string> expect;
  std::string junit;
  std::string exec;
  std::string webhook;
  std::string format = "text";
  bool verbose = false;
  std::string colour = "auto";
  std::size_t width = 0;
};

/// One run of the command.
class Receive {
 public:
  explicit Receive(const Options& options) : options_(options), stop_(loop_) {}

  int run() {
    for (const auto step : {&Receive::read_plan, &Receive::read_web, &Receive::read_watch, &Receive::read_client,
                            &Receive::open_store, &Receive::open_source}) {
      if (const auto fault = (this->*step)()) return complain(*fault), kUsage;
    }
    io::raise_descriptor_limit();
    // Before there are threads: each has the mask of the one that made it, and none of them is to get the signals.
    const Interrupt interrupt(loop_, stop_call());
    const auto watch = std::make_unique<Watch>(std::move(*watch_options_), loop_, stop_call());
    if (const auto fault = serve(*watch)) return complain(*fault), kUsage;
    int status = watch->finish(timed_out_);
    if (const auto fault = source_->save()) complain(*fault), status = kUsage;
    return status;
  }

 private:
  using Fault = std::optional<std::string>;

  static void complain(std::string_view message) {
    fmt::print(stderr, "envelint receive: {}\n", text::visible(message));
  }

  [[nodiscard]] io::Call stop_call() {
    return {[](void* signal) { static_cast<io::Signal*>(signal)->set(); }, &stop_};
  }

  Fault read_plan() {
    auto plan = plan_server(options_.server);
    if (!plan) return plan.error();
    plan_ = *std::move(plan);
    if (options_.enforce && options_.quarantine) return "--enforce and --quarantine do not go together";
    if (options_.enforce) receiver_.policy = receiver::Policy::enforce;
    if (options_.quarantine) receiver_.policy = receiver::Policy::quarantine;
    if (options_.discard && (options_.count || !options_.expect.empty() || !options_.store.empty()))
      return "--discard looks at nothing; leave --count, --expect and --store out";
    receiver_.discard = options_.discard;
    receiver_.evaluator.judge = !options_.no_verdict;
    receiver_.evaluator.autopsy = !options_.no_autopsy;
    receiver_.evaluator.now = options_.now;
    if (options_.server.hostname != "localhost") receiver_.evaluator.receiver = options_.server.hostname;
    return std::nullopt;
  }

  Fault read_web() {
    auto plan = plan_web(options_.web);
    if (!plan) return plan.error();
    if (options_.discard && *plan && !(*plan)->own_choice) return "--discard keeps nothing that a page could show";
    if (!options_.discard) web_plan_ = *std::move(plan);
    return std::nullopt;
  }

  Fault read_watch() {
    WatchOptions out;
    const Screen screen = standard_output();
    out.layout.colour = options_.colour == "always" || (options_.colour == "auto" && screen.colour);
    out.layout.width = options_.width != 0 ? options_.width : screen.width;
    out.verbose = options_.verbose;
    out.lines = options_.format == "ndjson";
    out.receiver = receiver_.evaluator.receiver;
    out.count = options_.count;
    out.timeout_text = options_.timeout;
    out.junit = options_.junit;
    for (const std::string& text : options_.expect) {
      auto expected = receiver::Expected::parse(text);
      if (!expected) return "--expect " + expected.error();
      out.expected.push_back(*std::move(expected));
    }
    if (!options_.exec.empty()) {
      auto words = split_command(options_.exec);
      if (!words) return fmt::format("--exec `{}`: a quote is open, or there is no command", options_.exec);
      out.command = *std::move(words);
    }
    if (!options_.webhook.empty()) {
      out.webhook = parse_webhook(options_.webhook);
      if (!out.webhook) return fmt::format("--webhook `{}`: write http://HOST:PORT/PATH", options_.webhook);
    }
    if (!options_.timeout.empty()) {
      timeout_ = parse_duration(options_.timeout);
      if (!timeout_) return fmt::format("--timeout `{}`: write a time such as 30s or 5m", options_.timeout);
    }
    watch_options_ = std::move(out);
    return std::nullopt;
  }

  Fault read_client() {
    receiver_.evaluator.client.helo = options_.client_helo;
    if (options_.client_ip.empty()) return std::nullopt;
    receiver_.evaluator.client.address = net::Address::parse(options_.client_ip);
    if (!receiver_.evaluator.client.address)
      return fmt::format("--client-ip `{}` is no IP address", options_.client_ip);
    return std::nullopt;
  }

  Fault open_store() {
    inbox::StoreLimits limits;
    limits.evict = options_.evict;
    if (!options_.budget.empty()) {
      limits.octets = parse_octets(options_.budget);
      if (!limits.octets) return fmt::format("--budget `{}`: write a number of octets, such as 500M", options_.budget);
    }
    if (options_.store.empty()) {
      // What is only printed need not fill the memory: there the oldest make room.
      limits.evict = limits.evict || options_.budget.empty();
      store_ = inbox::memory_store(limits);
      return std::nullopt;
    }
    auto store = inbox::open_store(options_.store, limits, inbox::OpenMode::read_write);
    if (!store) return store.error();
    store_ = *std::move(store);
    return std::nullopt;
  }

  Fault open_source() {
    auto source = open_dns(options_.zone, options_.dns, [](std::string_view words) { complain(words); });
    if (!source) return source.error();
    source_ = *std::move(source);
    return std::nullopt;
  }

  /// From listening to the end of the last session.
  Fault serve(Watch& watch) {
    const receiver::Ground ground{&source_->loop(), &source_->resolver(), source_->is_live()};
    std::optional<web::Feed> feed;
    std::vector<receiver::Observer*> observers{&watch};
    if (web_plan_) observers.push_back(&feed.emplace(*store_));
    receiver::Observers told(std::move(observers));
    receiver::Receiver receiver(loop_, ground, store_.get(), told, receiver_);
    smtp::Server server(loop_, receiver, plan_.server);
    std::vector<Listening> open;
    if (Fault fault = listen(server, open)) return fault;
    std::optional<web::PageServer> page;
    std::optional<WebListening> web;
    if (web_plan_) {
      page.emplace(*store_, *feed, domain_lint(options_.zone, options_.dns), about(open), web_plan_->access);
      auto listening = open_page(*page, *web_plan_);
      if (!listening && !web_plan_->own_choice) return listening.error();
      if (listening) web = *std::move(listening);
    }
    if (Fault fault = write_ports(open)) return fault;
    watch.listening(open, plan_.server.tls.has_value(), web);
    loop_.run(wait());
    // Whoever has just sent the last message that was waited for may still say QUIT.
    server.stop_listening();
    if (watch.has_enough()) loop_.run(server.ended(loop_.after(kForQuit)));
    server.stop();
    loop_.run(server.ended(loop_.after(kGrace)));
    return std::nullopt;
  }

  Fault listen(smtp::Server& server, std::vector<Listening>& open) {
    Fault fault;
    for (const smtp::ListenOptions& one : plan_.listeners) {
      const auto endpoint = server.listen(one);
      if (endpoint) {
        open.push_back({*endpoint, one.implicit_tls, one.lmtp});
      } else {
        fault = fmt::format("{}: {}", one.endpoint.to_string(0), endpoint.error().message());
      }
      if (fault && !plan_.own_choice) return fault;
    }
    return open.empty() ? fault : std::nullopt;
  }

  /// One that somebody else waits for: the file is there as a whole or not at all.
  Fault write_ports(const std::vector<Listening>& open) {
    if (options_.port_file.empty()) return std::nullopt;
    std::string ports;
    for (const Listening& one : open) {
      const std::string line = fmt::format("{}\n", one.endpoint.port);
      if (!plan_.own_choice || ports.empty()) ports += line;
    }
    const auto why = write_file(options_.port_file, ports);
    return why ? Fault(options_.port_file + ": " + *why) : std::nullopt;
  }

  [[nodiscard]] web::About about(const std::vector<Listening>& open) const {
    web::About out;
    out.version = ENVELINT_VERSION;
    for (const Listening& one : open) out.smtp.push_back(one.endpoint.to_string(0));
    out.on_disk = !options_.store.empty();
    out.judges = !options_.no_verdict;
    return out;
  }

  task::Task<void> wait() {
    const io::Deadline until = timeout_ ? loop_.after(*timeout_) : io::Deadline::never();
    io::Signal::Wait wait = stop_.wait(until);
    timed_out_ = !co_await wait;
  }

  const Options& options_;
  io::EventLoop loop_;
  io::Signal stop_;
  ServerPlan plan_;
  receiver::ReceiverOptions receiver_;
  std::optional<WebPlan> web_plan_;
  std::optional<WatchOptions> watch_options_;
  std::optional<std::chrono::milliseconds> timeout_;
  std::unique_ptr<inbox::Store> store_;
  std::unique_ptr<DnsSource> source_;
  bool timed_out_ = false;
};

}  // namespace

void add_receive(CommandLine& line) {
  auto options = std::make_shared<Options>();
  Command command = line.add("receive", "Receive test mail by SMTP and say what a receiver makes of it, and why",
                             kExample, [options] { return Receive(*options).run(); });
  add_server_options(command, options->server);
  command.option("--port-file", options->port_file, "write the ports here once it listens, a line each").value("FILE");
  add_web_options(command, options->web);
  add_zone_options(command, options->zone);
  add_dns_options(command, options->dns);
  command.option("--client-ip", options->client_ip, "judge as if every client had this address").value("IP");
  command.option("--client-helo", options->client_helo, "and had greeted with this name").value("NAME");
  command.option("--now", options->now, "the time by which signatures expire: seconds since 1970 (default: now)")
      .value("UNIX-TIME");
  command.flag("--no-verdict", options->no_verdict, "judge nothing, only receive");
  command.flag("--no-autopsy", options->no_autopsy, "do not search for why a signature fails");
  command.flag("--discard", options->discard, "take everything, keep and tell nothing: to see how fast a sender is");
  command.flag("--enforce", options->enforce, "answer 550 where the author domain asks to reject, 451 where DNS fails");
  command.flag("--quarantine", options->quarantine, "take everything, and mark what is to be quarantined or rejected");
  command.option("--store", options->store, "keep the mail here (default: in memory); see envelint inbox").value("DIR");
  command.option("--budget", options->budget, "octets of mail to keep (default: 1G in memory)").value("SIZE");
  command.flag("--evict", options->evict, "the oldest mail makes room for new (without it: 452)");
  command.option("--count", options->count, "end when so many messages have come").value("N").range(1, 1'000'000'000);
  command.option("--timeout", options->timeout, "end after this time").value("TIME");
  command
      .option("--expect", options->expect,
              "what every message is to be: spf, dkim, dmarc, arc, tls, action, from, to, mail-from, helo, subject, "
              "header; repeatable")
      .value("KEY=VALUE");
  command.option("--junit", options->junit, "write what was expected, and what came, as a JUnit report").value("FILE");
  command.option("--exec", options->exec, "run this with the path of each message, and its verdict on standard input")
      .value("COMMAND");
  command.option("--webhook", options->webhook, "post each message's verdict here").value("URL");
  command.option("--format", options->format, "text or ndjson (a line for each event)")
      .one_of({"text", "ndjson"})
      .show_default();
  command.flag("--verbose", options->verbose, "show all that is known of each message and session");
  command.option("--color,--colour", options->colour, "auto, always or never")
      .one_of({"auto", "always", "never"})
      .show_default();
  command.option("--width", options->width, "columns to lay the text out for (default: the terminal's, or 80)");
}

}  // namespace cli
