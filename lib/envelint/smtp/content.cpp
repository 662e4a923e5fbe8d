#include <envelint/smtp/content.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::smtp {
namespace {

constexpr std::size_t kMaxTextLine = 998;  // RFC 5321 §4.5.3.1.6, without the CRLF

constexpr text::CharSet kSpecial(std::string_view("\r\n\0", 3));

}  // namespace

Content::Content(const Limits& limits, Body body, bool utf8)
    : limits_(limits), lines_(body != Body::binary_mime), eight_bit_allowed_(utf8 || body != Body::seven_bit) {}

void Content::add(std::string_view octets) {
  if (!too_long()) watch(octets.substr(0, limits_.message - static_cast<std::size_t>(total_)));
  total_ += octets.size();
  if (too_long()) {
    std::string().swap(octets_);  // it is refused whatever comes: the memory is better used elsewhere
  } else {
    octets_ += octets;
  }
}

void Content::watch(std::string_view octets) {
  if (!lines_) return;
  while (!octets.empty()) {
    const auto* const special = std::ranges::find_if(octets, [](char c) { return kSpecial.contains(c); });
    const auto run = static_cast<std::size_t>(special - octets.begin());
    if (run > 0) watch_run(octets.substr(0, run));
    octets.remove_prefix(run);
    if (octets.empty()) return;
    watch_special(octets.front());
    octets.remove_prefix(1);
  }
}

void Content::watch_run(std::string_view run) {
  if (after_cr_) breach(WireOddity::Kind::bare_cr, seen_ - 1);
  if (after_cr_) grow_line(1);
  after_cr_ = false;
  if (!eight_bit_allowed_ && !eight_bit_) {
    const auto* const high = std::ranges::find_if_not(run, text::is_ascii);
    if (high != run.end()) eight_bit_ = seen_ + static_cast<std::uint64_t>(high - run.begin());
  }
  grow_line(run.size());
  seen_ += run.size();
}

void Content::watch_special(char c) {
  if (after_cr_ && c == '\n') {
    ++seen_;
    end_line();
    return;
  }
  if (after_cr_) breach(WireOddity::Kind::bare_cr, seen_ - 1);
  if (after_cr_) grow_line(1);
  after_cr_ = c == '\r';
  if (c == '\n') breach(WireOddity::Kind::bare_lf, seen_);
  if (c == '\0') breach(WireOddity::Kind::nul, seen_);
  if (c != '\r') grow_line(1);
  ++seen_;
}

void Content::end_line() {
  after_cr_ = false;
  if (in_header_) header_ = seen_;
  if (line_size_ == 0) in_header_ = false;
  line_size_ = 0;
  line_start_ = seen_;
}

void Content::grow_line(std::size_t size) {
  const bool was_long = line_size_ > kMaxTextLine;
  line_size_ += size;
  if (!was_long && line_size_ > kMaxTextLine) breach(WireOddity::Kind::long_line, line_start_);
  if (in_header_) header_ = line_start_ + line_size_;
}

void Content::finish(bool by_chunks) {
  if (after_cr_) breach(WireOddity::Kind::bare_cr, seen_ - 1);
  if (eight_bit_) oddities_.push_back({WireOddity::Kind::eight_bit, static_cast<std::size_t>(*eight_bit_)});
  const bool open = line_size_ > 0 || after_cr_;
  if (by_chunks && lines_ && open)
    oddities_.push_back({WireOddity::Kind::no_final_newline, static_cast<std::size_t>(seen_)});
  std::ranges::stable_sort(oddities_, {}, &WireOddity::offset);
  if (more_) oddities_.push_back({WireOddity::Kind::more, static_cast<std::size_t>(*more_)});
}

void Content::breach(WireOddity::Kind kind, std::uint64_t offset) {
  if (!breach_) breach_ = WireOddity{kind, static_cast<std::size_t>(offset)};
  note(kind, offset);
}

void Content::note(WireOddity::Kind kind, std::uint64_t offset) {
  // Three places are left for what `finish` adds.
  if (oddities_.size() < kMaxWireOddities - 3) {
    oddities_.push_back({kind, static_cast<std::size_t>(offset)});
  } else if (!more_) {
    more_ = offset;
  }
}

}  // namespace envelint::smtp
