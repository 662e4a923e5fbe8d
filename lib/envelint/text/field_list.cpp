#include <envelint/text/field_list.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>
#include <array>

namespace envelint::text {
namespace {

using Kind = FieldFault::Kind;

// SP as zone files (RFC 1035 §5.1, decimal) and tinydns (octal) write it.
constexpr std::array<std::string_view, 2> kEscapedSpaces{"\\032", "\\040"};

bool begins_with_escaped_space(std::string_view text) {
  return std::ranges::any_of(kEscapedSpaces, [&](std::string_view escape) { return text.starts_with(escape); });
}

bool is_quote(char c) { return c == '"' || c == '\''; }
bool is_stray(char c) { return is_space(c) || !is_ascii(c); }

/// Reads one text; its members are the state of that reading.
class Reader {
 public:
  Reader(std::string_view text, const FieldListKind& kind)
      : text_(text), kind_(kind), word_(kind.version.substr(kind.version.find('=') + 1)) {}

  FieldList read() {
    const Span list = without_owner(unwrap());
    if (text_.find_first_of("\r\n") != std::string_view::npos) add(Kind::wrapping, list);
    read_pieces(list);
    return std::move(out_);
  }

 private:
  void add(Kind kind, Span span) { out_.faults.push_back({kind, span}); }
  [[nodiscard]] std::string_view at(Span span) const { return slice(text_, span); }

  [[nodiscard]] Span trimmed(Span span) const {
    while (!span.empty() && is_space(text_[span.start])) ++span.start;
    while (!span.empty() && is_space(text_[span.end - 1])) --span.end;
    return span;
  }

  // White space behind the last `;` is part of the grammar, anything else around the list is not.
  Span unwrap() {
    const Span list = unwrapped(text_);
    const bool closed = !list.empty() && text_[list.end - 1] == ';';
    const std::string_view behind = text_.substr(list.end);
    if (list.start != 0 || (!behind.empty() && !(closed && std::ranges::all_of(behind, is_wsp)))) {
      add(Kind::wrapping, list);
    }
    return list;
  }

  // `_mta-sts.example.com. 300 IN TXT "v=STSv1; …"`: what a person copied from a zone file or a guide.
  Span without_owner(Span list) {
    const std::string_view body = at(list);
    if (!istarts_with(body, kind_.owner)) return list;
    std::size_t version = kind_.owner.size();
    while (version + 1 < body.size() &&
           !(to_lower(body[version]) == 'v' && body[version + 1] == '=' && !is_alnum(body[version - 1]))) {
      ++version;
    }
    if (version + 1 >= body.size()) return list;
    add(Kind::owner_in_value, span_of(list.start, list.start + version));
    list.start += static_cast<std::uint32_t>(version);
    if (is_quote(body[version - 1]) && body.back() == body[version - 1]) --list.end;
    return list;
  }

  // A piece without what DNS rules report: literal `\;` and `\032` of zone-file syntax, quotes between strings, and
  // octets outside ASCII around it.
  Span cleaned(Span piece) {
    const Span whole = piece;
    while (!piece.empty() && (text_[piece.end - 1] == '\\' || is_stray(text_[piece.end - 1]))) --piece.end;
    while (!piece.empty()) {
      const std::string_view body = at(piece);
      if (begins_with_escaped_space(body)) {
        piece.start += static_cast<std::uint32_t>(kEscapedSpaces.front().size());
      } else if (is_stray(body.front())) {
        ++piece.start;
      } else if (body.front() == '"' && trim(body.substr(1)).starts_with('"')) {
        piece.start += static_cast<std::uint32_t>(body.find('"', 1) + 1);
      } else {
        break;
      }
    }
    if (piece != whole) add(Kind::wrapping, piece);
    return piece;
  }

  void read_pieces(Span list) {
    std::size_t start = list.start;
    for (bool first = true; start <= list.end; first = false) {
      const std::size_t end = std::min<std::size_t>(text_.find(';', start), list.end);
      const Span slot = span_of(start, end);
      const Span piece = cleaned(trimmed(slot));
      if (first) {
        read_first(piece, slot);
      } else if (out_.fields.size() + out_.faults.size() >= kMaxFields) {
        return add(Kind::too_many, span_of(start, list.end));
      } else if (!piece.empty()) {
        read_field(piece);
      } else if (end != list.end) {
        add(Kind::empty_field, span_of(end, end + 1));
      }
      start = end + 1;
    }
  }

  void read_first(Span piece, Span slot) {
    const std::optional<Span> version = version_in(piece);
    if (!version) {
      add(Kind::version_absent, span_of(piece.start, piece.start));
      if (!piece.empty()) read_field(piece);
      return;
    }
    out_.version = *version;
    if (at(*version) != kind_.version) add(Kind::version_misspelt, *version);
    if (version->end != piece.end) return read_behind_version(span_of(version->end, piece.end));
    const Span gap = span_of(version->end, slot.end);
    if (!gap.empty() && slot.end < text_.size() && std::ranges::all_of(at(gap), is_wsp)) add(Kind::version_gap, gap);
  }

  // `v=STSv1 id=1`: the version runs into the first field.
  void read_behind_version(Span rest) {
    Span field = rest;
    while (!field.empty() && !is_alnum(text_[field.start])) ++field.start;
    add(Kind::no_semicolon, span_of(rest.start, field.start));
    if (!field.empty()) read_field(field);
  }

  // The part of a piece that is the version, or was meant to be.
  [[nodiscard]] std::optional<Span> version_in(Span piece) const {
    const std::string_view body = at(piece);
    if (body.starts_with(kind_.version) && !continues_word(body, kind_.version.size())) {
      return span_of(piece.start, piece.start + kind_.version.size());
    }
    const std::size_t word = word_start(body);
    if (word == body.size()) return std::nullopt;
    const std::string_view rest = body.substr(word);
    const std::string_view stem = word_.substr(0, word_.size() - 2);  // "STS" of "STSv1"
    const bool tagged = istarts_with(body, "v") && body.substr(0, word).contains('=');
    if (!tagged && !istarts_with(rest, stem)) return std::nullopt;
    std::size_t size = std::min(rest.find_first_of(" \t,=\"'"), rest.size());
    if (size < rest.size() && rest[size] == '=') {
      if (!istarts_with(rest, word_)) return std::nullopt;
      size = word_.size();  // glued to the first field: `v=stsv1id=1`
    }
    return span_of(piece.start, piece.start + word + size);
  }

  // `v=STSv1` is the whole version in `v=STSv1id=1`, but not in `v=STSv10` or `v=STSv1.1`.
  [[nodiscard]] static bool continues_word(std::string_view body, std::size_t end) {
    std::size_t next = end;
    while (next < body.size() && (is_alnum(body[next]) || body[next] == '.')) ++next;
    return next != end && (next == body.size() || body[next] != '=');
  }

  // Where the word of the version begins: behind `v` or `version`, blanks, and one of `=` and `:`; or at once.
  [[nodiscard]] static std::size_t word_start(std::string_view body) {
    std::size_t i = istarts_with(body, "version") ? 7 : istarts_with(body, "v") ? 1 : 0;
    while (i < body.size() && (is_space(body[i]) || body[i] == '=' || body[i] == ':' || is_quote(body[i]))) ++i;
    return i;
  }

  void read_field(Span piece) {
    const std::size_t equals = at(piece).find('=');
    if (equals == std::string_view::npos) {
      out_.fields.push_back({piece, span_of(piece.start, piece.start), piece});
      return add(Kind::no_equals, piece);
    }
    const Span name = trimmed(span_of(piece.start, piece.start + equals));
    const Span value = trimmed(span_of(piece.start + equals + 1, piece.end));
    if (out_.version.empty() && at(piece) == kind_.version) return version_behind(piece);
    if (name.end + 1 != value.start && !value.empty()) add(Kind::spaced_equals, span_of(name.start, value.end));
    out_.fields.push_back({piece, name, value});
  }

  void version_behind(Span piece) {
    out_.version = piece;
    std::erase_if(out_.faults, [](const FieldFault& fault) { return fault.kind == Kind::version_absent; });
    add(Kind::version_not_first, piece);
  }

  std::string_view text_;
  const FieldListKind& kind_;
  std::string_view word_;  // "STSv1"
  FieldList out_;
};

}  // namespace

Span unwrapped(std::string_view text) {
  Span span = span_of(0, text.size());
  while (!span.empty() && is_stray(text[span.start])) ++span.start;
  while (!span.empty() && is_stray(text[span.end - 1])) --span.end;
  const bool opened = !span.empty() && is_quote(text[span.start]);
  if (opened) ++span.start;
  if (!span.empty() && is_quote(text[span.end - 1])) {
    const auto inside = std::ranges::count(slice(text, span_of(span.start, span.end - 1)), text[span.end - 1]);
    if (opened || inside % 2 == 0) --span.end;
  }
  while (!span.empty() && is_stray(text[span.start])) ++span.start;
  while (!span.empty() && is_stray(text[span.end - 1])) --span.end;
  return span;
}

bool FieldList::valid() const noexcept {
  return std::ranges::all_of(faults, [](const FieldFault& fault) { return fault.kind == Kind::version_gap; });
}

FieldList parse_field_list(std::string_view text, const FieldListKind& kind) { return Reader(text, kind).read(); }

bool is_extension_name(std::string_view name) noexcept {
  constexpr std::size_t kMaxName = 32;
  return !name.empty() && name.size() <= kMaxName && is_alnum(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; });
}

std::size_t extension_value_fault(std::string_view value) noexcept {
  const auto bad = std::ranges::find_if(value, [](char c) { return !is_vchar(c) || c == '=' || c == ';'; });
  return bad == value.end() ? std::string_view::npos : static_cast<std::size_t>(bad - value.begin());
}

std::optional<ExtensionFault> extension_fault(std::string_view value, const Field& field) {
  using Fault = ExtensionFault::Kind;
  const std::string_view name = slice(value, field.name);
  if (!std::ranges::all_of(slice(value, field.span), is_ascii)) return ExtensionFault{Fault::foreign_octet, field.span};
  if (!is_extension_name(name)) return ExtensionFault{Fault::name_invalid, name.empty() ? field.span : field.name};
  if (field.value.empty()) return ExtensionFault{Fault::value_invalid, field.span};
  const std::size_t bad = extension_value_fault(slice(value, field.value));
  if (bad == std::string_view::npos) return std::nullopt;
  return ExtensionFault{Fault::value_invalid, span_of(field.value.start + bad, field.value.start + bad + 1)};
}

}  // namespace envelint::text
