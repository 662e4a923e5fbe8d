#pragma once

#include <envelint/text/source_map.hpp>
#include <envelint/text/span.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The words of a zone file (RFC 1035 §5.1) with their exact places. What the words mean is for `zone_file.hpp`.
namespace envelint::dns {

using text::Span;

/// One word of an entry. Its bytes stay in the file; `append_decoded` reads them.
struct ZoneWord {
  Span span;  ///< all of it, quotes included
  Span text;  ///< what stands between the quotes; the same as `span` without quotes
  bool quoted = false;
  bool escaped = false;  ///< has `\X` or `\DDD` in it
};

/// A comment, from its `;` to the end of the line.
struct ZoneComment {
  Span span;
  bool whole_line = false;    ///< nothing but blanks stands before it on its line
  bool touches_word = false;  ///< its `;` follows an unquoted word without a blank: perhaps it was meant as text
};

/// A slip in the writing of an entry.
struct TokenFault {
  enum class Kind : std::uint8_t {
    open_quote,         ///< a quote is not closed on its line; the word ends with the line
    open_parenthesis,   ///< never closed; the entry ends with the line it stands on
    stray_parenthesis,  ///< closes nothing; left out
    bad_escape,         ///< a backslash before digits that are no number of three digits up to 255, or before nothing
    control_byte,       ///< NUL or another control character; kept in the word
    long_word,          ///< more than `kMaxWord` bytes; the rest is left out
    many_words,         ///< more than `kMaxWords`; the rest are left out
  };
  Kind kind;
  Span span;
};

/// A logical line: parentheses continue it over several lines. One without words holds a comment, or only faults.
struct ZoneEntry {
  Span span;                  ///< from the first word or parenthesis to the last; of the comment if there is no word
  bool starts_blank = false;  ///< begins with a blank: the owner is left out
  std::vector<ZoneWord> words;
  std::vector<ZoneComment> comments;
  std::vector<TokenFault> faults;

  void clear() noexcept;
  [[nodiscard]] bool empty() const noexcept { return words.empty() && comments.empty() && faults.empty(); }
  [[nodiscard]] bool has_fault(TokenFault::Kind kind) const noexcept;
};

/// Hands out the entries of a zone file, one after the other. Never stops at a fault, and takes any bytes: a byte
/// order mark at the start, CR LF line ends and a missing last line end are no faults.
///
/// The cost is linear in the length of the text; what one entry may hold is bounded by the constants below.
class ZoneTokens {
 public:
  static constexpr std::size_t kMaxWord = 65'535;  ///< the most that the data of a record can hold
  static constexpr std::size_t kMaxWords = 65'536;
  static constexpr std::size_t kMaxComments = 65'536;
  static constexpr std::size_t kMaxFaults = 64;
  /// An open parenthesis is known only at the end of the file, and the lines below it are then read again. After this
  /// many times parentheses no longer continue lines, so that hostile text cannot have it read again for each.
  static constexpr int kMaxRereads = 8;

  /// @param content  kept by reference: must outlive this.
  explicit ZoneTokens(std::string_view content) noexcept;

  /// Reads the next entry into `entry`, whose memory is used again. False at the end; the entry is then empty.
  [[nodiscard]] bool next(ZoneEntry& entry);

 private:
  /// What an entry held at the end of the line on which its parenthesis was opened.
  struct LineEnd {
    std::size_t offset = 0;
    std::size_t words = 0;
    std::size_t comments = 0;
    std::size_t faults = 0;
    std::uint32_t end = 0;
    bool known = false;
  };

  void read_entry(ZoneEntry& entry);
  bool at_line_end() const noexcept;
  bool end_line(ZoneEntry& entry);
  void end_file(ZoneEntry& entry);
  void read_comment(ZoneEntry& entry);
  void read_parenthesis(ZoneEntry& entry);
  void read_quoted(ZoneEntry& entry);
  void read_unquoted(ZoneEntry& entry);
  void close_open_quote(ZoneEntry& entry, ZoneWord& word);
  void skip_escape(ZoneEntry& entry);
  void skip_control(ZoneEntry& entry);
  void add_word(ZoneEntry& entry, ZoneWord word);
  void extend(ZoneEntry& entry, Span span);
  static void add_fault(ZoneEntry& entry, TokenFault::Kind kind, Span span);

  std::string_view content_;
  std::size_t pos_ = 0;
  std::size_t depth_ = 0;
  Span open_;  // the parenthesis that is open, the outermost
  LineEnd open_line_;
  bool line_has_words_ = false;
  bool entry_begun_ = false;
  int rereads_ = 0;
};

/// Appends the bytes that a word stands for. A broken escape stands for what follows the backslash.
void append_decoded(std::string& out, std::string_view content, const ZoneWord& word);
[[nodiscard]] std::string decoded(std::string_view content, const ZoneWord& word);

/// Appends the segments that map the word's decoded bytes, which begin at `value_start` of some value, to the file.
void append_segments(std::vector<text::SourceSegment>& out, std::string_view content, const ZoneWord& word,
                     std::size_t value_start);

}  // namespace envelint::dns
