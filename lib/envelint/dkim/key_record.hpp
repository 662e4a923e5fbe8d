#pragma once

#include <envelint/text/span.hpp>
#include <envelint/text/tag_list.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// DKIM: a domain signs its mail, and publishes the public key in a TXT record at `<selector>._domainkey.<domain>`.
/// This file reads such key records (RFC 6376 §3.6.1, with the key types and limits of RFC 8301 and RFC 8463).
namespace envelint::dkim {

using text::Span;

/// Which tag of a key record a tag is.
enum class TagId : std::uint8_t {
  version,      ///< `v`
  type,         ///< `k`
  hashes,       ///< `h`
  services,     ///< `s`
  flags,        ///< `t`
  notes,        ///< `n`
  granularity,  ///< `g` of RFC 4871, which RFC 6376 dropped
  other,        ///< a tag the RFCs do not define for keys; receivers ignore it
  unnamed,      ///< a piece without `name=`: a bare key, a host name, a stray word
  key,          ///< `p`
};

/// One tag. All spans are offsets into the record's text.
struct KeyTag {
  TagId id = TagId::other;
  Span span;   ///< first character of the name to last of the value
  Span name;   ///< empty for an unnamed piece
  Span value;  ///< without surrounding white space, and without what KeyFault::stray_text reports
};

/// What is wrong with the text as a tag-list (RFC 6376 §3.2). What is wrong with the values is for the rules.
struct KeyFault {
  enum class Kind : std::uint8_t {
    pasted_prefix,      ///< something stands before the record, most often its own name
    no_equals,          ///< a piece between semicolons has no `=`
    bare_key,           ///< a piece is a key without `p=` before it
    wrong_separator,    ///< `:` or a blank in place of `=` after the name of a known tag
    bad_name,           ///< the tag name is empty or holds something other than letters, digits and `_`
    empty_tag,          ///< nothing between two semicolons
    bad_value,          ///< a character that may not stand in a value
    stray_text,         ///< quotes or other characters between the semicolon and a name, or around a value
    missing_semicolon,  ///< two tags without `;` between them; the span is what stands there, perhaps nothing
    duplicate,          ///< the name stands in the list a second time
    too_many,           ///< more than text::kMaxTags tags; the rest is not read
  };
  Kind kind;
  Span span;
  bool fatal = true;  ///< false: receivers can still use the record
};

/// A DKIM key record as far as it can be read, with every fault of its tag-list. Owns its text: copies are whole.
class KeyRecord {
 public:
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] std::string_view slice(Span span) const noexcept { return text::slice(text_, span); }
  /// In the order they are written. Behind a pasted prefix and between missing semicolons tags are read as if the slip
  /// were not there.
  [[nodiscard]] const std::vector<KeyTag>& tags() const& noexcept { return tags_; }
  [[nodiscard]] const std::vector<KeyFault>& faults() const& noexcept { return faults_; }
  void tags() const&& = delete;  // `for (… : parse_key_record(text).tags())` would outlive its record
  void faults() const&& = delete;
  /// Where the record begins: behind a pasted prefix, else 0.
  [[nodiscard]] std::uint32_t start() const noexcept { return start_; }

  /// The first tag of a kind, or nullptr.
  [[nodiscard]] const KeyTag* find(TagId id) const noexcept;
  /// The value of the first tag of a kind, or nothing. An empty value is not the same as none (§3.2).
  [[nodiscard]] std::optional<std::string_view> value(TagId id) const noexcept;
  /// What `k=` says, or its default `rsa`.
  [[nodiscard]] std::string_view key_type() const noexcept { return value(TagId::type).value_or("rsa"); }
  /// The tag that holds the key: `p`, else the piece or the misnamed tag whose value looks like one, else nullptr.
  [[nodiscard]] const KeyTag* key_tag() const noexcept;
  /// Whether `p=` is there and empty: the key is withdrawn, and signatures that name it fail (§6.1.2).
  [[nodiscard]] bool revoked() const noexcept;
  /// Whether a receiver that follows the RFCs can use the record to verify mail: nothing in the tag-list makes it void,
  /// `v` is DKIM1 and first if it is there, `p` is a key of type `k` (RSA: at least 1024 bits, RFC 8301 §3.2), `h`
  /// allows sha256 and `s` allows email. A revoked key is a valid record: it says what it was meant to say. An RSA key
  /// counts only in SubjectPublicKeyInfo form, as in the RFC's own examples; see DKIM013.
  [[nodiscard]] bool valid() const;

 private:
  friend class KeyReader;

  std::string text_;
  std::vector<KeyTag> tags_;
  std::vector<KeyFault> faults_;
  std::uint32_t start_ = 0;
};

/// Reads a key record and never stops at a fault.
///
/// @param joined  the joined TXT value; any bytes. Not kept: the result owns a copy.
/// @return the record as far as it can be read. Never throws but for memory; the cost is linear in the length of the
///         text, and more than text::kMaxTags tags is itself a fault.
[[nodiscard]] KeyRecord parse_key_record(std::string_view joined);

/// The record as canonical text: `v=DKIM1` first (written even if it was left out: it is the default), then k, h, s, t,
/// n, g, other tags, p, joined by `; `, without white space in lists and in p. What cannot be read is kept as it is, so
/// that for any text without KeyFault::too_many `equivalent(record, parse_key_record(print(record)))`.
[[nodiscard]] std::string print(const KeyRecord& record);

/// Whether two records hold the same tags with the same values, whatever their order, spacing and faults.
[[nodiscard]] bool equivalent(const KeyRecord& a, const KeyRecord& b);

/// The items of a colon-separated value (`h`, `s`, `t`), each without surrounding white space.
[[nodiscard]] std::vector<Span> list_items(std::string_view text, Span value);
/// Whether one of the items of a colon-separated value is this word, letter for letter.
[[nodiscard]] bool list_has(std::string_view value, std::string_view word) noexcept;

}  // namespace envelint::dkim
