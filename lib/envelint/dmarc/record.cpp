#include <envelint/dmarc/record.hpp>

#include <envelint/dmarc/keys.hpp>
#include <envelint/dmarc/record_bounds.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>
#include <utility>

namespace envelint::dmarc {
namespace {

using text::span_of;
constexpr auto kNone = std::string_view::npos;

bool same_but_for_space(std::string_view a, std::string_view b) {
  std::size_t j = 0;
  for (const char c : a) {
    if (text::is_space(c)) continue;
    while (j < b.size() && text::is_space(b[j])) ++j;
    if (j == b.size() || b[j] != c) return false;
    ++j;
  }
  return std::ranges::all_of(b.substr(j), text::is_space);
}

/// Reads one record. The text is looked at through `text_`; spans are relative to it.
class Reader {
 public:
  explicit Reader(Record& record) : record_(record), text_(record.text) {}

  void read() {
    const std::size_t start = find_record_start(text_);
    record_.prefix = span_of(0, start);
    const std::size_t end = find_end(start);
    record_.suffix = span_of(end, text_.size());
    offset_ = static_cast<std::uint32_t>(start);
    list_ = text::parse_tag_list(text_.substr(start, end - start));
    record_.tags.reserve(list_.tags.size());
    for (const text::Tag& tag : list_.tags) read_piece(tag);
    keep_list_faults();
    settle_misspelt_names();
    mark_duplicates();
    read_values();
    std::ranges::sort(record_.faults, {}, [](const Fault& fault) { return std::pair(fault.span.start, fault.tag); });
  }

 private:
  [[nodiscard]] std::string_view at(Span span) const { return text_.substr(span.start, span.size()); }
  [[nodiscard]] Span moved(Span span) const { return {span.start + offset_, span.end + offset_}; }
  void fault(Fault::Kind kind, Span span) {
    record_.faults.push_back({kind, span, static_cast<std::uint32_t>(record_.tags.size())});
  }

  // A quote that opens the record takes its partner at the end with it.
  [[nodiscard]] std::size_t find_end(std::size_t start) const {
    std::string_view before = text_.substr(0, start);
    while (!before.empty() && text::is_space(before.back())) before.remove_suffix(1);
    if (size_of_closing_quote(before) == 0) return text_.size();
    std::string_view body = text_.substr(start);
    while (!body.empty() && (text::is_space(body.back()) || body.back() == ';')) body.remove_suffix(1);
    const std::size_t quote = size_of_closing_quote(body);
    return quote == 0 ? text_.size() : start + body.size() - quote;
  }

  void read_piece(const text::Tag& piece) {
    Tag tag;
    tag.span = moved(piece.span);
    tag.name = moved(piece.name);
    tag.value = moved(piece.value);
    if (piece.value == piece.span) return read_piece_without_equals(tag);
    if (is_stray_value(tag.span)) return add_stray_value(tag);
    tag.key = key_of(at(tag.name));
    if (tag.key == Key::unknown) tag.near = near_key(at(tag.name));
    add(tag);
  }

  // Reads on in a value that swallowed the tags after it because a separator is wrong.
  void add(Tag tag) {
    tag.whole = tag.value;
    strip_doubled_equals(tag);
    strip_escape(tag);
    while (record_.tags.size() < text::kMaxTags) {
      const auto embedded = find_embedded(tag);
      if (!embedded) break;
      const Span rest = embedded->rest;
      tag.value.end = embedded->value_end;
      tag.span.end = tag.value.end;
      push(tag);
      fault(Fault::Kind::separator, embedded->separator);
      const std::uint32_t whole_end = tag.whole.end;
      tag = Tag{.key = embedded->key,
                .span = span_of(embedded->name.start, rest.end),
                .name = embedded->name,
                .value = rest,
                .whole = span_of(rest.start, whole_end),
                .ignored = true};
    }
    strip_foreign_end(tag);
    push(tag);
  }

  void push(const Tag& tag) {
    record_.tags.push_back(tag);
    if (!is_list(meant_key(tag))) return;
    if (tag.value.empty()) {
      record_.faults.push_back(
          {Fault::Kind::empty_value, tag.span, static_cast<std::uint32_t>(record_.tags.size() - 1)});
      return;
    }
    const std::size_t first = record_.uris.size();
    read_uri_list(text_, tag.value, meant_key(tag) == Key::ruf, record_.uris);
    if (record_.uris.size() == first) return;
    for (std::size_t i = first; i < record_.uris.size(); ++i) record_.uris[i].read = !tag.ignored;
    // Only a comma keeps what a wrong separator glued to the last URI from spoiling it.
    const bool spoilt = tag.whole.end > tag.value.end && !at(span_of(tag.value.end, tag.whole.end)).starts_with(',');
    if (spoilt) record_.uris.back().read = false;
  }

  static Key meant_key(const Tag& tag) { return tag.key == Key::unknown ? tag.near : tag.key; }

  // `p==none`
  void strip_doubled_equals(Tag& tag) {
    if (!at(tag.value).starts_with('=') || meant_key(tag) == Key::unknown) return;
    std::uint32_t end = tag.value.start;
    while (end < tag.value.end && (text_[end] == '=' || text::is_wsp(text_[end]))) ++end;
    fault(Fault::Kind::wrong_equals, span_of(tag.value.start, end));
    tag.value.start = end;
    tag.ignored = true;
  }

  // `p=none\; sp=none`: the text of a zone file, where a semicolon is escaped.
  void strip_escape(Tag& tag) {
    if (!at(tag.value).ends_with('\\')) return;
    std::uint32_t start = tag.value.end;
    while (start > tag.value.start && text_[start - 1] == '\\') --start;
    fault(Fault::Kind::escaped, span_of(start, tag.value.end));
    tag.value.end = start;
    tag.span.end = start;
  }

  // A fullwidth semicolon at the end of the value.
  void strip_foreign_end(Tag& tag) {
    const std::size_t size = size_of_foreign_separator(at(tag.value));
    if (size == 0) return;
    const std::uint32_t start = tag.value.end - static_cast<std::uint32_t>(size);
    record_.faults.push_back(
        {Fault::Kind::separator, span_of(start, tag.value.end), static_cast<std::uint32_t>(record_.tags.size() + 1)});
    tag.value.end = start;
    while (tag.value.end > tag.value.start && text::is_space(text_[tag.value.end - 1])) --tag.value.end;
    tag.span.end = tag.value.end;
  }

  struct Embedded {
    Key key;
    std::uint32_t value_end;
    Span separator;
    Span name;
    Span rest;
  };

  // The first known tag inside a value, and what stands between it and the value proper.
  [[nodiscard]] std::optional<Embedded> find_embedded(const Tag& tag) const {
    const std::size_t limit = tag.value.end;
    const std::string_view seen = text_.substr(0, limit);
    for (std::size_t equals = seen.find('=', tag.value.start); equals != kNone; equals = seen.find('=', equals + 1)) {
      std::size_t end = equals;
      while (end > tag.value.start && text::is_wsp(text_[end - 1])) --end;
      std::size_t start = end;
      while (start > tag.value.start && text::is_alpha(text_[start - 1])) --start;
      const auto name = embedded_name(tag, start, end);
      if (!name) continue;
      const auto separator = separator_before(tag, name->start);
      if (!separator) continue;
      std::size_t value = equals + 1;
      while (value < limit && text::is_space(text_[value])) ++value;
      return Embedded{key_of(at(*name)), separator->start, visible_part(*separator), *name, span_of(value, limit)};
    }
    return std::nullopt;
  }

  // The letters before `=` are a tag's name, or a value with the name glued to it: `p=nonerua=`.
  [[nodiscard]] std::optional<Span> embedded_name(const Tag& tag, std::size_t start, std::size_t end) const {
    if (start == end) return std::nullopt;
    if (start > tag.value.start && key_of(at(span_of(start, end))) != Key::unknown) return span_of(start, end);
    if (start > tag.value.start) return std::nullopt;
    for (std::size_t i = start + 1; i < end; ++i) {
      if (key_of(at(span_of(i, end))) == Key::unknown) continue;
      if (is_complete_value(tag.key, at(span_of(start, i)))) return span_of(i, end);
    }
    return std::nullopt;
  }

  // What separates a value from the name at `end`; nothing when the name belongs to the value.
  [[nodiscard]] std::optional<Span> separator_before(const Tag& tag, std::size_t end) const {
    std::size_t start = end;
    bool foreign = false;
    bool loose = false;
    bool alien = false;
    while (start > tag.value.start) {
      const char c = text_[start - 1];
      const std::size_t size = size_of_foreign_separator(text_.substr(0, start));
      if (size > 0) {
        foreign = true;
        start -= size;
        continue;
      }
      if (text::is_space(c) || c == ',') {
        loose = true;
      } else if (text::is_vchar(c) && !text::is_alnum(c)) {
        alien = true;
      } else {
        break;
      }
      --start;
    }
    const bool closed = is_complete_value(tag.key, at(span_of(tag.value.start, start)));
    if (closed || foreign || (loose && !alien)) return span_of(start, end);
    // In a longer value only white space or a comma right before the name separates.
    start = end;
    while (start > tag.value.start && (text::is_space(text_[start - 1]) || text_[start - 1] == ',')) --start;
    return start < end && loose ? std::optional(span_of(start, end)) : std::nullopt;
  }

  [[nodiscard]] Span visible_part(Span separator) const {
    Span out = separator;
    while (out.start < out.end && text::is_space(text_[out.start])) ++out.start;
    while (out.start < out.end && text::is_space(text_[out.end - 1])) --out.end;
    return out.empty() ? separator : out;
  }

  // A piece that goes on with the addresses of the list before it.
  [[nodiscard]] bool is_stray_value(Span piece) const {
    if (record_.tags.empty() || !is_list(meant_key(record_.tags.back()))) return false;
    const std::string_view body = at(piece);
    return text::istarts_with(body, "mailto:") || text::istarts_with(body, "https:") ||
           (body.contains('@') && !body.contains('='));
  }

  void add_stray_value(Tag tag) {
    const Tag& list = record_.tags.back();
    const std::size_t semicolon = text_.find(';', list.span.end);
    fault(Fault::Kind::stray_value, span_of(semicolon, semicolon + 1));
    tag.key = Key::unknown;
    tag.near = meant_key(list);
    tag.name = span_of(tag.span.start, tag.span.start);
    tag.value = tag.span;
    tag.ignored = true;
    strip_escape(tag);
    tag.whole = tag.span;
    push(tag);
  }

  void read_piece_without_equals(Tag tag) {
    tag.name = span_of(tag.span.start, tag.span.start);
    tag.whole = tag.span;
    tag.ignored = true;
    if (is_stray_value(tag.span)) return add_stray_value(tag);
    strip_escape(tag);
    if (record_.tags.empty() || !find_other_equals(tag)) {
      fault(Fault::Kind::no_equals, tag.span);
      record_.tags.push_back(tag);
      return;
    }
    push(tag);
  }

  // `p:none`, `p none`: a known name, one sign that is not `=`, and a value.
  bool find_other_equals(Tag& tag) {
    const std::string_view body = at(tag.span);
    const std::size_t size = static_cast<std::size_t>(std::ranges::find_if_not(body, text::is_alpha) - body.begin());
    const Key key = key_of(body.substr(0, size));
    if (key == Key::unknown || size == body.size()) return false;
    std::size_t value = size;
    while (value < body.size() && !text::is_alnum(body[value])) ++value;
    if (value == size || value == body.size()) return false;
    tag.key = key;
    tag.name = span_of(tag.span.start, tag.span.start + size);
    tag.value.start = tag.span.start + static_cast<std::uint32_t>(value);
    tag.whole.start = tag.value.start;
    fault(Fault::Kind::wrong_equals, span_of(tag.name.end, tag.value.start));
    return true;
  }

  void keep_list_faults() {
    for (const text::TagFault& found : list_.faults) {
      const Span span = moved(found.span);
      switch (found.kind) {
        case text::TagFault::Kind::empty_tag: keep(Fault::Kind::empty_tag, span); break;
        case text::TagFault::Kind::too_many: keep(Fault::Kind::too_many_tags, span); break;
        case text::TagFault::Kind::bad_name: keep_bad_name(span); break;
        case text::TagFault::Kind::bad_value: keep_bad_value(span); break;
        case text::TagFault::Kind::no_equals:
        case text::TagFault::Kind::duplicate: break;
      }
    }
    for (std::size_t i = 0; i < record_.tags.size(); ++i) check_name(i);
  }

  void keep(Fault::Kind kind, Span span) { record_.faults.push_back({kind, span, tag_at(span.start)}); }

  [[nodiscard]] std::uint32_t tag_at(std::uint32_t offset) const {
    const auto it = std::ranges::find_if(record_.tags, [&](const Tag& tag) { return tag.whole.end >= offset; });
    return static_cast<std::uint32_t>(it - record_.tags.begin());
  }

  void keep_bad_name(Span span) {
    const std::uint32_t index = tag_at(span.start);
    if (index < record_.tags.size() && record_.tags[index].name == span) keep(Fault::Kind::bad_name, span);
    if (index < record_.tags.size() && record_.tags[index].name.empty()) keep(Fault::Kind::bad_name, span);
  }

  // dmarc-tag = 1*ALPHA …, narrower than the tag-list's own names.
  void check_name(std::size_t index) {
    Tag& tag = record_.tags[index];
    if (tag.key != Key::unknown || tag.near != Key::unknown || tag.name.empty()) return;
    const std::string_view name = at(tag.name);
    if (std::ranges::all_of(name, text::is_alpha)) return;
    const bool known = std::ranges::any_of(record_.faults, [&](const Fault& f) {
      return f.kind == Fault::Kind::bad_name && f.span == tag.name;
    });
    if (!known) record_.faults.push_back({Fault::Kind::bad_name, tag.name, static_cast<std::uint32_t>(index)});
  }

  // Values with a grammar of their own are judged by it; addresses by the reader of URIs.
  void keep_bad_value(Span span) {
    const std::uint32_t index = tag_at(span.start);
    if (index == record_.tags.size()) return;
    const Tag& tag = record_.tags[index];
    if (meant_key(tag) == Key::unknown && tag.value.start <= span.start && span.end <= tag.value.end) {
      keep(Fault::Kind::bad_value, span);
    }
  }

  // A misspelt name stands for the tag it resembles, unless that tag is there as well.
  void settle_misspelt_names() {
    for (Tag& tag : record_.tags) {
      if (tag.near == Key::unknown || tag.name.empty()) continue;
      tag.ignored = true;
      const bool taken = std::ranges::any_of(record_.tags, [&](const Tag& other) { return other.key == tag.near; });
      if (!taken) tag.key = tag.near;
    }
  }

  void mark_duplicates() {
    for (std::size_t i = 1; i < record_.tags.size(); ++i) {
      Tag& tag = record_.tags[i];
      if (tag.name.empty()) continue;
      for (std::size_t j = 0; j < i && !tag.duplicate; ++j) {
        const Tag& other = record_.tags[j];
        if (other.key != tag.key || other.name.empty()) continue;
        tag.duplicate = tag.key != Key::unknown || at(other.name) == at(tag.name);
      }
    }
  }

  void read_values() {
    for (const Tag& tag : record_.tags) {
      if (tag.duplicate) continue;
      store(record_.meant, tag.key, at(tag.value));
      if (!tag.ignored && tag.whole == tag.value) store(record_.read, tag.key, at(tag.value));
    }
  }

  Record& record_;
  std::string_view text_;
  std::uint32_t offset_ = 0;
  text::TagList list_;
};

}  // namespace

const Tag* Record::find(Key key) const noexcept {
  const auto it = std::ranges::find(tags, key, &Tag::key);
  return it == tags.end() ? nullptr : &*it;
}

bool Record::version_ok() const noexcept {
  return prefix.empty() && !tags.empty() && tags.front().key == Key::v && !tags.front().ignored &&
         at(tags.front().whole) == "DMARC1";
}

bool Record::intended() const noexcept {
  if (tags.empty()) return false;
  const Tag& first = tags.front();
  if (first.key == Key::v) return text::istarts_with(at(first.value), "dmarc") || is_near_version(at(first.value));
  if (find(Key::v) != nullptr && text::istarts_with(at(find(Key::v)->value), "dmarc")) return true;
  if (text::istarts_with(at(first.value), "dmarc1") || text::istarts_with(at(first.span), "vdmarc1")) return true;
  return meant.p.has_value() &&
         std::ranges::any_of(tags, [](const Tag& tag) { return tag.key == Key::p && !tag.ignored; });
}

bool Record::has_usable_rua() const noexcept {
  return std::ranges::any_of(uris, [](const ReportUri& uri) { return !uri.failure && uri.usable(); });
}

bool Record::authorizes_reports() const noexcept { return version_ok() && std::ranges::none_of(tags, &Tag::duplicate); }

std::optional<UsablePolicy> Record::usable_policy(Receiver receiver) const noexcept {
  if (!authorizes_reports()) return std::nullopt;
  const bool modern = receiver == Receiver::rfc9989;
  const auto broken = [&](Key key, const std::optional<Policy>& value) {
    if (value) return false;
    return std::ranges::any_of(tags, [&](const Tag& tag) { return tag.key == key && !tag.ignored; });
  };
  UsablePolicy out;
  out.adkim = read.adkim.value_or(Alignment::relaxed);
  out.aspf = read.aspf.value_or(Alignment::relaxed);
  out.testing = modern && read.t.value_or(false);
  out.pct = modern ? std::uint8_t{100} : read.pct.value_or(100);
  out.fallback = !read.p || broken(Key::sp, read.sp) || (modern && broken(Key::np, read.np));
  if (out.fallback) return has_usable_rua() ? std::optional(out) : std::nullopt;
  out.p = *read.p;
  out.sp = read.sp.value_or(out.p);
  out.np = modern ? read.np.value_or(out.sp) : out.sp;
  return out;
}

bool operator==(const Record& a, const Record& b) {
  const auto same_tag = [&](const Tag& x, const Tag& y) {
    return x.key == y.key && x.near == y.near && x.ignored == y.ignored && x.duplicate == y.duplicate &&
           text::iequals(a.at(x.name), b.at(y.name));
  };
  const auto same_uri = [&](const ReportUri& x, const ReportUri& y) {
    return x.fault == y.fault && x.failure == y.failure && x.read == y.read &&
           same_but_for_space(a.at(x.span), b.at(y.span));
  };
  return a.at(a.prefix) == b.at(b.prefix) && text::trim(a.at(a.suffix)) == text::trim(b.at(b.suffix)) &&
         a.meant == b.meant && a.read == b.read && std::ranges::equal(a.tags, b.tags, same_tag) &&
         std::ranges::equal(a.uris, b.uris, same_uri);
}

Record parse(std::string_view joined) {
  Record record;
  record.text = joined;
  Reader(record).read();
  return record;
}

}  // namespace envelint::dmarc
