#include <envelint/dkim/key_record.hpp>

#include <envelint/dkim/key_data.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace envelint::dkim {
namespace {

using text::span_of;
using Kind = KeyFault::Kind;

// The canonical order is that of the enumerators.
constexpr std::array<std::string_view, 10> kNames{"v", "k", "h", "s", "t", "n", "g", "", "", "p"};

std::optional<TagId> known_tag(char c) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i].size() == 1 && kNames[i][0] == c) return static_cast<TagId>(i);
  }
  return std::nullopt;
}

std::optional<TagId> known_tag(std::string_view name) { return name.size() == 1 ? known_tag(name[0]) : std::nullopt; }

bool is_tag_name(std::string_view name) {
  return !name.empty() && text::is_alpha(name[0]) &&
         std::ranges::all_of(name, [](char c) { return text::is_alnum(c) || c == '_'; });
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && text::is_space(text[at])) ++at;
  return at;
}

Span trimmed(std::string_view text, std::size_t start, std::size_t end) {
  start = std::min(skip_space(text, start), end);
  while (end > start && text::is_space(text[end - 1])) --end;
  return span_of(start, end);
}

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`' || c == '\\'; }
// Quotes, and bytes of characters that ASCII does not have: typographic quotes, no-break spaces, byte order marks.
bool is_stray(char c) { return is_quote(c) || !text::is_ascii(c); }

struct TagStart {
  char name;
  std::size_t value;  // where the value begins
};

// `x=` of a known tag at this place, blanks allowed.
std::optional<TagStart> tag_at(std::string_view text, std::size_t at) {
  if (!known_tag(text[at])) return std::nullopt;
  const std::size_t equals = skip_space(text, at + 1);
  if (equals >= text.size() || text[equals] != '=') return std::nullopt;
  return TagStart{text[at], skip_space(text, equals + 1)};
}

bool begins_key(std::string_view value) {
  const std::string_view head = value.substr(0, 16);
  return head.starts_with("MI") || (head.size() == 16 && std::ranges::all_of(head, [](char c) {
                                      return text::is_alnum(c) || c == '+' || c == '/';
                                    }));
}

// Whether a key record plainly begins here: a known tag with a value that only such a record has.
bool record_begins(std::string_view text, std::size_t at) {
  const auto tag = tag_at(text, at);
  if (!tag) return false;
  const std::string_view value = text.substr(tag->value);
  switch (tag->name) {
    case 'v': return text::istarts_with(value, "DKIM");
    case 'k': return text::istarts_with(value, "rsa") || text::istarts_with(value, "ed25519");
    case 'h': return text::istarts_with(value, "sha");
    case 's': return text::istarts_with(value, "email");
    case 'p': return begins_key(value);
    default: return false;
  }
}

bool is_word_end(char c) { return !text::is_alnum(c) && c != '-' && c != '_' && c != '.' && c != '+'; }

// Whether a quote before the record is closed at its end: `name TXT "…"` was pasted as a whole.
bool is_quoted_behind(std::string_view text, std::size_t start) {
  const std::string_view prefix = text::trim(text.substr(0, start));
  return prefix.size() > 1 && prefix.ends_with('"') && text.size() > start && text.ends_with('"');
}

// Where the record begins behind something that was pasted with it, such as `selector._domainkey` or `TXT`; 0 if it
// begins at the start of the text. Only what stands before the first semicolon is looked at.
std::size_t pasted_prefix(std::string_view text) {
  constexpr std::size_t kLongest = 300;
  const std::size_t first = skip_space(text, 0);
  if (first == text.size() || tag_at(text, first)) return 0;
  const std::size_t end = std::min({text.find(';'), text.size(), kLongest});
  std::size_t found = 0;
  for (std::size_t i = 1; i < end && found == 0; ++i) {
    // An `n` alone is what is left of a `\n`.
    const bool boundary = is_word_end(text[i - 1]) || (text[i - 1] == 'n' && (i == 1 || (i == 2 && text[0] == '\\')));
    if (boundary && record_begins(text, i)) found = i;
  }
  const std::string_view prefix = text.substr(0, found);
  if (std::ranges::none_of(prefix, text::is_alnum)) return 0;
  return found;
}

// A prefix is harmless when receivers see one unknown tag in its place, and the tag it swallowed has its default.
bool prefix_is_harmless(std::string_view text, std::size_t start) {
  const std::size_t piece_end = std::min(text.find(';', start), text.size());
  const std::size_t equals = text.find('=');
  const Span name = trimmed(text, 0, std::min(equals, piece_end));
  const auto tag = tag_at(text, start);
  const Span value = trimmed(text, tag ? tag->value : piece_end, piece_end);
  const bool is_default = tag && (tag->name == 'v' || (tag->name == 'k' && slice(text, value) == "rsa") ||
                                  tag->name == 's' || tag->name == 'h');
  return is_default && is_tag_name(slice(text, name)) && !known_tag(slice(text, name));
}

bool is_list(TagId id) { return id == TagId::hashes || id == TagId::services || id == TagId::flags; }

}  // namespace

/// Builds a KeyRecord: takes the tag-list and makes good what can be made good.
class KeyReader {
 public:
  explicit KeyReader(std::string_view joined) {
    record_.text_ = std::string(joined);
    text_ = record_.text_;
  }

  KeyRecord read() {
    const std::size_t start = pasted_prefix(text_);
    record_.start_ = static_cast<std::uint32_t>(start);
    if (start > 0) add_fault(Kind::pasted_prefix, span_of(0, start), !prefix_is_harmless(text_, start));
    const std::size_t closing = is_quoted_behind(text_, start) ? 1 : 0;
    const text::TagList list = text::parse_tag_list(text_.substr(start, text_.size() - start - closing));
    record_.tags_.reserve(list.tags.size());
    for (const text::TagFault& fault : list.faults) read_fault(fault);
    for (const text::Tag& tag : list.tags) read_tag({shifted(tag.span), shifted(tag.name), shifted(tag.value)});
    find_duplicates();
    return std::move(record_);
  }

 private:
  [[nodiscard]] Span shifted(Span span) const { return {span.start + record_.start_, span.end + record_.start_}; }
  void add_fault(Kind kind, Span span, bool fatal = true) { record_.faults_.push_back({kind, span, fatal}); }
  void add_tag(TagId id, Span span, Span name, Span value) { record_.tags_.push_back({id, span, name, value}); }

  // Faults of names and duplicates are found anew: a cleaned name may be no fault, or another one.
  void read_fault(const text::TagFault& fault) {
    if (fault.kind == text::TagFault::Kind::empty_tag) add_fault(Kind::empty_tag, shifted(fault.span));
    if (fault.kind == text::TagFault::Kind::too_many) add_fault(Kind::too_many, shifted(fault.span));
  }

  void read_tag(const text::Tag& tag) {
    // The padding of a bare key reads like the equals sign of a tag: `MIIB…AwEAAQ==`.
    const bool only_padding = slice(text_, tag.value).find_first_not_of('=') == std::string_view::npos;
    if (looks_like_key(slice(text_, tag.name.empty() ? tag.span : tag.name)) && (tag.name.empty() || only_padding)) {
      add_fault(Kind::bare_key, tag.span);
      return add_tag(TagId::unnamed, tag.span, span_of(tag.span.start, tag.span.start), tag.span);
    }
    if (tag.name.empty()) return read_nameless(tag);
    if (const auto id = known_tag(slice(text_, tag.name))) return read_known(*id, tag.span, tag.name, tag.value);
    read_unknown(tag);
  }

  // `k:rsa` and `v DKIM1` were meant to have an equals sign.
  void read_nameless(const text::Tag& tag) {
    const std::string_view whole = slice(text_, tag.span);
    const bool has_equals = tag.value.start > tag.span.start;
    const bool separated = whole.size() > 2 && (whole[1] == ':' || text::is_space(whole[1]));
    const auto id = known_tag(whole[0]);
    if (!has_equals && id && separated) {
      std::size_t value = skip_space(text_, tag.span.start + 1U);
      if (text_[value] == ':') value = skip_space(text_, value + 1);
      if (value < tag.span.end) {
        add_fault(Kind::wrong_separator, span_of(tag.span.start + 1U, value));
        return read_known(*id, tag.span, span_of(tag.span.start, tag.span.start + 1U), span_of(value, tag.span.end));
      }
    }
    add_fault(has_equals ? Kind::bad_name : Kind::no_equals, tag.span);
    if (has_equals) return add_tag(TagId::other, tag.span, tag.name, tag.value);
    add_tag(TagId::unnamed, tag.span, tag.name, tag.span);
  }

  void read_unknown(const text::Tag& tag) {
    const std::string_view name = slice(text_, tag.name);
    if (name.size() > 1 && is_word_end(name[name.size() - 2])) {
      if (const auto id = known_tag(name.back())) {
        add_fault(Kind::stray_text, span_of(tag.name.start, tag.name.end - 1U));
        return read_known(*id, span_of(tag.name.end - 1U, tag.span.end), span_of(tag.name.end - 1U, tag.name.end),
                          tag.value);
      }
    }
    if (!is_tag_name(name)) add_fault(Kind::bad_name, tag.name);
    check_characters(tag.value);
    add_tag(TagId::other, tag.span, tag.name, tag.value);
  }

  void read_known(TagId id, Span span, Span name, Span value) {
    const std::size_t end = value.end;
    value.start = behind_strays(id, text_[name.start], value);
    const auto [own_end, next] = glued(id, value);
    if (next < end) value = trimmed(text_, value.start, own_end);
    const Span untouched = value;
    if (id != TagId::key && id != TagId::notes) value.end = before_strays(value);
    if (id != TagId::key) check_characters(value);
    add_tag(id, span_of(span.start, untouched.end), name, value);
    if (next == end) return;
    if (record_.tags_.size() >= text::kMaxTags) return add_fault(Kind::too_many, span_of(next, end));
    const auto tag = tag_at(text_, next);
    add_fault(Kind::missing_semicolon, span_of(untouched.end, next), !may_be_swallowed(id, *tag));
    read_known(*known_tag(tag->name), span_of(next, end), span_of(next, next + 1),
               trimmed(text_, std::min(tag->value, end), end));
  }

  // Flags that are not known are ignored, so `t=s n=note` does no harm; but a key or its type must not get lost.
  [[nodiscard]] static bool may_be_swallowed(TagId host, const TagStart& tag) {
    const bool ignorable = host == TagId::flags || host == TagId::granularity;
    return ignorable && tag.name != 'p' && tag.name != 'k';
  }

  struct Glue {
    std::size_t own_end;  // where the tag's own value ends
    std::size_t next;     // where the next tag begins; the end of the value if there is none
  };

  // Finds the next tag inside a value that has lost its semicolon: `rsa p=MIGf`, `DKIM1,k=rsa`, `DKIM1k=rsa`.
  [[nodiscard]] Glue glued(TagId id, Span value) const {
    if (id == TagId::notes) return {value.end, value.end};
    const std::string_view text = text_.substr(0, value.end);
    const std::size_t equals = text.find('=', value.start);
    for (std::size_t at = equals; at != std::string_view::npos; at = text.find('=', at + 1)) {
      std::size_t name = at;
      while (name > value.start && text::is_space(text[name - 1])) --name;
      if (name == value.start || !known_tag(text[--name])) continue;
      if (id == TagId::key && !is_tag_in_key(text, at, name)) continue;
      std::size_t end = name;
      while (end > value.start && is_separator(text[end - 1])) --end;
      const std::string_view own = text.substr(value.start, name - value.start);
      const bool joined = text::iequals(own, "DKIM1") || text::iequals(own, "rsa") || text::iequals(own, "ed25519");
      if (end < name || joined) return {end, name};
    }
    return {value.end, value.end};
  }

  // In a key, `p=` may also be the end of the base64 text with its padding.
  [[nodiscard]] static bool is_tag_in_key(std::string_view text, std::size_t equals, std::size_t name) {
    const std::size_t value = skip_space(text, equals + 1);
    return value < text.size() && text[value] != '=' && name > 0 && is_separator(text[name - 1]);
  }

  [[nodiscard]] static bool is_separator(char c) {
    return text::is_space(c) || is_stray(c) || c == ',' || c == ':' || c == '.' || c == '|' || c == '&';
  }

  // Where the value begins behind quotes and behind its own name given twice (`v=v=DKIM1`).
  std::uint32_t behind_strays(TagId id, char name, Span value) {
    if (id == TagId::notes) return value.start;
    std::size_t start = value.start;
    while (start < value.end) {
      const auto again = tag_at(text_.substr(0, value.end), start);
      const bool doubled = again && again->name == name && again->value < value.end && text_[again->value] != '=';
      const bool stray = id != TagId::key && (is_stray(text_[start]) || text::is_space(text_[start]));
      if (!doubled && !stray) break;
      start = doubled ? again->value : start + 1;
    }
    if (start > value.start) add_fault(Kind::stray_text, trimmed(text_, value.start, start));
    return static_cast<std::uint32_t>(start);
  }

  std::uint32_t before_strays(Span value) {
    std::size_t end = value.end;
    while (end > value.start && (is_stray(text_[end - 1]) || text::is_space(text_[end - 1]))) --end;
    if (end < value.end) add_fault(Kind::stray_text, trimmed(text_, end, value.end));
    return static_cast<std::uint32_t>(end);
  }

  // §3.2 advises not to preclude UTF-8, so only other bytes make a value unusable.
  void check_characters(Span value) {
    for (std::size_t i = value.start; i < value.end;) {
      const text::CodePoint point = text::next_code_point(text_.substr(i, value.end - i));
      const bool fine = point.valid && (point.value >= 0x80 || text::is_vchar(text_[i]) || text::is_space(text_[i]));
      if (!fine) return add_fault(Kind::bad_value, span_of(i, i + point.size));
      i += point.size;
    }
  }

  void find_duplicates() {
    const auto& tags = record_.tags_;
    for (std::size_t i = 1; i < tags.size(); ++i) {
      const std::string_view name = slice(text_, tags[i].name);
      if (name.empty()) continue;
      const bool again = std::any_of(tags.begin(), tags.begin() + static_cast<std::ptrdiff_t>(i),
                                     [&](const KeyTag& tag) { return slice(text_, tag.name) == name; });
      if (again) add_fault(Kind::duplicate, tags[i].span);
    }
  }

  KeyRecord record_;
  std::string_view text_;
};

KeyRecord parse_key_record(std::string_view joined) { return KeyReader(joined).read(); }

const KeyTag* KeyRecord::find(TagId id) const noexcept {
  const auto it = std::ranges::find(tags_, id, &KeyTag::id);
  return it == tags_.end() ? nullptr : &*it;
}

std::optional<std::string_view> KeyRecord::value(TagId id) const noexcept {
  const KeyTag* tag = find(id);
  if (tag == nullptr) return std::nullopt;
  return slice(tag->value);
}

const KeyTag* KeyRecord::key_tag() const noexcept {
  if (const KeyTag* tag = find(TagId::key)) return tag;
  const auto holds_key = [&](const KeyTag& tag) {
    const bool may = tag.id == TagId::unnamed || tag.id == TagId::other;
    return may && looks_like_key(slice(tag.value));
  };
  const auto it = std::ranges::find_if(tags_, holds_key);
  return it == tags_.end() ? nullptr : &*it;
}

bool KeyRecord::revoked() const noexcept { return value(TagId::key) == ""; }

bool KeyRecord::valid() const {
  constexpr std::uint32_t kLeastBits = 1024;
  if (std::ranges::any_of(faults_, &KeyFault::fatal)) return false;
  if (const KeyTag* version = find(TagId::version)) {
    if (version != &tags_.front() || slice(version->value) != "DKIM1") return false;
  }
  if (const auto hashes = value(TagId::hashes); hashes && !list_has(*hashes, "sha256")) return false;
  if (const auto services = value(TagId::services)) {
    if (!list_has(*services, "*") && !list_has(*services, "email")) return false;
  }
  const auto key = value(TagId::key);
  if (!key) return false;
  if (key->empty()) return true;
  const KeyData data = read_key(*key, key_type());
  return data.is_exactly(key_type()) && (data.algorithm != KeyAlgorithm::rsa || data.bits >= kLeastBits);
}

std::vector<Span> list_items(std::string_view text, Span value) {
  std::vector<Span> out;
  std::size_t start = value.start;
  while (start <= value.end) {
    const std::size_t end = std::min<std::size_t>(text.find(':', start), value.end);
    out.push_back(trimmed(text, start, end));
    start = end + 1;
  }
  return out;
}

bool list_has(std::string_view value, std::string_view word) noexcept {
  for (std::size_t start = 0; start <= value.size();) {
    const std::size_t end = std::min(value.find(':', start), value.size());
    if (text::trim(value.substr(start, end - start)) == word) return true;
    start = end + 1;
  }
  return false;
}

namespace {

std::vector<const KeyTag*> in_canonical_order(const KeyRecord& record) {
  std::vector<const KeyTag*> out;
  for (const KeyTag& tag : record.tags()) out.push_back(&tag);
  // Tags of one kind keep their order: they lie in one vector.
  std::ranges::sort(out, {}, [](const KeyTag* tag) { return std::pair(tag->id, tag); });
  return out;
}

void append_value(std::string& out, const KeyRecord& record, const KeyTag& tag) {
  if (tag.id == TagId::key) {
    std::ranges::copy_if(record.slice(tag.value), std::back_inserter(out), [](char c) { return !text::is_space(c); });
  } else if (is_list(tag.id)) {
    bool first = true;
    for (const Span item : list_items(record.text(), tag.value)) {
      if (!std::exchange(first, false)) out.push_back(':');
      out.append(record.slice(item));
    }
  } else {
    out.append(record.slice(tag.value));
  }
}

std::string canonical_value(const KeyRecord& record, const KeyTag& tag) {
  std::string out;
  append_value(out, record, tag);
  return out;
}

// The tags that count for comparison: a version that is only the default's spelling does not.
std::vector<const KeyTag*> without_version(const KeyRecord& record) {
  std::vector<const KeyTag*> out = in_canonical_order(record);
  if (!out.empty() && out[0]->id == TagId::version && record.slice(out[0]->value) == "DKIM1") out.erase(out.begin());
  return out;
}

}  // namespace

std::string print(const KeyRecord& record) {
  std::string out;
  out.reserve(record.text().size() + 16);
  if (record.find(TagId::version) == nullptr) out = "v=DKIM1";
  for (const KeyTag* tag : in_canonical_order(record)) {
    if (!out.empty()) out.append("; ");
    out.append(record.slice(tag->name));
    if (tag->id != TagId::unnamed) out.push_back('=');
    append_value(out, record, *tag);
  }
  return out;
}

bool equivalent(const KeyRecord& a, const KeyRecord& b) {
  return std::ranges::equal(without_version(a), without_version(b), [&](const KeyTag* left, const KeyTag* right) {
    return left->id == right->id && a.slice(left->name) == b.slice(right->name) &&
           canonical_value(a, *left) == canonical_value(b, *right);
  });
}

}  // namespace envelint::dkim
