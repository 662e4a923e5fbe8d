#include <envelint/web/api_events.hpp>

#include <envelint/web/api_document.hpp>
#include <envelint/web/message_json.hpp>
#include <envelint/web/parameters.hpp>
#include <envelint/web/query.hpp>

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

namespace envelint::web {
namespace {

using Clock = std::chrono::steady_clock;

/// How often a page that nothing happens on is written to: so it is known when nobody reads any more.
constexpr std::chrono::seconds kHeartbeat{5};
constexpr std::uint64_t kLongestWait = 300;  // seconds

/// One of those who may wait at once.
class Turn {
 public:
  explicit Turn(Api& api) : count_(api.waiting), mine_(count_.fetch_add(1) < Api::kMostWaiting) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { count_.fetch_sub(1); }

  explicit operator bool() const noexcept { return mine_; }

 private:
  std::atomic<std::size_t>& count_;
  bool mine_;
};

Reply too_many() { return error_reply(503, "Too many wait for something to happen; close some pages."); }

/// A page that listens.
struct Listener {
  explicit Listener(Api& api) : turn(api), reader(api.feed) {}

  bool tell(const Sink& sink) {
    if (!std::exchange(greeted, true)) return sink("retry: 1000\n\n");
    const auto events = reader.next(kHeartbeat);
    return events && sink(events->empty() ? ":\n\n" : *events);
  }

  Turn turn;
  Feed::Reader reader;
  bool greeted = false;
};

}  // namespace

Reply get_status(Api& api, const Call&) {
  const auto totals = api.store.totals();
  if (!totals) return store_fault(totals.error());
  return document([&](render::JsonWriter& json) {
    json.member("version", api.about.version);
    json.open_array("smtp");
    for (const std::string& one : api.about.smtp) json.value(one);
    json.close_array();
    json.member("kept", api.about.on_disk ? "disk" : "memory");
    json.member("judges", api.about.judges);
    json.member("messages", totals->messages);
    json.member("unread", totals->unread);
    json.member("sessions", totals->sessions);
    json.member("octets", totals->octets);
    if (api.about.smtp.empty()) return;
    json.member("first_steps",
                fmt::format("envelint send --to-host {} --mail-from ann@example.com --rcpt bob@example.net",
                            api.about.smtp.front()));
  });
}

Reply get_events(Api& api, const Call&) {
  const auto listener = std::make_shared<Listener>(api);
  if (!listener->turn) return too_many();
  Reply reply;
  reply.type = "text/event-stream";
  reply.stream = [listener](const Sink& sink) { return listener->tell(sink); };
  return reply;
}

Reply wait_for_message(Api& api, const Call& call) {
  Parameters parameters(call.request);
  inbox::Page page = parameters.page();
  const std::uint64_t seconds = parameters.number("timeout", kLongestWait).value_or(30);
  if (parameters.fault()) return error_reply(400, *parameters.fault());
  const auto search = search_of(call.request);
  if (!search) return search.error();
  page.search = &*search;
  page.limit = 1;
  page.newest_first = false;
  const Turn turn(api);
  if (!turn) return too_many();
  const auto until = Clock::now() + std::chrono::seconds(seconds);
  for (;;) {
    const std::uint64_t generation = api.feed.generation();
    const auto found = api.store.list(page);
    if (!found) return store_fault(found.error());
    if (!found->empty()) return message_reply(api.store, found->front().id);
    if (!api.feed.wait_for_other(generation, until)) break;
  }
  return error_reply(404, "no_match", fmt::format("No message that matches came within {} s.", seconds));
}

}  // namespace envelint::web
