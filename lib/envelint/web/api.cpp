#include <envelint/web/api.hpp>

#include <envelint/web/api_events.hpp>
#include <envelint/web/api_findings.hpp>
#include <envelint/web/api_messages.hpp>
#include <envelint/web/api_sessions.hpp>
#include <envelint/web/assets.hpp>

#include <array>
#include <charconv>
#include <optional>

namespace envelint::web {
namespace {

constexpr std::string_view kBase = "/api/v1";

Reply asset(std::string_view name) {
  const Asset* found = find_asset(name);
  if (found == nullptr) return error_reply(404, "There is no such description.");
  Reply reply;
  reply.type = found->type;
  reply.body = found->octets;
  return reply;
}

Reply get_openapi(Api&, const Call&) { return asset("openapi.json"); }
Reply get_schema(Api&, const Call& call) { return asset("schema/" + std::string(call.captured.front())); }
Reply post_lint(Api& api, const Call& call) { return api.lint.answer(call.request); }

constexpr std::array kRoutes = {
    Route{"GET", "/status", get_status},
    Route{"GET", "/messages", list_messages},
    Route{"PATCH", "/messages", mark_all_messages},
    Route{"DELETE", "/messages", remove_messages},
    Route{"GET", "/messages/{id}", get_message},
    Route{"PATCH", "/messages/{id}", mark_message},
    Route{"DELETE", "/messages/{id}", remove_message},
    Route{"GET", "/messages/{id}/raw", get_raw},
    Route{"GET", "/messages/{id}/verdict", get_verdict},
    Route{"GET", "/messages/{id}/text", get_text},
    Route{"GET", "/messages/{id}/html", get_html},
    Route{"GET", "/messages/{id}/parts/{part}", get_part},
    Route{"GET", "/sessions", list_sessions},
    Route{"GET", "/sessions/{id}", get_session},
    Route{"GET", "/events", get_events},
    Route{"GET", "/wait", wait_for_message},
    Route{"POST", "/lint", post_lint},
    Route{"GET", "/findings/{code}", get_finding},
    Route{"GET", "/openapi.json", get_openapi},
    Route{"GET", "/schema/{name}", get_schema},
};

/// The first part of a path, which is cut off.
std::string_view cut_part(std::string_view& path) {
  path.remove_prefix(1);
  const auto end = std::min(path.find('/'), path.size());
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(end);
  return part;
}

/// What stands for the parts in braces; nothing if it is another path.
std::optional<std::vector<std::string_view>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string_view> captured;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = cut_part(pattern);
    const std::string_view part = cut_part(path);
    if (wanted.starts_with('{')) {
      captured.push_back(part);
    } else if (wanted != part) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return captured;
}

}  // namespace

std::span<const Route> routes() noexcept { return kRoutes; }

std::uint64_t Call::id() const noexcept {
  std::uint64_t out = 0;
  if (captured.empty()) return 0;
  const std::string_view text = captured.front();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() ? out : 0;
}

Reply Api::answer(const Request& request) {
  const std::string_view path = request.path;
  if (!path.starts_with(kBase) || !path.substr(kBase.size()).starts_with('/'))
    return error_reply(404, "There is nothing here; see /api/v1/openapi.json.");
  std::string allowed;
  for (const Route& route : kRoutes) {
    auto captured = match(route.path, path.substr(kBase.size()));
    if (!captured) continue;
    if (route.method == request.method) return route.answer(*this, Call{request, *std::move(captured)});
    allowed.append(allowed.empty() ? "" : ", ").append(route.method);
  }
  if (allowed.empty()) return error_reply(404, "There is nothing here; see /api/v1/openapi.json.");
  Reply reply = error_reply(405, "This cannot be done here; see the Allow field.");
  reply.header.emplace_back("Allow", allowed);
  return reply;
}

}  // namespace envelint::web
