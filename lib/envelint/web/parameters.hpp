#pragma once

#include <envelint/inbox/store.hpp>
#include <envelint/web/exchange.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::web {

/// Reads the query of a request. The first fault stays, so that one look at the end tells whether all was well.
class Parameters {
 public:
  explicit Parameters(const Request& request) : request_(request) {}

  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t most);
  /// `true` or `false`; false where it is not there.
  [[nodiscard]] bool flag(std::string_view name);
  /// `before`, `after`, `session`, `limit` (50 unless it says otherwise, less than inbox::kMaxPage) and `order`.
  [[nodiscard]] inbox::Page page();

  /// What is wrong, a sentence for a person, without bytes of others.
  [[nodiscard]] const std::optional<std::string>& fault() const noexcept { return fault_; }

 private:
  void fail(std::string fault);

  const Request& request_;
  std::optional<std::string> fault_;
};

}  // namespace envelint::web
