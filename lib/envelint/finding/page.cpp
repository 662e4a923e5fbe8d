#include <envelint/finding/page.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace envelint::finding {
namespace {

using Result = std::expected<Page, PageFault>;

/// Hands out lines and counts them.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    ++number_;
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return line;
  }
  [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
  std::uint32_t number_ = 0;
};

struct Field {
  std::string_view key;
  std::string Page::* member;
};
constexpr std::array<Field, 7> kFields{{{"code", &Page::code},
                                        {"name", &Page::name},
                                        {"severity", &Page::severity},
                                        {"needs", &Page::needs},
                                        {"fix", &Page::fix},
                                        {"reference", &Page::reference},
                                        {"summary", &Page::summary}}};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool is_code(std::string_view code) {
  const auto letters = std::ranges::find_if_not(code, text::is_upper) - code.begin();
  const std::string_view digits = code.substr(static_cast<std::size_t>(letters));
  return letters > 0 && digits.size() == 3 && std::ranges::all_of(digits, text::is_digit);
}

bool is_name(std::string_view name) {
  return !name.empty() && text::is_lower(name.front()) && !name.ends_with('-') &&
         std::ranges::all_of(name, [](char c) { return text::is_lower(c) || text::is_digit(c) || c == '-'; });
}

std::optional<std::string> header_fault(const Page& page) {
  for (const Field& field : kFields) {
    if ((page.*field.member).empty()) return "the header has no `" + std::string(field.key) + ":`";
  }
  if (!is_code(page.code)) return "`code:` is not capital letters and three digits";
  if (!is_name(page.name)) return "`name:` is not lower-case words joined by hyphens";
  if (!is_one_of(page.severity, {"info", "notice", "warning", "error"})) return "`severity:` is unknown";
  if (!is_one_of(page.fix, {"none", "suggested", "safe"})) return "`fix:` is not none, suggested or safe";
  if (page.summary.ends_with('.')) return "`summary:` ends in a full stop";
  return std::nullopt;
}

std::optional<PageFault> read_header(Lines& lines, Page& page) {
  if (lines.next() != "---") return PageFault{1, "a page begins with a line of three hyphens"};
  while (const auto line = lines.next()) {
    if (*line == "---") {
      if (auto fault = header_fault(page)) return PageFault{lines.number(), *std::move(fault)};
      return std::nullopt;
    }
    const std::size_t colon = line->find(": ");
    if (colon == std::string_view::npos) return PageFault{lines.number(), "a header line is `key: value`"};
    const std::string_view key = line->substr(0, colon);
    const auto field = std::ranges::find(kFields, key, &Field::key);
    if (field == kFields.end()) return PageFault{lines.number(), "unknown key `" + std::string(key) + "`"};
    page.*field->member = std::string(text::trim(line->substr(colon + 2)));
  }
  return PageFault{lines.number(), "the header is not closed by a line of three hyphens"};
}

std::optional<PageFault> read_examples(Lines& lines, Page& page) {
  std::optional<bool> section;  // inside `## Bad` (true) or `## Good` (false)
  while (const auto line = lines.next()) {
    if (line->starts_with("## ")) {
      section = *line == "## Bad" ? std::optional(true) : *line == "## Good" ? std::optional(false) : std::nullopt;
      continue;
    }
    if (*line != "```zone") continue;
    if (!section) return PageFault{lines.number(), "a zone stands under neither `## Bad` nor `## Good`"};
    Example example{*section, {}, lines.number() + 1};
    auto inner = lines.next();
    for (; inner && *inner != "```"; inner = lines.next()) {
      example.zone.append(*inner).push_back('\n');
    }
    if (!inner) return PageFault{lines.number(), "the zone is not closed by a line of three backquotes"};
    page.examples.push_back(std::move(example));
  }
  return std::nullopt;
}

}  // namespace

Result read_page(std::string_view text) {
  Page page;
  Lines lines(text);
  if (auto fault = read_header(lines, page)) return std::unexpected(*std::move(fault));
  page.body = std::string(text::trim(lines.rest()));
  if (auto fault = read_examples(lines, page)) return std::unexpected(*std::move(fault));
  for (const bool bad : {true, false}) {
    if (std::ranges::find(page.examples, bad, &Example::bad) != page.examples.end()) continue;
    return std::unexpected(PageFault{lines.number(), bad ? "no zone under `## Bad`" : "no zone under `## Good`"});
  }
  return page;
}

}  // namespace envelint::finding
