#include "verify.hpp"

#include "exit_status.hpp"
#include "message_input.hpp"
#include "oddity_notes.hpp"
#include "screen.hpp"
#include "zone_source.hpp"

#include <envelint/arc/validate.hpp>
#include <envelint/audit/signature_rules.hpp>
#include <envelint/dkim/autopsy.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/dns/deadline_resolver.hpp>
#include <envelint/render/arc.hpp>
#include <envelint/render/dkim_json.hpp>
#include <envelint/render/dkim_text.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/render/terminal.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
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
  envelint verify message.eml
  envelint verify - --zone keys.zone --format json < message.eml
  envelint verify old.eml --now 1700000000      as if it had come then
  envelint verify in.eml --original sent.eml    where the two differ

Exit status: 0 a signature passes, 1 none does, 2 wrong usage or unreadable
input, 3 none does, and DNS would not say whether one would.)";

struct Options {
  std::string file = "-";
  ZoneInput zone;
  DnsOptions dns;
  std::optional<std::uint64_t> now;
  std::string original;
  std::vector<std::string> selectors;
  bool no_autopsy = false;
  std::string format = "text";
  std::string colour = "auto";
  std::size_t width = 0;
};

std::uint64_t unix_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

/// What is found in a message: its signatures, and its ARC chain.
struct Verified {
  std::vector<dkim::SignatureResult> signatures;
  arc::ChainResult chain;
};

task::Task<Verified> verify_with(dns::Resolver* resolver, mail::Message message, dkim::VerifyOptions options) {
  Verified out;
  out.signatures = co_await dkim::verify(*resolver, message, options);
  out.chain = co_await arc::validate(*resolver, message, options);
  co_return out;
}

/// Over the network it ends in time.
task::Task<Verified> verify_from(DnsSource* source, mail::Message message, dkim::VerifyOptions options) {
  constexpr std::chrono::seconds kLongest{20};
  if (!source->is_live()) co_return co_await verify_with(&source->resolver(), std::move(message), options);
  dns::DeadlineResolver resolver(source->resolver(), source->loop(), source->loop().after(kLongest));
  co_return co_await verify_with(&resolver, std::move(message), options);
}

/// The same for why signatures fail.
task::Task<std::vector<dkim::Autopsy>> look_into(DnsSource* source, const mail::Message* message,
                                                 const std::vector<dkim::SignatureResult>* results,
                                                 dkim::AutopsyOptions options) {
  constexpr std::chrono::seconds kLongest{10};
  if (!source->is_live()) co_return co_await dkim::autopsy(source->resolver(), message, results, std::move(options));
  dns::DeadlineResolver resolver(source->resolver(), source->loop(), source->loop().after(kLongest));
  co_return co_await dkim::autopsy(resolver, message, results, std::move(options));
}

/// One run of the command.
class Verify {
 public:
  explicit Verify(const Options& options) : options_(options) {}

  int run() {
    auto input = read_message(options_.file);
    if (!input) return complain(input.error()), kUsage;
    std::optional<MessageInput> original;
    if (!options_.original.empty()) {
      auto read = read_message(options_.original);
      if (!read) return complain(read.error()), kUsage;
      original = *std::move(read);
    }
    if (const auto fault = open_source()) return complain(*fault), kUsage;
    const auto message = mail::Message::split(input->bytes);
    dkim::VerifyOptions settings(options_.now.value_or(unix_time()));
    Verified verified = source_->run(verify_from(source_.get(), message, settings));
    chain_ = std::move(verified.chain);
    const std::vector<dkim::SignatureResult>& results = verified.signatures;
    look(message, results, original);
    if (const auto fault = source_->save()) return complain(*fault), kUsage;
    audit::Report report;
    report.domains = audit::report_signatures(results);
    if (options_.format == "json")
      print_json(*input, message, results, report);
    else
      print_text(*input, message, results, report);
    return status_of(results);
  }

 private:
  static void complain(std::string_view message) {
    fmt::print(stderr, "envelint verify: {}\n", text::visible(message));
  }

  std::optional<std::string> open_source() {
    auto source = open_dns(options_.zone, options_.dns, [](std::string_view words) { complain(words); });
    if (!source) return source.error();
    source_ = *std::move(source);
    return std::nullopt;
  }

  void look(const mail::Message& message, const std::vector<dkim::SignatureResult>& results,
            const std::optional<MessageInput>& original) {
    if (options_.no_autopsy) return;
    dkim::AutopsyOptions settings;
    settings.selectors = options_.selectors;
    autopsies_ = source_->run(look_into(source_.get(), &message, &results, settings));
    if (!original) return;
    const auto before = mail::Message::split(original->bytes);
    for (std::size_t i = 0; i < autopsies_.size(); ++i) {
      if (autopsies_[i].needed()) autopsies_[i].original = dkim::compare_with_original(message, results[i], before);
    }
  }

  static int status_of(const std::vector<dkim::SignatureResult>& results) {
    const auto any = [&](dkim::Result result) {
      return std::ranges::find(results, result, &dkim::SignatureResult::result) != results.end();
    };
    if (any(dkim::Result::pass)) return kOk;
    return any(dkim::Result::temperror) ? kUnknown : kFindings;
  }

  void print_json(const MessageInput& input, const mail::Message& message,
                  const std::vector<dkim::SignatureResult>& results, const audit::Report& report) const {
    std::string out;
    render::JsonWriter json(out, true);
    json.open_object();
    json.member("schema", "envelint/verify/1");
    json.member("line_ends", input.line_ends == mail::LineEnds::as_is ? "crlf" : "lf");
    render::add_dkim_results(json, message, results, autopsies_);
    render::add_arc(json, chain_);
    json.open_array("oddities");
    for (const mail::Oddity& oddity : oddities_of(message)) {
      json.open_object();
      json.member("offset", std::uint64_t{oddity.offset});
      json.member("text", to_string(oddity.kind));
      json.close_object();
    }
    json.close_array();
    render::add_findings(json, report);
    json.close_object();
    std::cout << out << '\n';
  }

  void print_text(const MessageInput& input, const mail::Message& message,
                  const std::vector<dkim::SignatureResult>& results, audit::Report& report) const {
    render::TerminalOptions layout;
    const Screen screen = standard_output();
    layout.colour = options_.colour == "always" || (options_.colour == "auto" && screen.colour);
    layout.width = options_.width != 0 ? options_.width : screen.width;
    std::cout << render::dkim_text(message, results, layout, autopsies_) << render::arc_text(chain_, layout);
    print_notes(input, message, layout);
    std::erase_if(report.domains, [](const audit::DomainReport& domain) { return domain.findings.empty(); });
    if (!report.domains.empty()) std::cout << '\n' << render::terminal(report, layout);
  }

  static void print_notes(const MessageInput& input, const mail::Message& message,
                          const render::TerminalOptions& layout) {
    std::vector<std::string> notes;
    if (input.line_ends == mail::LineEnds::lf_as_crlf)
      notes.emplace_back("its lines end in bare LF; verified as if in CRLF, as it was sent");
    for (OddityNote& note : oddity_notes(oddities_of(message))) notes.push_back(std::move(note.text));
    std::string out;
    const render::Painter paint(layout.colour);
    constexpr std::string_view kWord = "note: ";
    for (const std::string& note : notes) {
      out += kWord;
      render::append_prose(out, paint, render::Style::plain, note,
                           {std::max(layout.width, render::TerminalOptions::kMinWidth), kWord.size(), kWord.size()});
    }
    std::cout << out;
  }

  const Options& options_;
  std::unique_ptr<DnsSource> source_;
  std::vector<dkim::Autopsy> autopsies_;
  arc::ChainResult chain_;
};

}  // namespace

void add_verify(CommandLine& line) {
  auto options = std::make_shared<Options>();
  Command command = line.add("verify", "Verify the signatures of a message, and say why they fail", kExample,
                             [options] { return Verify(*options).run(); });
  command.option("FILE", options->file, "the message; - or none is standard input");
  add_zone_options(command, options->zone);
  add_dns_options(command, options->dns);
  command.option("--now", options->now, "the time by which signatures expire: seconds since 1970 (default: now)")
      .value("UNIX-TIME");
  command.option("--original", options->original, "the message as it was signed: show where this one differs")
      .value("FILE");
  command.option("--selector", options->selectors, "a selector whose key may have been meant; repeatable")
      .value("NAME");
  command.flag("--no-autopsy", options->no_autopsy, "do not search for why a signature fails");
  command.option("--format", options->format, "text or json").one_of({"text", "json"}).show_default();
  command.option("--color,--colour", options->colour, "auto, always or never")
      .one_of({"auto", "always", "never"})
      .show_default();
  command.option("--width", options->width, "columns to lay the text out for (default: the terminal's, or 80)");
}

}  // namespace cli
