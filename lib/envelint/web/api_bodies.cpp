#include <envelint/web/api_messages.hpp>

#include <envelint/mime/content.hpp>
#include <envelint/mime/structure.hpp>
#include <envelint/web/api_document.hpp>
#include <envelint/web/disposition.hpp>
#include <envelint/web/html_frame.hpp>
#include <envelint/web/parameters.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <expected>
#include <limits>

namespace envelint::web {
namespace {

constexpr std::size_t kMostText = std::size_t{1} << 20;
constexpr std::size_t kMostHtml = std::size_t{4} << 20;
constexpr std::size_t kMostPart = std::size_t{256} << 20;

constexpr std::string_view kOctets = "application/octet-stream";

std::expected<std::string, Reply> raw_of(Api& api, const Call& call) {
  auto raw = api.store.raw(call.id());
  if (!raw) return std::unexpected(store_fault(raw.error()));
  if (!*raw) return std::unexpected(error_reply(404, kNoMessage));
  return **std::move(raw);
}

/// What browsers show as a picture and nothing else. SVG is a document that can hold scripts.
bool is_picture(std::string_view type) {
  constexpr std::array<std::string_view, 4> kPictures = {"image/png", "image/jpeg", "image/gif", "image/webp"};
  return std::ranges::find(kPictures, type) != kPictures.end();
}

}  // namespace

Reply get_raw(Api& api, const Call& call) {
  Parameters parameters(call.request);
  constexpr std::uint64_t kAny = std::numeric_limits<std::uint32_t>::max();
  const auto offset = parameters.number("offset", kAny);
  const auto limit = parameters.number("limit", kAny);
  if (parameters.fault()) return error_reply(400, *parameters.fault());
  auto raw = raw_of(api, call);
  if (!raw) return raw.error();
  Reply reply;
  if (offset || limit) {
    reply.type = kOctets;
    const std::size_t from = std::min<std::size_t>(offset.value_or(0), raw->size());
    reply.body = raw->substr(from, limit.value_or(kAny));
    return reply;
  }
  reply.type = "message/rfc822";
  // The name has nothing of the message in it.
  reply.header.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"message-{}.eml\"", call.id()));
  reply.body = *std::move(raw);
  return reply;
}

Reply get_text(Api& api, const Call& call) {
  const auto raw = raw_of(api, call);
  if (!raw) return raw.error();
  Reply reply;
  reply.type = "text/plain; charset=utf-8";
  reply.body = mime::text_body(*raw, kMostText);
  return reply;
}

Reply get_html(Api& api, const Call& call) {
  Parameters parameters(call.request);
  const bool remote = parameters.flag("remote");
  if (parameters.fault()) return error_reply(400, *parameters.fault());
  const auto raw = raw_of(api, call);
  if (!raw) return raw.error();
  const auto html = mime::html_body(*raw, kMostHtml);
  if (!html) return error_reply(404, "The message has no HTML.");
  Reply reply;
  reply.type = "text/html; charset=utf-8";
  reply.body = frame_document(*html, *raw);
  reply.header.emplace_back("Content-Security-Policy", frame_policy(remote));
  reply.header.emplace_back("X-Frame-Options", "SAMEORIGIN");
  return reply;
}

Reply get_part(Api& api, const Call& call) {
  const auto raw = raw_of(api, call);
  if (!raw) return raw.error();
  auto content = mime::content(*raw, call.captured.back(), kMostPart);
  if (!content) return error_reply(404, "The message has no such part.");
  Reply reply;
  reply.type = is_picture(content->type) ? std::string_view(content->type) : kOctets;
  reply.header.emplace_back("Content-Disposition", attachment_disposition(content->filename));
  reply.body = std::move(content->octets);
  return reply;
}

}  // namespace envelint::web
