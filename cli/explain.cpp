#include "explain.hpp"

#include "screen.hpp"

#include <envelint/finding/catalogue.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/markdown.hpp>
#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace cli {
namespace {

using envelint::finding::CatalogueEntry;
using envelint::finding::FixKind;
using envelint::finding::Severity;
using envelint::render::Painter;
using envelint::render::Style;
namespace text = envelint::text;

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::error: return Style::error;
    case Severity::warning: return Style::warning;
    case Severity::notice: return Style::notice;
    case Severity::info: break;
  }
  return Style::info;
}

std::string_view describe(FixKind fix) {
  switch (fix) {
    case FixKind::safe: return "safe: a rewrite that keeps what was meant";
    case FixKind::suggested: return "suggested: a rewrite for you to agree to";
    case FixKind::none: break;
  }
  return "none: only you know what was meant";
}

std::string_view family_of(const CatalogueEntry& entry) { return entry.id.substr(0, entry.id.size() - 3); }

/// The entries of a family, which stand side by side in the catalogue.
std::span<const CatalogueEntry> family(std::string_view word) {
  const auto all = envelint::finding::catalogue();
  const auto is_member = [&](const CatalogueEntry& entry) { return text::iequals(family_of(entry), word); };
  const auto first = std::ranges::find_if(all, is_member);
  const auto last = std::find_if_not(first, all.end(), is_member);
  return {first, last};
}

void add_field(std::string& out, const Painter& paint, std::size_t width, std::string_view key,
               std::string_view value) {
  paint.append(out, Style::faint, fmt::format("  {:<11}", key));
  append_prose(out, paint, Style::plain, value, {width, 13, 13});
}

std::string page_of(const CatalogueEntry& entry, const ExplainOptions& options) {
  const Painter paint(options.colour);
  const std::size_t width = std::max<std::size_t>(options.width, 40);
  const std::string_view severity = to_string(entry.severity);
  std::string out;
  paint.append(out, style_of(entry.severity), fmt::format("{}[{}]", severity, entry.id));
  out += ' ';
  append_prose(out, paint, Style::strong, entry.name, {width, severity.size() + entry.id.size() + 3, 4});
  append_prose(out, paint, Style::strong, entry.summary, {width, 0, 0});
  out += '\n';
  if (entry.reference != "-") add_field(out, paint, width, "reference", entry.reference);
  add_field(out, paint, width, "fix", describe(entry.fix));
  add_field(out, paint, width, "needs", entry.needs);
  out += '\n';
  return out + envelint::render::markdown(entry.body, {options.colour, options.width});
}

std::string list_of(std::span<const CatalogueEntry> entries, const ExplainOptions& options) {
  const Painter paint(options.colour);
  const std::size_t width = std::max<std::size_t>(options.width, 40);
  std::string out;
  std::string_view last_family;
  for (const CatalogueEntry& entry : entries) {
    if (!last_family.empty() && family_of(entry) != last_family) out += '\n';
    last_family = family_of(entry);
    paint.append(out, Style::strong, fmt::format("{:<10}", entry.id));
    paint.append(out, style_of(entry.severity), fmt::format("{:<8}", to_string(entry.severity)));
    out += ' ';
    append_prose(out, paint, Style::plain, entry.summary, {width, 19, 19});
  }
  return out;
}

/// Up to three codes or names that may have been meant, the nearest first.
std::vector<std::string_view> near_words(std::string_view word) {
  const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const CatalogueEntry& entry : envelint::finding::catalogue()) {
    for (const std::string_view candidate : {entry.id, entry.name}) {
      const std::size_t distance = text::edit_distance(word, candidate, limit);
      if (distance <= limit) found.emplace_back(distance, candidate);
    }
  }
  std::ranges::stable_sort(found, {}, [](const auto& pair) { return pair.first; });
  std::vector<std::string_view> out;
  for (const auto& [distance, candidate] : found) {
    if (out.size() < 3) out.push_back(candidate);
  }
  return out;
}

std::string unknown_word(const std::string& word) {
  const auto near = near_words(word);
  std::string out = fmt::format("envelint: no finding has the code or name `{}`", text::visible(word));
  for (const std::string_view& candidate : near) {
    out += fmt::format("{}`{}`", &candidate == &near.front() ? "; did you mean " : " or ", candidate);
  }
  return out + (near.empty() ? "; `envelint explain` lists all\n" : "?\n");
}

}  // namespace

Explanation explain(const std::string& word, const ExplainOptions& options) {
  const CatalogueEntry* one = envelint::finding::find_entry(word);
  const auto several = word.empty() ? envelint::finding::catalogue() : family(word);
  if (one == nullptr && several.empty()) return {.trouble = unknown_word(word), .exit_status = 2};
  if (options.json) return {.output = envelint::render::catalogue_json(one != nullptr ? std::span(one, 1) : several)};
  return {.output = one != nullptr ? page_of(*one, options) : list_of(several, options)};
}

void add_explain(CommandLine& line) {
  struct Arguments {
    std::string word;
    std::string format = "text";
  };
  auto arguments = std::make_shared<Arguments>();
  Command command = line.add(
      "explain", "Say what a finding means and how to mend it", "Example:\n  envelint explain SPF020", [arguments] {
        const Screen screen = standard_output();
        const Explanation result = explain(arguments->word, {arguments->format == "json", screen.colour, screen.width});
        std::fputs(result.output.c_str(), stdout);
        std::fputs(result.trouble.c_str(), stderr);
        return result.exit_status;
      });
  command.option("CODE", arguments->word, "code, name or family of findings; all are listed without one");
  command.option("--format", arguments->format, "text or json").one_of({"text", "json"});
}

}  // namespace cli
