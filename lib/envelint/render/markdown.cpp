#include <envelint/render/markdown.hpp>

#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>

namespace envelint::render {
namespace {

constexpr std::size_t kFenceIndent = 4;

/// The marker that begins an item ("- ", "* ", "12. "), or nothing.
std::string_view item_marker(std::string_view line) {
  if (line.starts_with("- ") || line.starts_with("* ")) return line.substr(0, 2);
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(line, text::is_digit) - line.begin());
  return digits > 0 && line.substr(digits).starts_with(". ") ? line.substr(0, digits + 2) : std::string_view();
}

/// Whether a `*` here opens or closes emphasis: it touches a word on one side only.
bool is_emphasis(std::string_view text, std::size_t at) {
  const auto is_word = [&](std::size_t i) { return i < text.size() && text[i] != ' ' && text[i] != '*'; };
  std::size_t end = at;
  while (end < text.size() && text[end] == '*') ++end;
  std::size_t start = at;
  while (start > 0 && text[start - 1] == '*') --start;
  return is_word(end) || (start > 0 && is_word(start - 1));
}

struct Link {
  std::string_view words;
  std::string_view address;
  std::size_t size = 0;  // 0: there is no link
};

/// Reads `[words](address)`.
Link link_at(std::string_view text, std::size_t at) {
  if (text[at] != '[') return {};
  const std::size_t middle = text.find(']', at);
  if (middle == std::string_view::npos || !text.substr(middle).starts_with("](")) return {};
  const std::size_t close = text.find(')', middle);
  if (close == std::string_view::npos) return {};
  return {text.substr(at + 1, middle - at - 1), text.substr(middle + 2, close - middle - 2), close + 1 - at};
}

/// Prose without the marks that only a browser needs; code between backquotes is left alone.
std::string plain_prose(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '`') {
      const std::size_t close = std::min(text.find('`', i + 1), text.size() - 1);
      out.append(text.substr(i, close + 1 - i));
      i = close + 1;
    } else if (text[i] == '*' && is_emphasis(text, i)) {
      ++i;
    } else if (const Link link = link_at(text, i); link.size > 0) {
      out += plain_prose(link.words);
      if (link.words != link.address) out.append(" (").append(link.address).append(")");
      i += link.size;
    } else {
      out += text[i++];
    }
  }
  return out;
}

/// Reads a page line by line and writes each block when the next one begins.
class Layout {
 public:
  explicit Layout(const MarkdownOptions& options)
      : options_(options), paint_(options.colour), width_(std::max<std::size_t>(options.width, 40)) {}

  void add(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view content = line.substr(indent);
    if (content.starts_with("```")) {
      end_block();
      if (!in_fence_) separate();
      in_fence_ = !in_fence_;
    } else if (in_fence_) {
      add_fenced(line);
    } else if (content.empty()) {
      end_block();
      tight_ = false;
    } else if (content.starts_with('#')) {
      end_block();
      add_heading(content);
    } else if (const std::string_view marker = item_marker(content); !marker.empty()) {
      end_block();
      begin_block(indent, marker);
      words_ = content.substr(marker.size());
    } else {
      if (!in_block_) begin_block(0, "");
      if (!words_.empty()) words_ += ' ';
      words_ += text::trim(content);
    }
  }

  [[nodiscard]] std::string take() && {
    end_block();
    return std::move(out_);
  }

 private:
  /// A blank line between blocks, but not between the items of a list.
  void separate() {
    if (!out_.empty() && !tight_) out_ += '\n';
    tight_ = false;
  }

  void begin_block(std::size_t indent, std::string_view marker) {
    indent_ = std::min(indent, width_ / 4);
    marker_ = marker;
    in_block_ = true;
  }

  void end_block() {
    if (!in_block_) return;
    const bool item = !marker_.empty();
    separate();
    out_.append(indent_, ' ');
    paint_.append(out_, Style::frame, marker_);
    const std::size_t used = indent_ + marker_.size();
    append_prose(out_, paint_, Style::plain, plain_prose(words_), {width_, used, used, LongWord::keep});
    words_.clear();
    in_block_ = false;
    tight_ = item;
  }

  void add_heading(std::string_view line) {
    const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
    tight_ = false;
    separate();
    // Without colour the sign of a heading is what tells it from the text.
    const std::string_view words = options_.colour ? text::trim(line.substr(level)) : line;
    append_prose(out_, paint_, Style::strong, plain_prose(words), {width_, 0, 0, LongWord::keep});
  }

  void add_fenced(std::string_view line) {
    if (line.empty()) {
      out_ += '\n';
      return;
    }
    out_.append(kFenceIndent, ' ');
    // A comment of a zone, such as the carets below a line, is not what one would copy.
    paint_.append(out_, line.starts_with(';') ? Style::faint : Style::code, text::visible(line));
    out_ += '\n';
  }

  const MarkdownOptions& options_;
  Painter paint_;
  std::size_t width_;
  std::string out_;
  std::string words_;
  std::string marker_;
  std::size_t indent_ = 0;
  bool in_block_ = false;
  bool in_fence_ = false;
  bool tight_ = false;
};

}  // namespace

std::string markdown(std::string_view page, const MarkdownOptions& options) {
  Layout layout(options);
  while (!page.empty()) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    layout.add(page.substr(0, end));
    page.remove_prefix(std::min(end + 1, page.size()));
  }
  return std::move(layout).take();
}

}  // namespace envelint::render
