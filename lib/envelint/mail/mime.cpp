#include <envelint/mail/mime.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/base64.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace envelint::mail {
namespace {

constexpr std::string_view kCrlf = "\r\n";

int hex_digit(char c) {
  if (text::is_digit(c)) return c - '0';
  const char upper = text::to_upper(c);
  return upper >= 'A' && upper <= 'F' ? upper - 'A' + 10 : -1;
}

/// Reads a body line by line.
class PartFinder {
 public:
  PartFinder(std::string_view body, std::string_view content_type) : body_(body) { learn(content_type); }

  Parts take() {
    std::size_t start = 0;
    while (start < body_.size() && out_.boundaries.size() < kMaxBoundaryLines) {
      const std::size_t at = body_.find(kCrlf, start);
      const std::size_t end = at == std::string_view::npos ? body_.size() : at + 2;
      add(start, end);
      start = end;
    }
    close_part(body_.size());
    return std::move(out_);
  }

 private:
  void learn(std::string_view content_type) {
    std::string name = parameter(content_type, "boundary");
    if (name.empty() || names_.size() == kMaxBoundaryNames) return;
    if (std::ranges::find(names_, name) == names_.end()) names_.push_back(std::move(name));
  }

  void add(std::size_t start, std::size_t end) {
    const std::string_view line = text::trim(body_.substr(start, end - start));
    if (body_.substr(start).starts_with("--") &&
        add_boundary(line.substr(std::min<std::size_t>(2, line.size())), start, end)) {
      return;
    }
    if (!in_head_) return;
    if (line.empty()) return end_head(end);
    if (!text::is_wsp(body_[start])) field_ = start;
    const std::string_view field = body_.substr(field_, end - field_);
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view value = text::trim(field.substr(colon + 1));
    const std::string_view name = text::trim(field.substr(0, colon));
    Part& part = out_.parts.back();
    if (text::iequals(name, "content-type")) part.content_type = std::string(value);
    if (text::iequals(name, "content-transfer-encoding") && !value.empty()) {
      part.encoding = static_cast<std::size_t>(value.data() - body_.data());
      part.encoding_size = value.size();
    }
  }

  bool add_boundary(std::string_view rest, std::size_t start, std::size_t end) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!rest.starts_with(names_[i])) continue;
      const std::string_view behind = rest.substr(names_[i].size());
      if (!behind.empty() && behind != "--") continue;
      close_part(start);
      out_.boundaries.push_back({start, end, i, !behind.empty()});
      if (behind.empty()) {
        out_.parts.push_back({end, end, end});
        field_ = end;
        in_head_ = true;
        open_ = true;
      }
      return true;
    }
    return false;
  }

  void end_head(std::size_t end) {
    in_head_ = false;
    out_.parts.back().content = end;
    learn(out_.parts.back().content_type);
  }

  void close_part(std::size_t at) {
    if (!open_) return;
    if (in_head_) out_.parts.back().content = at;
    out_.parts.back().end = at;
    open_ = in_head_ = false;
  }

  std::string_view body_;
  Parts out_;
  std::vector<std::string> names_;
  std::size_t field_ = 0;  // where the field of the part's header began that is being read
  bool in_head_ = false;
  bool open_ = false;
};

}  // namespace

Parts find_parts(std::string_view body, std::string_view content_type) { return PartFinder(body, content_type).take(); }

std::string parameter(std::string_view field_value, std::string_view name) {
  bool quoted = false;
  for (std::size_t i = 0; i < field_value.size(); ++i) {
    if (field_value[i] == '"') quoted = !quoted;
    if (quoted || field_value[i] != ';') continue;
    std::string_view rest = text::trim(field_value.substr(i + 1));
    if (!text::istarts_with(rest, name)) continue;
    rest = text::trim(rest.substr(name.size()));
    if (!rest.starts_with('=')) continue;
    rest = text::trim(rest.substr(1));
    if (rest.starts_with('"')) return std::string(rest.substr(1, std::min(rest.find('"', 1), rest.size()) - 1));
    return std::string(rest.substr(0, rest.find_first_of("; \t\r\n")));
  }
  return {};
}

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out.push_back(text[i]);
      continue;
    }
    std::size_t next = i + 1;
    while (next < text.size() && text::is_wsp(text[next])) ++next;
    if (text.substr(next).starts_with(kCrlf)) {
      i = next + 1;
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    out.push_back(low < 0 ? '=' : static_cast<char>(high * 16 + low));
    if (low >= 0) i += 2;
  }
  return out;
}

std::string encode_quoted_printable(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::size_t kColumns = 75;  // and the `=` of a soft line break
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with(kCrlf)) {
      out.append(kCrlf);
      column = 0;
      ++i;
      continue;
    }
    const char c = text[i];
    const bool ends_line = i + 1 == text.size() || text.substr(i + 1).starts_with(kCrlf);
    const bool plain = (text::is_vchar(c) && c != '=') || (text::is_wsp(c) && !ends_line);
    const std::size_t size = plain ? 1 : 3;
    if (column + size > kColumns + (ends_line ? 1U : 0U)) {
      out.append("=\r\n");
      column = 0;
    }
    column += size;
    if (plain) {
      out.push_back(c);
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out.append({'=', kHex[octet >> 4U], kHex[octet & 15U]});
  }
  return out;
}

std::string encode_base64_lines(std::string_view text, std::size_t columns) {
  const std::string all = text::base64_encode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  std::string out;
  for (std::size_t i = 0; i < all.size(); i += columns) out.append(all, i, columns).append(kCrlf);
  return out;
}

}  // namespace envelint::mail
