#include <envelint/dkim/key_rule_context.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/edit_distance.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::dkim::rules {
namespace {

using text::span_of;

bool is_signature_tag(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames{"a", "b", "bh", "c", "d", "i", "l", "q", "x", "z"};
  return std::ranges::find(kNames, name) != kNames.end();
}

// RFC 6376 §3.6.1: v= must be the first tag.
void version_not_first(const Context& context, const KeyTag& version, Findings& out) {
  const KeyRecord& record = context.record;
  const bool only_strays_before =
      std::all_of(record.tags().data(), &version, [](const KeyTag& tag) { return tag.id == TagId::unnamed; });
  if (only_strays_before) return;
  auto draft = out.add(Code::dkim_version_not_first, span_of(version.span.start, version.value.end));
  draft.message("`v=` is not the first tag").note("receivers discard a key record that has it anywhere else");
  // Moving it would cut through the place where a semicolon is missing; that comes first.
  const bool plain = std::ranges::none_of(record.faults(), [](const KeyFault& fault) {
    return fault.kind == KeyFault::Kind::missing_semicolon || fault.kind == KeyFault::Kind::duplicate ||
           fault.kind == KeyFault::Kind::stray_text;
  });
  if (plain) draft.fix({{span_of(record.start(), record.start()), "v=DKIM1; "}, removal(record, version)});
}

void version_value(const Context& context, const KeyTag& version, bool first, Findings& out) {
  const std::string_view value = context.record.slice(version.value);
  if (value == "DKIM1") return;
  auto draft = out.add(Code::dkim_bad_version, value.empty() ? version.span : version.value);
  if (value.empty()) {
    draft.message("`v=` says nothing: only `DKIM1` is known");
  } else {
    draft.message("`{}` is no version of a DKIM key: only `DKIM1` is", shortened(value));
  }
  draft.note("{}", text::iequals(value, "DKIM1") ? "receivers compare it letter for letter and discard the record"
                                                 : "receivers discard a record of any other version");
  if (first) draft.fix(version.value, "DKIM1");
}

void version(const Context& context, Findings& out) {
  const KeyTag* tag = context.record.find(TagId::version);
  if (tag == nullptr) {
    const bool key_record = context.record.find(TagId::key) != nullptr;
    const Span start = span_of(context.record.start(), context.record.start());
    if (key_record) {
      out.add(Code::dkim_version_absent, start)
          .message("the record does not begin with `v=DKIM1`")
          .note("it works without; with it, tools and people see at once what the record is")
          .help("put `v=DKIM1; ` before it");
    }
    return;
  }
  const bool first = tag == &context.record.tags().front();
  if (!first) version_not_first(context, *tag, out);
  version_value(context, *tag, first, out);
}

std::string_view type_of(KeyAlgorithm algorithm) {
  return algorithm == KeyAlgorithm::rsa ? "rsa" : algorithm == KeyAlgorithm::ed25519 ? "ed25519" : "";
}

void key_type(const Context& context, Findings& out) {
  constexpr std::array<std::string_view, 2> kTypes{"rsa", "ed25519"};
  const KeyTag* tag = context.record.find(TagId::type);
  if (tag == nullptr) return;
  const std::string_view value = context.record.slice(tag->value);
  if (std::ranges::find(kTypes, value) != kTypes.end()) return;
  auto draft = out.add(Code::dkim_unknown_key_type, value.empty() ? tag->span : tag->value);
  if (value.empty()) {
    draft.message("`k=` names no type of key");
  } else {
    draft.message("`{}` is no type of key: `rsa` and `ed25519` are", shortened(value));
  }
  draft.note("{}", text::iequals(value, "rsa") || text::iequals(value, "ed25519")
                       ? "types are compared letter for letter, and receivers ignore keys of a type they do not know"
                       : "receivers ignore keys of a type they do not know");
  const std::string_view inside = context.key_tag != nullptr ? type_of(context.key.algorithm) : "";
  if (!inside.empty()) {
    draft.help("the key is of type `{}`", inside).fix(tag->value, std::string(inside));
  } else if (const auto near = text::nearest(value, kTypes, 2)) {
    draft.help("did you mean `{}`?", *near).fix(tag->value, std::string(*near));
  }
}

void hashes_without_sha256(const KeyRecord& record, const KeyTag& tag, Findings& out) {
  const std::string_view value = record.slice(tag.value);
  auto draft = out.add(Code::dkim_sha256_excluded, value.empty() ? tag.span : tag.value);
  if (value.empty()) {
    draft.message("`h=` allows no hash algorithm");
  } else {
    draft.message("`{}` leaves out sha256, the only hash that signatures may use", shortened(value));
  }
  draft.note("every signature made today uses sha256, and fails against this key").fix(tag.value, "sha256");
}

void sha1_listed(const KeyRecord& record, const KeyTag& tag, Span item, Findings& out) {
  std::string kept;
  for (const Span other : list_items(record.text(), tag.value)) {
    if (record.slice(other) == "sha1" || other.empty()) continue;
    if (!kept.empty()) kept.push_back(':');
    kept.append(record.slice(other));
  }
  out.add(Code::dkim_sha1_listed, item)
      .message("`sha1` is still allowed for signatures")
      .note("receivers must not accept rsa-sha1, so it only helps whoever can forge SHA-1")
      .fix(tag.value, kept);
}

void hashes(const Context& context, Findings& out) {
  constexpr std::array<std::string_view, 1> kHashes{"sha256"};
  const KeyTag* tag = context.record.find(TagId::hashes);
  if (tag == nullptr) return;
  const KeyRecord& record = context.record;
  if (!list_has(record.slice(tag->value), "sha256")) return hashes_without_sha256(record, *tag, out);
  bool sha1 = false;
  for (const Span item : list_items(record.text(), tag->value)) {
    const std::string_view hash = record.slice(item);
    if (hash == "sha256") continue;
    if (hash == "sha1") {
      if (!std::exchange(sha1, true)) sha1_listed(record, *tag, item, out);
      continue;
    }
    auto draft = out.add(Code::dkim_unknown_hash, hash.empty() ? tag->value : item);
    if (hash.empty()) {
      draft.message("a name is missing between the colons of `h=`");
    } else {
      draft.message("`{}` is no hash algorithm that DKIM knows; receivers ignore it", shortened(hash));
      if (const auto near = text::nearest(hash, kHashes, 2)) draft.help("did you mean `{}`?", *near);
    }
  }
}

// RFC 8460 §3 gives TLS reports a service type of their own: such a key is kept from mail on purpose.
void services(const Context& context, Findings& out) {
  constexpr std::array<std::string_view, 1> kServices{"email"};
  const KeyTag* tag = context.record.find(TagId::services);
  if (tag == nullptr) return;
  const std::string_view value = context.record.slice(tag->value);
  if (list_has(value, "*") || list_has(value, "email")) return;
  auto draft = out.add(Code::dkim_service_excludes_email, value.empty() ? tag->span : tag->value);
  if (list_has(value, "tlsrpt")) {
    draft.message("`{}` keeps this key for TLS reports: it signs no other mail", shortened(value))
        .severity(Severity::notice);
    return;
  }
  if (value.empty()) {
    draft.message("`s=` allows the key for no service");
  } else {
    draft.message("`{}` is no service that mail uses: `email` or `*` has to be listed", shortened(value));
  }
  draft.note("receivers ignore the key when they check mail");
  draft.help("{}", text::nearest(value, kServices, 2)
                       ? "did you mean `email`?"
                       : "`s=` in a key record is no selector; write `s=email`, or leave it out");
  draft.fix(tag->value, "email");
}

Edit without_flag(const KeyRecord& record, const KeyTag& tag, std::string_view flag) {
  std::string kept;
  for (const Span item : list_items(record.text(), tag.value)) {
    if (record.slice(item) == flag || item.empty()) continue;
    if (!kept.empty()) kept.push_back(':');
    kept.append(record.slice(item));
  }
  if (kept.empty()) return removal(record, tag);
  return {tag.value, kept};
}

void flags(const Context& context, Findings& out) {
  constexpr std::array<std::string_view, 2> kFlags{"y", "s"};
  const KeyTag* tag = context.record.find(TagId::flags);
  if (tag == nullptr) return;
  const KeyRecord& record = context.record;
  bool testing = false;
  for (const Span item : list_items(record.text(), tag->value)) {
    const std::string_view flag = record.slice(item);
    if (flag == "y" && context.key_tag != nullptr && !std::exchange(testing, true)) {
      const Edit edit = without_flag(record, *tag, "y");
      out.add(Code::dkim_test_mode, item)
          .message("`y` says that the domain is only testing DKIM")
          .note("receivers treat its signed mail like unsigned mail, also when a forged signature fails")
          .fix({edit});
    }
    if (flag.empty() || flag == "y" || flag == "s") continue;
    auto draft = out.add(Code::dkim_unknown_tag, item);
    draft.message("`{}` is no flag of a key: receivers ignore it", shortened(flag));
    if (const auto near = text::nearest(flag, kFlags, 0)) draft.help("flags are lower-case: `{}`", *near);
  }
}

bool is_quoted_printable(std::string_view value) {
  const auto hex = [](char c) { return text::is_digit(c) || (c >= 'A' && c <= 'F'); };
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!text::is_ascii(value[i])) return false;
    if (value[i] != '=') continue;
    if (i + 2 >= value.size() || !hex(value[i + 1]) || !hex(value[i + 2])) return false;
    i += 2;
  }
  return true;
}

void notes(const Context& context, Findings& out) {
  constexpr std::size_t kLong = 128;
  const KeyTag* tag = context.record.find(TagId::notes);
  if (tag == nullptr) return;
  const std::string_view value = context.record.slice(tag->value);
  if (!is_quoted_printable(value)) {
    out.add(Code::dkim_key_notes, tag->value)
        .message("the note in `n=` is not quoted-printable")
        .help(
            "write `=` as `=3D` and every character that is not ASCII as the hex of its bytes, or leave the note out");
  } else if (value.size() > kLong) {
    out.add(Code::dkim_key_notes, tag->value)
        .message("the note in `n=` is {} characters long", value.size())
        .note("no program reads it, and every DNS answer carries it");
  }
}

void granularity(const Context& context, Findings& out) {
  const KeyTag* tag = context.record.find(TagId::granularity);
  if (tag == nullptr) return;
  const std::string_view value = context.record.slice(tag->value);
  auto draft = out.add(Code::dkim_granularity_tag, span_of(tag->span.start, tag->value.end));
  draft.message("`g=` is a tag of RFC 4871 that DKIM no longer has");
  if (value == "*") {
    draft.note("`*` was its default: nothing is lost without it").severity(Severity::notice);
  } else {
    draft.note("receivers of today ignore it, so it limits nobody; old ones may refuse mail because of it");
  }
  const bool apart = std::ranges::none_of(context.record.faults(), [](const KeyFault& fault) {
    return fault.kind == KeyFault::Kind::missing_semicolon || fault.kind == KeyFault::Kind::stray_text;
  });
  if (apart) draft.fix({removal(context.record, *tag)});
}

void unknown_tags(const Context& context, Findings& out) {
  constexpr std::array<std::string_view, 7> kNames{"v", "k", "h", "s", "t", "n", "p"};
  for (const KeyTag& tag : context.record.tags()) {
    const std::string_view name = context.record.slice(tag.name);
    const bool readable = std::ranges::none_of(context.record.faults(), [&](const KeyFault& fault) {
      return fault.kind == KeyFault::Kind::bad_name && fault.span.overlaps(tag.span);
    });
    if (tag.id != TagId::other || &tag == context.key_tag || !readable) continue;
    if (is_signature_tag(name)) {
      out.add(Code::dkim_signature_in_key_record, span_of(tag.span.start, tag.value.end))
          .message("`{}=` is a tag of signatures and means nothing in a key record", name)
          .note("receivers ignore it")
          .severity(Severity::notice);
      continue;
    }
    auto draft = out.add(Code::dkim_unknown_tag, tag.name);
    draft.message("`{}` is no tag of a key record: receivers ignore it", shortened(name));
    if (const auto near = text::nearest(name, kNames, 0)) draft.help("tag names are lower-case: `{}=`", *near);
  }
}

}  // namespace

void check_tags(const Context& context, Findings& out) {
  version(context, out);
  key_type(context, out);
  hashes(context, out);
  services(context, out);
  flags(context, out);
  notes(context, out);
  granularity(context, out);
  unknown_tags(context, out);
}

}  // namespace envelint::dkim::rules
