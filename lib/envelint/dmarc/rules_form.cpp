#include <envelint/dmarc/keys.hpp>
#include <envelint/dmarc/rule_context.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace envelint::dmarc {
namespace {

using text::span_of;
using Kind = Fault::Kind;

constexpr std::string_view kIgnored = "receivers ignore the whole record, as if there were no DMARC";
constexpr std::string_view kVersion = "v=DMARC1";

Span without_space_around(const Record& record, Span span) {
  while (!span.empty() && text::is_space(record.text[span.start])) ++span.start;
  while (!span.empty() && text::is_space(record.text[span.end - 1])) --span.end;
  return span;
}

// Written text before the record, not only white space and quotes.
bool is_pasted(std::string_view prefix) {
  return std::ranges::any_of(prefix,
                             [](char c) { return text::is_vchar(c) && !std::string_view(";\"'`\\").contains(c); });
}

std::vector<Edit> without_wrapping(const Record& record) {
  std::vector<Edit> edits{{record.prefix, ""}};
  if (!record.suffix.empty()) edits.push_back({record.suffix, ""});
  return edits;
}

// RFC 9989 §4.7: the record has to begin with its version.
void pasted_name(Subject& s) {
  const Span pasted = without_space_around(s.record, s.record.prefix);
  const std::string_view name = s.record.at(pasted);
  auto draft = s.out.add(Code::dmarc_version_not_first, pasted);
  if (text::istarts_with(name, "_dmarc")) {
    draft.message("the record's own name `{}` was pasted into its value", name);
  } else {
    draft.message("`{}` stands before `v=DMARC1`", name);
  }
  draft.note("a DMARC record begins with `v=DMARC1`; {}", kIgnored)
      .help("begin the value with `v=DMARC1`")
      .fix(without_wrapping(s.record));
}

void leading_characters(Subject& s) {
  const bool quote = !s.record.suffix.empty() || !text::trim(s.record.at(s.record.prefix)).empty();
  auto draft = s.out.add(Code::dmarc_leading_characters, s.record.prefix);
  if (quote) {
    draft.message("`{}` before `v=DMARC1` is part of the value", s.record.at(s.record.prefix));
  } else {
    draft.message("white space before `v=DMARC1` is part of the value");
  }
  if (!s.record.suffix.empty()) draft.also(s.record.suffix);
  draft.note("a DMARC record begins with `v=DMARC1`; {}", kIgnored)
      .help("begin the value with `v=DMARC1`")
      .fix(without_wrapping(s.record));
}

void prefix(Subject& s) {
  if (s.record.prefix.empty()) return;
  is_pasted(s.record.at(s.record.prefix)) ? pasted_name(s) : leading_characters(s);
}

void version_moved(Subject& s, const Tag& version) {
  const Record& r = s.record;
  auto draft = s.out.add(Code::dmarc_version_not_first, version.span);
  draft.message("`{}` is not the first tag", r.at(version.span))
      .note("the version comes first, so that receivers know what they read; {}", kIgnored)
      .help("move `v=DMARC1` to the front");
  if (is_editable(version)) {
    draft.fix({{span_of(r.prefix.end, r.prefix.end), std::string(kVersion) + "; "}, removal(r, version)});
  }
}

void version_missing(Subject& s) {
  const std::uint32_t start = s.record.prefix.end;
  s.out.add(Code::dmarc_version_not_first, span_of(start, start))
      .message("the record does not begin with `v=DMARC1`")
      .note("the version says that this is DMARC; {}", kIgnored)
      .help("put `v=DMARC1; ` at the front")
      .fix(span_of(start, start), std::string(kVersion) + "; ");
}

void version_misspelt(Subject& s, const Tag& first) {
  const Record& r = s.record;
  const bool value_only = first.key == Key::v && !first.ignored;
  const Span span = value_only && !first.value.empty() ? first.value : first.span;
  const bool near = !value_only || is_near_version(r.at(first.value)) || text::istarts_with(r.at(first.value), "DMARC");
  auto draft = s.out.add(Code::dmarc_version_misspelt, span);
  draft.message("`{}` is not `v=DMARC1`", r.at(first.span))
      .note("the version is compared letter by letter, capitals included; {}", kIgnored)
      .help("write `v=DMARC1`");
  if (near) draft.fix(first.span, std::string(kVersion));
}

// Whether the first piece is a version that lacks its `v=`, or has another name before the `=`.
bool is_nameless_version(const Record& record, const Tag& first) {
  return text::istarts_with(record.at(first.value), "dmarc1") || text::istarts_with(record.at(first.span), "vdmarc1") ||
         (text::istarts_with(record.at(first.span), "v") && text::iends_with(record.at(first.span), "dmarc1"));
}

void version(Subject& s) {
  const Record& r = s.record;
  const Tag& first = r.tags.front();
  if (first.key == Key::v) {
    if (first.ignored || r.at(first.value) != "DMARC1") version_misspelt(s, first);
    return;
  }
  if (is_nameless_version(r, first)) return version_misspelt(s, first);
  const Tag* const other = r.find(Key::v);
  other == nullptr ? version_missing(s) : version_moved(s, *other);
}

// The edit that puts right what a separator fault is about.
Edit mend_separator(const Record& record, const Fault& fault) {
  if (fault.kind == Kind::escaped || fault.tag == 0 || fault.tag >= record.tags.size()) return {fault.span, ""};
  const Span gap = span_of(record.tags[fault.tag - 1].value.end, record.tags[fault.tag].span.start);
  return record.at(gap).contains(';') ? Edit{fault.span, ""} : Edit{gap, "; "};
}

bool is_blank(std::string_view text) { return text::trim(text).empty(); }

// Every wrong separator is one finding: they were all typed or converted the same way.
void wrong_separators(Subject& s) {
  const Record& r = s.record;
  std::vector<const Fault*> wrong;
  for (const Fault& fault : r.faults) {
    if (fault.kind == Kind::separator || fault.kind == Kind::escaped) wrong.push_back(&fault);
  }
  if (wrong.empty()) return;
  const Fault& first = *wrong.front();
  const std::string_view sign = r.at(first.span);
  const bool after_version = first.kind == Kind::separator && first.tag == 1 && r.tags.front().key == Key::v;
  auto draft = s.out.add(after_version && is_blank(sign) ? Code::dmarc_version_misspelt : Code::dmarc_wrong_separator,
                         first.span);
  if (first.kind == Kind::escaped) {
    draft.message("`{}` before the semicolon became part of the value", sign)
        .help("remove the backslashes: they belong in some zone files, not in the record");
  } else if (is_blank(sign)) {
    const std::string_view left = r.at(r.tags[first.tag - 1].span);
    draft.message("no semicolon between `{}` and the next tag", left).help("write `{};` and go on after it", left);
  } else {
    draft.message("`{}` does not separate tags", sign).help("write `;` in place of `{}`", sign);
  }
  if (first.tag == 1 && r.tags.front().key == Key::v) {
    draft.note("the version then is not `DMARC1`; {}", kIgnored);
  } else {
    draft.note("what follows becomes part of the value before it, so receivers can read neither");
  }
  std::vector<Edit> edits;
  for (const Fault* fault : wrong) {
    if (fault != &first) draft.also(fault->span);
    edits.push_back(mend_separator(r, *fault));
  }
  draft.fix(std::move(edits));
}

// Legal, but a reader that looks for the text `v=DMARC1;` does not find it.
void unusual_form(Subject& s) {
  const Record& r = s.record;
  if (!r.version_ok()) return;
  const Tag& version = r.tags.front();
  const std::size_t semicolon = std::min(r.text.find(';', version.span.end), r.text.size());
  const bool gap = semicolon < r.text.size() && semicolon > version.span.end;
  const bool odd = r.at(version.span) != kVersion || gap;
  const std::size_t tab = r.text.find('\t', semicolon);
  if (!odd && tab == std::string::npos) return;
  const Span span = odd ? span_of(0, gap ? semicolon : version.span.end) : span_of(tab, tab + 1);
  std::vector<Edit> edits;
  if (odd) edits.push_back({span, std::string(kVersion)});
  auto draft = s.out.add(Code::dmarc_unusual_form, span);
  if (odd) {
    draft.message("`{}` is legal, but not the usual `v=DMARC1`", r.at(span));
  } else {
    draft.message("a tab is legal here, but unusual");
  }
  draft.note("scripts and simple checkers look for the exact text `v=DMARC1;` and single spaces")
      .help("write `v=DMARC1;`, and one space after each semicolon");
  for (std::size_t at = tab; at != std::string::npos; at = r.text.find('\t', at + 1)) {
    edits.push_back({span_of(at, at + 1), " "});
  }
  draft.fix(std::move(edits));
}

void tag_fault(Subject& s, const Fault& fault) {
  const Record& r = s.record;
  auto draft = s.out.add(Code::dmarc_tag_syntax, fault.span);
  draft.note("receivers skip what they cannot read and use the rest of the record");
  const Tag* const tag = fault.tag < r.tags.size() ? &r.tags[fault.tag] : nullptr;
  switch (fault.kind) {
    case Kind::no_equals:
      draft.message("`{}` is no tag: it has no `=`", r.at(fault.span)).help("write `name=value`, or remove it");
      break;
    case Kind::wrong_equals:
      draft.message("`{}` is not joined by a single `=`", r.at(tag->span))
          .help("write `{}={}`", r.at(tag->name), r.at(tag->value))
          .suggest(span_of(tag->name.end, tag->value.start), "=");
      break;
    case Kind::bad_name:
      draft.message("`{}` cannot be the name of a tag: names are made of letters only", r.at(fault.span))
          .help("correct the name, or remove the tag");
      break;
    case Kind::bad_value:
      draft.message("`{}` may not stand in a DMARC record: only plain ASCII can", r.at(fault.span))
          .help("remove it, or write it in ASCII");
      break;
    case Kind::empty_value:
      draft.message("`{}` names no address", r.at(fault.span))
          .help("write `{}=mailto:` and an address, or remove it", r.at(tag->name));
      break;
    case Kind::too_many_tags:
      draft.message("the record has more than {} tags", text::kMaxTags).help("keep the tags that mean something");
      break;
    case Kind::separator:
    case Kind::escaped:
    case Kind::empty_tag:
    case Kind::stray_value: break;
  }
}

// Harmless to all but the strictest readers, so one finding for all of them.
void empty_tags(Subject& s) {
  std::vector<Edit> edits;
  for (const Fault& fault : s.record.faults) {
    if (fault.kind == Kind::empty_tag) edits.push_back({fault.span, ""});
  }
  if (edits.empty()) return;
  s.out.add(Code::dmarc_tag_syntax, edits.front().span)
      .message("there is nothing between two semicolons")
      .note("most receivers skip it, but the grammar has no room for it")
      .help("remove one semicolon")
      .severity(finding::Severity::notice)
      .suggest(std::move(edits));
}

bool is_told_elsewhere(Kind kind) {
  return kind == Kind::separator || kind == Kind::escaped || kind == Kind::stray_value || kind == Kind::empty_tag;
}

// RFC 9989 §4.8. One finding a tag: what else is wrong in it comes from the same slip.
void tag_faults(Subject& s) {
  const Record& r = s.record;
  const bool skip_first = r.tags.front().key != Key::v || r.tags.front().ignored;
  std::vector<bool> told(r.tags.size() + 2, false);
  for (const Fault& fault : r.faults) {
    if (is_told_elsewhere(fault.kind) || (fault.tag == 0 && skip_first) || told[fault.tag]) continue;
    told[fault.tag] = true;
    tag_fault(s, fault);
  }
  empty_tags(s);
}

void glued_records(Subject& s, std::size_t second) {
  const Record& r = s.record;
  std::vector<Edit> edits;
  bool certain = true;
  for (std::size_t i = second; i < r.tags.size(); ++i) {
    if (!r.tags[i].duplicate) continue;
    edits.push_back(removal(r, r.tags[i]));
    certain = certain && !r.tags[i].ignored && r.tags[i].whole == r.tags[i].value;
  }
  auto draft = s.out.add(Code::dmarc_duplicate_tag, r.tags[second].span);
  draft.message("`{}` begins a second record inside the first", r.at(r.tags[second].span))
      .note("receivers take the first value of a tag, the last, or none of the record")
      .help("decide which policy holds, and keep one record");
  if (certain) draft.suggest(std::move(edits));
}

void repeated_tags(Subject& s, std::size_t first, std::size_t end) {
  const Record& r = s.record;
  std::vector<Edit> edits;
  bool certain = true;
  for (std::size_t i = first; i < end; ++i) {
    edits.push_back(removal(r, r.tags[i]));
    certain = certain && !r.tags[i].ignored && r.tags[i].whole == r.tags[i].value;
  }
  const Span span = span_of(r.tags[first].span.start, r.tags[end - 1].span.end);
  auto draft = s.out.add(Code::dmarc_duplicate_tag, span);
  if (end - first == 1) {
    draft.message("the tag `{}` is there twice", r.at(r.tags[first].name));
  } else {
    draft.message("{} tags are there twice, beginning with `{}`", end - first, r.at(r.tags[first].name));
  }
  draft.note("receivers take the first value of a tag, the last, or none of the record").help("keep one of each");
  if (certain) draft.suggest(std::move(edits));
}

void duplicates(Subject& s) {
  const std::vector<Tag>& tags = s.record.tags;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (!tags[i].duplicate) continue;
    if (tags[i].key == Key::v) return glued_records(s, i);
    std::size_t end = i + 1;
    while (end < tags.size() && tags[end].duplicate && tags[end].key != Key::v) ++end;
    repeated_tags(s, i, end);
    i = end - 1;
  }
}

void misspelt_tag(Subject& s, const Tag& tag) {
  const Record& r = s.record;
  const std::string_view name = r.at(tag.name);
  const std::string_view meant = to_string(tag.near);
  auto draft = s.out.add(Code::dmarc_misspelt_tag, tag.name);
  if (text::iequals(name, meant)) {
    draft.message("`{}` is not `{}`: names of tags are written in small letters", name, meant);
  } else {
    draft.message("`{}` is no DMARC tag", name);
  }
  draft.note("receivers skip tags they do not know");
  if (tag.key != tag.near) {
    draft.help("`{}` is in the record already: remove `{}`, or merge the two", meant, r.at(tag.span));
    return;
  }
  draft.help("did you mean `{}`?", meant);
  if (!tag.duplicate) draft.fix(tag.name, std::string(meant));
}

void names(Subject& s) {
  const Record& r = s.record;
  for (std::size_t i = 0; i < r.tags.size(); ++i) {
    const Tag& tag = r.tags[i];
    if (tag.name.empty() || tag.duplicate) continue;
    if (tag.near != Key::unknown) {
      misspelt_tag(s, tag);
      continue;
    }
    const bool faulty =
        std::ranges::any_of(r.faults, [&](const Fault& f) { return f.tag == i && f.kind == Kind::bad_name; });
    if (tag.key != Key::unknown || faulty || (i == 0 && is_nameless_version(r, tag))) continue;
    s.out.add(Code::dmarc_unknown_tag, tag.span)
        .message("`{}` is no DMARC tag", r.at(tag.name))
        .note("receivers skip tags they do not know")
        .help("remove `{}` unless a program of yours reads it", r.at(tag.span));
  }
}

}  // namespace

void check_form(Subject& s) {
  prefix(s);
  version(s);
  wrong_separators(s);
  unusual_form(s);
  tag_faults(s);
  duplicates(s);
  names(s);
}

}  // namespace envelint::dmarc
