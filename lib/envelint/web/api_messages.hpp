#pragma once

#include <envelint/web/api.hpp>

namespace envelint::web {

/// `GET /messages`: those that `query` asks for, a page of them.
[[nodiscard]] Reply list_messages(Api& api, const Call& call);
/// `PATCH /messages`: all are read, or unread.
[[nodiscard]] Reply mark_all_messages(Api& api, const Call& call);
/// `DELETE /messages`: those that `query` asks for, or with `all=true` all messages and sessions.
[[nodiscard]] Reply remove_messages(Api& api, const Call& call);

/// `GET /messages/{id}`
[[nodiscard]] Reply get_message(Api& api, const Call& call);
/// `PATCH /messages/{id}`: it is read, or unread.
[[nodiscard]] Reply mark_message(Api& api, const Call& call);
/// `DELETE /messages/{id}`
[[nodiscard]] Reply remove_message(Api& api, const Call& call);
/// `GET /messages/{id}/verdict`: the document of `envelint verify`.
[[nodiscard]] Reply get_verdict(Api& api, const Call& call);

/// `GET /messages/{id}/raw`: its octets, or with `offset` and `limit` some of them.
[[nodiscard]] Reply get_raw(Api& api, const Call& call);
/// `GET /messages/{id}/text`: the text that a person reads.
[[nodiscard]] Reply get_text(Api& api, const Call& call);
/// `GET /messages/{id}/html`: its HTML for a frame in which nothing of it can act; with `remote=true` what it refers to
/// elsewhere may be loaded.
[[nodiscard]] Reply get_html(Api& api, const Call& call);
/// `GET /messages/{id}/parts/{part}`: one part of it, decoded.
[[nodiscard]] Reply get_part(Api& api, const Call& call);

}  // namespace envelint::web
