#include "send_run.hpp"

#include "interrupt.hpp"

#include <envelint/io/connection.hpp>
#include <envelint/io/signal.hpp>
#include <envelint/task/gather.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace cli {

using namespace envelint;
using smtp::ClientFault;
using smtp::MailClient;
using smtp::TranscriptEntry;
using task::Task;

namespace {

/// A server may put a number of its own into every refusal.
constexpr std::size_t kMostReasons = 20;
constexpr std::size_t kMostWords = 160;

std::string address_literal(const io::Endpoint& endpoint) {
  const net::Address address = endpoint.address.unmapped();
  return fmt::format(fmt::runtime(address.is_v4() ? "[{}]" : "[IPv6:{}]"), address.to_string());
}

/// Whether the server still listens to what comes next.
bool can_say_goodbye(const ClientFault& fault) {
  if (fault.kind == ClientFault::Kind::unsupported) return true;
  return fault.kind == ClientFault::Kind::refused && fault.reply && fault.reply->code != 421;
}

/// One run: what is left to send, and what has become of it.
class Run {
 public:
  Run(const SendSettings& settings, const SendMail& mail, const std::function<void(const TranscriptEntry&)>& told)
      : settings_(settings), mail_(mail), told_(told), next_slot_(loop_.now()) {}

  SendTotals send() {
    // One mail is given up at once; of many, those under way are ended and what was counted is told.
    std::optional<Interrupt> interrupt;
    const io::Call stop{[](void* run) { static_cast<Run*>(run)->stopped_ = true; }, this};
    if (settings_.repeat > 1) interrupt.emplace(loop_, stop);
    const io::TimePoint start = loop_.now();
    std::vector<Task<void>> workers;
    const std::size_t count = std::min(settings_.parallel, settings_.repeat);
    for (std::size_t i = 0; i < count; ++i) workers.push_back(work());
    loop_.run(task::gather(std::move(workers)));
    totals_.seconds = std::chrono::duration<double>(loop_.now() - start).count();
    totals_.not_tried = settings_.repeat - totals_.accepted - totals_.failed;
    if (interrupt) totals_.interrupted_by = interrupt->signal_number();
    return std::move(totals_);
  }

 private:
  using Session = std::unique_ptr<MailClient>;

  /// Sends mail after mail, until all are sent.
  Task<void> work() {
    Session session;
    while (!stopped_ && taken_ < settings_.repeat) {
      const std::size_t number = taken_++;
      co_await wait_for_slot();
      SentMail sent;
      const io::TimePoint start = loop_.now();
      if (!session) session = co_await open(&sent);
      if (session) sent.delivery = co_await send_one(session.get(), number);
      sent.milliseconds = std::chrono::duration<double, std::milli>(loop_.now() - start).count();
      if (sent.delivery.fault) sent.fault = sent.delivery.fault;
      const bool broken = sent.fault.has_value();
      const bool leave = !broken || can_say_goodbye(*sent.fault);
      count(std::move(sent));
      if (!session || (settings_.reuse && !broken)) continue;
      if (leave) co_await session->quit();
      session.reset();
    }
    if (session) co_await session->quit();
  }

  Task<void> wait_for_slot() {
    if (settings_.per_second <= 0) co_return;
    const auto step = std::chrono::duration<double>(1 / settings_.per_second);
    const io::TimePoint slot = std::max(next_slot_, loop_.now());
    next_slot_ = slot + std::chrono::duration_cast<io::Duration>(step);
    if (slot > loop_.now()) co_await io::sleep_until(&loop_, io::Deadline(slot));
  }

  /// A session in which mail can be sent; nothing, and why, where there is none.
  Task<Session> open(SentMail* sent) {
    std::string why = "there is no address to connect to";
    for (const io::Endpoint& endpoint : settings_.endpoints) {
      const std::string shown = endpoint.to_string(0);
      tell(TranscriptEntry::Who::note, "connecting to " + shown);
      io::Endpoint peer = endpoint;
      auto stream = co_await io::Stream::connect(&loop_, std::move(peer), loop_.after(settings_.client.timeout));
      if (!stream) {
        why = fmt::format("cannot connect to {}: {}", shown, stream.error().message());
        tell(TranscriptEntry::Who::note, why);
        continue;
      }
      totals_.endpoint = endpoint;
      io::Connection connection(*std::move(stream));
      smtp::ClientOptions options = options_for(endpoint, connection);
      auto session = std::make_unique<MailClient>(loop_, std::move(connection), std::move(options));
      sent->fault = co_await session->begin();
      if (session->tls()) totals_.tls = session->tls();
      if (!sent->fault) co_return session;
      if (can_say_goodbye(*sent->fault)) co_await session->quit();
      co_return Session();
    }
    sent->unreachable = true;
    sent->fault.emplace(ClientFault::Kind::closed, why);
    // Who has not answered once will not answer a thousand times.
    if (totals_.accepted == 0) stopped_ = true;
    co_return Session();
  }

  [[nodiscard]] smtp::ClientOptions options_for(const io::Endpoint& endpoint, const io::Connection& connection) const {
    smtp::ClientOptions out = settings_.client;
    out.server_name = settings_.host;
    const bool lenient = !settings_.strict || (settings_.trust_loopback && endpoint.is_loopback());
    const auto& context = lenient ? settings_.lenient : settings_.strict;
    out.tls_context = context ? &*context : nullptr;
    out.clear_password = out.clear_password || endpoint.is_loopback();
    const auto local = connection.local();
    if (settings_.hello_is_address && local) out.hello = address_literal(*local);
    if (told_) out.told = told_;
    return out;
  }

  Task<smtp::Delivery> send_one(MailClient* session, std::size_t number) {
    smtp::Mail mail;
    auto bytes = mail_.make(number);
    if (!bytes) {
      smtp::Delivery none;
      none.fault.emplace(ClientFault::Kind::unsupported, bytes.error());
      co_return none;
    }
    mail.bytes = *std::move(bytes);
    mail.from = mail_.from();
    mail.to = mail_.to();
    mail.notify = settings_.notify;
    mail.ret = settings_.ret;
    mail.envid = settings_.envid;
    smtp::Delivery out = co_await session->send(std::move(mail));
    co_return out;
  }

  void count(SentMail sent) {
    if (sent.accepted()) {
      ++totals_.accepted;
      totals_.milliseconds.push_back(sent.milliseconds);
    } else {
      ++totals_.failed;
      totals_.any_silent = totals_.any_silent || sent.silent();
      totals_.any_refused = totals_.any_refused || !sent.silent();
      std::string why = sent.why_not();
      const bool known = totals_.reasons.contains(why) || totals_.reasons.size() < kMostReasons;
      ++totals_.reasons[known ? why : "other reasons"];
    }
    totals_.last = std::move(sent);
  }

  void tell(TranscriptEntry::Who who, const std::string& words) const {
    if (told_) told_(TranscriptEntry{who, text::visible(words)});
  }

  const SendSettings& settings_;
  const SendMail& mail_;
  const std::function<void(const TranscriptEntry&)>& told_;
  io::EventLoop loop_;
  SendTotals totals_;
  io::TimePoint next_slot_;
  std::size_t taken_ = 0;
  bool stopped_ = false;
};

}  // namespace

bool SentMail::silent() const noexcept { return unreachable || (fault && fault->kind == ClientFault::Kind::timed_out); }

std::string SentMail::why_not() const {
  std::string out;
  if (fault) {
    out = fault->words;
  } else if (const smtp::ServerReply* reply = delivery.refusal()) {
    out = text::visible(fmt::format("{} {}", reply->code, reply->lines.front()));
  } else {
    out = "not all of it was answered";
  }
  return out.size() <= kMostWords ? out : text::to_valid_utf8(out.substr(0, kMostWords)) + " [...]";
}

double SendTotals::latency(double percent) const {
  if (milliseconds.empty()) return 0;
  std::vector<double> sorted = milliseconds;
  std::ranges::sort(sorted);
  const double place = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
  return sorted[std::min(sorted.size(), static_cast<std::size_t>(std::max(place, 1.0))) - 1];
}

SendTotals send_all(const SendSettings& settings, const SendMail& mail,
                    const std::function<void(const TranscriptEntry&)>& told) {
  return Run(settings, mail, told).send();
}

}  // namespace cli
