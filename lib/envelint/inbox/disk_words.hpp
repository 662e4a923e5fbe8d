#pragma once

#include <envelint/inbox/deadline.hpp>
#include <envelint/inbox/message.hpp>
#include <envelint/inbox/sqlite.hpp>
#include <envelint/inbox/store.hpp>

#include <vector>

/// The words of messages in a database, and looking for them.
namespace envelint::inbox {

/// Adds what is searched of a message. Within a transaction, like all that writes.
void add_words(Database& database, MessageId id, const Message& message);
/// Does so for all messages of a store that has no words yet.
void add_missing_words(Database& database);

/// The ids of a page that its search finds, in the page's order. Reads within a transaction see one state.
/// @param page  with a search
[[nodiscard]] std::vector<MessageId> find(Database& database, const Page& page, const Deadline& deadline);

}  // namespace envelint::inbox
