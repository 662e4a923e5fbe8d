#include <envelint/dkim/canonicalize.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace envelint::dkim {
namespace {

constexpr std::string_view kCrlf = "\r\n";

/// What may make a difference in relaxed form: a TAB, or a SP that is not alone between data. In a header also CR.
template <bool in_header>
bool is_event(const char* at, const char* end) {
  if (*at == '\t' || (in_header && *at == '\r')) return true;
  return *at == ' ' && (at + 1 == end || text::is_wsp(at[1]) || at[1] == '\r');
}

#if defined(__SSE2__)
constexpr std::ptrdiff_t kBlock = 16;

/// A bit for each of 16 octets that is an event; reads 17.
template <bool in_header>
unsigned events_of_block(const char* at) {
  const auto load = [](const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
  const __m128i space = _mm_set1_epi8(' ');
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i cr = _mm_set1_epi8('\r');
  const __m128i here = load(at);
  const __m128i next = load(at + 1);
  const __m128i after =
      _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(next, space), _mm_cmpeq_epi8(next, tab)), _mm_cmpeq_epi8(next, cr));
  __m128i events = _mm_or_si128(_mm_cmpeq_epi8(here, tab), _mm_and_si128(_mm_cmpeq_epi8(here, space), after));
  if constexpr (in_header) events = _mm_or_si128(events, _mm_cmpeq_epi8(here, cr));
  return static_cast<unsigned>(_mm_movemask_epi8(events));
}
#endif

/// The first event, or the end. Nearly all octets of a message are none, so they are looked at in blocks.
template <bool in_header>
const char* find_event(const char* at, const char* end) {
#if defined(__SSE2__)
  for (; end - at > kBlock; at += kBlock) {
    if (const unsigned events = events_of_block<in_header>(at); events != 0) return at + std::countr_zero(events);
  }
#endif
  while (at != end && !is_event<in_header>(at, end)) ++at;
  return at;
}

/// The size of `data` without the octets of `is_tail` at its end.
template <typename Predicate>
std::size_t size_without_tail(std::string_view data, Predicate is_tail) {
  std::size_t size = data.size();
  while (size > 0 && is_tail(data[size - 1])) --size;
  return size;
}

class StringSink : public Sink {
 public:
  void write(std::string_view octets) override { text_.append(octets); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// Steps over white space and over the CRLF that unfolding takes away. Whether there was white space.
bool skip_gap(const char*& at, const char* end) {
  bool blank = false;
  while (at != end) {
    const bool crlf = *at == '\r' && end - at > 1 && at[1] == '\n';
    if (!crlf && !text::is_wsp(*at)) break;
    blank = blank || !crlf;
    at += crlf ? 2 : 1;
  }
  return blank;
}

/// Unfolds, and makes one SP of all white space between words; none is left at either end.
void append_relaxed_value(std::string_view value, std::string& out) {
  const char* at = value.data();
  const char* const end = at + value.size();
  skip_gap(at, end);
  while (at != end) {
    const char* next = find_event<true>(at, end);
    out.append(at, next);
    at = next;
    const bool blank = skip_gap(at, end);
    if (at == end) return;
    if (blank) out.push_back(' ');
    if (at == next) out.push_back(*at++);  // a CR that is data
  }
}

}  // namespace

std::string_view to_string(Canonicalization kind) noexcept {
  return kind == Canonicalization::simple ? "simple" : "relaxed";
}

/// Takes an octet into what is pending. False when it is data and nothing is pending any more: it is to be written.
bool BodyCanonicalizer::step(char c) {
  if (cr_) {
    cr_ = false;
    if (c == '\n') {
      space_ = false;
      ++crlfs_;
      return true;
    }
    flush();
    write_untouched("\r");
  }
  if (c == '\r') {
    cr_ = true;
    return true;
  }
  if (kind_ == Canonicalization::relaxed && text::is_wsp(c)) {
    space_ = true;
    return true;
  }
  flush();
  return false;
}

/// Writes what was pending: data follows.
void BodyCanonicalizer::flush() {
  static constexpr auto kManyCrlfs = [] {
    std::array<char, 512> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = kCrlf[i % kCrlf.size()];
    return out;
  }();
  while (crlfs_ > 0) {
    const std::size_t some = std::min(crlfs_, kManyCrlfs.size() / kCrlf.size());
    sink_->write({kManyCrlfs.data(), some * kCrlf.size()});
    crlfs_ -= some;
  }
  if (space_) sink_->write(" ");
  space_ = false;
}

void BodyCanonicalizer::write_untouched(std::string_view data) {
  sink_->write(data);
  written_ = true;
}

/// @param data  begins with data, nothing being pending, and ends with an octet that is no white space, CR or LF.
void BodyCanonicalizer::write_relaxed(std::string_view data) {
  const char* start = data.data();  // of what is not yet written
  const char* const end = start + data.size();
  for (const char* at = find_event<false>(start, end); at != end;) {
    const char* const behind = std::find_if_not(at, end, text::is_wsp);
    const bool ends_line = end - behind > 1 && behind[0] == '\r' && behind[1] == '\n';
    if (ends_line) {
      write_untouched({start, at});
      start = behind;
    } else if (*at == '\t') {
      write_untouched({start, at});
      write_untouched(" ");
      start = behind;
    } else if (behind - at > 1) {
      write_untouched({start, at + 1});
      start = behind;
    }
    at = find_event<false>(behind, end);
  }
  write_untouched({start, end});
}

void BodyCanonicalizer::update(std::string_view chunk) {
  while (!chunk.empty() && step(chunk.front())) chunk.remove_prefix(1);
  const bool relaxed = kind_ == Canonicalization::relaxed;
  // What stands at the end of the chunk may count or not: the next chunk tells.
  const std::size_t size = relaxed ? size_without_tail(chunk, text::is_space)
                                   : size_without_tail(chunk, [](char c) { return c == '\r' || c == '\n'; });
  if (size > 0 && relaxed) write_relaxed(chunk.substr(0, size));
  if (size > 0 && !relaxed) write_untouched(chunk.substr(0, size));
  for (const char& c : chunk.substr(size)) {
    if (!step(c)) write_untouched({&c, 1});
  }
}

void BodyCanonicalizer::finish() {
  if (cr_) {
    cr_ = false;
    flush();
    write_untouched("\r");
  }
  if (written_ || kind_ == Canonicalization::simple) sink_->write(kCrlf);
}

std::string canonical_body(Canonicalization kind, std::string_view body) {
  StringSink sink;
  BodyCanonicalizer canonicalizer(kind, sink);
  canonicalizer.update(body);
  canonicalizer.finish();
  return sink.take();
}

void append_canonical_field(Canonicalization kind, std::string_view head, std::string_view value, std::string& out) {
  if (kind == Canonicalization::simple) {
    out.append(head).append(value);
    return;
  }
  std::string_view name = head.substr(0, head.size() - std::min<std::size_t>(head.size(), 1));
  while (!name.empty() && text::is_wsp(name.back())) name.remove_suffix(1);
  std::ranges::transform(name, std::back_inserter(out), text::to_lower);
  out.push_back(':');
  append_relaxed_value(value, out);
}

}  // namespace envelint::dkim
