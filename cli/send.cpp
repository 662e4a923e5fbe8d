#include "send.hpp"

#include "exit_status.hpp"
#include "interrupt.hpp"
#include "screen.hpp"
#include "send_mail.hpp"
#include "send_options.hpp"
#include "send_report.hpp"

#include <envelint/io/socket.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

using namespace envelint;
using smtp::TranscriptEntry;

namespace {

constexpr std::string_view kExample = R"(Examples:
  envelint send --to-host 127.0.0.1:2525 --mail-from a@example.com \
      --rcpt b@example.net                     a mail that is made up
  envelint send message.eml --to-host mx.example.net
  envelint send --to-host mx.example.net --mail-from a@example.com \
      --rcpt b@example.net --key K.pem --selector s1 --domain example.com
  envelint send --to-host localhost:2525 --mail-from a@example.com \
      --rcpt b@example.net --repeat 1000 --parallel 10 --reuse

Mail goes to the host that is named and nowhere else; MX records are not looked
up.

Exit status: 0 all accepted, 1 something refused, or a failure of SMTP or TLS,
2 wrong usage, or input that cannot be read, 3 nobody reached, or no answer in
time.)";

/// More is not kept for JSON.
constexpr std::size_t kMostEntries = 10'000;

struct Options {
  SendMailOptions mail;
  SendOptions how;
  bool quiet = false;
  std::string format = "text";
};

void complain(std::string_view message) { fmt::print(stderr, "envelint send: {}\n", text::visible(message)); }

int status_of(const SendTotals& totals) {
  if (totals.any_refused) return kFindings;
  if (totals.any_silent || totals.not_tried > 0) return kUnknown;
  return kOk;
}

/// One run of the command.
class Send {
 public:
  explicit Send(const Options& options) : options_(options) {}

  int run() {
    if (options_.how.to_host.empty()) {
      return complain("--to-host is missing: the server to send to (MX records are not looked up)"), kUsage;
    }
    auto mail = SendMail::prepare(options_.mail, complain);
    if (!mail) return complain(mail.error()), kUsage;
    auto settings = read_send_options(options_.how);
    if (!settings) return complain(settings.error().words), settings.error().unreachable ? kUnknown : kUsage;
    if (settings->parallel > 1) static_cast<void>(io::raise_descriptor_limit());
    const bool json = options_.format == "json";
    std::vector<TranscriptEntry> kept;
    std::function<void(const TranscriptEntry&)> told;
    if (!options_.quiet && settings->repeat == 1) {
      told = [&kept, json](const TranscriptEntry& entry) { json ? keep(kept, entry) : show(entry); };
    }
    const SendTotals totals = send_all(*settings, *mail, told);
    const std::string report = json ? send_json(*settings, *mail, totals, kept) : send_text(*settings, totals);
    if (told && !json) std::cout << '\n';
    std::cout << report;
    if (totals.interrupted_by != 0 && flush_output()) end_by_signal(totals.interrupted_by);
    return status_of(totals);
  }

 private:
  /// As it is said: whoever waits sees for what.
  static void show(const TranscriptEntry& entry) { std::cout << transcript_text(entry) << std::flush; }

  static void keep(std::vector<TranscriptEntry>& kept, const TranscriptEntry& entry) {
    if (kept.size() < kMostEntries) kept.push_back(entry);
  }

  const Options& options_;
};

}  // namespace

void add_send(CommandLine& line) {
  auto options = std::make_shared<Options>();
  Command command = line.add("send", "Send a mail to a server that is named, and show what is said", kExample,
                             [options] { return Send(*options).run(); });
  add_send_mail_options(command, options->mail);
  add_send_options(command, options->how);
  command.flag("--quiet", options->quiet, "no transcript");
  command.option("--format", options->format, "text or json").value("FORMAT").one_of({"text", "json"}).show_default();
}

}  // namespace cli
