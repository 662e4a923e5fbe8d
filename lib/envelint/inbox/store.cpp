#include <envelint/inbox/store.hpp>

#include <functional>

namespace envelint::inbox {
namespace {

/// Messages of one piece: what is done with them holds the store for some milliseconds. To remove one is more work than to
/// mark it, and each piece waits for the disk.
constexpr std::size_t kRemoved = 50;
constexpr std::size_t kMarked = kMaxPage;

using Count = std::expected<std::size_t, std::string>;
using Change = std::function<Count(std::span<const MessageId>)>;

/// Does something with all that a search finds, the newest first, so that nothing comes in between.
Count change_matching(const Store& store, const Search& search, std::size_t piece_size, const Change& change) {
  std::size_t changed = 0;
  Page page{.limit = piece_size, .search = &search};
  while (true) {
    const auto entries = store.list(page);
    if (!entries) return std::unexpected(entries.error());
    if (entries->empty()) return changed;
    std::vector<MessageId> ids;
    for (const Entry& entry : *entries) ids.push_back(entry.id);
    const Count piece = change(ids);
    if (!piece) return piece;
    changed += *piece;
    page.before = ids.back();
  }
}

}  // namespace

std::expected<std::size_t, std::string> Store::remove_matching(const Search& search) {
  return change_matching(*this, search, kRemoved, [this](std::span<const MessageId> ids) { return remove(ids); });
}

std::expected<std::size_t, std::string> Store::mark_all(bool unread) {
  const auto search = Search::parse(unread ? "is:read" : "is:unread");
  return change_matching(*this, *search, kMarked, [&](std::span<const MessageId> ids) { return mark(ids, unread); });
}

}  // namespace envelint::inbox
