#include <envelint/web/query.hpp>

#include <envelint/render/json_writer.hpp>

#include <cstdint>

namespace envelint::web {
namespace {

Reply fault_reply(const inbox::SearchFault& fault) {
  Reply reply;
  reply.status = 400;
  render::JsonWriter json(reply.body, false);
  json.open_object();
  json.open_object("error");
  json.member("code", "bad_query");
  json.member("message", fault.message);
  json.member("start", std::uint64_t{fault.start});
  json.member("end", std::uint64_t{fault.end});
  json.close_object();
  json.close_object();
  return reply;
}

}  // namespace

std::expected<inbox::Search, Reply> search_of(const Request& request) {
  auto search = inbox::Search::parse(request.parameter("query").value_or(""));
  if (!search) return std::unexpected(fault_reply(search.error()));
  return *std::move(search);
}

}  // namespace envelint::web
