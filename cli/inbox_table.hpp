#pragma once

#include "screen.hpp"

#include <envelint/inbox/store.hpp>

#include <cstdint>
#include <string>

namespace cli {

/// Lists for a person: two lines a message or session, none wider than the screen, which counts as kMinInboxWidth at
/// least. All that others have sent is made visible.
class InboxTable {
 public:
  /// @param largest  id that is listed: so wide is the column of ids
  InboxTable(const Screen& screen, std::uint64_t largest);

  [[nodiscard]] std::string head_of_messages() const;
  [[nodiscard]] std::string lines(const envelint::inbox::Entry& entry) const;
  [[nodiscard]] std::string head_of_sessions() const;
  [[nodiscard]] std::string lines(const envelint::inbox::Session& session) const;

 private:
  [[nodiscard]] std::string indent() const { return std::string(id_width_ + 2, ' '); }
  [[nodiscard]] std::string route(const envelint::inbox::Entry& entry, std::size_t width) const;

  Screen screen_;
  std::size_t id_width_;
};

}  // namespace cli
