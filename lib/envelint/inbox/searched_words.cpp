#include <envelint/inbox/searched_words.hpp>

#include <envelint/inbox/search.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#include <algorithm>
#include <iterator>

namespace envelint::inbox {
namespace {

/// Octets of a part that has one line: a list shows no more.
constexpr std::size_t kMaxLine = 1000;
constexpr std::size_t kMaxRecipients = 8000;
constexpr std::size_t kMaxHeader = 16'000;

/// What is in ASCII and no blank, for white space and controls are one.
constexpr bool is_plain(char c) { return text::is_vchar(c); }

/// Appends folded text as long as it has room.
class Folder {
 public:
  Folder(std::string& out, std::size_t most) : out_(out), begin_(out.size()), end_(begin_ + most) {}

  void add(std::string_view octets) {
    // Blanks fold to nothing, and are not read without end.
    octets = octets.substr(0, 4 * (end_ - begin_));
    while (!octets.empty() && out_.size() < end_) {
      const auto* const plain_end = std::ranges::find_if_not(octets, is_plain);
      const auto plain = static_cast<std::size_t>(plain_end - octets.begin());
      if (plain > 0) add_plain(octets.substr(0, plain));
      octets.remove_prefix(plain);
      if (octets.empty()) break;
      const text::CodePoint c = text::next_code_point(octets);
      add(c);
      octets.remove_prefix(c.size);
    }
  }

  /// Ends a line within a part.
  void next_line() {
    blank_ = false;
    line_end_ = out_.size() > begin_;
  }

 private:
  /// Most of what is read.
  void add_plain(std::string_view octets) {
    const std::size_t size = out_.size();
    append(octets.substr(0, end_ - std::min(end_, size + 1)));
    std::transform(out_.begin() + static_cast<std::ptrdiff_t>(size), out_.end(),
                   out_.begin() + static_cast<std::ptrdiff_t>(size), text::to_lower);
  }

  void add(const text::CodePoint& c) {
    if (!c.valid) return append(fmt::format("\\x{:02x}", static_cast<unsigned>(c.value)));
    if (c.value > 0x7F && !uc_is_property_white_space(c.value)) return append_small(c.value);
    blank_ = out_.size() > begin_;
  }

  void append_small(char32_t c) {
    std::array<std::uint8_t, 6> octets{};
    const int size = u8_uctomb(octets.data(), uc_tolower(static_cast<ucs4_t>(c)), octets.size());
    if (size > 0) append({reinterpret_cast<const char*>(octets.data()), static_cast<std::size_t>(size)});
  }

  void append(std::string_view octets) {
    const std::size_t between = line_end_ || blank_ ? 1 : 0;
    if (out_.size() + between + octets.size() > end_) return end();
    if (between != 0) out_.push_back(line_end_ ? '\t' : ' ');
    line_end_ = blank_ = false;
    out_ += octets;
  }

  /// Nothing is taken any more, also if it would fit.
  void end() { end_ = out_.size(); }

  std::string& out_;
  std::size_t begin_;
  std::size_t end_;
  bool blank_ = false;     // blanks are held back until something follows them
  bool line_end_ = false;  // so is the end of a line
};

void add_part(std::string& out, std::string_view octets, std::size_t most) {
  Folder(out, most).add(octets);
  out.push_back('\n');
}

void add_recipients(std::string& out, const std::vector<smtp::Recipient>& recipients) {
  Folder folder(out, kMaxRecipients);
  for (const smtp::Recipient& to : recipients) {
    folder.add(to.path.written);
    folder.next_line();
    if (out.size() > kMaxSearched / 2) break;
  }
  out.push_back('\n');
}

/// A field a line; a line that begins with white space goes on with the one before (RFC 5322 §2.2.3).
void add_header(std::string& out, std::string_view header) {
  Folder folder(out, kMaxHeader);
  header = header.substr(0, 4 * kMaxHeader);
  while (!header.empty()) {
    const std::size_t lf = std::min(header.find('\n'), header.size() - 1);
    folder.add(header.substr(0, lf + 1));
    header.remove_prefix(lf + 1);
    if (!header.empty() && !text::is_wsp(header.front())) folder.next_line();
  }
  out.push_back('\n');
}

}  // namespace

std::string folded(std::string_view octets) {
  std::string out;
  // The longest that one octet becomes is `\xnn`.
  Folder(out, 4 * octets.size()).add(octets);
  return out;
}

std::string searched_words(const Message& message) {
  const std::string_view raw = message.raw;
  const mail::Message split = mail::Message::split(raw.substr(0, kMaxSearched));
  const bool given = !message.search_header.empty() || !message.search_text.empty();
  std::string out;
  add_part(out, message.summary.from, kMaxLine);
  add_part(out, message.summary.to, kMaxLine);
  add_part(out, message.summary.subject, kMaxLine);
  add_part(out, message.envelope.from.path.written, kMaxLine);
  add_recipients(out, message.envelope.to);
  add_header(out, message.search_header.empty() ? split.header() : std::string_view(message.search_header));
  const std::string_view text = given ? std::string_view(message.search_text) : raw.substr(split.body_start());
  Folder(out, kMaxSearched - out.size()).add(text);
  return out;
}

std::array<std::string_view, kSearchedParts> parts_of(std::string_view words) noexcept {
  std::array<std::string_view, kSearchedParts> out;
  for (std::size_t i = 0; i + 1 < kSearchedParts; ++i) {
    const std::size_t lf = std::min(words.find('\n'), words.size());
    out[i] = words.substr(0, lf);
    words.remove_prefix(std::min(lf + 1, words.size()));
  }
  out.back() = words;
  return out;
}

void give_words(Message& message, std::string_view words) {
  const auto parts = parts_of(words);
  message.search_header = parts[static_cast<std::size_t>(SearchField::header)];
  message.search_text = parts[static_cast<std::size_t>(SearchField::text)];
  std::ranges::replace(message.search_header, '\t', '\n');
  // That there is nothing is not the same as that nothing was given.
  if (message.search_header.empty() && message.search_text.empty()) message.search_text = " ";
}

}  // namespace envelint::inbox
