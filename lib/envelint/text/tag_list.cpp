#include <envelint/text/tag_list.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::text {
namespace {

Span trimmed(std::string_view text, std::size_t start, std::size_t end) {
  while (start < end && is_space(text[start])) ++start;
  while (start < end && is_space(text[end - 1])) --end;
  return span_of(start, end);
}

// tag-name = ALPHA *ALNUMPUNC, where ALNUMPUNC = ALPHA / DIGIT / "_".
bool is_tag_name(std::string_view name) {
  return !name.empty() && is_alpha(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_alnum(c) || c == '_'; });
}

// VALCHAR is 0x21-3A / 0x3C-7E; FWS may stand between them.
void check_value(std::string_view text, Span value, std::vector<TagFault>& faults) {
  for (std::size_t i = value.start; i < value.end; ++i) {
    if (is_vchar(text[i]) || is_space(text[i])) continue;
    std::size_t end = i + 1;
    while (end < value.end && !is_vchar(text[end]) && !is_space(text[end])) ++end;
    faults.push_back({TagFault::Kind::bad_value, span_of(i, end)});
    i = end;
  }
}

void read_piece(std::string_view text, Span piece, TagList& out) {
  const std::string_view body = slice(text, piece);
  const std::size_t equals = body.find('=');
  if (equals == std::string_view::npos) {
    out.tags.push_back({piece, span_of(piece.start, piece.start), piece});
    out.faults.push_back({TagFault::Kind::no_equals, piece});
    return;
  }
  Tag tag;
  tag.span = piece;
  tag.name = trimmed(text, piece.start, piece.start + equals);
  tag.value = trimmed(text, piece.start + equals + 1, piece.end);
  const std::string_view name = slice(text, tag.name);
  if (!is_tag_name(name)) out.faults.push_back({TagFault::Kind::bad_name, tag.name.empty() ? tag.span : tag.name});
  if (!name.empty() && out.find(text, name) != nullptr) {
    out.faults.push_back({TagFault::Kind::duplicate, tag.span});
  }
  check_value(text, tag.value, out.faults);
  out.tags.push_back(tag);
}

}  // namespace

const Tag* TagList::find(std::string_view text, std::string_view name) const noexcept {
  const auto it = std::ranges::find_if(tags, [&](const Tag& tag) { return slice(text, tag.name) == name; });
  return it == tags.end() ? nullptr : &*it;
}

TagList parse_tag_list(std::string_view text) {
  constexpr std::size_t kUsualTags = 8;
  TagList out;
  out.tags.reserve(kUsualTags);
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find(';', start), text.size());
    const Span piece = trimmed(text, start, end);
    const bool last = end == text.size();
    if (!piece.empty()) {
      if (out.tags.size() == kMaxTags) {
        out.faults.push_back({TagFault::Kind::too_many, span_of(piece.start, text.size())});
        break;
      }
      read_piece(text, piece, out);
    } else if (!last) {
      out.faults.push_back({TagFault::Kind::empty_tag, span_of(start, end + 1)});
    }
    start = end + 1;
  }
  return out;
}

}  // namespace envelint::text
