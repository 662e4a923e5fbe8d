#include "verify.hpp"

#include "clock.hpp"
#include "exit_status.hpp"
#include "message_envelope.hpp"
#include "message_input.hpp"
#include "oddity_notes.hpp"
#include "screen.hpp"
#include "zone_source.hpp"

#include <envelint/dkim/autopsy.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/render/arc.hpp>
#include <envelint/render/dkim_text.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/render/judgement_json.hpp>
#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/render/terminal.hpp>
#include <envelint/render/verdict_text.hpp>
#include <envelint/text/utf8.hpp>
#include <envelint/verdict/judge.hpp>
#include <envelint/verdict/report.hpp>
#include <envelint/verdict/result_fields.hpp>

#include <fmt/core.h>

#include <algorithm>
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
  envelint verify in.eml --ip 192.0.2.1 --mail-from a@example.com --helo mx.example.com
  envelint verify in.eml --from-received        the client as our server saw it
  envelint verify - --zone keys.zone --format json < message.eml
  envelint verify inbox.mbox --format ndjson    each of many messages
  envelint verify old.eml --now 1700000000      as if it had come then
  envelint verify in.eml --original sent.eml    where the two differ

Exit status, where the client is known: 0 DMARC passes, or does not apply and
SPF or DKIM pass; 1 it fails or cannot be applied; 3 DNS would not say. Without a
client: 0 a signature passes, 1 none does, 3 DNS would not say. 2 wrong usage or
unreadable input. With --profile also 1 where the profile is not met. Of several
messages the worst counts.)";

struct Options {
  std::string file = "-";
  ZoneInput zone;
  DnsOptions dns;
  EnvelopeOptions envelope;
  std::optional<std::uint64_t> now;
  std::string original;
  std::vector<std::string> selectors;
  bool no_autopsy = false;
  bool questions = false;
  std::string profile = "none";
  std::string receiver;
  bool fields = false;
  std::string format = "text";
  std::string colour = "auto";
  std::size_t width = 0;
};

/// One message as it was read, and what was found out about it.
struct Verified {
  const MessageInput& input;
  verdict::Judgement judged;
  std::string envelope_note;
};

int status_of_signatures(const std::vector<dkim::SignatureResult>& results) {
  const auto any = [&](dkim::Result result) {
    return std::ranges::find(results, result, &dkim::SignatureResult::result) != results.end();
  };
  if (any(dkim::Result::pass)) return kOk;
  return any(dkim::Result::temperror) ? kUnknown : kFindings;
}

int status_of(const verdict::Verdict& verdict) {
  const int signatures = status_of_signatures(verdict.dkim);
  if (!verdict.spf) return signatures;
  switch (verdict.dmarc.status) {
    case verdict::DmarcStatus::pass: return kOk;
    case verdict::DmarcStatus::fail:
    case verdict::DmarcStatus::permerror: return kFindings;
    case verdict::DmarcStatus::temperror: return kUnknown;
    case verdict::DmarcStatus::none: break;
  }
  if (verdict.spf->verdict == spf::Verdict::pass) return kOk;
  if (signatures == kFindings && verdict.spf->verdict == spf::Verdict::temperror) return kUnknown;
  return signatures;
}

std::string without_cr(std::string text) {
  std::erase(text, '\r');
  return text;
}

/// The worse of two: what failed weighs more than what is not known.
int worse(int one, int other) {
  if (one == kFindings || other == kFindings) return kFindings;
  return std::max(one, other);
}

/// One run of the command.
class Verify {
 public:
  explicit Verify(const Options& options) : options_(options) {
    const Screen screen = standard_output();
    layout_.colour = options.colour == "always" || (options.colour == "auto" && screen.colour);
    layout_.width = options.width != 0 ? options.width : screen.width;
  }

  int run() {
    if (const auto wrong = check_envelope_options(options_.envelope)) return complain(*wrong), kUsage;
    if (!options_.original.empty()) {
      auto read = read_message(options_.original);
      if (!read) return complain(read.error()), kUsage;
      original_ = *std::move(read);
    }
    if (const auto fault = open_source()) return complain(*fault), kUsage;
    const auto count = read_messages(options_.file, [&](const MessageInput& input, std::size_t of) { add(input, of); });
    if (!count) return complain(count.error()), kUsage;
    end_list(*count);
    if (const auto fault = source_->save()) return complain(*fault), kUsage;
    return status_;
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

  void add(const MessageInput& input, std::size_t count) {
    const auto message = mail::Message::split(input.bytes);
    FoundEnvelope envelope = find_envelope(options_.envelope, message);
    verdict::EvaluationOptions settings(suffixes_, options_.now.value_or(unix_time()));
    if (!options_.receiver.empty()) settings.receiver = options_.receiver;
    verdict::JudgeOptions how(std::move(settings));
    how.autopsy = !options_.no_autopsy;
    how.autopsy_options.selectors = options_.selectors;
    if (is_bulk()) how.profile = verdict::Profile::bulk_sender;
    if (source_->is_live()) how.loop = &source_->loop();
    Verified found{
        input,
        source_->run(verdict::judge(&source_->resolver(), &message, std::move(envelope.envelope), std::move(how))),
        std::move(envelope.note)};
    compare_with_original(found);
    print(found, count);
    status_ = worse(status_, status_of(found.judged.verdict));
    if (is_bulk() && audit::summarize(found.judged.report).error > 0) status_ = kFindings;
    ++printed_;
  }

  [[nodiscard]] bool is_bulk() const { return options_.profile == "bulk-sender"; }

  void compare_with_original(Verified& found) const {
    if (!original_) return;
    const std::vector<dkim::SignatureResult>& results = found.judged.verdict.dkim;
    const auto before = mail::Message::split(original_->bytes);
    for (std::size_t i = 0; i < found.judged.autopsies.size(); ++i) {
      dkim::Autopsy& one = found.judged.autopsies[i];
      if (one.needed()) one.original = dkim::compare_with_original(found.judged.message, results[i], before);
    }
  }

  void print(const Verified& found, std::size_t count) {
    if (options_.format == "text") return print_text(found, count);
    const bool lines = options_.format == "ndjson";
    std::string out;
    render::JsonWriter json(out, !lines);
    json.open_object();
    json.member("schema", "envelint/verify/1");
    if (count > 1) json.member("source", found.input.name);
    add_members(json, found);
    json.close_object();
    if (!lines && count > 1)
      std::cout << (printed_ == 0 ? "{\n\"schema\": \"envelint/verify/1\",\n\"messages\": [\n" : ",\n");
    std::cout << out;
    if (lines || count == 1) std::cout << '\n';
  }

  void end_list(std::size_t count) const {
    if (options_.format == "json" && count > 1) std::cout << "\n]\n}\n";
  }

  [[nodiscard]] std::string_view authserv_id() const {
    return options_.receiver.empty() ? render::kNoReceiver : std::string_view(options_.receiver);
  }

  void add_members(render::JsonWriter& json, const Verified& found) const {
    json.member("line_ends", found.input.line_ends == mail::LineEnds::as_is ? "crlf" : "lf");
    render::add_judgement(json, found.judged, options_.receiver);
  }

  void print_text(const Verified& found, std::size_t count) const {
    if (count > 1) {
      std::string heading = printed_ == 0 ? "" : "\n";
      const render::Painter paint(layout_.colour);
      render::append_prose(heading, paint, render::Style::strong, found.input.name, {width()});
      std::cout << heading;
    }
    std::cout << render::conclusion_text(found.judged.verdict, layout_) << '\n';
    audit::Report report = found.judged.report;
    std::erase_if(report.domains, [](const audit::DomainReport& domain) { return domain.findings.empty(); });
    if (!report.domains.empty()) std::cout << render::terminal(report, layout_) << '\n';
    std::cout << render::story_text(found.judged.message, found.judged.verdict, layout_, options_.questions);
    if (!found.judged.verdict.dkim.empty()) {
      std::cout << '\n'
                << render::dkim_text(found.judged.message, found.judged.verdict.dkim, layout_, found.judged.autopsies);
    }
    std::cout << render::arc_text(found.judged.verdict.arc, layout_);
    print_notes(found);
    if (options_.fields) std::cout << '\n' << without_cr(verdict::result_fields(found.judged.verdict, authserv_id()));
  }

  [[nodiscard]] std::size_t width() const { return std::max(layout_.width, render::TerminalOptions::kMinWidth); }

  void print_notes(const Verified& found) const {
    std::vector<std::string> notes;
    if (!found.envelope_note.empty()) notes.push_back(found.envelope_note);
    if (!found.judged.verdict.spf && !options_.envelope.from_received) {
      notes.emplace_back("SPF was not checked; give `--ip`, `--mail-from` and `--helo`, or `--from-received`");
    }
    const std::size_t forged =
        options_.receiver.empty() ? 0 : verdict::claims(found.judged.message, options_.receiver).size();
    if (forged > 0) {
      notes.push_back(fmt::format("{} of its Authentication-Results fields claim to be of {}; a receiver removes them",
                                  forged, options_.receiver));
    }
    if (found.input.line_ends == mail::LineEnds::lf_as_crlf)
      notes.emplace_back("its lines end in bare LF; verified as if in CRLF, as it was sent");
    for (OddityNote& note : oddity_notes(mail::all_oddities(found.judged.message)))
      notes.push_back(std::move(note.text));
    std::string out;
    const render::Painter paint(layout_.colour);
    constexpr std::string_view kWord = "note: ";
    for (const std::string& note : notes) {
      out += kWord;
      render::append_prose(out, paint, render::Style::plain, note, {width(), kWord.size(), kWord.size()});
    }
    if (!out.empty()) std::cout << '\n' << out;
  }

  const Options& options_;
  render::TerminalOptions layout_;
  dns::PublicSuffixList suffixes_;
  std::unique_ptr<DnsSource> source_;
  std::optional<MessageInput> original_;
  std::size_t printed_ = 0;
  int status_ = kOk;
};

}  // namespace

void add_verify(CommandLine& line) {
  auto options = std::make_shared<Options>();
  Command command = line.add("verify", "Say what a receiver makes of a message: SPF, DKIM, ARC and DMARC, and why",
                             kExample, [options] { return Verify(*options).run(); });
  command.option("FILE", options->file, "the message, or an mbox file; - or none is standard input");
  add_envelope_options(command, options->envelope);
  add_zone_options(command, options->zone);
  add_dns_options(command, options->dns);
  command.option("--now", options->now, "the time by which signatures expire: seconds since 1970 (default: now)")
      .value("UNIX-TIME");
  command.option("--original", options->original, "the message as it was signed: show where this one differs")
      .value("FILE");
  command.option("--selector", options->selectors, "a selector whose key may have been meant; repeatable")
      .value("NAME");
  command.flag("--no-autopsy", options->no_autopsy, "do not search for why a signature fails");
  command.option("--profile", options->profile, "bulk-sender: hold it against what Gmail, Yahoo and Outlook.com demand")
      .one_of({"none", "bulk-sender"});
  command.option("--receiver", options->receiver, "the name of the host that checks, for SPF macros and result fields")
      .value("NAME");
  command.flag("--fields", options->fields, "print the fields that a receiver would put on the message, too");
  command.flag("--questions", options->questions, "show each question of DNS with its answer");
  command.option("--format", options->format, "text, json or ndjson (a line for each message)")
      .one_of({"text", "json", "ndjson"})
      .show_default();
  command.option("--color,--colour", options->colour, "auto, always or never")
      .one_of({"auto", "always", "never"})
      .show_default();
  command.option("--width", options->width, "columns to lay the text out for (default: the terminal's, or 80)");
}

}  // namespace cli
