#pragma once

#include <envelint/inbox/message.hpp>
#include <envelint/inbox/search.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace envelint::inbox {

/// What a store holds at most.
struct StoreLimits {
  /// Octets of messages, as `weight` counts them. Nothing: kMemoryOctets in memory, no bound on disk.
  std::optional<std::uint64_t> octets;
  /// Whether the oldest messages make room for new ones. Without it, what is too much is not taken.
  bool evict = false;
  /// Sessions beyond these are dropped, the oldest first: somebody who only connects has them without end.
  std::size_t sessions = 10'000;
  std::uint64_t session_octets = std::uint64_t{64} << 20;
  /// How long one call may search, and wait for those that others make.
  std::chrono::milliseconds search_time{2000};
};
inline constexpr std::uint64_t kMemoryOctets = std::uint64_t{1} << 30;

/// Which piece of a list is wanted. To go on, give the last id that was got as `before` (or `after`, from the oldest
/// on): however long the list is, a piece costs the same, and nothing that is added meanwhile moves it.
struct Page {
  std::optional<std::uint64_t> before;  ///< only ids below it
  std::optional<std::uint64_t> after;   ///< only ids above it
  std::optional<SessionId> session;     ///< only messages of this session
  std::size_t limit = 100;              ///< at most kMaxPage
  bool newest_first = true;
  /// Only messages that it finds. Not owned: it lives as long as the call. A page may then end in an error that says
  /// that the search takes too long.
  const Search* search = nullptr;
};
inline constexpr std::size_t kMaxPage = 1000;

/// Octets of each text of others that an Entry has at most.
inline constexpr std::size_t kMaxListed = 1000;

/// A message in a list.
struct Entry {
  MessageId id = 0;
  SessionId session = 0;
  std::int64_t received_ms = 0;
  std::uint64_t size = 0;  ///< of the message, in octets
  net::Address client;
  std::string tls;        ///< its version; empty: in clear
  std::string sender;     ///< of MAIL FROM as written; empty for a bounce. Bytes of others
  std::string recipient;  ///< the first of RCPT TO as written. Bytes of others
  std::uint64_t recipients = 0;
  Summary summary;
  int reply_code = 0;
  bool unread = true;
  std::uint64_t attachments = 0;
};

struct Totals {
  std::uint64_t messages = 0;
  std::uint64_t octets = 0;  ///< of the messages, as `weight` counts them
  std::uint64_t sessions = 0;
  std::uint64_t unread = 0;
};

/// Keeps messages and sessions. All calls may come from several threads at once.
///
/// An error is a sentence for a person. Nothing is changed by a call that ends in one, and the next may succeed: a disk
/// that is full today is not tomorrow.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Adds messages: all or none. On disk they are safe when it returns, also if the machine loses its power, and a
  /// batch costs one wait for the disk: whoever has many gives many.
  /// @param batch  the messages get their ids. Their octets are copied.
  /// @return the ids; an error when there is no room, which a server tells with 452 (RFC 5321 §4.2.3), or trouble.
  [[nodiscard]] virtual std::expected<std::vector<MessageId>, std::string> add(std::span<Message> batch) = 0;

  /// An id for a session that begins. No two calls get the same, in this or another process on the same folder; ids that
  /// were got before a crash may be left out.
  [[nodiscard]] virtual std::expected<SessionId, std::string> next_session_id() = 0;
  /// Adds sessions, with ids of `next_session_id`; what was told of the same session before is replaced.
  [[nodiscard]] virtual std::expected<void, std::string> add_sessions(std::span<const Session> sessions) = 0;
  [[nodiscard]] std::expected<void, std::string> add_session(const Session& session) {
    return add_sessions({&session, 1});
  }

  [[nodiscard]] virtual std::expected<std::vector<Entry>, std::string> list(const Page& page) const = 0;
  /// A message with everything; nothing if there is none of this id.
  [[nodiscard]] virtual std::expected<std::optional<Message>, std::string> get(MessageId id) const = 0;
  /// Its octets alone.
  [[nodiscard]] virtual std::expected<std::optional<std::string>, std::string> raw(MessageId id) const = 0;

  /// Sessions without their transcripts. `page.session` means nothing here.
  [[nodiscard]] virtual std::expected<std::vector<Session>, std::string> sessions(const Page& page) const = 0;
  [[nodiscard]] virtual std::expected<std::optional<Session>, std::string> session(SessionId id) const = 0;

  /// Removes messages; ids of which there is none are passed over.
  /// @return how many there were
  [[nodiscard]] virtual std::expected<std::size_t, std::string> remove(std::span<const MessageId> ids) = 0;
  /// Removes all that a search finds, but nothing that is added meanwhile; in pieces, between which others get on.
  /// @return how many there were; where it ends in an error, some may be gone
  [[nodiscard]] std::expected<std::size_t, std::string> remove_matching(const Search& search);
  /// Removes all messages and sessions. Ids go on where they were.
  [[nodiscard]] virtual std::expected<void, std::string> clear() = 0;

  /// Marks messages as read or unread; ids of which there is none are passed over.
  /// @return how many were not so before
  [[nodiscard]] virtual std::expected<std::size_t, std::string> mark(std::span<const MessageId> ids, bool unread) = 0;
  /// Marks all, but nothing that is added meanwhile; in pieces, like `remove_matching`.
  [[nodiscard]] std::expected<std::size_t, std::string> mark_all(bool unread);

  [[nodiscard]] virtual std::expected<Totals, std::string> totals() const = 0;

  /// Does a piece of what was put off, so that searches are quick: some milliseconds of work, seldom more. For whoever
  /// has nothing else to do; what is left undone only costs searches time.
  /// @return whether there is more
  [[nodiscard]] virtual std::expected<bool, std::string> tidy() { return false; }
};

/// A store that is gone at the end of the program.
[[nodiscard]] std::unique_ptr<Store> memory_store(const StoreLimits& limits = {});

enum class OpenMode : std::uint8_t {
  read_write,  ///< makes the folder (mode 0700) and its files (0600) if they are not there
  read_only,   ///< while another process writes, too
};

/// A store in a folder: `inbox.sqlite` and the files that SQLite keeps beside it.
/// @return why it cannot be opened: no store, made by a newer version, not to be written
[[nodiscard]] std::expected<std::unique_ptr<Store>, std::string> open_store(const std::string& folder,
                                                                            const StoreLimits& limits, OpenMode mode);

}  // namespace envelint::inbox
