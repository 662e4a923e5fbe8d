#include <envelint/web/api_sessions.hpp>

#include <envelint/receiver/mail_json.hpp>
#include <envelint/web/api_document.hpp>
#include <envelint/web/parameters.hpp>

namespace envelint::web {

Reply list_sessions(Api& api, const Call& call) {
  Parameters parameters(call.request);
  const inbox::Page page = parameters.page();
  if (parameters.fault()) return error_reply(400, *parameters.fault());
  auto sessions = api.store.sessions(one_more(page));
  if (!sessions) return store_fault(sessions.error());
  const bool more = cut_to(*sessions, page.limit);
  return document([&](render::JsonWriter& json) {
    json.open_array("sessions");
    for (const inbox::Session& session : *sessions) {
      json.open_object();
      receiver::add_session(json, session);
      json.close_object();
    }
    json.close_array();
    json.member("more", more);
  });
}

Reply get_session(Api& api, const Call& call) {
  const auto session = api.store.session(call.id());
  if (!session) return store_fault(session.error());
  if (!*session) return error_reply(404, "There is no such session, or it has not ended.");
  return document([&](render::JsonWriter& json) { receiver::add_session(json, **session); });
}

}  // namespace envelint::web
