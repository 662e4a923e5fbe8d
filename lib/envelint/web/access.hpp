#pragma once

#include <envelint/web/exchange.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::web {

struct AccessOptions {
  /// What lets somebody in, or change something. Not empty.
  std::string token;
  /// Whether reading needs the token, too: where others than this host can connect, or somebody has said so.
  bool token_for_all = false;
  /// Names in `Host` beside IP addresses and `localhost`.
  std::vector<std::string> hosts;
};

/// Who may do what. Three things are asked, for each stops something else: `Host`, so that no name of others can be made
/// to lead here (DNS rebinding); `Origin` and `Sec-Fetch-Site`, so that no page of others can have a browser ask; and the
/// token, which only who has read the page or the terminal knows. Immutable: for every thread.
class Access {
 public:
  explicit Access(AccessOptions options) : options_(std::move(options)) {}

  /// @return the answer where that is the end of it: a refusal, or the way on for who came with a token in the address
  [[nodiscard]] std::optional<Reply> check(const Request& request) const;

  [[nodiscard]] const std::string& token() const noexcept { return options_.token; }

 private:
  [[nodiscard]] bool is_own_host(std::string_view host) const;
  [[nodiscard]] bool is_token(std::string_view text) const;
  [[nodiscard]] bool has_token_in_header(const Request& request) const;
  [[nodiscard]] bool has_cookie(const Request& request) const;
  [[nodiscard]] Reply let_in(const Request& request) const;

  AccessOptions options_;
};

/// Whether a request only asks, and changes nothing (RFC 9110 §9.2.1).
[[nodiscard]] bool is_safe(const Request& request) noexcept;
/// Whether it is of the API, not of the page.
[[nodiscard]] bool is_api(const Request& request) noexcept;

/// 128 bits that nobody can guess, in hex.
[[nodiscard]] std::string random_token();

}  // namespace envelint::web
