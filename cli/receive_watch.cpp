#include "receive_watch.hpp"

#include "atomic_write.hpp"
#include "exit_status.hpp"
#include "receive_output.hpp"

#include <envelint/receiver/event_json.hpp>
#include <envelint/receiver/summary.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace cli {

using namespace envelint;
using receiver::Arrival;
using render::Style;

namespace {

// Cases of a report: more than a CI job waits for, and a bound on what a flood of mail takes.
constexpr std::size_t kMaxCases = 100'000;

std::string listening_event(const std::vector<Listening>& where, const std::optional<WebListening>& page) {
  std::string out;
  render::JsonWriter json(out, false);
  json.open_object();
  json.member("schema", "envelint/receive/1");
  json.member("event", "listening");
  json.member("smtp", where.front().endpoint.to_string(0));
  json.open_array("listeners");
  for (const Listening& one : where) {
    json.open_object();
    json.member("address", one.endpoint.to_string(0));
    json.member("protocol", one.lmtp ? "lmtp" : "smtp");
    json.member("implicit_tls", one.implicit_tls);
    json.close_object();
  }
  json.close_array();
  if (page) {
    json.member("web", page->endpoint.to_string(0));
    json.member("web_url", page->url);
  }
  json.close_object();
  return out;
}

std::string listening_text(const Listening& one, bool tls) {
  const std::string_view protocol = one.lmtp ? "LMTP" : "SMTP";
  const std::string_view how = one.implicit_tls ? " with TLS" : tls ? ", STARTTLS" : "";
  return fmt::format("listening on {} ({}{})\n", one.endpoint.to_string(0), protocol, how);
}

std::string expectation_event(const JunitCase& one, std::uint64_t message) {
  std::string out;
  render::JsonWriter json(out, false);
  json.open_object();
  json.member("schema", "envelint/receive/1");
  json.member("event", "expectation");
  json.member("expect", one.name);
  json.member("met", !one.failure.has_value());
  if (message != 0) json.member("message", message);
  if (one.failure) json.member("detail", *one.failure);
  json.close_object();
  return out;
}

std::string name_of(inbox::MessageId message) {
  return message == 0 ? "a message that was not kept" : fmt::format("message {}", message);
}

}  // namespace

Watch::Watch(WatchOptions options, io::EventLoop& loop, io::Call enough)
    : options_(std::move(options)), loop_(loop), enough_(enough) {
  if (options_.command.empty() && !options_.webhook) return;
  hooks_.emplace(options_.command, options_.webhook,
                 [this](std::uint64_t message, std::string_view hook, const std::string& why) {
                   hook_failed(message, hook, why);
                 });
}

/// Whoever reads it may wait for this very line.
void Watch::print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (options_.lines) std::fputc('\n', stdout);
  // Who reads no more, as in `| head`, wants no more.
  if (std::fflush(stdout) != 0) loop_.post(enough_);
}

void Watch::listening(const std::vector<Listening>& where, bool tls, const std::optional<WebListening>& page) {
  const std::lock_guard lock(mutex_);
  if (options_.lines) return print(listening_event(where, page));
  std::string out;
  for (const Listening& one : where) out += listening_text(one, tls);
  if (page) out += fmt::format("the page is {}\n", page->url);
  print(out);
}

void Watch::session_started(const smtp::SessionStart& start) {
  const std::lock_guard lock(mutex_);
  if (options_.lines) print(receiver::session_started_event(start));
}

void Watch::session_ended(const smtp::SessionEnd& end) {
  const std::lock_guard lock(mutex_);
  print(options_.lines ? receiver::session_ended_event(end) : session_text(end, options_.layout, options_.verbose));
}

void Watch::message_refused(const receiver::Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  print(options_.lines ? receiver::refusal_event(refusal) : refusal_text(refusal, options_.layout));
}

void Watch::message(const Arrival& arrival) {
  {
    const std::lock_guard lock(mutex_);
    if (options_.count && messages_ == *options_.count) return;
    ++messages_;
    // Once is enough.
    const bool hint = arrival.client_says_nothing && !std::exchange(hinted_, true);
    print(options_.lines ? receiver::message_event(arrival, options_.receiver)
                         : message_text(arrival, options_.layout, options_.verbose, hint));
    check(arrival);
    if (options_.count && messages_ == *options_.count) loop_.post(enough_);
  }
  if (hooks_) hand_on(arrival);
}

void Watch::check(const Arrival& arrival) {
  const std::string subject = receiver::summary_of(arrival).subject;
  const std::string suite = fmt::format("{}: {}", name_of(arrival.id), subject.empty() ? "no subject" : subject);
  for (const receiver::Expected& expected : options_.expected) {
    auto unmet = expected.unmet(arrival);
    if (unmet) (expected.undecided(arrival) ? undecided_ : missed_) = true;
    settle(suite, expected.text(), arrival.id, std::move(unmet));
  }
}

void Watch::settle(std::string suite, std::string name, std::uint64_t message, std::optional<std::string> unmet) {
  const JunitCase one{std::move(suite), std::move(name), std::move(unmet)};
  if (options_.lines) {
    print(expectation_event(one, message));
  } else if (one.failure) {
    print(note_text(fmt::format("expected {}: {}", one.name, *one.failure), Style::error, options_.layout));
  }
  if (cases_.size() < kMaxCases) cases_.push_back(one);
}

void Watch::hand_on(const Arrival& arrival) {
  hooks_->put({arrival.id, receiver::message_event(arrival, options_.receiver), arrival.received->bytes});
}

void Watch::hook_failed(std::uint64_t message, std::string_view hook, const std::string& why) {
  const std::lock_guard lock(mutex_);
  missed_ = true;
  settle(name_of(message), std::string(hook), message, why);
}

void Watch::trouble(std::string_view what) { fmt::print(stderr, "envelint receive: {}\n", text::visible(what)); }

bool Watch::has_enough() {
  const std::lock_guard lock(mutex_);
  return options_.count && messages_ >= *options_.count;
}

int Watch::finish(bool timed_out) {
  hooks_.reset();  // ends when all is done
  const std::lock_guard lock(mutex_);
  const bool too_few = options_.count ? messages_ < *options_.count : !options_.expected.empty() && messages_ == 0;
  if (too_few) {
    const std::string when = timed_out ? fmt::format("within {}", options_.timeout_text) : "before it was ended";
    settle("all messages", fmt::format("count={}", options_.count.value_or(1)), 0,
           fmt::format("{} came {}", messages_, when));
    missed_ = true;
  } else if (options_.count) {
    settle("all messages", fmt::format("count={}", *options_.count), 0, std::nullopt);
  }
  if (!options_.junit.empty()) {
    const auto took = std::chrono::steady_clock::now() - began_;
    const auto why =
        write_file(options_.junit, junit_report(cases_, std::chrono::duration_cast<std::chrono::milliseconds>(took)));
    if (why) return trouble(fmt::format("{}: {}", options_.junit, *why)), kUsage;
  }
  if (missed_) return kFindings;
  return undecided_ ? kUnknown : kOk;
}

}  // namespace cli
