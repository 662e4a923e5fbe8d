#include <envelint/web/exchange.hpp>

#include <envelint/render/json_writer.hpp>

#include <algorithm>

namespace envelint::web {
namespace {

std::string_view code_of(int status) {
  switch (status) {
    case 401: return "unauthorized";
    case 403: return "forbidden";
    case 404: return "not_found";
    case 405: return "method_not_allowed";
    case 413:
    case 414:
    case 431: return "too_large";
    case 415: return "unsupported_type";
    case 500: return "internal";
    case 503: return "busy";
    default: return "bad_request";
  }
}

}  // namespace

std::optional<std::string> Request::parameter(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::string_view Request::field(const std::string& name) const {
  const auto found = header.find(name);
  return found == header.end() ? std::string_view() : std::string_view(found->second);
}

Reply error_reply(int status, std::string_view code, std::string_view message) {
  Reply reply;
  reply.status = status;
  render::JsonWriter json(reply.body, false);
  json.open_object();
  json.open_object("error");
  json.member("code", code);
  json.member("message", message);
  json.close_object();
  json.close_object();
  return reply;
}

Reply error_reply(int status, std::string_view message) { return error_reply(status, code_of(status), message); }

}  // namespace envelint::web
