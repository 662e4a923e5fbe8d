#pragma once

#include <envelint/dns/record.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/text/source_file.hpp>
#include <envelint/text/source_map.hpp>
#include <envelint/text/span.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Zone files (RFC 1035 §5) read for linting: every record with the places of its words, every slip with its own.
///
/// Beyond RFC 1035 the reader knows `$TTL` (RFC 2308 §4), `$GENERATE`, the form for unknown types (RFC 3597 §5), and
/// two kinds of comments of ours: `; envelint: ignore CODE -- reason` and `;! timeout NAME [TYPE]`.
namespace envelint::dns {

using text::Span;

/// What one read may hold; the attack each stops is a small file that costs much memory or time.
inline constexpr std::size_t kMaxZoneFileBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMaxZoneBytes = std::size_t{256} << 20;  ///< of all files together
inline constexpr std::size_t kMaxZoneFiles = 1000;
inline constexpr std::size_t kMaxIncludeDepth = 10;
inline constexpr std::size_t kMaxZoneRecords = 2'000'000;
inline constexpr std::size_t kMaxGenerated = 65'536;                      ///< records from `$GENERATE`
inline constexpr std::size_t kMaxGeneratedBytes = std::size_t{64} << 20;  ///< the text they are read from
inline constexpr std::size_t kMaxZoneFaults = 1000;
/// The TTL of a record when neither the record, `$TTL` nor a record before it gives one.
inline constexpr std::uint32_t kFallbackTtl = 3600;

/// A file that was opened.
struct ZoneText {
  std::string path;  ///< as it is shown to people
  std::string content;
  std::string identity;  ///< the same for the same file however it is named, to find circles; empty: the path
};

/// Opens the file that an `$INCLUDE` names, or says in a few words why not. What may be opened is its decision.
using FileOpener =
    std::function<std::expected<ZoneText, std::string>(std::string_view including, std::string_view name)>;

struct ZoneOptions {
  Name origin;             ///< completes relative names until the first `$ORIGIN`
  FileOpener opener = {};  ///< without one every `$INCLUDE` is refused
};

/// Where the time to live of a record comes from.
enum class TtlSource : std::uint8_t {
  written,    ///< it stands in the record
  directive,  ///< `$TTL`
  previous,   ///< the record before
  fallback,   ///< `kFallbackTtl`
};

/// A record with the places of its words. All spans are byte offsets into file number `file`. A record made by
/// `$GENERATE` has the places of the directive's words, and no map.
struct ZoneRecord {
  Record record;
  std::uint32_t file = 0;    ///< index into `Zone::files`
  std::uint32_t origin = 0;  ///< index into `Zone::origins`: the origin in force
  TtlSource ttl_source = TtlSource::fallback;
  bool owner_written = false;  ///< false: the owner is that of the record before
  bool generated = false;
  Span entry;  ///< from the first word or parenthesis to the last
  Span owner;  ///< empty when left out
  Span ttl;    ///< empty when left out
  Span type;
  Span rdata;                       ///< first data word to last
  std::vector<Span> words;          ///< the words of the data, quotes included
  text::SourceMap map;              ///< TXT and SPF: from the joined value to file bytes
  std::optional<Span> cut_comment;  ///< TXT and SPF: a comment that was probably meant as part of the text
};

/// Something in a file that cannot be read as it stands.
struct ZoneFault {
  enum class Kind : std::uint8_t {
    unreadable,   ///< the line is no record
    quote,        ///< a quote is not closed; the text up to the end of the line was taken
    parenthesis,  ///< one too many or one too few
    characters,   ///< a broken escape, a control character
    include,      ///< `$INCLUDE`
    generate,     ///< `$GENERATE`
    directive,    ///< `$ORIGIN`, `$TTL`, or no directive at all
    trouble,      ///< `;!`
    long_name,    ///< a label or name is longer than names can be (RFC 1035 §2.3.4)
    long_string,  ///< a string of a TXT record has more than 255 octets; the record is kept with it
  };
  Kind kind;
  std::uint32_t file;
  Span span;
  std::string message;  ///< one sentence without a full stop
  std::string help;     ///< may be empty
  int record = -1;      ///< the record it is about, where there is one
  Span value;           ///< long_string: the string's place in the joined value
};

/// A comment that silences findings.
struct Suppression {
  std::vector<std::string> codes;  ///< codes, or the start of some; empty when the comment is malformed
  std::string reason;              ///< may be empty
  std::uint32_t file = 0;
  Span span;                       ///< the comment
  bool whole_file = false;         ///< everything in `file`
  Span entry;                      ///< else: the file bytes of the entry it covers; empty when there is none
  std::uint32_t first_record = 0;  ///< … and the records that came of it: [first_record, end_record)
  std::uint32_t end_record = 0;
};

/// `;! TROUBLE NAME [TYPE]`: the offline resolver answers such questions with trouble.
struct ZoneTrouble {
  Name name;
  std::optional<Type> type;
  Trouble trouble = Trouble::timeout;
  std::uint32_t file = 0;
  Span span;
};

/// What was read from a zone file and the files it includes. May hold several zones.
struct Zone {
  std::vector<std::shared_ptr<const text::SourceFile>> files;  ///< the top file first; never empty
  std::vector<Name> origins;                                   ///< every origin that was in force
  std::vector<ZoneRecord> records;                             ///< in the order they are written
  std::vector<ZoneFault> faults;
  std::vector<Suppression> suppressions;
  std::vector<ZoneTrouble> troubles;
};

/// Reads a zone file. Never stops at a fault, takes any bytes, and does no I/O but through the opener.
/// The cost is linear in the bytes read and in the records generated.
[[nodiscard]] Zone read_zone(ZoneText top, const ZoneOptions& options = {});

}  // namespace envelint::dns
