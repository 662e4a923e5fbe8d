#include <envelint/dns/zone_file.hpp>

#include <envelint/dns/ldns_text.hpp>
#include <envelint/dns/zone_comments.hpp>
#include <envelint/dns/zone_generate.hpp>
#include <envelint/dns/zone_line.hpp>
#include <envelint/dns/zone_tokens.hpp>
#include <envelint/dns/zone_words.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>
#include <envelint/text/tag_list.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace envelint::dns {
namespace {

using text::slice;
using Kind = ZoneFault::Kind;

constexpr std::size_t kMaxString = 255;  // RFC 1035 §3.3

/// What an included file starts with and the including file keeps: RFC 1035 §5.1 has origins end with their file.
struct Context {
  std::uint32_t file = 0;
  std::uint32_t origin = 0;
  std::optional<Name> owner;
  std::size_t depth = 0;
};

class Reader {
 public:
  explicit Reader(const ZoneOptions& options) : options_(options) { zone_.origins.push_back(options.origin); }

  Zone read(ZoneText top) {
    const std::size_t size = top.content.size();
    if (size > kMaxZoneFileBytes) top.content.clear();
    open(std::move(top));
    if (size > kMaxZoneFileBytes) {
      add_fault(Kind::unreadable, 0, {},
                fmt::format("the file is larger than the {} MiB that are read", kMaxZoneFileBytes >> 20));
    }
    Context context;
    read_file(context);
    return std::move(zone_);
  }

 private:
  // -- files and entries

  std::uint32_t open(ZoneText text) {
    bytes_ += text.content.size();
    open_identities_.push_back(text.identity.empty() ? text.path : std::move(text.identity));
    zone_.files.push_back(std::make_shared<const text::SourceFile>(std::move(text.path), std::move(text.content)));
    return static_cast<std::uint32_t>(zone_.files.size() - 1);
  }

  void read_file(Context& context) {
    const std::string_view content = zone_.files[context.file]->content();
    ZoneTokens tokens(content);
    ZoneEntry entry;
    std::vector<std::size_t> pending;  // suppressions on lines of their own: for the next entry
    while (tokens.next(entry)) {
      if (full_) return;
      const ZoneLine source{content, &entry, context.file};
      std::vector<std::size_t> covering = read_comments(source, context);
      report(source);
      pending.insert(pending.end(), covering.begin(), covering.end());
      if (entry.words.empty()) continue;
      const std::size_t first = zone_.records.size();
      const Span place = entry.span;
      read_words(source, context);
      for (const std::size_t index : pending) {
        Suppression& suppression = zone_.suppressions[index];
        suppression.entry = place;
        suppression.first_record = static_cast<std::uint32_t>(first);
        suppression.end_record = static_cast<std::uint32_t>(zone_.records.size());
      }
      pending.clear();
    }
  }

  void read_words(const ZoneLine& source, Context& context) {
    const ZoneEntry& entry = *source.entry;
    if (entry.has_fault(TokenFault::Kind::long_word) || entry.has_fault(TokenFault::Kind::many_words)) return;
    const bool directive = !entry.words[0].quoted && source.text(0).starts_with('$');
    if (!directive) {
      read_record(source, context);
    } else if (entry.faults.empty()) {
      read_directive(source, context);
    }
  }

  // -- comments

  /// The suppressions among the comments that cover an entry.
  std::vector<std::size_t> read_comments(const ZoneLine& source, const Context& context) {
    std::vector<std::size_t> covering;
    for (const ZoneComment& comment : source.entry->comments) {
      const std::string_view text = slice(source.content, comment.span);
      if (const auto words = trouble_words(text)) {
        read_trouble(comment, *words, context);
      } else if (auto parsed = parse_suppression(text)) {
        if (!parsed->whole_file) covering.push_back(zone_.suppressions.size());
        zone_.suppressions.push_back({std::move(parsed->codes),
                                      std::move(parsed->reason),
                                      context.file,
                                      comment.span,
                                      parsed->whole_file,
                                      {},
                                      0,
                                      0});
      }
    }
    return covering;
  }

  void read_trouble(const ZoneComment& comment, std::span<const std::string_view> words, const Context& context) {
    constexpr std::array<Trouble, 4> kWritable{Trouble::timeout, Trouble::servfail, Trouble::refused, Trouble::bogus};
    const auto refuse = [&](std::string message) {
      add_fault(Kind::trouble, context.file, comment.span, std::move(message),
                "write `;! timeout NAME`, or `;! timeout NAME TYPE` for one record type");
    };
    if (!comment.whole_line) return refuse("`;!` has to stand on a line of its own");
    if (words.size() < 2 || words.size() > 3) return refuse("`;!` takes a trouble, a name and perhaps a record type");
    const auto trouble = parse_trouble(words[0]);
    if (!trouble || std::ranges::find(kWritable, *trouble) == kWritable.end()) {
      return refuse(fmt::format("`{}` is none of timeout, servfail, refused and bogus", shorten(words[0])));
    }
    auto name = complete_name(words[1], zone_.origins[context.origin]);
    if (!name) return refuse(fmt::format("the name `{}` {}", shorten(words[1]), to_string(name.error())));
    std::optional<Type> type;
    if (words.size() == 3) {
      type = parse_any_type(words[2]);
      if (!type) return refuse(fmt::format("`{}` is no record type", shorten(words[2])));
    }
    zone_.troubles.push_back({*std::move(name), type, *trouble, context.file, comment.span});
  }

  // -- directives

  void read_directive(const ZoneLine& source, Context& context) {
    constexpr std::array<std::string_view, 4> kNames{"$ORIGIN", "$TTL", "$INCLUDE", "$GENERATE"};
    const std::string_view name = source.text(0);
    if (text::iequals(name, kNames[0])) return read_origin(source, context);
    if (text::iequals(name, kNames[1])) return read_default_ttl(source);
    if (text::iequals(name, kNames[2])) return read_include(source, context);
    if (text::iequals(name, kNames[3])) return read_generate(source, context);
    const auto near = text::nearest(name, kNames, 2);
    add_fault(Kind::directive, source.file, source.place(0), fmt::format("`{}` is no directive", shorten(name)),
              near ? fmt::format("write {}", *near) : "the directives are $ORIGIN, $TTL, $INCLUDE and $GENERATE");
  }

  void read_origin(const ZoneLine& source, Context& context) {
    if (source.size() != 2) {
      return add_fault(Kind::directive, source.file, source.place(), "`$ORIGIN` takes one name",
                       "write $ORIGIN example.com. with your domain's name");
    }
    const auto name = read_name(source, 1, context);
    if (name) context.origin = origin_index(*name);
  }

  void read_default_ttl(const ZoneLine& source) {
    const auto ttl = source.size() == 2 ? parse_ttl(source.text(1)) : std::nullopt;
    if (source.size() != 2) {
      return add_fault(Kind::directive, source.file, source.place(), "`$TTL` takes one time", "write $TTL 3600");
    }
    if (!ttl || *ttl > kMaxTtl) {
      return add_fault(Kind::directive, source.file, source.place(1),
                       fmt::format("`{}` is no time from 0 to {} seconds", shorten(source.text(1)), kMaxTtl),
                       "write $TTL 3600, or $TTL 1h");
    }
    default_ttl_ = *ttl;
  }

  void read_include(const ZoneLine& source, Context& context) {
    const auto refuse = [&](std::size_t word, std::string message) {
      add_fault(Kind::include, source.file, source.place(word), std::move(message));
    };
    if (source.size() < 2 || source.size() > 3) return refuse(0, "`$INCLUDE` takes a file name and perhaps an origin");
    Context inner{0, context.origin, context.owner, context.depth + 1};
    if (source.size() == 3) {
      const auto origin = read_name(source, 2, context);
      if (!origin) return;
      inner.origin = origin_index(*origin);
    }
    auto text = open_included(decoded(source.content, source.entry->words[1]), context);
    if (!text) {
      return refuse(1, fmt::format("`{}` is not included: {}", shorten(source.text(1)), text.error()));
    }
    inner.file = open(*std::move(text));
    read_file(inner);
    open_identities_.pop_back();
  }

  std::expected<ZoneText, std::string> open_included(const std::string& name, const Context& context) {
    if (!options_.opener) return std::unexpected("other files are not read here");
    if (context.depth >= kMaxIncludeDepth) {
      return std::unexpected(fmt::format("files are nested more than {} deep", kMaxIncludeDepth));
    }
    if (zone_.files.size() >= kMaxZoneFiles) {
      return std::unexpected(fmt::format("{} files have been read already", kMaxZoneFiles));
    }
    auto text = options_.opener(zone_.files[context.file]->path(), name);
    if (!text) return text;
    const std::string& identity = text->identity.empty() ? text->path : text->identity;
    if (std::ranges::find(open_identities_, identity) != open_identities_.end()) {
      return std::unexpected("it is being read already, and would include itself without end");
    }
    if (text->content.size() > kMaxZoneFileBytes || bytes_ + text->content.size() > kMaxZoneBytes) {
      return std::unexpected("it is too large");
    }
    return text;
  }

  void read_generate(const ZoneLine& source, Context& context) {
    const auto refuse = [&](std::size_t word, std::string message, std::string help = {}) {
      add_fault(Kind::generate, source.file, source.place(word), std::move(message), std::move(help));
    };
    constexpr std::size_t kPattern = 2;
    if (source.size() < kPattern + 3) return refuse(0, "`$GENERATE` takes a range, an owner, a type and data");
    const auto range = parse_generate_range(source.text(1));
    if (!range) {
      return refuse(1, fmt::format("`{}` is no range", shorten(source.text(1))),
                    "a range is written 1-100, or 0-100/2");
    }
    std::string pattern;
    for (std::size_t i = kPattern; i < source.size(); ++i) {
      if (!pattern.empty()) pattern += ' ';
      pattern += slice(source.content, source.entry->words[i].span);
    }
    if (generated_ + range->count() > kMaxGenerated ||
        generated_bytes_ + range->count() * pattern.size() > kMaxGeneratedBytes) {
      return refuse(1, fmt::format("`{}` is too much: at most {} records are generated", shorten(source.text(1)),
                                   kMaxGenerated));
    }
    for (std::uint64_t i = 0; i < range->count(); ++i) {
      const auto text = generate(pattern, static_cast<std::uint32_t>(range->start + i * range->step));
      if (!text) return refuse(0, "`$GENERATE` cannot be carried out: " + text.error());
      ++generated_;
      generated_bytes_ += text->size();
      const std::size_t faults = zone_.faults.size();
      read_generated(*text, source, kPattern, context);
      if (full_ || zone_.faults.size() != faults) return;  // the rest would only fail in the same way
    }
  }

  void read_generated(std::string_view text, const ZoneLine& directive, std::size_t shift, Context& context) {
    ZoneTokens tokens(text);
    ZoneEntry entry;
    if (!tokens.next(entry) || entry.words.empty()) return;
    read_record({text, &entry, directive.file, directive.entry, shift}, context);
  }

  // -- records

  void read_record(const ZoneLine& source, Context& context) {
    if (zone_.records.size() >= kMaxZoneRecords) {
      full_ = true;
      return add_fault(Kind::unreadable, source.file, source.place(),
                       fmt::format("more than {} records: what follows is not read", kMaxZoneRecords));
    }
    const auto header = read_header(source, context);
    if (!header) return;
    ZoneRecord out;
    out.file = source.file;
    out.origin = context.origin;
    out.entry = source.place();
    out.generated = source.directive != nullptr;
    if (!set_owner(out, source, *header, context) || !set_ttl(out, source, *header) ||
        !set_type(out, source, *header)) {
      return;
    }
    if (!set_data(out, source, header->type + 1)) return;
    previous_ttl_ = out.record.ttl;
    note_text(out, source, header->type + 1);
    zone_.records.push_back(std::move(out));
  }

  /// Finds owner, TTL, class and type. TTL and class may stand in either order.
  std::optional<ZoneLineHeader> read_header(const ZoneLine& source, const Context& context) {
    const bool indented = source.entry->starts_blank;
    ZoneLineHeader header = scan_header(source, indented ? 0 : 1);
    if (!indented) header.owner = 0;
    if (indented && header.type < source.size() && !is_type(source, header.type) && !header.ttl &&
        !header.record_class) {
      return read_indented(source);
    }
    if (header.type >= source.size()) {
      add_line_fault(source, Kind::unreadable, source.place(source.size() - 1), "the line ends before a record type");
      return std::nullopt;
    }
    if (!header.owner && !context.owner) {
      add_line_fault(source, Kind::unreadable, source.place(0),
                     "the line begins with a blank, and no line above it gives an owner",
                     "write the owner's name at the start of the line");
      return std::nullopt;
    }
    return header;
  }

  /// A line that begins with a blank although it has an owner of its own: the whole file may be indented.
  std::optional<ZoneLineHeader> read_indented(const ZoneLine& source) {
    ZoneLineHeader header = scan_header(source, 1);
    header.owner = 0;
    if (header.type >= source.size() || !is_type(source, header.type)) {
      add_type_fault(source, 0);
      return std::nullopt;
    }
    add_line_fault(source, Kind::unreadable, source.place(0),
                   fmt::format("`{}` stands behind a blank, and so is no owner but would have to be a type",
                               shorten(source.text(0))),
                   "remove the blanks at the start of the line: they stand for the owner of the line above");
    return header;
  }

  bool set_owner(ZoneRecord& out, const ZoneLine& source, const ZoneLineHeader& header, Context& context) {
    if (!header.owner) {
      out.record.owner = *context.owner;
      return true;
    }
    auto name = read_name(source, *header.owner, context);
    if (!name) return false;
    out.record.owner = *name;
    out.owner_written = true;
    out.owner = source.place(*header.owner);
    context.owner = *std::move(name);
    return true;
  }

  bool set_ttl(ZoneRecord& out, const ZoneLine& source, const ZoneLineHeader& header) {
    if (header.ttl) {
      out.record.ttl = *parse_ttl(source.text(*header.ttl));
      out.ttl_source = TtlSource::written;
      out.ttl = source.place(*header.ttl);
      if (out.record.ttl <= kMaxTtl) return true;
      add_line_fault(source, Kind::unreadable, out.ttl,
                     fmt::format("the time to live `{}` is longer than {} seconds", shorten(source.text(*header.ttl)),
                                 kMaxTtl));
      return false;
    }
    if (default_ttl_) {
      out.record.ttl = *default_ttl_;
      out.ttl_source = TtlSource::directive;
    } else if (previous_ttl_) {
      out.record.ttl = *previous_ttl_;
      out.ttl_source = TtlSource::previous;
    } else {
      out.record.ttl = kFallbackTtl;
    }
    return true;
  }

  bool set_type(ZoneRecord& out, const ZoneLine& source, const ZoneLineHeader& header) {
    if (header.record_class && !text::iequals(source.text(*header.record_class), "IN")) {
      add_line_fault(source, Kind::unreadable, source.place(*header.record_class),
                     fmt::format("the class is `{}`, and mail knows only IN",
                                 shorten(source.text(*header.record_class))));
      return false;
    }
    out.type = source.place(header.type);
    if (!is_type(source, header.type)) {
      add_type_fault(source, header.type);
      return false;
    }
    out.record.type = *parse_any_type(source.text(header.type));
    return true;
  }

  void add_type_fault(const ZoneLine& source, std::size_t word) {
    constexpr std::array<std::string_view, 10> kTypes{"A",   "AAAA", "CNAME", "MX",   "NS",
                                                      "PTR", "SOA",  "SRV",   "TLSA", "TXT"};
    const std::string_view text = source.text(word);
    std::string help;
    if (source.entry->words[word].quoted) {
      help =
          "if it goes on with the record above, put `(` before that record's first string and `)` behind its last; "
          "if it is a record of its own, write `TXT` before it";
    } else if (const auto near = text.size() > 2 ? text::nearest(text, kTypes, 1) : std::nullopt) {
      help = fmt::format("write `{}`", *near);
    }
    add_line_fault(source, Kind::unreadable, source.place(word), fmt::format("`{}` is no record type", shorten(text)),
                   std::move(help));
  }

  bool set_data(ZoneRecord& out, const ZoneLine& source, std::size_t first) {
    // What has a control character in it is not handed to ldns; the fault is already told.
    const bool text = out.record.type == Type::txt || out.record.type == Type::spf;
    if (!text && source.entry->has_fault(TokenFault::Kind::control_byte)) return false;
    const auto words = std::span(source.entry->words).subspan(first);
    for (std::size_t i = first; i < source.size(); ++i) out.words.push_back(source.place(i));
    auto data = read_data(out.record.type, source.content, words, zone_.origins[out.origin]);
    if (!data) {
      const DataFault& fault = data.error();
      Span span = out.type;
      if (!words.empty()) span = fault.word < words.size() ? out.words[fault.word] : source_span(out.words);
      add_line_fault(source, fault.long_name ? Kind::long_name : Kind::unreadable, span, fault.message, fault.help);
      return false;
    }
    out.rdata = source_span(out.words);
    out.record.data = *std::move(data);
    return true;
  }

  static Span source_span(std::span<const Span> words) { return {words.front().start, words.back().end}; }

  /// Keeps what only text has: the map to the file, strings that are too long, and a comment that cut the text.
  void note_text(ZoneRecord& out, const ZoneLine& source, std::size_t first) {
    const auto* const text = std::get_if<Text>(&out.record.data);
    const auto words = std::span(source.entry->words).subspan(first);
    if (text == nullptr || is_generic(source.content, words)) return;
    const std::vector<std::uint32_t>& joins = text->joins();
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::size_t start = i == 0 ? 0 : joins[i - 1];
      const std::size_t end = i < joins.size() ? joins[i] : text->joined().size();
      if (!out.generated) append_segments(out.map.segments, source.content, words[i], start);
      if (end - start > kMaxString) note_long_string(out, i, text::span_of(start, end));
    }
    if (!out.generated) out.cut_comment = find_cut(source, words);
  }

  void note_long_string(const ZoneRecord& out, std::size_t word, Span value) {
    add_fault(Kind::long_string, out.file, out.words[word],
              fmt::format("a string of {} octets stands where at most {} can", value.size(), kMaxString));
    if (zone_.faults.back().kind != Kind::long_string) return;
    zone_.faults.back().record = static_cast<int>(zone_.records.size());
    zone_.faults.back().value = value;
  }

  // -- names and faults

  std::optional<Name> read_name(const ZoneLine& source, std::size_t word, const Context& context) {
    const std::string_view written = source.text(word);
    if (source.entry->words[word].quoted) {
      add_line_fault(source, Kind::unreadable, source.place(word),
                     fmt::format("a name stands in quotes: `\"{}\"`", shorten(written)),
                     fmt::format("write {} without quotes", shorten(written)));
      return std::nullopt;
    }
    auto name = complete_name(written, zone_.origins[context.origin]);
    if (name) return *std::move(name);
    const bool too_long = name.error() == NameFault::long_label || name.error() == NameFault::long_name;
    add_line_fault(source, too_long ? Kind::long_name : Kind::unreadable, source.place(word),
                   fmt::format("the name `{}` {}", shorten(written), to_string(name.error())));
    return std::nullopt;
  }

  std::uint32_t origin_index(const Name& name) {
    if (zone_.origins.back() != name) zone_.origins.push_back(name);
    return static_cast<std::uint32_t>(zone_.origins.size() - 1);
  }

  /// What the tokenizer found.
  void report(const ZoneLine& source) {
    for (const TokenFault& fault : source.entry->faults) {
      const auto [kind, message, help] = describe(fault.kind);
      add_fault(kind, source.file, fault.span, std::string(message), std::string(help));
    }
  }

  /// A fault that only follows from one the tokenizer found in the same line is not told.
  void add_line_fault(const ZoneLine& source, Kind kind, Span span, std::string message, std::string help = {}) {
    const ZoneEntry& line = source.directive == nullptr ? *source.entry : *source.directive;
    if (!line.faults.empty()) return;
    if (source.directive != nullptr) {
      kind = Kind::generate;
      message = "`$GENERATE` makes a record that cannot be read: " + message;
    }
    add_fault(kind, source.file, span, std::move(message), std::move(help));
  }

  void add_fault(Kind kind, std::uint32_t file, Span span, std::string message, std::string help = {}) {
    if (zone_.faults.size() >= kMaxZoneFaults) return;
    if (zone_.faults.size() + 1 == kMaxZoneFaults) {
      kind = Kind::unreadable;
      message = fmt::format("{} faults so far: no more are told", kMaxZoneFaults);
      help.clear();
    }
    zone_.faults.push_back({kind, file, span, std::move(message), std::move(help), -1, {}});
  }

  const ZoneOptions& options_;
  Zone zone_;
  std::optional<std::uint32_t> default_ttl_;
  std::optional<std::uint32_t> previous_ttl_;
  std::vector<std::string> open_identities_;
  std::size_t bytes_ = 0;
  std::uint64_t generated_ = 0;
  std::uint64_t generated_bytes_ = 0;
  bool full_ = false;
};

}  // namespace

Zone read_zone(ZoneText top, const ZoneOptions& options) { return Reader(options).read(std::move(top)); }

}  // namespace envelint::dns
