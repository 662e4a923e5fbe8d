#include <envelint/smtp/transcript.hpp>

#include <envelint/text/utf8.hpp>

namespace envelint::smtp {
namespace {

constexpr std::size_t kMaxLine = 512;

/// Everything visible, but for the LF between the lines of a reply.
std::string shown_lines(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t lf = text.find('\n');
    out += text::visible(text.substr(0, lf));
    if (lf == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(lf + 1);
  }
}

std::string shown_line(std::string_view line) {
  return line.size() <= kMaxLine ? text::visible(line) : text::visible(line.substr(0, kMaxLine)) + " [...]";
}

}  // namespace

void Transcript::add(TranscriptEntry::Who who, std::string_view line) {
  if (entries_.size() > kMaxEntries || octets_ > kMaxOctets) return;
  if (entries_.size() == kMaxEntries || octets_ + line.size() > kMaxOctets) {
    octets_ = kMaxOctets + 1;
    entries_.push_back({TranscriptEntry::Who::note, "what follows is left out: it is too much"});
    return;
  }
  // What a server says is the session's own text, of bounded size.
  entries_.push_back({who, who == TranscriptEntry::Who::server ? shown_lines(line) : shown_line(line)});
  octets_ += line.size();
}

std::vector<TranscriptEntry> Transcript::take() noexcept {
  octets_ = 0;
  return std::exchange(entries_, {});
}

}  // namespace envelint::smtp
