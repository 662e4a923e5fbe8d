#include <envelint/web/access.hpp>

#include <envelint/net/address.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace envelint::web {
namespace {

constexpr std::string_view kCookie = "envelint_token";

/// `localhost:8025`, `[::1]:8025` without the port. Empty where it is not of this form.
std::string_view name_of(std::string_view host) {
  const auto end = host.starts_with('[') ? host.find(']') + 1 : std::min(host.find(':'), host.size());
  const std::string_view rest = host.substr(end);
  const bool has_port = rest.starts_with(':') && std::ranges::all_of(rest.substr(1), text::is_digit);
  return rest.empty() || has_port ? host.substr(0, end) : std::string_view();
}

bool is_address(std::string_view name) {
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  return net::Address::parse(name).has_value();
}

/// The origin of a page of this server: its scheme may be that of a proxy in front.
bool is_same_origin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme) && text::iequals(origin.substr(scheme.size()), host)) return true;
  }
  return false;
}

/// What a browser says of the page that has it ask; other programs say nothing.
bool is_of_other_site(const Request& request) {
  const std::string_view site = request.field("sec-fetch-site");
  return site == "cross-site" || site == "same-site";
}

std::string_view value_of_cookie(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const std::string_view one = text::trim(cookies.substr(0, cookies.find(';')));
    const auto equals = one.find('=');
    if (equals != std::string_view::npos && one.substr(0, equals) == name) return one.substr(equals + 1);
    const auto end = cookies.find(';');
    cookies = end == std::string_view::npos ? std::string_view() : cookies.substr(end + 1);
  }
  return {};
}

Reply unauthorized(const Request& request) {
  constexpr std::string_view kWhy = "This needs the token: open the address that `envelint receive` prints.";
  if (is_api(request)) {
    Reply reply = error_reply(401, "This needs the token: `Authorization: Bearer TOKEN` (see --web-token).");
    reply.header.emplace_back("WWW-Authenticate", "Bearer");
    return reply;
  }
  Reply reply;
  reply.status = 401;
  reply.type = "text/plain; charset=utf-8";
  reply.body = kWhy;
  return reply;
}

}  // namespace

bool is_safe(const Request& request) noexcept { return request.method == "GET"; }
bool is_api(const Request& request) noexcept { return request.path.starts_with("/api/"); }

bool Access::is_own_host(std::string_view host) const {
  const std::string_view name = name_of(host);
  if (is_address(name) || text::iequals(name, "localhost")) return true;
  return std::ranges::any_of(options_.hosts, [&](const std::string& own) { return text::iequals(own, name); });
}

bool Access::is_token(std::string_view text) const {
  const std::string& token = options_.token;
  return text.size() == token.size() && CRYPTO_memcmp(text.data(), token.data(), token.size()) == 0;
}

bool Access::has_token_in_header(const Request& request) const {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view authorization = request.field("authorization");
  return is_token(request.field("x-envelint-token")) ||
         (text::istarts_with(authorization, kScheme) && is_token(text::trim(authorization.substr(kScheme.size()))));
}

bool Access::has_cookie(const Request& request) const {
  return is_token(value_of_cookie(request.field("cookie"), kCookie));
}

/// The token goes from the address, where it could be seen, into a cookie that no script can read.
Reply Access::let_in(const Request& request) const {
  Reply reply;
  reply.status = 303;
  reply.type = "text/plain; charset=utf-8";
  reply.header.emplace_back("Set-Cookie",
                            fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict", kCookie, options_.token));
  // A path of ours has these octets only; all others go to the start.
  const bool plain =
      std::ranges::all_of(request.path, [](char c) { return text::is_alnum(c) || c == '/' || c == '-'; });
  reply.header.emplace_back("Location", plain && !request.path.starts_with("//") ? request.path : "/");
  return reply;
}

std::optional<Reply> Access::check(const Request& request) const {
  const std::string_view host = request.field("host");
  if (!is_own_host(host)) {
    return error_reply(403, "This host name is not expected. If it leads here on purpose, name it with --web-host.");
  }
  const std::string_view origin = request.field("origin");
  if (!origin.empty() && !is_same_origin(origin, host)) return error_reply(403, "Pages of other origins may not ask.");
  if (is_of_other_site(request) && (is_api(request) || !is_safe(request)))
    return error_reply(403, "Pages of other sites may not ask.");
  if (const auto token = request.parameter("token"); token && !is_api(request) && is_safe(request) && is_token(*token))
    return let_in(request);
  const bool has_header = has_token_in_header(request);
  if (options_.token_for_all && !has_header && !has_cookie(request)) return unauthorized(request);
  if (!is_safe(request) && !has_header)
    return error_reply(403, "What changes something needs the token: `X-Envelint-Token`.");
  return std::nullopt;
}

std::string random_token() {
  std::array<unsigned char, 16> octets{};
  if (RAND_bytes(octets.data(), octets.size()) != 1) throw std::runtime_error("no random numbers");
  return fmt::format("{:02x}", fmt::join(octets, ""));
}

}  // namespace envelint::web
