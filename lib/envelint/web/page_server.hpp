#pragma once

#include <envelint/io/endpoint.hpp>
#include <envelint/web/access.hpp>
#include <envelint/web/api.hpp>
#include <envelint/web/feed.hpp>
#include <envelint/web/http_server.hpp>

#include <expected>
#include <system_error>

namespace envelint::web {

/// The page of a receiver, with its API: who may ask is let through, asked things are answered, and each answer says what
/// a browser may do with it.
class PageServer {
 public:
  /// @param store  like the feed it must outlive the server
  PageServer(inbox::Store& store, Feed& feed, DomainLint lint, About about, AccessOptions access);
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;
  /// Ends when nobody is answered any more; closes the feed, for pages listen to it.
  ~PageServer();

  /// Listens. Once.
  [[nodiscard]] std::expected<io::Endpoint, std::error_code> listen(const io::Endpoint& where) {
    return server_.listen(where);
  }

 private:
  [[nodiscard]] Reply answer(const Request& request);
  [[nodiscard]] Reply page(const Request& request) const;

  Feed& feed_;
  Access access_;
  Api api_;
  HttpServer server_;  // last: it refers to all above
};

}  // namespace envelint::web
