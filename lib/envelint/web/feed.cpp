#include <envelint/web/feed.hpp>

#include <envelint/render/json_writer.hpp>
#include <envelint/web/api_document.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace envelint::web {
namespace {

std::string on_the_wire(std::string_view event, std::string_view data) {
  return fmt::format("event: {}\ndata: {}\n\n", event, data);
}

}  // namespace

Feed::Feed(const inbox::Store& store) : store_(store), thread_([this] { work(); }) {}

Feed::~Feed() {
  close();
  thread_.join();
}

void Feed::message(const receiver::Arrival& arrival) {
  if (arrival.id == 0) return;
  const std::scoped_lock lock(mutex_);
  newest_ = std::max(newest_, arrival.id);
  wake();
}

void Feed::session_ended(const smtp::SessionEnd&) {
  const std::scoped_lock lock(mutex_);
  sessions_ended_ = true;
  wake();
}

/// With the lock. While the thread makes its pause, it need not be woken for each message.
void Feed::wake() {
  if (idle_) noted_.notify_one();
}

void Feed::tell(std::string_view event, std::string_view data) {
  const std::scoped_lock lock(mutex_);
  add(event, data);
}

void Feed::add(std::string_view event, std::string_view data) {
  if (readers_ == 0) return;
  events_.push_back(on_the_wire(event, data));
  if (events_.size() > kMostEvents) {
    events_.pop_front();
    ++first_;
  }
  changed_.notify_all();
}

void Feed::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    idle_ = true;
    noted_.wait(lock, [this] { return closed_ || newest_ > told_ || sessions_ended_; });
    idle_ = false;
    if (closed_) return;
    const inbox::MessageId newest = newest_;
    const bool sessions = std::exchange(sessions_ended_, false);
    const bool anybody = readers_ > 0;
    const bool more = newest > told_;
    lock.unlock();
    std::optional<std::string> messages;
    if (anybody && more) messages = describe_new();
    told_ = std::max(told_, newest);
    lock.lock();
    // Only now: what was described may be newer than what was told here, and whoever waits for it must look again.
    if (more) ++generation_;
    if (messages) add("messages", *messages);
    if (sessions) add("sessions", "{}");
    changed_.notify_all();
    noted_.wait_for(lock, kPause, [this] { return closed_; });
  }
}

/// On the thread alone. A store in trouble is told of by whoever asks it next.
std::optional<std::string> Feed::describe_new() {
  inbox::Page page;
  page.after = told_;
  page.limit = kMostEntries + 1;
  page.newest_first = false;
  const auto entries = store_.list(page);
  const auto totals = store_.totals();
  if (!entries || !totals || entries->empty()) return std::nullopt;
  std::string out;
  render::JsonWriter json(out, false);
  json.open_object();
  if (entries->size() > kMostEntries) {
    json.member("reload", true);
  } else {
    add_entries(json, *entries);
    told_ = entries->back().id;
  }
  add_totals(json, *totals);
  json.close_object();
  return out;
}

std::uint64_t Feed::generation() const {
  const std::scoped_lock lock(mutex_);
  return generation_;
}

bool Feed::wait_for_other(std::uint64_t generation, std::chrono::steady_clock::time_point until) const {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [&] { return closed_ || generation_ != generation; });
  return !closed_ && generation_ != generation;
}

void Feed::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  noted_.notify_one();
  changed_.notify_all();
}

Feed::Reader::Reader(Feed& feed) : feed_(feed) {
  const std::scoped_lock lock(feed_.mutex_);
  ++feed_.readers_;
  next_ = feed_.first_ + feed_.events_.size();
}

Feed::Reader::~Reader() {
  const std::scoped_lock lock(feed_.mutex_);
  if (--feed_.readers_ > 0) return;
  feed_.first_ += feed_.events_.size();
  feed_.events_.clear();
}

std::optional<std::string> Feed::Reader::next(std::chrono::milliseconds within) {
  std::unique_lock lock(feed_.mutex_);
  const auto end = [this] { return feed_.first_ + feed_.events_.size(); };
  feed_.changed_.wait_for(lock, within, [&] { return feed_.closed_ || next_ < end(); });
  if (feed_.closed_) return std::nullopt;
  if (next_ == end()) return std::string();
  std::string out;
  // What was not kept long enough is made up for by asking for the list.
  if (next_ < feed_.first_) out = on_the_wire("messages", R"({"reload":true})");
  next_ = std::max(next_, feed_.first_);
  for (; next_ < end(); ++next_) out += feed_.events_[static_cast<std::size_t>(next_ - feed_.first_)];
  return out;
}

}  // namespace envelint::web
