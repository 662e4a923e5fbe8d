#include <envelint/dkim/key_rules.hpp>

#include <envelint/dkim/key_rule_context.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <array>

namespace envelint::dkim {
namespace rules {
namespace {

using text::span_of;
using Kind = KeyFault::Kind;

std::string_view first_word_end_trimmed(std::string_view prefix) {
  while (!prefix.empty() && !text::is_alnum(prefix.back())) prefix.remove_suffix(1);
  return text::trim(prefix);
}

bool looks_like_host(std::string_view piece) {
  return piece.contains('.') &&
         std::ranges::all_of(piece, [](char c) { return text::is_alnum(c) || c == '.' || c == '-' || c == '_'; });
}

bool ends_like_key(std::string_view piece) {
  // The public exponent 65537, in each of the two alignments keys end in.
  return piece.ends_with("IDAQAB") || piece.ends_with("AwEAAQ==") || piece.ends_with("AwEAAQ");
}

void pasted_prefix(const KeyRecord& record, const KeyFault& fault, Findings& out) {
  const std::string_view pasted = record.slice(fault.span);
  const std::string_view shown = first_word_end_trimmed(pasted);
  const std::size_t visible = text::trim(pasted).empty() ? 0 : pasted.find_last_not_of(" \t\r\n") + 1;
  auto draft = out.add(Code::dkim_version_not_first, span_of(fault.span.start, visible));
  if (shown.contains("_domainkey")) {
    draft.message("the record's own name `{}` was pasted into its value", shortened(shown));
    draft.help("the name belongs in the name field of the DNS form; the value begins with `{}=`",
               record.text().substr(fault.span.end, 1));
  } else if (shown == "n") {
    draft.message("`n` before the first tag is what was left of a line break written as `\\n`");
  } else {
    draft.message("`{}` stands before the record", shortened(shown.empty() ? pasted : shown));
  }
  if (fault.fatal) {
    draft.note("receivers cannot read the first tag, and discard the record: signatures fail");
  } else {
    draft.note("receivers take it for a tag they do not know and go on").severity(Severity::warning);
  }
  std::vector<finding::Edit> edits{{fault.span, ""}};
  const std::string_view whole = record.text();
  if (visible > 1 && pasted[visible - 1] == '"' && whole.ends_with('"') && whole.size() > fault.span.end) {
    edits.push_back({span_of(whole.size() - 1, whole.size()), ""});
  }
  draft.fix(std::move(edits));
}

void no_equals(const KeyRecord& record, const KeyFault& fault, Findings& out) {
  constexpr std::array<std::string_view, 1> kVersion{"DKIM1"};
  const std::string_view piece = record.slice(fault.span);
  auto draft = out.add(Code::dkim_tag_syntax, fault.span);
  if (text::nearest(piece, kVersion, 1)) {
    draft.message("`{}` has no tag name", piece).suggest(fault.span, "v=DKIM1");
  } else if (looks_like_host(piece)) {
    draft.message("`{}` is a host name, not a key", shortened(piece))
        .help(
            "where the provider asks for a CNAME record, publish one with this target; where it is the record's own "
            "name, put the key in its place");
  } else {
    draft.message("`{}` is no tag: it has no `=`", shortened(piece));
  }
  draft.note("one piece that cannot be read makes the whole record void");
}

void bare_key(const Context& context, const KeyFault& fault, Findings& out) {
  const std::string_view piece = context.record.slice(fault.span);
  if (ends_like_key(piece) && !text::istarts_with(piece, "MI")) {
    out.add(Code::dkim_tag_syntax, fault.span)
        .message("this is the second part of a key that was cut in two")
        .note("a TXT record holds a long value as several strings; two records are two different keys")
        .help("append it to the value it was cut from, and delete this record");
    return;
  }
  auto draft = out.add(Code::dkim_tag_syntax, span_of(fault.span.start, fault.span.start));
  draft.message("the key has no tag name: `p=` is missing before `{}`", shortened(piece.substr(0, 12)));
  if (context.record.find(TagId::key) == nullptr) draft.suggest(span_of(fault.span.start, fault.span.start), "p=");
}

void bad_name(const KeyRecord& record, const KeyFault& fault, Findings& out) {
  const std::string_view name = record.slice(fault.span);
  auto draft = out.add(Code::dkim_tag_syntax, fault.span);
  if (name.starts_with('=')) {
    draft.message("`=` has no tag name before it");
  } else {
    draft.message("`{}` is no tag name: names are letters, digits and `_`, a letter first", shortened(name));
  }
  draft.note("one name that cannot be read makes the whole record void");
}

void bad_value(const KeyRecord& record, const KeyFault& fault, Findings& out) {
  const text::CodePoint point = text::next_code_point(record.slice(fault.span));
  out.add(Code::dkim_tag_syntax, fault.span)
      .message("{} may not stand in a value", point.valid ? text::describe(point.value) : "a byte that is no text")
      .suggest(fault.span, "");
}

void wrong_separator(const KeyRecord& record, const KeyFault& fault, Findings& out) {
  out.add(Code::dkim_tag_syntax, fault.span)
      .message("`{}` stands where `=` belongs", record.slice(fault.span))
      .suggest(fault.span, "=");
}

void too_many(const KeyFault& fault, Findings& out) {
  out.add(Code::dkim_tag_syntax, fault.span)
      .message("the record has more than {} tags; the rest was not looked at", text::kMaxTags);
}

void single_fault(const Context& context, const KeyFault& fault, Findings& out) {
  switch (fault.kind) {
    case Kind::pasted_prefix: return pasted_prefix(context.record, fault, out);
    case Kind::no_equals: return no_equals(context.record, fault, out);
    case Kind::bare_key: return bare_key(context, fault, out);
    case Kind::wrong_separator: return wrong_separator(context.record, fault, out);
    case Kind::bad_name: return bad_name(context.record, fault, out);
    case Kind::bad_value: return bad_value(context.record, fault, out);
    case Kind::too_many: return too_many(fault, out);
    case Kind::empty_tag:
    case Kind::stray_text:
    case Kind::missing_semicolon:
    case Kind::duplicate: return;
  }
}

std::vector<const KeyFault*> faults_of(const KeyRecord& record, Kind kind) {
  std::vector<const KeyFault*> out;
  for (const KeyFault& fault : record.faults()) {
    if (fault.kind == kind) out.push_back(&fault);
  }
  return out;
}

// One slip made in several places is one finding: the first place is underlined, the others are labelled.
finding::Draft add_once(const std::vector<const KeyFault*>& faults, Findings& out) {
  auto draft = out.add(Code::dkim_tag_syntax, faults.front()->span);
  for (std::size_t i = 1; i < faults.size(); ++i) draft.also(faults[i]->span);
  return draft;
}

std::vector<Edit> replace_each(const std::vector<const KeyFault*>& faults, std::string_view replacement) {
  std::vector<Edit> out;
  for (const KeyFault* fault : faults) out.push_back({fault->span, std::string(replacement)});
  return out;
}

void missing_semicolons(const KeyRecord& record, Findings& out) {
  const auto faults = faults_of(record, Kind::missing_semicolon);
  if (faults.empty()) return;
  const auto after =
      std::ranges::find(record.tags(), faults.front()->span.end, [](const KeyTag& tag) { return tag.span.start; });
  auto draft = add_once(faults, out);
  const std::string_view between = text::trim(record.slice(faults.front()->span));
  if (between.empty()) {
    draft.message("a semicolon is missing before `{}=`", record.slice(after->name));
  } else {
    draft.message("`{}` stands where a semicolon belongs", between);
  }
  draft.note("without it receivers read both tags as one").suggest(replace_each(faults, "; "));
}

void empty_tags(const KeyRecord& record, Findings& out) {
  const auto faults = faults_of(record, Kind::empty_tag);
  if (faults.empty()) return;
  add_once(faults, out)
      .message("a tag is missing: nothing stands before this semicolon")
      .suggest(replace_each(faults, ""));
}

void stray_text(const Context& context, Findings& out) {
  const auto faults = faults_of(context.record, Kind::stray_text);
  if (faults.empty()) return;
  const std::string_view stray = context.record.slice(faults.front()->span);
  const bool quotes = std::ranges::any_of(stray, is_quote);
  if (quotes && context.quotes_in_key()) return;  // DKIM010 tells of them all
  auto draft = add_once(faults, out);
  if (quotes) {
    draft.message("`{}` is part of the value: quotes of a zone-file string", stray)
        .note("in a zone file quotes surround each string; in a DNS form they are text like any other");
  } else {
    draft.message("`{}` does not belong to the record", shortened(stray));
  }
  draft.suggest(replace_each(faults, ""));
}

void duplicate_tags(const KeyRecord& record, Findings& out) {
  for (const KeyFault* fault : faults_of(record, Kind::duplicate)) {
    const auto again = std::ranges::find(record.tags(), fault->span, &KeyTag::span);
    const auto first = std::ranges::find(record.tags(), record.slice(again->name),
                                         [&](const KeyTag& tag) { return record.slice(tag.name); });
    auto draft = out.add(Code::dkim_duplicate_tag, fault->span);
    draft.message("`{}` stands in the record a second time", shortened(record.slice(again->name)))
        .note("a tag given twice makes the whole record void")
        .also(first->span, "the first");
    if (record.slice(first->value) == record.slice(again->value)) {
      const Edit edit = removal(record, *again);
      draft.suggest({edit});
    } else {
      draft.help("keep the one that is right");
    }
  }
}

void check_syntax(const Context& context, Findings& out) {
  for (const KeyFault& fault : context.record.faults()) single_fault(context, fault, out);
  stray_text(context, out);
  missing_semicolons(context.record, out);
  empty_tags(context.record, out);
  duplicate_tags(context.record, out);
}

bool is_signature_tag(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames{"a", "b", "bh", "c", "d", "i", "l", "q", "x", "z"};
  return std::ranges::find(kNames, name) != kNames.end();
}

// A DKIM-Signature header field pasted where the key belongs: its own finding tells all.
bool signature_pasted(const KeyRecord& record, Findings& out) {
  const KeyTag* first = nullptr;
  std::size_t count = 0;
  bool body_hash = false;
  for (const KeyTag& tag : record.tags()) {
    if (tag.id != TagId::other || !is_signature_tag(record.slice(tag.name))) continue;
    if (first == nullptr) first = &tag;
    ++count;
    body_hash = body_hash || record.slice(tag.name) == "bh";
  }
  if (!body_hash && count < (record.find(TagId::key) != nullptr ? 4U : 2U)) return false;
  out.add(Code::dkim_signature_in_key_record, span_of(first->span.start, first->value.end))
      .message("`{}=` belongs to the signature of a message: this is a DKIM-Signature header field, not a key",
               record.slice(first->name))
      .note("a message carries the signature; DNS carries the public key that checks it")
      .help("publish the record that the mail provider or the signing software shows: `v=DKIM1; k=rsa; p=...`");
  return true;
}

// A record of another protocol, at the wrong name.
bool other_protocol(const Context& context, Findings& out) {
  constexpr std::array<std::string_view, 5> kVersions{"spf1", "DMARC1", "STSv1", "TLSRPTv1", "BIMI1"};
  constexpr std::array<std::string_view, 5> kProtocols{"SPF", "DMARC", "MTA-STS", "TLS reporting", "BIMI"};
  const KeyTag* version = context.record.find(TagId::version);
  if (version == nullptr || context.key_tag != nullptr) return false;
  const std::string_view value = context.record.slice(version->value);
  const auto it = std::ranges::find_if(kVersions, [&](std::string_view known) {
    return text::istarts_with(value, known) && (value.size() == known.size() || text::is_space(value[known.size()]));
  });
  if (it == kVersions.end()) return false;
  const std::string_view protocol = kProtocols[static_cast<std::size_t>(it - kVersions.begin())];
  out.add(Code::dkim_bad_version, span_of(version->value.start, version->value.start + it->size()))
      .message("`v={}` makes this a record of {}, not a DKIM key", *it, protocol)
      .note("receivers that look for a key here discard it")
      .help("move it to the name where {} is looked for", protocol);
  return true;
}

Span from_here(const KeyRecord& record, const KeyTag& tag) {
  const bool goes_on = std::ranges::any_of(record.tags(), [&](const KeyTag& other) {
    return other.span.start > tag.span.start && (other.id == TagId::unnamed || other.id == TagId::other);
  });
  return goes_on ? span_of(tag.value.start, record.text().size()) : tag.value;
}

// Where a private key stands, with all that may belong to it.
std::optional<Span> private_key_place(const Context& context) {
  const KeyRecord& record = context.record;
  if (const std::size_t words = record.text().find("PRIVATE KEY"); words != std::string_view::npos) {
    const std::size_t begin = record.text().substr(0, words).rfind("-----BEGIN");
    return span_of(begin == std::string_view::npos ? words : begin, record.text().size());
  }
  if (context.key_tag != nullptr && context.key.form == KeyForm::private_key)
    return from_here(record, *context.key_tag);
  constexpr std::size_t kShortest = 40;
  for (const KeyTag& tag : record.tags()) {
    const bool may = tag.id == TagId::key || tag.id == TagId::other || tag.id == TagId::unnamed;
    if (!may || &tag == context.key_tag || tag.value.size() < kShortest) continue;
    if (read_key(record.slice(tag.value)).form == KeyForm::private_key) return from_here(record, tag);
  }
  return std::nullopt;
}

bool private_key(const Context& context, Findings& out) {
  const auto place = private_key_place(context);
  if (!place) return false;
  out.add(Code::dkim_private_key_published, *place)
      .label("private key, not shown")
      .message("a private key is published: anyone can sign mail as this domain")
      .note("the whole world may have read it; taking it out of DNS does not undo that")
      .help(
          "revoke the selector at once by publishing `v=DKIM1; p=`, make a new key pair with `openssl genrsa 2048`, and "
          "publish only its public half under a new selector")
      .secret();
  return true;
}

void form_only(const Context& context, std::size_t before, Findings& out) {
  const auto& found = out.items();
  const bool clean = std::all_of(found.begin() + static_cast<std::ptrdiff_t>(before), found.end(),
                                 [](const finding::Finding& item) { return item.severity == Severity::info; });
  if (!clean || !context.record.faults().empty()) return;
  const std::string canonical = print(context.record);
  const std::string_view text = context.record.text();
  if (canonical == text) return;
  const auto differ = std::ranges::mismatch(text, canonical);
  const auto at = static_cast<std::size_t>(differ.in1 - text.begin());
  out.add(Code::dkim_not_canonical, span_of(at, at))
      .message("the record is right, and differs from the usual form in order or spacing from here on")
      .fix(span_of(0, text.size()), canonical);
}

}  // namespace

bool Context::quotes_in_key() const {
  if (key_tag == nullptr || !key.fault || key.fault->kind != text::Base64Fault::Kind::character) return false;
  return is_quote(record.text()[key_tag->value.start + key.fault->offset]);
}

Edit removal(const KeyRecord& record, const KeyTag& tag) {
  const auto& tags = record.tags();
  const auto at = static_cast<std::size_t>(&tag - tags.data());
  if (at + 1 < tags.size()) return {span_of(tag.span.start, tags[at + 1].span.start), ""};
  const auto& text = record.text();
  const bool removable_before = at > 0 && (tags[at - 1].id == TagId::flags || tags[at - 1].id == TagId::granularity ||
                                           tags[at - 1].id == TagId::version);
  if (at == 0 || removable_before) return {span_of(tag.span.start, text.size()), ""};
  return {span_of(tags[at - 1].span.end, text.size()), ""};
}

Edit set_type(const KeyRecord& record, std::string_view type) {
  if (const KeyTag* tag = record.find(TagId::type)) return {tag->value, std::string(type)};
  const KeyTag* key = record.key_tag();
  const std::uint32_t at = key != nullptr ? key->span.start : record.start();
  return {span_of(at, at), "k=" + std::string(type) + "; "};
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) return std::string(text);
  return std::string(text.substr(0, kLongest)) + "…";
}

}  // namespace rules

void check(const KeyRecord& record, finding::Findings& out) {
  const KeyTag* key_tag = record.key_tag();
  const KeyData key = key_tag != nullptr ? read_key(record.slice(key_tag->value), record.key_type()) : KeyData{};
  const rules::Context context{record, key_tag, key};
  if (rules::private_key(context, out)) return;
  if (rules::signature_pasted(record, out)) return;
  if (rules::other_protocol(context, out)) return;
  const std::size_t before = out.items().size();
  rules::check_syntax(context, out);
  rules::check_tags(context, out);
  rules::check_key(context, out);
  rules::form_only(context, before, out);
}

void check_owner(std::string_view owner, finding::Findings& out) {
  constexpr std::size_t kMaxLabel = 63;
  constexpr std::string_view kBelow = "._domainkey";
  const std::string lower = text::lower(owner);
  const std::size_t end = lower.find(kBelow);
  const std::size_t after = end + kBelow.size();
  if (end == std::string::npos || (after < lower.size() && lower[after] != '.')) return;
  const std::string_view selector = owner.substr(0, end);
  if (selector == "*" || selector.starts_with("*.") || text::iequals(selector, "_report") ||
      text::iequals(selector, "_adsp")) {
    return;
  }
  const auto add = [&](std::string_view label, std::string_view why) {
    out.add(finding::Code::dkim_bad_selector, {})
        .owner(std::string(owner))
        .message("`{}` cannot be part of a selector: {}", rules::shortened(label), why)
        .note("signers and receivers that check the selector's grammar never ask for this name")
        .help("use letters, digits and hyphens, e.g. `s2026`");
  };
  for (std::size_t start = 0; start <= selector.size();) {
    const std::size_t dot = std::min(selector.find('.', start), selector.size());
    const std::string_view label = selector.substr(start, dot - start);
    start = dot + 1;
    const auto plain = [](char c) { return text::is_alnum(c) || c == '-' || !text::is_ascii(c); };
    if (label.empty()) return add(selector, "a label is empty");
    if (label.size() > kMaxLabel) return add(label, "it is longer than 63 characters");
    if (!std::ranges::all_of(label, plain)) return add(label, "only letters, digits and hyphens may stand in it");
    if (label.starts_with('-') || label.ends_with('-')) return add(label, "it begins or ends with a hyphen");
  }
}

}  // namespace envelint::dkim
