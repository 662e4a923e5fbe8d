#include <envelint/dmarc/keys.hpp>
#include <envelint/dmarc/record.hpp>
#include <envelint/text/ascii.hpp>

#include <array>

namespace envelint::dmarc {
namespace {

// The order RFC 7489 asks for in its first two, then policy, alignment, reports.
constexpr std::array<Key, 11> kOrder{Key::v,     Key::p,    Key::sp,  Key::np,  Key::t, Key::psd,
                                     Key::adkim, Key::aspf, Key::rua, Key::ruf, Key::fo};

void append_list(std::string_view list, std::string& out) {
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t end = std::min(list.find(',', start), list.size());
    if (start > 0) out += ',';
    out += text::trim(list.substr(start, end - start));
    start = end + 1;
  }
}

void append_value(const Record& record, const Tag& tag, std::string& out) {
  const std::string_view whole = record.at(tag.whole);
  if (is_list(tag.key) && tag.whole == tag.value) return append_list(whole, out);
  const bool keyword = tag.key != Key::v && is_complete_value(tag.key, whole);
  out += keyword ? text::lower(whole) : std::string(whole);
}

void append_tag(const Record& record, const Tag& tag, std::string& out) {
  const bool has_equals = !tag.name.empty() && record.at({tag.name.end, tag.whole.start}).contains('=');
  if (!has_equals) {
    out += record.at({tag.span.start, tag.whole.end});
    return;
  }
  out.append(record.at(tag.name)).push_back('=');
  append_value(record, tag, out);
}

// Left out, the tag means the same.
bool is_default(const Record& record, Key key) {
  const Values& values = record.read;
  switch (key) {
    case Key::sp: return values.sp == values.p;
    case Key::np: return values.np == (values.sp ? values.sp : values.p);
    case Key::t: return values.t == false;
    case Key::psd: return values.psd == Psd::unspecified;
    case Key::adkim: return values.adkim == Alignment::relaxed;
    case Key::aspf: return values.aspf == Alignment::relaxed;
    case Key::fo: return values.fo == FailureOptions{.all_fail = true} || record.find(Key::ruf) == nullptr;
    default: return false;
  }
}

bool is_read(const Record& record, const Tag& tag) {
  if (tag.ignored || tag.duplicate) return false;
  return tag.key == Key::v || is_list(tag.key) || is_complete_value(tag.key, record.at(tag.whole));
}

}  // namespace

std::string print(const Record& record) {
  std::string out(record.at(record.prefix));
  out.reserve(record.text.size() + 16);
  bool first = true;
  std::uint32_t done = 0;
  for (const Tag& tag : record.tags) {
    // A swallowed tag is part of the whole value of the one before it.
    if (!first && tag.span.start < done) continue;
    if (!first) out += "; ";
    append_tag(record, tag, out);
    first = false;
    done = tag.whole.end;
  }
  return out.append(record.at(record.suffix));
}

std::string canonical(const Record& record) {
  std::string out;
  out.reserve(record.text.size() + 16);
  for (const Key key : kOrder) {
    const Tag* const tag = record.find(key);
    if (tag == nullptr || !is_read(record, *tag) || is_default(record, key)) continue;
    if (!out.empty()) out += "; ";
    out.append(to_string(key)).push_back('=');
    append_value(record, *tag, out);
  }
  return out;
}

}  // namespace envelint::dmarc
