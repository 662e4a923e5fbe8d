#include "spf.hpp"

#include "clock.hpp"
#include "dns_source.hpp"
#include "exit_status.hpp"
#include "screen.hpp"
#include "spf_batch.hpp"
#include "spf_check.hpp"
#include "zone_input.hpp"

#include <envelint/dns/zone_file.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/render/spf_json.hpp>
#include <envelint/render/spf_trace.hpp>
#include <envelint/spf/check_host.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

using namespace envelint;

namespace {

constexpr std::string_view kExample = R"(Examples:
  envelint spf --ip 192.0.2.1 --mail-from alice@example.com --helo mail.example.com
  envelint spf example.com --ip 192.0.2.1
  envelint spf --ip 192.0.2.1 --mail-from '' --helo mail.example.com        a bounce
  envelint spf example.com --ip 192.0.2.1 --zone new.zone --overlay         before it is published
  envelint spf --batch senders.ndjson --zone all.zone > results.ndjson

Exit status: 0 pass, softfail, neutral or none; 1 fail or permerror, or not what
--expect names; 2 wrong usage or unreadable input; 3 temperror.)";

constexpr std::size_t kMaxFaultsShown = 10;

struct Options {
  std::string domain;
  std::string ip;
  std::optional<std::string> mail_from;
  std::optional<std::string> helo;
  std::string batch;
  ZoneInput zones;
  DnsOptions dns;
  SpfSettings settings;
  std::optional<std::uint64_t> now;
  std::uint64_t timeout = 20;
  std::string format = "text";
  std::string colour = "auto";
  std::size_t width = 0;
};

/// One run of the command.
class Spf {
 public:
  explicit Spf(Options options) : options_(std::move(options)) {}

  int run() {
    if (!check_options() || !open_source()) return kUsage;
    const int status = options_.batch.empty() ? check_one() : check_batch();
    const auto fault = source_->save();
    if (fault) complain(*fault);
    return fault ? kUsage : status;
  }

 private:
  static bool complain(std::string_view message) {
    fmt::print(stderr, "envelint spf: {}\n", text::visible(message));
    return false;
  }

  bool check_options() {
    SpfSettings& settings = options_.settings;
    settings.timeout = std::chrono::seconds(options_.timeout);
    settings.now = options_.now.value_or(unix_time());
    if (!options_.batch.empty()) return check_batch_options();
    settings.trace = true;
    if (!options_.domain.empty() && options_.mail_from) return complain("a domain and --mail-from exclude each other");
    if (!options_.domain.empty()) options_.mail_from = options_.domain;
    if (options_.ip.empty()) return complain(what_to_type("the address that sends the mail is missing"));
    if (!options_.mail_from && !options_.helo) return complain(what_to_type("the sender is missing"));
    const auto ip = net::Address::parse(options_.ip);
    if (!ip) return complain(fmt::format("--ip `{}` is no IP address; write 192.0.2.1 or 2001:db8::1", options_.ip));
    ip_ = *ip;
    return true;
  }

  bool check_batch_options() {
    if (options_.ip.empty() && options_.domain.empty() && !options_.mail_from && !options_.helo) return true;
    return complain("--batch takes `ip`, `mail_from` and `helo` from its lines; leave them out here");
  }

  /// The command line as it stands, with what is missing filled in.
  [[nodiscard]] std::string what_to_type(std::string_view fault) const {
    std::string sender = "--mail-from alice@example.com --helo mail.example.com";
    if (options_.mail_from) sender = fmt::format("--mail-from '{}'", *options_.mail_from);
    if (options_.mail_from && options_.helo) sender += ' ';
    if (options_.helo && !options_.mail_from) sender.clear();
    if (options_.helo) sender += fmt::format("--helo '{}'", *options_.helo);
    if (!options_.domain.empty()) sender = options_.domain;
    return fmt::format("{}; type: envelint spf --ip {} {}", fault, options_.ip.empty() ? "192.0.2.1" : options_.ip,
                       sender);
  }

  bool open_source() {
    std::optional<dns::Zone> zone;
    if (!options_.zones.paths.empty()) {
      auto read = read_zones(options_.zones);
      if (!read) return complain(read.error());
      zone = *std::move(read);
      show_faults(*zone);
    }
    auto source = DnsSource::open(options_.dns, zone ? &*zone : nullptr, Outside::nothing);
    if (!source) return complain(source.error());
    source_ = *std::move(source);
    return true;
  }

  /// A line that cannot be read is as if it were not there, which may be the reason for the result.
  static void show_faults(const dns::Zone& zone) {
    std::size_t shown = 0;
    for (const dns::ZoneFault& fault : zone.faults) {
      if (fault.kind == dns::ZoneFault::Kind::long_string) continue;
      if (shown++ == kMaxFaultsShown) {
        complain("more lines cannot be read; `envelint lint --zone` shows them all");
        return;
      }
      const text::SourceFile& file = *zone.files[fault.file];
      complain(fmt::format("{}:{}: {}", file.path(), file.position(fault.span.start).line, fault.message));
    }
  }

  int check_one() {
    const spf::CheckRequest request =
        request_for(ip_, options_.mail_from.value_or(""), options_.helo.value_or(""), options_.settings);
    const spf::CheckResult result = source_->run(check_sender(source_.get(), request, options_.settings.timeout));
    if (options_.format == "text") {
      const Screen screen = standard_output();
      render::TerminalOptions layout;
      layout.colour = options_.colour == "always" || (options_.colour == "auto" && screen.colour);
      layout.width = options_.width != 0 ? options_.width : screen.width;
      std::cout << render::spf_trace(request, result, layout);
    } else {
      std::cout << json_of(request, result);
    }
    std::cout.flush();
    return status_of(result.verdict);
  }

  [[nodiscard]] std::string json_of(const spf::CheckRequest& request, const spf::CheckResult& result) const {
    std::string out;
    render::JsonWriter json(out, options_.format == "json");
    json.open_object();
    json.member("schema", "envelint/spf/1");
    json.member("ip", request.ip.to_string());
    json.member("mail_from", request.mail_from);
    json.member("helo", request.helo);
    render::add_spf_members(json, result);
    json.close_object();
    return out + '\n';
  }

  [[nodiscard]] int status_of(spf::Verdict verdict) const {
    if (is_expected(verdict, options_.settings)) return kOk;
    if (verdict == spf::Verdict::temperror) return kUnknown;
    if (!options_.settings.expected.empty()) return kFindings;
    return verdict == spf::Verdict::fail || verdict == spf::Verdict::permerror ? kFindings : kOk;
  }

  int check_batch() {
    if (options_.batch == "-") return run_spf_batch(*source_, options_.settings, stdin);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(options_.batch.c_str(), "rb"), std::fclose);
    if (!file) {
      complain(fmt::format("{}: it cannot be opened", options_.batch));
      return kUsage;
    }
    return run_spf_batch(*source_, options_.settings, file.get());
  }

  Options options_;
  net::Address ip_;
  std::unique_ptr<DnsSource> source_;
};

void add_sender_options(Command& command, Options& options) {
  command.option("DOMAIN", options.domain, "short for --mail-from postmaster@DOMAIN");
  command.option("--ip", options.ip, "the address that sends the mail").value("IP");
  command.option("--mail-from", options.mail_from, "the sender in the envelope; '' for a bounce, which HELO stands for")
      .value("ADDRESS");
  command.option("--helo", options.helo, "the name that was given with HELO or EHLO").value("NAME");
  command
      .option("--batch", options.batch,
              "check many: a JSON object a line with ip, mail_from, helo and perhaps id; - for standard input")
      .value("FILE");
}

void add_evaluation_options(Command& command, Options& options) {
  SpfSettings& settings = options.settings;
  command.option("--lookup-limit", settings.limits.lookups, "terms that may ask DNS (RFC 7208 §4.6.4)")
      .range(0, 1000)
      .value("N")
      .show_default();
  command.option("--void-limit", settings.limits.void_lookups, "questions that may have nothing for an answer")
      .range(0, 1000)
      .value("N")
      .show_default();
  command.option("--timeout", options.timeout, "seconds for one evaluation, when DNS is asked")
      .range(1, 3600)
      .value("SECONDS")
      .show_default();
  command.option("--now", options.now, "the time for the macro %{t}: seconds since 1970 (default: now)").value("UNIX");
  command.option("--receiver", settings.receiver, "the name of the receiving host, for the macro %{r}")
      .value("NAME")
      .show_default();
  command.option("--expect", settings.expected, "end with 0 if it comes to this, else with 1; repeatable")
      .one_of({"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"})
      .comma_separated()
      .value("RESULT");
}

void add_output_options(Command& command, Options& options) {
  command.option("--format", options.format, "text, json or ndjson; --batch always writes a document a line")
      .one_of({"text", "json", "ndjson"})
      .show_default();
  command.flag("--trace", options.settings.trace, "with --batch: every term in each result, as without --batch");
  command.option("--color,--colour", options.colour, "auto, always or never")
      .one_of({"auto", "always", "never"})
      .show_default();
  command.option("--width", options.width, "columns to lay the text out for (default: the terminal's, or 80)");
}

}  // namespace

void add_spf(CommandLine& line) {
  auto options = std::make_shared<Options>();
  Command command = line.add("spf", "Say whether an address may send mail for a domain, and why", kExample,
                             [options] { return Spf(*options).run(); });
  add_sender_options(command, *options);
  add_zone_options(command, options->zones);
  add_dns_options(command, options->dns);
  add_evaluation_options(command, *options);
  add_output_options(command, *options);
}

}  // namespace cli
