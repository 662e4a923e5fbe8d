#include <envelint/render/prose.hpp>

#include <envelint/text/utf8.hpp>

#include <vector>

namespace envelint::render {
namespace {

/// Appends one line; whether it ends within code carries over to the next.
void append_line(std::string& out, const Painter& paint, Style style, std::string_view line, bool& in_code) {
  for (std::size_t from = 0; !line.empty();) {
    const std::size_t quote = line.find('`', from);
    // A backquote belongs to the code that it opens or closes.
    const std::size_t end = quote == std::string_view::npos ? line.size() : quote + (in_code ? 1 : 0);
    paint.append(out, in_code ? Style::code : style, line.substr(0, end));
    line.remove_prefix(end);
    if (quote == std::string_view::npos) return;
    from = in_code ? 0 : 1;
    in_code = !in_code;
  }
}

}  // namespace

void append_prose(std::string& out, const Painter& paint, Style style, std::string_view text, ProseLayout layout) {
  const std::size_t first = layout.width > layout.used ? layout.width - layout.used : 0;
  const std::vector<std::string> lines = wrap(text::visible(text), first, layout.width - layout.hang, layout.long_word);
  bool in_code = false;
  for (const std::string& line : lines) {
    if (&line != &lines.front()) out.append(layout.hang, ' ');
    append_line(out, paint, style, line, in_code);
    // A first line too short for any word leaves the blank behind its heading.
    while (out.ends_with(' ')) out.pop_back();
    out += '\n';
  }
}

}  // namespace envelint::render
