#pragma once

#include <envelint/inbox/store.hpp>
#include <envelint/web/exchange.hpp>
#include <envelint/web/feed.hpp>
#include <envelint/web/lint_desk.hpp>

#include <atomic>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envelint::web {

/// What the receiver is, for the page.
struct About {
  std::string version;
  std::vector<std::string> smtp;  ///< where it listens
  bool on_disk = false;           ///< whether mail is kept there
  bool judges = true;             ///< false: verdicts were not wanted
};

/// What is asked for and changed by way of the API. All of it is for every thread.
class Api {
 public:
  /// Those who wait for something to happen hold a thread each: more of them are told to come again (503).
  static constexpr std::size_t kMostWaiting = 400;

  /// Refers to the store and the feed.
  Api(inbox::Store& kept, Feed& told, DomainLint look_up, About receiver)
      : store(kept), feed(told), lint(std::move(look_up)), about(std::move(receiver)) {}

  /// Answers what is asked for below `/api/v1`. Who may ask was decided before.
  [[nodiscard]] Reply answer(const Request& request);

  inbox::Store& store;
  Feed& feed;
  LintDesk lint;
  About about;
  std::atomic<std::size_t> waiting = 0;  ///< requests that wait for something to happen
};

/// A request with the parts of its path that stand for something.
struct Call {
  const Request& request;
  std::vector<std::string_view> captured;

  /// The number that the first part is; 0, which nothing has, where it is none.
  [[nodiscard]] std::uint64_t id() const noexcept;
};

/// One of the things that can be asked for.
struct Route {
  std::string_view method;
  std::string_view path;  ///< `/messages/{id}/parts/{part}`, below `/api/v1`
  Reply (*answer)(Api& api, const Call& call);
};

/// All of them, as `openapi.json` describes them.
[[nodiscard]] std::span<const Route> routes() noexcept;

}  // namespace envelint::web
