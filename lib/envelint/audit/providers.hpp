#pragma once

#include <envelint/dns/name.hpp>

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace envelint::audit {

/// A company that receives or sends mail for others, and how it shows in DNS. Lists may be empty; names are in lower
/// case without final dot.
struct Provider {
  /// At most this many names in a list.
  static constexpr std::size_t kMost = 5;
  using Names = std::array<std::string_view, kMost>;

  std::string_view name;
  Names mx;           ///< MX hosts are at or below one of these
  Names includes;     ///< SPF `include:` and `redirect=` targets, at or below
  Names selectors;    ///< the DKIM selectors it sets up, where they are the same for every customer
  Names keys;         ///< DKIM selectors of a customer are aliases to names at or below
  bool pair = false;  ///< the first two selectors belong together: the provider changes from one to the other
  bool mailboxes =
      false;  ///< people have their mailboxes there, and send from them; the first include is the one to use
};

/// All providers that are known. The table is in providers.cpp, with its source.
[[nodiscard]] std::span<const Provider> providers() noexcept;

/// The items of a list up to the first empty one.
[[nodiscard]] std::span<const std::string_view> items(const Provider::Names& names) noexcept;

/// The provider that an MX host belongs to, or nullptr.
[[nodiscard]] const Provider* provider_of_mx(const dns::Name& host);
/// The provider that an SPF include or redirect target belongs to, or nullptr.
[[nodiscard]] const Provider* provider_of_include(const dns::Name& target);
/// The provider that a DKIM selector's alias leads to, or nullptr.
[[nodiscard]] const Provider* provider_of_key(const dns::Name& target);

}  // namespace envelint::audit
