#include <support/catch.hpp>

#include <envelint/receiver/clerk.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <vector>

using namespace envelint;
using namespace std::chrono_literals;

namespace {

template <class T>
using Result = std::expected<T, std::string>;

/// A store in which there is always something to tidy, until there is trouble.
class UntidyStore final : public inbox::Store {
 public:
  Result<bool> tidy() override {
    ++tidied;
    if (tidied == 1) once.set_value();
    if (tidied == 3) thrice.set_value();
    if (trouble) return std::unexpected("the disk is full");
    return true;
  }

  Result<std::vector<inbox::MessageId>> add(std::span<inbox::Message> batch) override { return store_->add(batch); }
  Result<inbox::SessionId> next_session_id() override { return store_->next_session_id(); }
  Result<void> add_sessions(std::span<const inbox::Session> sessions) override {
    return store_->add_sessions(sessions);
  }
  Result<std::vector<inbox::Entry>> list(const inbox::Page& page) const override { return store_->list(page); }
  Result<std::optional<inbox::Message>> get(inbox::MessageId id) const override { return store_->get(id); }
  Result<std::optional<std::string>> raw(inbox::MessageId id) const override { return store_->raw(id); }
  Result<std::vector<inbox::Session>> sessions(const inbox::Page& page) const override {
    return store_->sessions(page);
  }
  Result<std::optional<inbox::Session>> session(inbox::SessionId id) const override { return store_->session(id); }
  Result<std::size_t> remove(std::span<const inbox::MessageId> ids) override { return store_->remove(ids); }
  Result<void> clear() override { return store_->clear(); }
  Result<std::size_t> mark(std::span<const inbox::MessageId> ids, bool unread) override {
    return store_->mark(ids, unread);
  }
  Result<inbox::Totals> totals() const override { return store_->totals(); }

  std::promise<void> once;
  std::promise<void> thrice;
  std::atomic<int> tidied = 0;
  std::atomic<bool> trouble = false;

 private:
  std::unique_ptr<inbox::Store> store_ = inbox::memory_store();
};

/// Tells of the start and the end of a session, and counts trouble.
class Ear : public receiver::Observer {
 public:
  void session_started(const smtp::SessionStart& start) override { started.set_value(start.id); }
  void message(const receiver::Arrival&) override {}
  void message_refused(const receiver::Refusal&) override {}
  void session_ended(const smtp::SessionEnd&) override { ended.set_value(); }
  void trouble(std::string_view) override { ++troubles; }

  std::promise<smtp::SessionId> started;
  std::promise<void> ended;
  std::atomic<int> troubles = 0;
};

template <class T>
bool is_ready(const std::future<T>& future) {
  return future.wait_for(10s) == std::future_status::ready;
}

}  // namespace

TEST_CASE("the store is tidied while nothing else is to be done, and what comes meanwhile is done next", "[receiver]") {
  UntidyStore store;
  Ear ear;
  receiver::Clerk clerk(&store, ear, {}, [](const auto&) {});
  REQUIRE(is_ready(store.thrice.get_future()));
  clerk.put(smtp::SessionStart());
  auto started = ear.started.get_future();
  REQUIRE(is_ready(started));
  CHECK(started.get() == 1);
  // At its end the clerk leaves the rest to the next.
}

TEST_CASE("trouble with tidying is told once, and then left until something comes", "[receiver]") {
  UntidyStore store;
  store.trouble = true;
  Ear ear;
  {
    receiver::Clerk clerk(&store, ear, {}, [](const auto&) {});
    REQUIRE(is_ready(store.once.get_future()));
    clerk.put(smtp::SessionStart());
    REQUIRE(is_ready(ear.started.get_future()));
    clerk.put(smtp::SessionEnd());
    REQUIRE(is_ready(ear.ended.get_future()));
  }
  CHECK(ear.troubles == 1);
  CHECK(store.tidied <= 3);  // at the start and after each
}
