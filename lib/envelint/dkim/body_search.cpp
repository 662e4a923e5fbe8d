#include <envelint/dkim/body_search.hpp>

#include <envelint/dkim/body_variants.hpp>
#include <envelint/mail/mime.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace envelint::dkim {
namespace {

constexpr std::string_view kCrlf = "\r\n";
constexpr std::size_t kBannerLines = 200;   // longer texts before a body are not looked for
constexpr std::size_t kPartEdgeLines = 60;  // the same for those at the beginning or end of a part
constexpr std::size_t kEmptyPartLines = 2;  // behind a footer inside a part
constexpr std::size_t kPairFooterLines = 300;
constexpr std::size_t kGluedOctets = 4096;  // a footer that begins within a line is looked for in these last octets
constexpr std::size_t kLeastToSplit = 40;   // shorter lines are not taken for two that were joined

/// A text as lines. Canonicalization keeps lines, so that their numbers are those of the body as it came.
struct Lines {
  explicit Lines(std::string_view whole) : text(whole) {
    std::size_t start = 0;
    while (start < text.size()) {
      starts.push_back(start);
      const std::size_t at = text.find(kCrlf, start);
      start = at == std::string_view::npos ? text.size() : at + 2;
    }
    starts.push_back(text.size());
  }

  [[nodiscard]] std::size_t size() const { return starts.size() - 1; }
  /// Without its CRLF.
  [[nodiscard]] std::string_view at(std::size_t i) const {
    const std::string_view line = text.substr(starts[i], starts[i + 1] - starts[i]);
    return line.ends_with(kCrlf) ? line.substr(0, line.size() - 2) : line;
  }
  [[nodiscard]] std::string_view before(std::size_t i) const { return text.substr(0, starts[i]); }
  [[nodiscard]] std::string_view from(std::size_t i) const { return text.substr(starts[i]); }

  std::string_view text;
  std::vector<std::size_t> starts;  // and the end of the text
};

/// Where two lines are shown from, so that what differs is seen in long ones.
std::size_t start_of_excerpts(std::string_view before, std::string_view after) {
  constexpr std::size_t kShort = 60;  // shorter lines are shown whole
  constexpr std::size_t kShownBefore = 20;
  const auto alike = static_cast<std::size_t>(std::ranges::mismatch(before, after).in1 - before.begin());
  return std::max(before.size(), after.size()) <= kShort || alike < kShownBefore ? 0 : alike - kShownBefore;
}

std::string_view field_value(const mail::Message& message, std::string_view name) {
  const mail::Field* field = message.find(name);
  return field == nullptr ? std::string_view() : message.value(*field);
}

class BodySearch {
 public:
  BodySearch(const mail::Message& message, const BodyQuestion& question, const SearchLimits& limits)
      : message_(message),
        question_(question),
        limits_(limits),
        body_(message.body()),
        canonical_(canonical_body(question.kind, body_)),
        lines_(canonical_) {}

  SearchResult run() {
    const bool found = as_claimed_otherwise() || final_newline() || footer(lines_, lines_.size()) || glued_footer() ||
                       banner() || parts() || rewritten() || one_line() || one_block();
    if (!found && spent()) out_.gave_up = true;
    return std::move(out_);
  }

 private:
  // Proofs

  [[nodiscard]] bool spent() const { return octets_ > limits_.body_octets || out_.tried > limits_.body_guesses; }

  [[nodiscard]] std::uint64_t length() const { return question_.length.value_or(Digest::kNoLimit); }

  [[nodiscard]] Digest start() const { return Digest(question_.hash, length()); }

  bool ends_as_wanted(Digest digest) {
    ++out_.tried;
    if (question_.length && digest.octets() < *question_.length) return false;
    return digest.finish() == question_.wanted;
  }

  /// Canonical text in pieces behind what was hashed already.
  bool fits(Digest digest, std::initializer_list<std::string_view> pieces) {
    for (const std::string_view piece : pieces) {
      digest.write(piece);
      octets_ += piece.size();
    }
    return ends_as_wanted(std::move(digest));
  }

  bool fits(std::initializer_list<std::string_view> pieces) { return fits(start(), pieces); }

  /// A body that is still to be canonicalized.
  bool raw_fits(std::initializer_list<std::string_view> pieces) {
    if (spent()) return false;
    Digest digest = start();
    BodyCanonicalizer canonicalizer(question_.kind, digest);
    for (const std::string_view piece : pieces) {
      canonicalizer.update(piece);
      octets_ += piece.size();
    }
    canonicalizer.finish();
    return ends_as_wanted(std::move(digest));
  }

  // Findings

  bool found(Change change) {
    change.place = Place::body;
    if (change.line) change.offset = message_.body_start() + offset_of_line(*change.line);
    out_.changes.push_back(std::move(change));
    return true;
  }

  bool found(Cause cause) {
    Change change;
    change.cause = cause;
    return found(std::move(change));
  }

  bool found_lines(Cause cause, std::size_t first, std::size_t count) {
    Change change;
    change.cause = cause;
    change.line = first + 1;
    change.lines = count;
    return found(std::move(change));
  }

  bool found_text(Cause cause, std::size_t line, std::string_view before, std::string_view after) {
    Change change;
    change.cause = cause;
    change.line = line + 1;
    change.lines = 1;
    const std::size_t start = start_of_excerpts(before, after);
    change.before = before.substr(std::min(start, before.size()), kMaxExcerpt);
    change.after = after.substr(std::min(start, after.size()), kMaxExcerpt);
    return found(std::move(change));
  }

  [[nodiscard]] std::size_t offset_of_line(std::uint64_t line) const {
    std::size_t at = 0;
    for (std::uint64_t i = 1; i < line; ++i) {
      const std::size_t end = body_.find(kCrlf, at);
      if (end == std::string_view::npos) break;
      at = end + 2;
    }
    return at;
  }

  // How it was hashed

  bool as_claimed_otherwise() {
    const auto other =
        question_.kind == Canonicalization::simple ? Canonicalization::relaxed : Canonicalization::simple;
    const auto digest = [&](HashAlgorithm hash, Canonicalization kind, std::uint64_t length) {
      Digest made(hash, length);
      const std::string text = kind == question_.kind ? canonical_ : canonical_body(kind, body_);
      octets_ += text.size();
      ++out_.tried;
      made.write(text);
      return length != Digest::kNoLimit && made.octets() < length ? text::Bytes() : made.finish();
    };
    const HashAlgorithm other_hash =
        question_.hash == HashAlgorithm::sha1 ? HashAlgorithm::sha256 : HashAlgorithm::sha1;
    if (digest(question_.hash, other, length()) == question_.wanted) return found(Cause::other_body_canonicalization);
    if (question_.length && digest(question_.hash, question_.kind, Digest::kNoLimit) == question_.wanted)
      return found(Cause::length_not_applied);
    if (digest(other_hash, question_.kind, length()) == question_.wanted) return found(Cause::other_body_hash);
    const bool empty =
        digest_of(question_.hash, "") == question_.wanted || digest_of(question_.hash, kCrlf) == question_.wanted;
    return empty && !(question_.length == 0U) && found(Cause::empty_body_signed);
  }

  bool final_newline() {
    std::string_view unfinished = canonical_;
    if (unfinished.ends_with(kCrlf)) unfinished.remove_suffix(2);
    const bool fit = fits({unfinished}) || fits({canonical_, kCrlf}) || fits({canonical_, kCrlf, kCrlf}) ||
                     fits({canonical_, kCrlf, kCrlf, kCrlf}) || fits({unfinished, "\n"}) || fits({body_});
    return fit && found(Cause::final_newline);
  }

  // What was added

  /// Hashes the text once and asks at the end of each of its last lines.
  bool footer(const Lines& lines, std::size_t most) {
    Digest digest = start();
    octets_ += lines.text.size();
    const std::size_t count = lines.size();
    for (std::size_t i = 0; i + 1 < count; ++i) {
      if (spent()) return false;
      digest.write(lines.text.substr(lines.starts[i], lines.starts[i + 1] - lines.starts[i]));
      if (lines.at(i).empty() || count - i - 1 > most) continue;
      if (ends_as_wanted(digest)) return found_lines(Cause::footer_added, i + 1, count - i - 1);
    }
    return false;
  }

  /// A body without a line end at its end gets a footer within its last line.
  bool glued_footer() {
    const std::size_t first = canonical_.size() - std::min(canonical_.size(), kGluedOctets);
    Digest digest = start();
    digest.write(std::string_view(canonical_).substr(0, first));
    for (std::size_t i = first; i + 2 < canonical_.size(); ++i) {
      const std::string_view octet = std::string_view(canonical_).substr(i, 1);
      digest.write(octet);
      if (text::is_space(octet[0]) || !fits(digest, {kCrlf})) continue;
      const std::size_t line = line_at(i);
      return found_text(Cause::footer_added, line, lines_.at(line).substr(0, i + 1 - lines_.starts[line]),
                        lines_.at(line));
    }
    return false;
  }

  [[nodiscard]] std::size_t line_at(std::size_t offset) const {
    const auto behind = std::ranges::upper_bound(lines_.starts, offset);
    return static_cast<std::size_t>(behind - lines_.starts.begin()) - 1;
  }

  bool banner() {
    for (std::size_t i = 1; i < std::min(lines_.size(), kBannerLines) && !spent(); ++i) {
      if (fits({lines_.from(i)})) return found_lines(Cause::banner_added, 0, i);
    }
    return false;
  }

  // Parts

  bool parts() {
    const mail::Parts parts = mail::find_parts(body_, field_value(message_, "content-type"));
    const Lines raw(body_);
    return wrapped_in_part(parts, raw) || added_part(parts, raw) || inside_part(parts, raw);
  }

  static std::size_t line_of(const Lines& raw, std::size_t offset) {
    const auto at = std::ranges::lower_bound(raw.starts, offset);
    return static_cast<std::size_t>(at - raw.starts.begin());
  }

  bool wrapped_in_part(const mail::Parts& parts, const Lines& raw) {
    return std::ranges::any_of(parts.parts, [&](const mail::Part& part) {
      if (!raw_fits({body_.substr(part.content, part.end - part.content)})) return false;
      return found_lines(Cause::wrapped_in_part, 0, line_of(raw, part.content));
    });
  }

  bool added_part(const mail::Parts& parts, const Lines& raw) {
    for (std::size_t i = 0; i < parts.boundaries.size(); ++i) {
      if (parts.boundaries[i].closing) continue;
      for (std::size_t j = i + 1; j < parts.boundaries.size() && !spent(); ++j) {
        const auto& [first, next] = std::pair(parts.boundaries[i], parts.boundaries[j]);
        if (first.name != next.name) continue;
        if (!raw_fits({body_.substr(0, first.start), body_.substr(next.start)})) continue;
        const std::size_t line = line_of(raw, first.start);
        return found_lines(Cause::part_added, line, line_of(raw, next.start) - line);
      }
    }
    return false;
  }

  bool inside_part(const mail::Parts& parts, const Lines& raw) {
    for (const mail::Part& part : parts.parts) {
      const std::size_t first = line_of(raw, part.content);
      const std::size_t last = line_of(raw, part.end);
      for (std::size_t n = 1; n <= std::min(last - std::min(first, last), kPartEdgeLines) && !spent(); ++n) {
        if (part_footer(raw, first, last, n)) return true;
        if (raw_fits({raw.before(first), raw.from(first + n)})) return found_lines(Cause::banner_added, first, n);
      }
    }
    return false;
  }

  /// Text at the end of a part stands before the empty lines that end it, or behind them.
  bool part_footer(const Lines& raw, std::size_t first, std::size_t last, std::size_t n) {
    for (std::size_t end = last; end >= first + n && end + kEmptyPartLines >= last; --end) {
      if (end < last && !raw.at(end).empty()) return false;
      if (raw_fits({raw.before(end - n), raw.from(end)})) return found_lines(Cause::footer_added, end - n, n);
    }
    return false;
  }

  // What was rewritten

  bool rewritten() {
    bool done = false;
    std::string message_encoding(text::trim(field_value(message_, "content-transfer-encoding")));
    guess_bodies(body_, field_value(message_, "content-type"), message_encoding,
                 [&](Cause cause, const std::string& body) {
                   done = guessed(cause, body);
                   return !done && !spent();
                 });
    return done;
  }

  bool guessed(Cause cause, const std::string& body) {
    const std::string text = canonical_body(question_.kind, body);
    if (text == canonical_) return false;
    const Lines lines(text);
    if (fits({text}) || fits({body})) return found_rewrite(cause, lines);
    if (!footer(lines, kPairFooterLines)) return false;
    // What was done last comes first: it is undone first.
    Change appended = std::move(out_.changes.back());
    out_.changes.clear();
    appended.line.reset();  // of the guess, not of the body as it is
    appended.offset.reset();
    found_rewrite(cause, lines);
    out_.changes.push_back(std::move(appended));
    return true;
  }

  bool found_rewrite(Cause cause, const Lines& was) {
    std::size_t line = 0;
    while (line < std::min(was.size(), lines_.size()) && was.at(line) == lines_.at(line)) ++line;
    const std::string_view before = line < was.size() ? was.at(line) : std::string_view();
    const std::string_view after = line < lines_.size() ? lines_.at(line) : std::string_view();
    found_text(cause, line, before, after);
    Change& change = out_.changes.back();
    change.lines.reset();
    if (before == after) change.before.clear(), change.after.clear();  // only the octets that end it differ
    return true;
  }

  // One line

  bool one_line() {
    Digest digest = start();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (spent()) return false;
      if (edited_line(digest, i)) return true;
      digest.write(lines_.text.substr(lines_.starts[i], lines_.starts[i + 1] - lines_.starts[i]));
    }
    return false;
  }

  bool edited_line(const Digest& before, std::size_t i) {
    const std::string_view line = lines_.at(i);
    const std::string_view rest = lines_.from(i + 1);
    const auto was = [&](Cause cause, const std::string& text) {
      if (text == line || !fits(before, {text, kCrlf, rest})) return false;
      return found_text(cause, i, text, line);
    };
    if (!rest.empty() && fits(before, {rest})) return found_lines(Cause::lines_added, i, 1);
    if (fits(before, {kCrlf, lines_.from(i)})) return found_lines(Cause::empty_lines, i, 1);
    const std::string text(line);
    if (question_.kind == Canonicalization::simple) {
      std::string_view bare = line;
      while (!bare.empty() && text::is_wsp(bare.back())) bare.remove_suffix(1);
      if (was(Cause::trailing_space_removed, text + " ") || was(Cause::trailing_space_removed, text + "  ") ||
          was(Cause::trailing_space_removed, text + "\t") || was(Cause::trailing_space_added, std::string(bare))) {
        return true;
      }
    }
    if (line.starts_with('.') && was(Cause::dot_stuffing, text.substr(1))) return true;
    if (line.starts_with('>') && was(Cause::from_quoting, text.substr(1))) return true;
    if (was(Cause::dot_stuffing, "." + text) || was(Cause::leading_space, " " + text)) return true;
    if (line.starts_with(' ') && was(Cause::leading_space, std::string(text::trim(line)))) return true;
    return joined_line(before, i) || split_line(before, i);
  }

  bool joined_line(const Digest& before, std::size_t i) {
    if (i + 1 >= lines_.size()) return false;
    const std::string_view line = lines_.at(i);
    const std::string_view rest = lines_.from(i + 1);
    std::string_view next = rest;
    while (!next.empty() && text::is_wsp(next.front())) next.remove_prefix(1);
    for (const std::string_view glue : {"", " "}) {
      for (const std::string_view tail : {rest, next}) {
        if (!fits(before, {line, glue, tail})) continue;
        const std::string joined = std::string(line) + std::string(glue) + std::string(tail.substr(0, tail.find('\r')));
        return found_text(Cause::lines_wrapped, i, joined, line);
      }
    }
    return false;
  }

  bool split_line(const Digest& before, std::size_t i) {
    const std::string_view line = lines_.at(i);
    if (line.size() < kLeastToSplit) return false;
    for (std::size_t at = line.find(' '); at != std::string_view::npos && !spent(); at = line.find(' ', at + 1)) {
      if (!fits(before, {line.substr(0, at), kCrlf, line.substr(at + 1), kCrlf, lines_.from(i + 1)})) continue;
      return found_text(Cause::lines_wrapped, i, line.substr(0, at), line);
    }
    return false;
  }

  /// Lines that were added anywhere.
  bool one_block() {
    Digest digest = start();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      for (std::size_t j = i + 2; j < lines_.size(); ++j) {
        if (spent()) return false;
        if (fits(digest, {lines_.from(j)})) return found_lines(Cause::lines_added, i, j - i);
      }
      digest.write(lines_.text.substr(lines_.starts[i], lines_.starts[i + 1] - lines_.starts[i]));
    }
    return false;
  }

  const mail::Message& message_;
  const BodyQuestion& question_;
  const SearchLimits& limits_;
  std::string_view body_;
  std::string canonical_;
  Lines lines_;
  SearchResult out_;
  std::uint64_t octets_ = 0;
};

}  // namespace

SearchResult search_body(const mail::Message& message, const BodyQuestion& question, const SearchLimits& limits) {
  SearchResult out;
  out.gave_up = message.body().size() > limits.body;
  if (out.gave_up || question.wanted.empty()) return out;
  return BodySearch(message, question, limits).run();
}

}  // namespace envelint::dkim
