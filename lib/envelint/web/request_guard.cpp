#include <envelint/web/request_guard.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace envelint::web {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

/// The library answers other methods by itself, without what our answers say to browsers.
constexpr std::array<std::string_view, 8> kMethods = {"GET",   "HEAD",   "POST",    "PUT",
                                                      "PATCH", "DELETE", "OPTIONS", "TRACE"};
/// Fields that are not passed on.
constexpr std::array<std::string_view, 6> kLeftOut = {"Range",      "If-Range", "Accept-Encoding",
                                                      "Connection", "Expect",   "Upgrade"};
/// Fields of which there may be one, for with two it is not clear what is meant.
constexpr std::array<std::string_view, 5> kOnce = {"Host", "Content-Length", "Origin", "Authorization", "Content-Type"};

std::unexpected<Refusal> refuse(int status, std::string why) {
  return std::unexpected(Refusal{status, std::move(why)});
}

bool is_token_char(char c) {
  return text::is_alpha(c) || text::is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

bool is_token(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_char); }

bool is_visible(char c) { return c > ' ' && c < '\x7F'; }

/// RFC 9110 §5.5, with the octets above ASCII that it advises against left out.
bool is_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_visible(c) || c == ' ' || c == '\t'; });
}

bool is_one_of(std::string_view name, auto names) {
  return std::ranges::any_of(names, [&](std::string_view one) { return text::iequals(one, name); });
}

/// `GET /path HTTP/1.1`
std::optional<Refusal> why_not_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || last == first) return Refusal{400, "The request line is no request line."};
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.size() > kMaxTarget) return Refusal{414, "The address is too long."};
  const std::string_view method = line.substr(0, first);
  if (!is_token(method) || !target.starts_with('/') || !std::ranges::all_of(target, is_visible))
    return Refusal{400, "The request line is no request line."};
  if (std::ranges::find(kMethods, method) == kMethods.end()) return Refusal{501, "This method is not known here."};
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return Refusal{505, "Only HTTP/1.1 is spoken here."};
  return std::nullopt;
}

/// Reads the fields one by one.
class Fields {
 public:
  std::optional<Refusal> add(std::string_view line) {
    if (++count_ > kMaxFields) return Refusal{431, "The header has too many fields."};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return Refusal{400, "A line of the header is no field."};
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = text::trim(line.substr(colon + 1));
    if (!is_token(name) || !is_value(value)) return Refusal{400, "A field of the header is malformed."};
    if (text::iequals(name, "Transfer-Encoding")) return Refusal{411, "A body needs a Content-Length."};
    if (text::iequals(name, "Content-Encoding")) return Refusal{415, "A body must not be compressed."};
    if (is_one_of(name, kOnce)) {
      if (is_one_of(name, seen_)) return Refusal{400, "A field that may be there once is there twice."};
      seen_.push_back(name);
    }
    if (text::iequals(name, "Content-Length")) {
      if (auto refusal = read_length(value)) return refusal;
    }
    if (!is_one_of(name, kLeftOut)) kept.append(name).append(": ").append(value).append(kLineEnd);
    return std::nullopt;
  }

  [[nodiscard]] bool has_host() const { return is_one_of("Host", seen_); }

  std::string kept;
  std::size_t length = 0;

 private:
  std::optional<Refusal> read_length(std::string_view value) {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (value.empty() || end != value.data() + value.size() || error == std::errc::invalid_argument)
      return Refusal{400, "Content-Length is no number."};
    if (error != std::errc{} || length > kMaxBody) return Refusal{413, "The body is too large."};
    return std::nullopt;
  }

  std::vector<std::string_view> seen_;
  std::size_t count_ = 0;
};

}  // namespace

std::expected<GuardedHead, Refusal> guard(std::string_view head) {
  if (head.size() > kMaxHead) return refuse(431, "The header is too large.");
  const auto first_end = head.find(kLineEnd);
  if (first_end == std::string_view::npos) return refuse(400, "The request line is no request line.");
  const std::string_view request_line = head.substr(0, first_end);
  if (auto refusal = why_not_request_line(request_line)) return std::unexpected(*std::move(refusal));
  Fields fields;
  for (std::size_t at = first_end + kLineEnd.size();;) {
    const auto end = head.find(kLineEnd, at);
    if (end == std::string_view::npos) return refuse(400, "The header does not end.");
    if (end == at) break;
    if (auto refusal = fields.add(head.substr(at, end - at))) return std::unexpected(*std::move(refusal));
    at = end + kLineEnd.size();
  }
  if (!fields.has_host()) return refuse(400, "The Host field is missing.");
  GuardedHead out;
  out.head.append(request_line).append(kLineEnd).append(fields.kept).append("Connection: close\r\n\r\n");
  out.body = fields.length;
  return out;
}

}  // namespace envelint::web
