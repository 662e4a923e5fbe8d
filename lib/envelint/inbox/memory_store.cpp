#include <envelint/inbox/deadline.hpp>
#include <envelint/inbox/searched_words.hpp>
#include <envelint/inbox/store.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <utility>

namespace envelint::inbox {
namespace {

/// A message with what is searched of it, but for what changes.
struct Letter {
  Message message;
  std::string words;
};

/// Whatever is kept does not change any more, so that it can be read when the lock is gone.
template <class T>
struct Kept {
  std::shared_ptr<const T> value;
  std::uint64_t weight = 0;
  bool unread = false;
};

template <class T>
using Shelf = std::map<std::uint64_t, Kept<T>>;

std::string cut(const std::string& text) { return text.substr(0, kMaxListed); }

Entry entry_of(const Message& message, bool unread) {
  const smtp::Envelope& envelope = message.envelope;
  Entry entry;
  entry.id = message.id;
  entry.session = message.session;
  entry.received_ms = message.received_ms;
  entry.size = message.raw.size();
  entry.client = envelope.client.address;
  if (envelope.tls) entry.tls = envelope.tls->version;
  entry.sender = cut(envelope.from.path.written);
  if (!envelope.to.empty()) entry.recipient = cut(envelope.to.front().path.written);
  entry.recipients = envelope.to.size();
  entry.summary = message.summary;
  for (std::string* text : {&entry.summary.from, &entry.summary.to, &entry.summary.subject}) *text = cut(*text);
  entry.reply_code = message.reply_code;
  entry.unread = unread;
  entry.attachments = message.attachments;
  return entry;
}

Session without_transcript(const Session& session) {
  Session out = session;
  out.transcript.clear();
  return out;
}

/// What is kept under the ids of a page, in its order.
template <class T, class Wanted>
std::vector<Kept<T>> piece(const Shelf<T>& shelf, const Page& page, Wanted wanted) {
  std::vector<Kept<T>> out;
  const auto first = shelf.upper_bound(page.after.value_or(0));
  const auto last = page.before ? shelf.lower_bound(*page.before) : shelf.end();
  const std::size_t limit = std::min(page.limit, kMaxPage);
  if (page.before && page.after && *page.before <= *page.after) return out;
  const auto take = [&](auto from, auto to) {
    for (; from != to && out.size() < limit; ++from) {
      if (wanted(*from->second.value)) out.push_back(from->second);
    }
  };
  if (page.newest_first)
    take(std::make_reverse_iterator(last), std::make_reverse_iterator(first));
  else
    take(first, last);
  return out;
}

bool finds(const Search& search, const Kept<Letter>& kept) {
  SearchFacts facts = facts_of(kept.value->message);
  facts.unread = kept.unread;
  if (!search.may_match(facts)) return false;
  return !search.needs_words() || search.matches(facts, kept.value->words);
}

/// With what searches see in place of what was given for them, which is kept once only.
std::shared_ptr<Letter> letter_of(const Message& message) {
  auto out = std::make_shared<Letter>(Letter{message, searched_words(message)});
  out->message.search_header.clear();
  out->message.search_text.clear();
  return out;
}

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const StoreLimits& limits)
      : limits_(limits), most_octets_(limits.octets.value_or(kMemoryOctets)) {}

  std::expected<std::vector<MessageId>, std::string> add(std::span<Message> batch) override {
    // Copied before the lock is taken, for it may be much.
    std::vector<std::shared_ptr<Letter>> copies;
    std::vector<std::uint64_t> weights;
    for (const Message& message : batch) {
      copies.push_back(letter_of(message));
      weights.push_back(weight(message));
    }
    const std::uint64_t needed = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
    const std::scoped_lock lock(mutex_);
    if (needed > most_octets_ || (!limits_.evict && octets_ + needed > most_octets_)) {
      return std::unexpected(fmt::format("the store is full: it may hold {} octets", most_octets_));
    }
    while (octets_ + needed > most_octets_) drop_message(messages_.begin());
    octets_ += needed;
    std::vector<MessageId> ids;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      batch[i].id = copies[i]->message.id = ids.emplace_back(next_message_++);
      messages_.emplace(ids.back(), Kept<Letter>{copies[i], weights[i], batch[i].unread});
      unread_ += batch[i].unread ? 1 : 0;
    }
    return ids;
  }

  std::expected<SessionId, std::string> next_session_id() override {
    const std::scoped_lock lock(mutex_);
    return next_session_++;
  }

  std::expected<void, std::string> add_sessions(std::span<const Session> sessions) override {
    for (Session session : sessions) {
      session.transcript = bounded(std::move(session.transcript));
      put(std::move(session));
    }
    return {};
  }

  std::expected<std::vector<Entry>, std::string> list(const Page& page) const override {
    const auto wanted = [&](const Letter& letter) { return !page.session || letter.message.session == *page.session; };
    const std::size_t limit = std::min(page.limit, kMaxPage);
    const Search* const search = page.search != nullptr && !page.search->empty() ? page.search : nullptr;
    const Deadline deadline(limits_.search_time);
    std::vector<Entry> out;
    Page rest = page;
    if (search != nullptr) rest.limit = kMaxPage;
    while (out.size() < limit) {
      // The lock is held for a piece, and not while it is searched.
      const auto letters = locked_piece(messages_, rest, wanted);
      for (const Kept<Letter>& kept : letters) {
        if (out.size() == limit) break;
        if (search != nullptr && deadline.is_over()) return std::unexpected(deadline.words());
        if (search == nullptr || finds(*search, kept)) {
          out.push_back(entry_of(kept.value->message, kept.unread));
        }
      }
      if (search == nullptr || letters.size() < rest.limit) break;
      (page.newest_first ? rest.before : rest.after) = letters.back().value->message.id;
    }
    return out;
  }

  std::expected<std::optional<Message>, std::string> get(MessageId id) const override {
    const auto found = find(messages_, id);
    if (!found) return std::nullopt;
    Message out = found->value->message;
    out.unread = found->unread;
    give_words(out, found->value->words);
    return out;
  }

  std::expected<std::optional<std::string>, std::string> raw(MessageId id) const override {
    const auto found = find(messages_, id);
    return found ? std::optional(found->value->message.raw) : std::nullopt;
  }

  std::expected<std::vector<Session>, std::string> sessions(const Page& page) const override {
    std::vector<Session> out;
    for (const auto& session : locked_piece(sessions_, page, [](const Session&) { return true; })) {
      out.push_back(without_transcript(*session.value));
    }
    return out;
  }

  std::expected<std::optional<Session>, std::string> session(SessionId id) const override {
    const auto found = find(sessions_, id);
    return found ? std::optional(*found->value) : std::nullopt;
  }

  std::expected<std::size_t, std::string> remove(std::span<const MessageId> ids) override {
    const std::scoped_lock lock(mutex_);
    std::size_t removed = 0;
    for (const MessageId id : ids) {
      const auto found = messages_.find(id);
      if (found == messages_.end()) continue;
      drop_message(found);
      ++removed;
    }
    return removed;
  }

  std::expected<void, std::string> clear() override {
    const std::scoped_lock lock(mutex_);
    messages_.clear();
    sessions_.clear();
    octets_ = session_octets_ = unread_ = 0;
    return {};
  }

  std::expected<std::size_t, std::string> mark(std::span<const MessageId> ids, bool unread) override {
    const std::scoped_lock lock(mutex_);
    std::size_t changed = 0;
    for (const MessageId id : ids) {
      const auto found = messages_.find(id);
      if (found == messages_.end() || found->second.unread == unread) continue;
      found->second.unread = unread;
      ++changed;
    }
    unread_ = unread ? unread_ + changed : unread_ - changed;
    return changed;
  }

  std::expected<Totals, std::string> totals() const override {
    const std::scoped_lock lock(mutex_);
    return Totals{messages_.size(), octets_, sessions_.size(), unread_};
  }

 private:
  template <class T>
  std::optional<Kept<T>> find(const Shelf<T>& shelf, std::uint64_t id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = shelf.find(id);
    return found == shelf.end() ? std::nullopt : std::optional(found->second);
  }

  template <class T, class Wanted>
  std::vector<Kept<T>> locked_piece(const Shelf<T>& shelf, const Page& page, Wanted wanted) const {
    const std::scoped_lock lock(mutex_);
    return piece(shelf, page, wanted);
  }

  /// @return how heavy it was
  template <class T>
  static std::uint64_t drop(Shelf<T>& shelf, typename Shelf<T>::iterator place) {
    const std::uint64_t weight = place->second.weight;
    shelf.erase(place);
    return weight;
  }

  void drop_message(Shelf<Letter>::iterator place) {
    unread_ -= place->second.unread ? 1 : 0;
    octets_ -= drop(messages_, place);
  }

  void put(Session session) {
    const SessionId id = session.id;
    const std::uint64_t heavy = weight(session);
    const Kept<Session> kept{std::make_shared<Session>(std::move(session)), heavy};
    const std::scoped_lock lock(mutex_);
    const auto before = sessions_.find(id);
    if (before != sessions_.end()) session_octets_ -= drop(sessions_, before);
    session_octets_ += kept.weight;
    sessions_.emplace(id, kept);
    while (!sessions_.empty() && (sessions_.size() > limits_.sessions || session_octets_ > limits_.session_octets)) {
      session_octets_ -= drop(sessions_, sessions_.begin());
    }
  }

  StoreLimits limits_;
  std::uint64_t most_octets_;
  mutable std::mutex mutex_;  // guards all below
  Shelf<Letter> messages_;
  Shelf<Session> sessions_;
  std::uint64_t octets_ = 0;
  std::uint64_t session_octets_ = 0;
  std::uint64_t unread_ = 0;
  MessageId next_message_ = 1;
  SessionId next_session_ = 1;
};

}  // namespace

std::unique_ptr<Store> memory_store(const StoreLimits& limits) { return std::make_unique<MemoryStore>(limits); }

}  // namespace envelint::inbox
