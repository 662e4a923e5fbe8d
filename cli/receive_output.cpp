#include "receive_output.hpp"

#include "oddity_notes.hpp"

#include <envelint/inbox/time_text.hpp>
#include <envelint/receiver/record.hpp>
#include <envelint/receiver/summary.hpp>
#include <envelint/render/arc.hpp>
#include <envelint/render/dkim_text.hpp>
#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/render/verdict_text.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>
#include <envelint/verdict/conclusion.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace cli {

using namespace envelint;
using receiver::Arrival;
using render::Painter;
using render::Style;
using render::TerminalOptions;

namespace {

constexpr std::size_t kTimeOfDay = 11;  // where it begins in `2026-11-27 08:00:21`
constexpr std::size_t kHang = 10;       // columns of the time and the blanks behind it

std::string time_of_day(std::chrono::system_clock::time_point time) {
  return inbox::date_time(receiver::milliseconds_of(time)).substr(kTimeOfDay);
}

/// As the client has it, but for the ends of lines.
std::string reply_text(const smtp::Reply& reply) {
  const std::string_view space = reply.enhanced().empty() ? "" : " ";
  return fmt::format("{} {}{}{}", reply.code(), reply.enhanced(), space, reply.text());
}

std::string path_text(const smtp::Path& path) { return path.written.empty() ? "<>" : text::visible(path.written); }

std::string client_text(const smtp::Envelope& envelope, const std::optional<net::Address>& judged_as) {
  std::string out = judged_as.value_or(envelope.client.address).to_string();
  if (envelope.tls) out += ", " + text::visible(envelope.tls->version);
  return out;
}

/// `ann@example.com > bob@example.net  Hello`, in so many columns.
std::string route_text(const smtp::Envelope& envelope, std::string_view subject, std::size_t width) {
  constexpr std::size_t kLeastSubject = 12;
  const std::string more = envelope.to.size() > 1 ? fmt::format(" +{}", envelope.to.size() - 1) : "";
  const std::size_t each = (width - 4 - render::columns(more)) / 2;
  const auto path = [&](const smtp::Path& one) { return render::shorten(path_text(one), each); };
  std::string out = path(envelope.from.path) + " > ";
  out += (envelope.to.empty() ? "?" : path(envelope.to.front().path)) + more;
  const std::size_t used = render::columns(out) + 2;
  if (subject.empty() || used + kLeastSubject > width) return out;
  return out + "  " + render::shorten(text::visible(subject), width - used);
}

/// ` spf=pass dkim=none dmarc=pass`
std::string results_text(const Painter& paint, const Arrival& arrival) {
  const receiver::ResultWords words = receiver::words_of(arrival);
  std::string out;
  const auto append = [&](std::string_view name, std::string_view word) {
    const bool bad = word == "fail" || word == "permerror" || word == "temperror";
    out += fmt::format(" {}=", name);
    paint.append(out, word == "pass" ? Style::info : bad ? Style::error : Style::plain, word.empty() ? "-" : word);
  };
  append("spf", words.spf);
  append("dkim", words.dkim);
  append("dmarc", words.dmarc);
  if (words.arc != "none" && !words.arc.empty()) append("arc", words.arc);
  return out;
}

std::string what_if_sentence(const receiver::WhatIf& what_if) {
  const verdict::Verdict& verdict = what_if.verdict;
  return fmt::format("From {}, which {} lists with `{}`, it would have spf={} and dmarc={}.",
                     what_if.client.to_string(), what_if.listed_in.to_string(), what_if.term,
                     verdict.spf ? to_string(verdict.spf->verdict) : std::string_view("none"),
                     to_string(verdict.dmarc.status));
}

/// Why it does not pass, and what an address that says nothing leaves open.
std::string explanation(const Arrival& arrival, bool hint) {
  const verdict::Verdict& verdict = arrival.judged->verdict;
  const bool replied = arrival.action == receiver::Action::reject || arrival.action == receiver::Action::defer;
  std::string out;
  if (verdict.dmarc.status != verdict::DmarcStatus::pass && !replied) out = verdict::conclude(verdict);
  if (!arrival.client_says_nothing) return out;
  if (out.empty()) out = "SPF was left out.";
  const std::string client = arrival.received->envelope.client.address.to_string();
  if (hint) out += fmt::format(" {} is no address that mail comes from; `--client-ip` says who it is to be.", client);
  if (arrival.what_if) out += ' ' + what_if_sentence(*arrival.what_if);
  return out;
}

void append_hanging(std::string& out, const Painter& paint, Style style, std::string_view text, std::size_t width) {
  out.append(kHang, ' ');
  render::append_prose(out, paint, style, text, {width, kHang, kHang});
}

std::size_t width_of(const TerminalOptions& layout) { return std::max(layout.width, TerminalOptions::kMinWidth); }

std::string details(const Arrival& arrival, const TerminalOptions& layout) {
  std::string out;
  audit::Report report = arrival.judged->report;
  std::erase_if(report.domains, [](const audit::DomainReport& domain) { return domain.findings.empty(); });
  if (!report.domains.empty()) out += '\n' + render::terminal(report, layout);
  const verdict::Verdict& verdict = arrival.judged->verdict;
  out += '\n' + render::story_text(*arrival.message, verdict, layout, false);
  if (!verdict.dkim.empty())
    out += '\n' + render::dkim_text(*arrival.message, verdict.dkim, layout, arrival.judged->autopsies);
  return out + render::arc_text(verdict.arc, layout);
}

std::string oddities_text(const std::vector<smtp::WireOddity>& oddities) {
  const auto others = oddities.size() - 1;
  std::string out = fmt::format("{} at octet {}", to_string(oddities.front().kind), oddities.front().offset);
  if (others > 0) out += fmt::format(" and {} more oddit{}", others, others == 1 ? "y" : "ies");
  return out;
}

/// What kept a client from sending: its server's last reply with 4 or 5, but for the one that ends a session.
std::string last_refusal(const std::vector<smtp::TranscriptEntry>& transcript) {
  const auto refuses = [](const smtp::TranscriptEntry& entry) {
    const bool negative = entry.text.starts_with('4') || entry.text.starts_with('5');
    return entry.who == smtp::TranscriptEntry::Who::server && negative && !entry.text.starts_with("421");
  };
  const auto last = std::ranges::find_if(transcript.rbegin(), transcript.rend(), refuses);
  if (last == transcript.rend()) return {};
  return "; it was told " + last->text.substr(0, last->text.find('\n'));
}

}  // namespace

std::string message_text(const Arrival& arrival, const TerminalOptions& layout, bool verbose, bool hint) {
  const Painter paint(layout.colour);
  const smtp::Envelope& envelope = arrival.received->envelope;
  std::string out;
  paint.append(out, Style::faint, time_of_day(arrival.time));
  const std::size_t room = width_of(layout) - kHang;
  out += fmt::format("  {}\n", route_text(envelope, receiver::summary_of(arrival).subject, room));
  const std::optional<net::Address> as = arrival.judged ? arrival.judged->verdict.envelope.client : std::nullopt;
  const std::string name = arrival.id == 0 ? "not kept" : fmt::format("message {}", arrival.id);
  const std::string source = fmt::format("{} from {}{}", name, client_text(envelope, as), arrival.judged ? ":" : "");
  out.append(kHang, ' ').append(source);
  if (arrival.judged) {
    const std::size_t size = results_text(Painter(false), arrival).size();
    if (render::columns(source) + size > room) out.append("\n").append(kHang - 1, ' ');
    out += results_text(paint, arrival);
  }
  out += '\n';
  if (!arrival.reply.is_positive())
    append_hanging(out, paint, Style::error, reply_text(arrival.reply), width_of(layout));
  if (!arrival.received->oddities.empty())
    append_hanging(out, paint, Style::warning, "It has " + oddities_text(arrival.received->oddities) + ".",
                   width_of(layout));
  if (!arrival.judged) return out;
  const std::string why = explanation(arrival, hint);
  if (!why.empty()) append_hanging(out, paint, Style::plain, why, width_of(layout));
  if (verbose) out += details(arrival, layout) + '\n';
  return out;
}

std::string refusal_text(const receiver::Refusal& refusal, const TerminalOptions& layout) {
  const Painter paint(layout.colour);
  std::string out;
  paint.append(out, Style::faint, time_of_day(std::chrono::system_clock::now()));
  const smtp::Envelope& envelope = refusal.refused.envelope;
  out += fmt::format("  {}\n", route_text(envelope, {}, width_of(layout) - kHang));
  out.append(kHang, ' ').append(fmt::format("refused from {}\n", client_text(envelope, {})));
  append_hanging(out, paint, Style::error, reply_text(refusal.refused.reply), width_of(layout));
  return out;
}

std::string session_text(const smtp::SessionEnd& end, const TerminalOptions& layout, bool verbose) {
  const Painter paint(layout.colour);
  if (end.messages > 0 && !verbose) return {};
  std::string out;
  paint.append(out, Style::faint, time_of_day(end.time));
  out += "  ";
  render::append_prose(out, paint, Style::plain,
                       fmt::format("{}: {} message{}; {}{}", end.client.address.to_string(), end.messages,
                                   end.messages == 1 ? "" : "s", end.why, last_refusal(end.transcript)),
                       {width_of(layout), kHang, kHang});
  if (!verbose) return out;
  for (const smtp::TranscriptEntry& entry : end.transcript) {
    using enum smtp::TranscriptEntry::Who;
    const std::string_view mark = entry.who == client ? "C: " : entry.who == server ? "S: " : "   ";
    std::string_view rest = entry.text;
    while (!rest.empty()) {
      const std::size_t lf = std::min(rest.find('\n'), rest.size());
      out.append(kHang, ' ');
      out += fmt::format("{}{}\n", mark, rest.substr(0, lf));
      rest.remove_prefix(std::min(lf + 1, rest.size()));
    }
  }
  return out;
}

std::string note_text(std::string_view text, Style style, const TerminalOptions& layout) {
  std::string out;
  append_hanging(out, Painter(layout.colour), style, text, width_of(layout));
  return out;
}

}  // namespace cli
