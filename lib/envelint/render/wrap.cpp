#include <envelint/render/wrap.hpp>

#include <envelint/text/utf8.hpp>

#include <algorithm>

namespace envelint::render {
namespace {

std::size_t width_of(const text::CodePoint& c) noexcept {
  return static_cast<std::size_t>(text::display_width(c.value));
}

/// The start of `text` that takes at most `width` columns.
std::string_view head(std::string_view text, std::size_t width) noexcept {
  std::size_t used = 0;
  std::size_t size = 0;
  while (size < text.size()) {
    const text::CodePoint c = text::next_code_point(text.substr(size));
    used += width_of(c);
    if (used > width) break;
    size += c.size;
  }
  return text.substr(0, size);
}

/// The end of `text` that takes at most `width` columns.
std::string_view tail(std::string_view text, std::size_t width) noexcept {
  std::size_t total = columns(text);
  while (total > width) {
    const text::CodePoint c = text::next_code_point(text);
    total -= width_of(c);
    text.remove_prefix(c.size);
  }
  return text;
}

/// A piece that is never broken, and the spaces that stand before it.
struct Atom {
  std::string_view text;
  std::size_t spaces = 0;
};

/// Hands out the atoms of a text. Code is one atom, with whatever is glued to it, unless it is wider than a line.
class Atoms {
 public:
  Atoms(std::string_view text, std::size_t width, LongWord policy) : rest_(text), width_(width), policy_(policy) {}

  bool next(Atom& atom) {
    atom.spaces = std::min(rest_.find_first_not_of(' '), rest_.size());
    advance(atom.spaces);
    if (rest_.empty()) return false;
    std::size_t size = opaque_size();
    if (!keeps_together(rest_.substr(0, size))) {
      // Code that is broken is broken to its end: its closing backquote opens nothing.
      plain_ = std::max(plain_, size);
      size = std::min(rest_.find(' '), rest_.size());
    }
    atom.text = rest_.substr(0, size);
    advance(size);
    return true;
  }

 private:
  void advance(std::size_t size) {
    rest_.remove_prefix(size);
    plain_ -= std::min(plain_, size);
  }

  [[nodiscard]] std::size_t opaque_size() const {
    std::size_t i = 0;
    while (i < rest_.size() && rest_[i] != ' ') {
      const std::size_t close = rest_[i] == '`' && i >= plain_ ? rest_.find('`', i + 1) : std::string_view::npos;
      i = close == std::string_view::npos ? i + 1 : close + 1;
    }
    return i;
  }

  // Very long code is shortened as a whole rather than spread over many lines.
  [[nodiscard]] bool keeps_together(std::string_view atom) const {
    const std::size_t size = columns(atom);
    return size <= width_ || (policy_ == LongWord::shorten && size > 3 * width_);
  }

  std::string_view rest_;
  std::size_t width_;
  LongWord policy_;
  std::size_t plain_ = 0;  // bytes of `rest_` in which backquotes mean nothing
};

}  // namespace

std::size_t columns(std::string_view text) noexcept {
  std::size_t sum = 0;
  while (!text.empty()) {
    const text::CodePoint c = text::next_code_point(text);
    sum += width_of(c);
    text.remove_prefix(c.size);
  }
  return sum;
}

std::string shorten(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::string out(head(text, width / 2));
  out += "…";
  return out.append(tail(text, width - 1 - width / 2));
}

std::vector<std::string> wrap(std::string_view text, std::size_t first, std::size_t rest, LongWord policy) {
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  std::size_t limit = first;
  Atoms atoms(text, rest, policy);
  for (Atom atom; atoms.next(atom);) {
    const std::string word = policy == LongWord::shorten ? shorten(atom.text, rest) : std::string(atom.text);
    const std::size_t size = columns(word);
    const bool fresh = used == 0;
    if (used + (fresh ? 0 : atom.spaces) + size > limit && !(fresh && size > rest)) {
      // A first line too short for its first word stays empty: the caller's heading stands in it.
      lines.emplace_back();
      used = 0;
      limit = rest;
    }
    if (used > 0) {
      lines.back().append(atom.spaces, ' ');
      used += atom.spaces;
    }
    lines.back() += word;
    used += size;
  }
  return lines;
}

}  // namespace envelint::render
