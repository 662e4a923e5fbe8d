#include <envelint/mail/message.hpp>

#include <envelint/mail/mbox.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace envelint::mail {
namespace {

using text::span_of;
using Kind = Oddity::Kind;

constexpr std::string_view kCrlf = "\r\n";

/// Keeps the first kMaxOddities.
void note(std::vector<Oddity>& oddities, Kind kind, std::size_t offset) {
  if (oddities.size() > kMaxOddities) return;
  oddities.push_back({oddities.size() < kMaxOddities ? kind : Kind::more, offset});
}

/// Where the line that begins at `from` ends: behind its CRLF, or at the end of the text.
std::size_t line_end(std::string_view text, std::size_t from) {
  for (std::size_t lf = text.find('\n', from); lf != std::string_view::npos; lf = text.find('\n', lf + 1)) {
    if (lf > from && text[lf - 1] == '\r') return lf + 1;
  }
  return text.size();
}

// ftext of RFC 5322 §3.6.8.
bool is_field_name(std::string_view name) { return !name.empty() && std::ranges::all_of(name, text::is_vchar); }

void note_octets(std::string_view text, std::size_t base, std::vector<Oddity>& oddities) {
  const auto full = [&] { return oddities.size() > kMaxOddities; };
  for (std::size_t at = text.find('\0'); at != std::string_view::npos && !full(); at = text.find('\0', at + 1)) {
    note(oddities, Kind::nul, base + at);
  }
  for (std::size_t at = text.find('\r'); at != std::string_view::npos && !full(); at = text.find('\r', at + 1)) {
    if (at + 1 == text.size() || text[at + 1] != '\n') note(oddities, Kind::bare_cr, base + at);
  }
  for (std::size_t at = text.find('\n'); at != std::string_view::npos && !full(); at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') note(oddities, Kind::bare_lf, base + at);
  }
}

void sort_by_place(std::vector<Oddity>& oddities) {
  std::ranges::stable_sort(oddities, {},
                           [](const Oddity& oddity) { return std::pair(oddity.kind == Kind::more, oddity.offset); });
}

}  // namespace

std::string_view to_string(Oddity::Kind kind) noexcept {
  constexpr std::array<std::string_view, 12> kWords{
      "a `From ` line of an mbox file before the header",
      "white space before the first field",
      "a line of the header without a colon",
      "a field name that is none",
      "white space between a field name and its colon",
      "a line of more than 998 octets",
      "a bare CR",
      "a bare LF",
      "a NUL octet",
      "no empty line behind the header",
      "a header that is too long",
      "and more",
  };
  return kWords[static_cast<std::size_t>(kind)];
}

/// Splits the header from its first line to its last.
class Splitter {
 public:
  explicit Splitter(std::string_view bytes) : text_(bytes.substr(0, kMaxHeader)) { out_.bytes_ = bytes; }

  Message split() {
    constexpr std::size_t kUsualFields = 32;
    out_.fields_.reserve(kUsualFields);
    skip_mbox_line();
    while (at_ < text_.size() && !out_.has_header_end_ && !out_.cut_) read_line();
    if (out_.has_header_end_) return finished();
    out_.cut_ = out_.cut_ || text_.size() < out_.bytes_.size();
    note(out_.oddities_, out_.cut_ ? Kind::header_too_long : Kind::no_header_end, at_);
    out_.header_end_ = out_.body_start_ = at_;
    return finished();
  }

 private:
  void skip_mbox_line() {
    if (!is_mbox(text_)) return;
    note(out_.oddities_, Kind::mbox_from, 0);
    at_ = line_end(text_, 0);
    out_.header_start_ = at_;
  }

  void read_line() {
    const std::size_t end = line_end(text_, at_);
    const std::string_view line = text_.substr(at_, end - at_);
    if (line == kCrlf) {
      out_.has_header_end_ = true;
      out_.header_end_ = at_;
      out_.body_start_ = end;
      return;
    }
    const std::size_t ending = line.ends_with(kCrlf) ? kCrlf.size() : 0;
    if (line.size() - ending > kMaxLine) note(out_.oddities_, Kind::long_line, at_);
    if (text::is_wsp(line[0]) && !out_.fields_.empty()) {
      Field& field = out_.fields_.back();
      field.whole.end = static_cast<std::uint32_t>(end);
      field.value.end = static_cast<std::uint32_t>(end - ending);
    } else if (out_.fields_.size() == kMaxFields) {
      out_.cut_ = true;
      return;
    } else {
      add_field(line.substr(0, line.size() - ending), end);
    }
    at_ = end;
  }

  void add_field(std::string_view line, std::size_t end) {
    Field field;
    field.whole = span_of(at_, end);
    field.name = span_of(at_, at_);
    field.value = span_of(at_, at_ + line.size());
    if (text::is_wsp(line[0])) {
      note(out_.oddities_, Kind::leading_blank, at_);
    } else if (const std::size_t colon = line.find(':'); colon == std::string_view::npos) {
      note(out_.oddities_, Kind::no_colon, at_);
    } else {
      std::size_t size = colon;
      while (size > 0 && text::is_wsp(line[size - 1])) --size;
      if (size < colon) note(out_.oddities_, Kind::blank_before_colon, at_ + size);
      if (!is_field_name(line.substr(0, size))) note(out_.oddities_, Kind::bad_name, at_);
      field.name = span_of(at_, at_ + size);
      field.value.start = static_cast<std::uint32_t>(at_ + colon + 1);
    }
    field.hash = name_hash(out_.at(field.name));
    out_.fields_.push_back(field);
  }

  Message finished() {
    note_octets(out_.header(), out_.header_start_, out_.oddities_);
    sort_by_place(out_.oddities_);
    return std::move(out_);
  }

  Message out_;
  std::string_view text_;
  std::size_t at_ = 0;
};

Message Message::split(std::string_view bytes) { return Splitter(bytes).split(); }

bool Message::is(const Field& field, std::string_view name) const noexcept {
  return text::iequals(at(field.name), name);
}

std::size_t Message::count(std::string_view name) const noexcept {
  const std::uint32_t hash = name_hash(name);
  return static_cast<std::size_t>(
      std::ranges::count_if(fields_, [&](const Field& field) { return field.hash == hash && is(field, name); }));
}

const Field* Message::find(std::string_view name) const noexcept {
  const std::uint32_t hash = name_hash(name);
  const auto it =
      std::ranges::find_if(fields_, [&](const Field& field) { return field.hash == hash && is(field, name); });
  return it == fields_.end() ? nullptr : &*it;
}

// FNV-1a.
std::uint32_t name_hash(std::string_view name) noexcept {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(text::to_lower(c))) * 16'777'619U;
  return hash;
}

std::vector<Oddity> body_oddities(const Message& message) {
  std::vector<Oddity> out;
  const std::string_view body = message.body();
  note_octets(body, message.body_start(), out);
  for (std::size_t at = 0; at < body.size() && out.size() <= kMaxOddities;) {
    const std::size_t end = line_end(body, at);
    const bool terminated = body.substr(at, end - at).ends_with(kCrlf);
    if (end - at - (terminated ? kCrlf.size() : 0) > kMaxLine) note(out, Kind::long_line, message.body_start() + at);
    at = end;
  }
  sort_by_place(out);
  return out;
}

std::vector<Oddity> all_oddities(const Message& message) {
  std::vector<Oddity> out = message.oddities();
  const auto body = body_oddities(message);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

LineEnds line_ends(std::string_view file) noexcept {
  const std::size_t lf = file.find('\n');
  const bool bare = lf != std::string_view::npos && (lf == 0 || file[lf - 1] != '\r');
  return bare ? LineEnds::lf_as_crlf : LineEnds::as_is;
}

std::string to_crlf(std::string_view file) {
  std::string out;
  out.reserve(file.size() + static_cast<std::size_t>(std::ranges::count(file, '\n')));
  std::size_t start = 0;
  for (std::size_t lf = file.find('\n'); lf != std::string_view::npos; lf = file.find('\n', lf + 1)) {
    if (lf > 0 && file[lf - 1] == '\r') continue;
    out.append(file, start, lf - start).append(kCrlf);
    start = lf + 1;
  }
  return out.append(file, start);
}

}  // namespace envelint::mail
