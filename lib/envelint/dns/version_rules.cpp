#include <envelint/dns/version_rules.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>
#include <string>

namespace envelint::dns {
namespace {

using finding::Draft;
using finding::Edit;
using finding::Findings;
using finding::Severity;
using text::FieldFault;
using text::slice;
using text::Span;
using text::span_of;
using Kind = FieldFault::Kind;

/// One reading of a value's version; the rules below are its members so that they can be short.
struct Check {
  std::string_view value;
  const text::FieldList& list;
  const VersionCheck& check;
  Findings& out;

  [[nodiscard]] std::string_view version() const { return check.kind.version; }

  Draft add(Span span) const { return out.add(check.code, span); }

  void owner_in_value(Span prefix) const {
    std::vector<Edit> edits{{prefix, {}}};
    const char last = value[prefix.end - 1];
    if ((last == '"' || last == '\'') && value.back() == last) {
      edits.push_back({span_of(value.size() - 1, value.size()), {}});
    }
    add(prefix)
        .message("`{}` stands in the value: it is the name of the record, not part of what it says",
                 text::trim(slice(value, prefix)))
        .note("a sender reads only a value that begins with `{};`, so this one is passed over", version())
        .help("put the name into the name field, and begin the value with `{};`", version())
        .fix(std::move(edits));
  }

  // A record of another protocol at this name is not mended by a new version.
  [[nodiscard]] bool is_slip(std::string_view written) const {
    constexpr std::size_t kNear = 4;
    return text::edit_distance(written, version(), kNear) <= kNear;
  }

  void misspelt(Span span) const {
    const std::string_view written = slice(value, span);
    Draft draft = add(span);
    draft.message("`{}` is not `{}`", written, version())
        .note(
            "the version is matched letter for letter, upper and lower case included; a sender passes this record "
            "over as if there were none");
    if (!is_slip(written)) {
      draft.help("publish the {} record here, beginning with `{};`", check.name, version());
      return;
    }
    draft.help("write `{};`", version()).fix(span, std::string(version()));
  }

  void absent(Span span) const {
    const bool known = std::ranges::any_of(list.fields, [&](const text::Field& field) {
      return slice(value, field.name) == check.needed_field;
    });
    Draft draft = add(known ? span : span_of(span.start, value.size()));
    draft.message("the value does not begin with `{};`", version())
        .note("that is how a sender tells {} from any other text at this name; it passes this record over", check.name)
        .help("begin the value with `{};`", version());
    if (known) draft.fix(span, std::string(version()) + "; ");
  }

  void not_first(Span span) const {
    std::size_t start = span.start;
    while (start > 0 && value[start - 1] != ';') --start;
    const std::size_t first = text::unwrapped(value).start;
    add(span)
        .message("`{}` stands behind another field", version())
        .note("a sender looks for it at the very start, and passes this record over")
        .help("move it to the front")
        .fix({{span_of(first, first), std::string(version()) + "; "},
              {span_of(start > 0 ? start - 1 : 0, span.end), {}}});
  }

  void gap(Span span) const {
    add(span)
        .message("white space stands between `{}` and `;`", version())
        .note("the grammar allows it, but a sender that looks for `{};` passes the record over", version())
        .help("write `{};`", version())
        .severity(Severity::warning)
        .fix(span, "");
  }

  void no_semicolon(Span span) const {
    add(span_of(list.version.start, std::max(span.end, list.version.end)))
        .message("no `;` stands behind `{}`", version())
        .note("a sender looks for `{};` at the very start, and passes this record over", version())
        .help("write `{};` and then the first field", version())
        .fix(span, "; ");
  }
};

}  // namespace

void check_version(std::string_view value, const text::FieldList& list, const VersionCheck& check, Findings& out) {
  const Check rules{value, list, check, out};
  for (const FieldFault& fault : list.faults) {
    switch (fault.kind) {
      case Kind::owner_in_value: rules.owner_in_value(fault.span); break;
      case Kind::version_absent: rules.absent(fault.span); break;
      case Kind::version_misspelt: rules.misspelt(fault.span); break;
      case Kind::version_not_first: rules.not_first(fault.span); break;
      case Kind::version_gap: rules.gap(fault.span); break;
      case Kind::no_semicolon: rules.no_semicolon(fault.span); break;
      default: break;
    }
  }
}

}  // namespace envelint::dns
