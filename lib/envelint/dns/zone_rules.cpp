#include <envelint/dns/zone_rules.hpp>

#include <envelint/dns/rdata.hpp>
#include <envelint/dns/zone_tokens.hpp>
#include <envelint/dns/zone_words.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace envelint::dns {
namespace {

using finding::Code;
using finding::FileEdit;
using finding::Findings;
using text::slice;

constexpr std::uint32_t kMaxString = 255;  // RFC 1035 §3.3

/// Records of one owner, by index, in the order they are written.
using Group = std::vector<std::uint32_t>;

std::vector<Group> group_by_owner(const Zone& zone) {
  std::vector<Group> groups;
  std::unordered_map<Name, std::size_t> places;
  for (std::uint32_t i = 0; i < zone.records.size(); ++i) {
    const auto [place, fresh] = places.try_emplace(zone.records[i].record.owner, groups.size());
    if (fresh) groups.emplace_back();
    groups[place->second].push_back(i);
  }
  return groups;
}

std::uint32_t line_of(const Zone& zone, const ZoneRecord& record) {
  return zone.files[record.file]->position(record.entry.start).line;
}

finding::Draft add(Findings& out, Code code, std::uint32_t index, const ZoneRecord& record, Span place,
                   Span value = {}) {
  auto draft = out.add(code, value);
  draft.record(static_cast<int>(index)).place({record.file, place});
  return draft;
}

// -- faults of the reader

Code code_of(ZoneFault::Kind kind) {
  switch (kind) {
    case ZoneFault::Kind::unreadable: return Code::zone_unreadable_line;
    case ZoneFault::Kind::quote: return Code::zone_open_quote;
    case ZoneFault::Kind::parenthesis: return Code::zone_parenthesis;
    case ZoneFault::Kind::characters: return Code::zone_bad_character;
    case ZoneFault::Kind::include: return Code::zone_include;
    case ZoneFault::Kind::generate: return Code::zone_generate;
    case ZoneFault::Kind::directive: return Code::zone_directive;
    case ZoneFault::Kind::trouble: return Code::zone_trouble_directive;
    case ZoneFault::Kind::long_name: return Code::dns_name_too_long;
    case ZoneFault::Kind::long_string: return Code::dns_long_string;
  }
  return Code::zone_unreadable_line;
}

std::string_view note_of(ZoneFault::Kind kind) {
  switch (kind) {
    case ZoneFault::Kind::include: return "the records of that file were not looked at";
    case ZoneFault::Kind::trouble: return "the line is taken as a plain comment";
    case ZoneFault::Kind::long_name: return "no name like this can be asked for";
    case ZoneFault::Kind::characters:
      return "name servers read such a line in different ways, or refuse the whole zone";
    default: return "most name servers refuse to load the whole zone";
  }
}

/// Places in a string's file bytes at which it can be divided so that no part has more than 255 octets.
std::vector<std::uint32_t> divisions(const text::SourceMap& map, Span value) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t at = value.start + kMaxString; at < value.end; at += kMaxString) {
    out.push_back(map.to_file({at, at}).start);
  }
  return out;
}

void long_string(const Zone& zone, const ZoneFault& fault, Findings& out) {
  const auto index = static_cast<std::uint32_t>(fault.record);
  const ZoneRecord& record = zone.records[index];
  const Span surplus{fault.value.start + kMaxString, fault.value.end};
  const Span place = record.map.empty() ? fault.span : record.map.to_file(surplus);
  auto draft = add(out, Code::dns_long_string, index, record, place, surplus);
  draft.message("{}", fault.message)
      .note("most name servers refuse to load the whole zone; receivers join the strings of a record without a space")
      .help("divide the text into strings of at most {} octets, each in quotes, with blanks between", kMaxString);
  if (record.map.empty()) return;
  const bool quoted = zone.files[fault.file]->content()[fault.span.start] == '"';
  std::vector<FileEdit> edits;
  for (const std::uint32_t at : divisions(record.map, fault.value)) {
    edits.push_back({fault.file, {at, at}, quoted ? "\" \"" : " "});
  }
  draft.fix_file(true, std::move(edits));
}

void faults(const Zone& zone, Findings& out) {
  for (const ZoneFault& fault : zone.faults) {
    if (fault.kind == ZoneFault::Kind::long_string) {
      long_string(zone, fault, out);
      continue;
    }
    auto draft = out.add(code_of(fault.kind), {});
    draft.place({fault.file, fault.span}).message("{}", fault.message).note("{}", note_of(fault.kind));
    if (!fault.help.empty()) draft.help("{}", fault.help);
    if (fault.kind == ZoneFault::Kind::quote) {
      draft.fix_file(false, {{fault.file, {fault.span.end, fault.span.end}, "\""}});
    }
  }
}

// -- text cut off by a semicolon

/// The text from its first word to the end of the comment as strings in quotes; nothing when that cannot be told.
std::optional<std::string> quoted_whole(std::string_view content, const ZoneRecord& record, Span comment) {
  const Span all{record.rdata.start, comment.end};
  const std::string_view raw = slice(content, all);
  const std::string_view before = content.substr(record.entry.start, comment.start - record.entry.start);
  const bool plain = record.rdata.end <= comment.start && !before.contains('(') &&
                     std::ranges::none_of(raw, [](char c) { return c == '"' || (c < ' ' && c >= 0 && c != '\t'); });
  if (!plain) return std::nullopt;
  std::string quoted = fmt::format("\"{}\"", raw);
  ZoneTokens tokens(quoted);
  ZoneEntry entry;
  if (!tokens.next(entry) || !entry.faults.empty() || entry.words.size() != 1) return std::nullopt;
  text::SourceMap map;
  append_segments(map.segments, quoted, entry.words[0], 0);
  const auto size = static_cast<std::uint32_t>(decoded(quoted, entry.words[0]).size());
  std::vector<std::uint32_t> places = divisions(map, {0, size});
  for (; !places.empty(); places.pop_back()) quoted.insert(places.back(), "\" \"");
  return quoted;
}

void unquoted_semicolon(const Zone& zone, std::uint32_t index, Findings& out) {
  const ZoneRecord& record = zone.records[index];
  const auto* const text = std::get_if<Text>(&record.record.data);
  if (text == nullptr || !record.cut_comment) return;
  const std::string_view content = zone.files[record.file]->content();
  const std::string_view lost = text::trim(slice(content, *record.cut_comment));
  const Span comment = text::span_of(record.cut_comment->start, record.cut_comment->start + lost.size());
  const auto end = static_cast<std::uint32_t>(text->joined().size());
  auto draft = add(out, Code::dns_unquoted_semicolon, index, record, comment, {end, end});
  draft.message("`{}` is a comment and no part of the text", shorten(lost))
      .note("a semicolon outside quotes begins a comment; what is published is `{}`", shorten(text->joined()))
      .help("put the whole text in quotes");
  if (auto quoted = quoted_whole(content, record, comment)) {
    draft.fix_file(text::istarts_with(text->joined(), "v="),
                   {{record.file, {record.rdata.start, comment.end}, *std::move(quoted)}});
  }
}

// -- names completed by mistake

/// The origins with themselves behind them: a name that ends so was completed although it was whole.
std::vector<std::optional<Name>> doubled_origins(const Zone& zone) {
  std::vector<std::optional<Name>> out;
  for (const Name& origin : zone.origins) {
    out.emplace_back();
    if (origin.label_count() < 2) continue;
    if (auto twice = origin.under(origin)) out.back() = *std::move(twice);
  }
  return out;
}

/// The last bytes of a written name that are `name` themselves; all of it when they are written in another way.
Span tail(std::string_view content, Span word, const Name& name) {
  std::string_view written = slice(content, word);
  if (written.ends_with('.')) written.remove_suffix(1);
  const std::string text = name.to_string();
  if (!text::iends_with(written, text)) return word;
  return {word.start + static_cast<std::uint32_t>(written.size() - text.size()), word.end};
}

void doubled_name(const Zone& zone, Code code, std::uint32_t index, Span word, const Name& name, Findings& out) {
  const ZoneRecord& record = zone.records[index];
  const std::string_view content = zone.files[record.file]->content();
  const std::string_view written = slice(content, word);
  auto draft = add(out, code, index, record, tail(content, word, zone.origins[record.origin]));
  draft.message("`{}` is read as `{}.`", shorten(written), shorten(name.to_string()))
      .note("a name without a dot at its end is completed by the origin `{}.`",
            zone.origins[record.origin].to_string());
  if (is_absolute(written)) {
    draft.help("remove one `{}.` from its end", zone.origins[record.origin].to_string());
    return;
  }
  draft.help("write a dot at its end: `{}.`", shorten(written));
  if (!record.generated) draft.fix_file(true, {{record.file, {word.end, word.end}, "."}});
}

void doubled_owner(const Zone& zone, const std::optional<Name>& twice, std::uint32_t index, Findings& out) {
  const ZoneRecord& record = zone.records[index];
  if (!twice || !record.owner_written || !record.record.owner.is_within(*twice)) return;
  doubled_name(zone, Code::dns_doubled_origin_in_owner, index, record.owner, record.record.owner, out);
}

/// The words of the data that are names.
std::vector<std::size_t> name_words(Type type) {
  switch (type) {
    case Type::ns:
    case Type::cname:
    case Type::ptr:
    case Type::dname: return {0};
    case Type::mx: return {1};
    case Type::soa: return {0, 1};
    case Type::srv: return {3};
    default: return {};
  }
}

void doubled_target(const Zone& zone, const std::optional<Name>& twice, std::uint32_t index, Findings& out) {
  if (!twice) return;
  const ZoneRecord& record = zone.records[index];
  const std::string_view content = zone.files[record.file]->content();
  for (const std::size_t word : name_words(record.record.type)) {
    if (word >= record.words.size()) return;
    const auto name = complete_name(slice(content, record.words[word]), zone.origins[record.origin]);
    if (!name || !name->is_within(*twice)) continue;
    doubled_name(zone, Code::dns_doubled_origin_in_target, index, record.words[word], *name, out);
  }
}

// -- records of one owner

// RFC 4034 §3, §4 and RFC 2931: what DNSSEC puts beside any record may stand beside a CNAME.
bool may_stand_beside_cname(Type type) {
  constexpr auto kKey = static_cast<Type>(25);
  return type == Type::rrsig || type == Type::nsec || type == kKey;
}

std::string listed(const std::set<std::string>& words) {
  std::string out;
  std::size_t left = words.size();
  for (const std::string& word : words) {
    if (!out.empty()) out += left == 1 ? " and " : ", ";
    out += word;
    --left;
  }
  return out;
}

void cname_and_other_data(const Zone& zone, const Group& group, Findings& out) {
  std::optional<std::uint32_t> cname;
  bool second = false;
  std::set<std::string> others;
  for (const std::uint32_t index : group) {
    const Record& record = zone.records[index].record;
    if (record.type != Type::cname) {
      if (!may_stand_beside_cname(record.type)) others.insert(to_string(record.type));
    } else if (!cname) {
      cname = index;
    } else if (record.data != zone.records[*cname].record.data) {
      second = true;
    }
  }
  if (!cname || (others.empty() && !second)) return;
  const ZoneRecord& record = zone.records[*cname];
  auto draft = add(out, Code::dns_cname_and_other_data, *cname, record, record.type);
  draft.note(
      "which of them a receiver sees depends on what its resolver asked for before; name servers refuse such a zone");
  if (others.empty()) {
    draft.message("`{}` has more than one CNAME record", record.record.owner.to_string())
        .help("keep the one that is right");
    return;
  }
  draft.message("`{}` is a CNAME and has {} records as well", record.record.owner.to_string(), listed(others))
      .help("move the other records to the target `{}`, or write the target's records here in place of the CNAME",
            std::holds_alternative<Name>(record.record.data) ? std::get<Name>(record.record.data).to_string() : "");
}

/// What makes two records of one owner the same: type and data, names without regard to case.
std::string identity(const Record& record) {
  std::string data = presentation(record.data);
  const bool octets = std::holds_alternative<Text>(record.data) || std::holds_alternative<Raw>(record.data);
  return to_string(record.type) + ' ' + (octets ? data : text::lower(data));
}

/// Deletes the lines of an entry. Not when the record after it lives on the owner or the TTL that it gives.
std::optional<FileEdit> delete_lines(const Zone& zone, std::uint32_t index) {
  const ZoneRecord& record = zone.records[index];
  if (record.generated) return std::nullopt;
  if (index + 1 < zone.records.size()) {
    const ZoneRecord& next = zone.records[index + 1];
    if ((record.owner_written && !next.owner_written) || next.ttl_source == TtlSource::previous) return std::nullopt;
  }
  const text::SourceFile& file = *zone.files[record.file];
  const std::size_t start = file.line_start(file.position(record.entry.start).line);
  const std::size_t end = file.line_start(file.position(record.entry.end).line + 1);
  return FileEdit{record.file, text::span_of(start, end), {}};
}

/// Tells of duplicates, and gives the records that are none.
Group duplicates(const Zone& zone, const Group& group, Findings& out) {
  if (group.size() < 2) return group;
  Group unique;
  std::unordered_map<std::string, std::uint32_t> seen;
  for (const std::uint32_t index : group) {
    const ZoneRecord& record = zone.records[index];
    const auto [first, fresh] = seen.try_emplace(identity(record.record), index);
    if (fresh) {
      unique.push_back(index);
      continue;
    }
    auto draft = add(out, Code::dns_duplicate_record, index, record, {record.type.start, record.rdata.end});
    const ZoneRecord& other = zone.records[first->second];
    draft
        .message("the record stands in line {}{} already", line_of(zone, other),
                 other.file == record.file ? "" : " of " + zone.files[other.file]->path())
        .note("a name server keeps one of them; whoever changes the other later sees no effect")
        .help("remove the line");
    if (auto edit = delete_lines(zone, index)) draft.fix_file(true, {*std::move(edit)});
  }
  return unique;
}

void set_ttl(const ZoneRecord& record, std::uint32_t ttl, std::vector<FileEdit>& edits) {
  if (record.ttl_source == TtlSource::written) {
    edits.push_back({record.file, record.ttl, std::to_string(ttl)});
  } else {
    edits.push_back({record.file, {record.type.start, record.type.start}, std::to_string(ttl) + ' '});
  }
}

void different_ttls(const Zone& zone, const Group& set, Findings& out) {
  const auto ttl = [&](std::uint32_t index) { return zone.records[index].record.ttl; };
  const auto other = std::ranges::find_if(set, [&](std::uint32_t index) { return ttl(index) != ttl(set.front()); });
  if (other == set.end()) return;
  const ZoneRecord& first = zone.records[set.front()];
  const ZoneRecord& record = zone.records[*other];
  const std::uint32_t lowest = ttl(*std::ranges::min_element(set, {}, ttl));
  const Span place = record.ttl_source == TtlSource::written ? record.ttl : record.type;
  auto draft = add(out, Code::dns_ttl_mismatch, *other, record, place);
  draft
      .message("the TTL is {} here and {} in line {}, in records of the same name and type", record.record.ttl,
               first.record.ttl, line_of(zone, first))
      .note("resolvers keep such records together: they take the lowest TTL, or refuse the answer")
      .help("write the same TTL everywhere, such as {}", lowest);
  std::vector<FileEdit> edits;
  for (const std::uint32_t index : set) {
    if (zone.records[index].generated) return;
    if (ttl(index) != lowest) set_ttl(zone.records[index], lowest, edits);
  }
  // Without $TTL the next record may live on the TTL that is changed.
  const bool inherited = std::ranges::any_of(set, [&](std::uint32_t index) {
    return index + 1 < zone.records.size() && zone.records[index + 1].ttl_source == TtlSource::previous;
  });
  draft.fix_file(!inherited, std::move(edits));
}

void check_owner(const Zone& zone, const Group& group, Findings& out) {
  if (group.size() < 2) return;
  cname_and_other_data(zone, group, out);
  std::map<Type, Group> sets;
  for (const std::uint32_t index : duplicates(zone, group, out)) {
    // A signature has the TTL of the records it covers (RFC 4034 §3).
    if (zone.records[index].record.type != Type::rrsig) sets[zone.records[index].record.type].push_back(index);
  }
  for (const auto& [type, set] : sets) different_ttls(zone, set, out);
}

// -- records outside every zone of the file

void outside_zones(const Zone& zone, std::span<const Group> groups, Findings& out) {
  std::unordered_set<Name> apexes;
  for (const ZoneRecord& record : zone.records) {
    if (record.record.type == Type::soa) apexes.insert(record.record.owner);
  }
  if (apexes.empty() || apexes.contains(Name())) return;
  for (const Group& group : groups) {
    const ZoneRecord& record = zone.records[group.front()];
    Name name = record.record.owner;
    while (!name.is_root() && !apexes.contains(name)) name = name.parent();
    if (!name.is_root()) continue;
    const std::string_view content = zone.files[record.file]->content();
    const Span place = record.owner_written ? tail(content, record.owner, record.record.owner.parent()) : record.entry;
    auto draft = add(out, Code::zone_out_of_zone, group.front(), record, place);
    draft.message("`{}` lies outside the zone `{}`", record.record.owner.to_string(), apexes.begin()->to_string())
        .note("name servers ignore such records, or refuse to load the zone")
        .help("put it into the zone file of its own domain");
  }
}

}  // namespace

void check_zone(const Zone& zone, Findings& out) {
  faults(zone, out);
  const auto twice = doubled_origins(zone);
  for (std::uint32_t i = 0; i < zone.records.size(); ++i) {
    unquoted_semicolon(zone, i, out);
    doubled_owner(zone, twice[zone.records[i].origin], i, out);
    doubled_target(zone, twice[zone.records[i].origin], i, out);
  }
  const std::vector<Group> groups = group_by_owner(zone);
  for (const Group& group : groups) check_owner(zone, group, out);
  outside_zones(zone, groups, out);
}

}  // namespace envelint::dns
