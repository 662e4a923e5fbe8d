#include <envelint/web/page_server.hpp>

#include <envelint/web/assets.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::web {
namespace {

/// For the page: its own files and its own API, and nothing else. Text can become script nowhere.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
/// For all else, in case a browser shows it.
constexpr std::string_view kDataPolicy =
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox";

void add_unless_there(Reply& reply, std::string_view name, std::string_view value) {
  const bool there = std::ranges::any_of(reply.header, [&](const auto& field) { return field.first == name; });
  if (!there) reply.header.emplace_back(name, value);
}

Reply secured(Reply reply, std::string_view policy) {
  add_unless_there(reply, "Content-Security-Policy", policy);
  add_unless_there(reply, "X-Frame-Options", "DENY");
  add_unless_there(reply, "Cache-Control", "no-store");
  reply.header.emplace_back("X-Content-Type-Options", "nosniff");
  reply.header.emplace_back("Referrer-Policy", "no-referrer");
  reply.header.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  reply.header.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  reply.header.emplace_back("X-DNS-Prefetch-Control", "off");
  return reply;
}

/// Addresses within the page, which finds its way by them itself.
bool is_view(std::string_view path) {
  constexpr std::array<std::string_view, 5> kViews = {"/messages/", "/sessions/", "/findings/", "/lint", "/keygen"};
  if (path == "/" || path == "/sessions") return true;
  return std::ranges::any_of(kViews, [&](std::string_view view) {
    return view.ends_with('/') ? path.starts_with(view) && !path.substr(view.size()).contains('/') : path == view;
  });
}

std::string with_token(std::string_view page, std::string_view token) {
  constexpr std::string_view kPlace = "{{token}}";
  std::string out(page);
  if (const auto at = out.find(kPlace); at != std::string::npos) out.replace(at, kPlace.size(), token);
  return out;
}

Reply file(const Asset& asset, const Request& request) {
  Reply reply;
  reply.type = asset.type;
  reply.header.emplace_back("ETag", asset.tag);
  reply.header.emplace_back("Cache-Control", "no-cache");
  if (request.field("if-none-match") == asset.tag) {
    reply.status = 304;
  } else {
    reply.body = asset.octets;
  }
  return reply;
}

}  // namespace

PageServer::PageServer(inbox::Store& store, Feed& feed, DomainLint lint, About about, AccessOptions access)
    : feed_(feed),
      access_(std::move(access)),
      api_(store, feed, std::move(lint), std::move(about)),
      server_(
          [this](const Request& head) -> std::optional<Reply> {
            auto refused = access_.check(head);
            // Forms are what other sites can have a browser send.
            const bool wrong_type =
                !head.field("content-type").empty() && !head.field("content-type").starts_with("application/json");
            if (!refused && wrong_type) refused = error_reply(415, "A body is to be application/json.");
            if (!refused) return std::nullopt;
            return secured(*std::move(refused), kDataPolicy);
          },
          [this](const Request& request) { return answer(request); }) {}

PageServer::~PageServer() { feed_.close(); }

Reply PageServer::answer(const Request& request) {
  if (is_api(request)) return secured(api_.answer(request), kDataPolicy);
  return secured(page(request), kPagePolicy);
}

Reply PageServer::page(const Request& request) const {
  if (!is_safe(request)) return error_reply(405, "Here is only the page; see /api/v1/openapi.json.");
  if (is_view(request.path)) {
    const Asset* index = find_asset("page/index.html");
    Reply reply;
    reply.type = index->type;
    reply.body = with_token(index->octets, access_.token());
    return reply;
  }
  const Asset* asset = request.path.starts_with("/page/") ? find_asset(request.path.substr(1)) : nullptr;
  if (asset == nullptr && request.path == "/favicon.ico") asset = find_asset("page/icon.svg");
  if (asset == nullptr || asset->name == "page/index.html") return error_reply(404, "There is no such page.");
  return file(*asset, request);
}

}  // namespace envelint::web
