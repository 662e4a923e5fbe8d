#pragma once

#include <envelint/dmarc/report_uri.hpp>
#include <envelint/text/span.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// DMARC policy records (RFC 9989, before it RFC 7489).
///
/// A domain says in a TXT record at `_dmarc.<domain>` what is to happen to mail that carries the domain in its From
/// field but cannot be shown to come from it: `p` is the wish (`none`, `quarantine`, `reject`), `rua` the address
/// that gets a daily report of who used the domain. The record is a list of `tag=value` with semicolons between.
///
/// Parsing recovers: a record is read twice in one go, once as its author meant it (`Record::meant`, with misspelt
/// names, wrong separators and pasted prefixes seen through), once as a receiver reads it (`Record::read`). Linting
/// looks at the first, evaluation only at the second.
namespace envelint::dmarc {

/// The wish for failing mail (RFC 9989 §4.7), mildest first so that `<` compares.
enum class Policy : std::uint8_t { none, quarantine, reject };

enum class Alignment : std::uint8_t { relaxed, strict };

/// `psd`: whether the domain is a public suffix, is not, or does not say (RFC 9989 §4.7).
enum class Psd : std::uint8_t { unspecified, yes, no };

/// The tags of RFC 9989 §4.7 and the three it removed (§9.3).
enum class Key : std::uint8_t { v, p, sp, np, adkim, aspf, rua, ruf, fo, psd, t, pct, rf, ri, unknown };

[[nodiscard]] std::string_view to_string(Key key) noexcept;
[[nodiscard]] std::string_view to_string(Policy policy) noexcept;

/// `fo`: what failure reports are wanted for.
struct FailureOptions {
  bool all_fail = false;  ///< `0`
  bool any_fail = false;  ///< `1`
  bool dkim = false;      ///< `d`
  bool spf = false;       ///< `s`
  friend bool operator==(FailureOptions, FailureOptions) noexcept = default;
};

/// One piece of the record between semicolons. All spans are offsets into `Record::text`.
struct Tag {
  Key key = Key::unknown;
  Key near = Key::unknown;  ///< the tag meant by a misspelt name; `key` is the same unless that tag is there as well
  Span span;                ///< from the name to the end of the value
  Span name;                ///< empty when the piece has no name that can be made out
  Span value;               ///< the value as meant
  Span whole;               ///< the value as receivers see it: longer than `value` where a separator is wrong
  bool ignored = false;     ///< receivers do not see this tag: misspelt, without `=`, or swallowed by the one before
  bool duplicate = false;   ///< the same tag stands further left

  friend bool operator==(const Tag&, const Tag&) = default;
};

/// What is wrong with the record as a tag list.
struct Fault {
  enum class Kind : std::uint8_t {
    separator,      ///< something other than `;` between two tags, or nothing at all (empty span)
    escaped,        ///< a backslash before a semicolon, from the text of a zone file
    stray_value,    ///< a `;` that cuts a list of URIs in two; `tag` is the piece after it
    no_equals,      ///< a piece without `=`
    wrong_equals,   ///< `p:none`, `p none`, `p==none`: the name and the value are not joined by one `=`
    bad_name,       ///< a tag name that is not letters only
    bad_value,      ///< bytes that may not stand in a value
    empty_value,    ///< a list of URIs with nothing in it
    empty_tag,      ///< nothing between two semicolons
    too_many_tags,  ///< more than text::kMaxTags; the rest is not read
  };
  Kind kind;
  Span span;
  std::uint32_t tag = 0;  ///< index into Record::tags of the tag it stands in or before
};

/// The values of a record's tags; empty where the tag is absent or its value is not valid. The first of duplicates.
struct Values {
  std::optional<Policy> p;
  std::optional<Policy> sp;
  std::optional<Policy> np;
  std::optional<Alignment> adkim;
  std::optional<Alignment> aspf;
  std::optional<FailureOptions> fo;
  std::optional<Psd> psd;
  std::optional<bool> t;
  std::optional<std::uint8_t> pct;  ///< 0 to 100
  std::optional<std::uint32_t> ri;  ///< seconds; saturates
  friend bool operator==(const Values&, const Values&) noexcept = default;
};

/// The two generations of receivers.
enum class Receiver : std::uint8_t { rfc7489, rfc9989 };

/// What a receiver takes from a record it can use.
struct UsablePolicy {
  Policy p = Policy::none;
  Policy sp = Policy::none;  ///< for subdomains: `sp`, else `p`
  Policy np = Policy::none;  ///< for subdomains that do not exist: `np`, else `sp`, else `p`
  Alignment adkim = Alignment::relaxed;
  Alignment aspf = Alignment::relaxed;
  bool testing = false;    ///< `t=y`: each policy is applied one level lower; always false for rfc7489
  std::uint8_t pct = 100;  ///< share of failing mail the policy is for; always 100 for rfc9989
  bool fallback = false;   ///< `p=none` was put in for a missing or invalid `p`, `sp` or `np` (§4.10.1)
  friend bool operator==(const UsablePolicy&, const UsablePolicy&) noexcept = default;
};

/// A DMARC record as far as it can be read. Owns its text; spans are offsets into it.
struct Record {
  std::string text;             ///< the joined TXT value
  Span prefix;                  ///< what stands before the first tag: white space, a quote, the record's own name
  Span suffix;                  ///< the closing quote of a record whose prefix has the opening one; else empty
  std::vector<Tag> tags;        ///< in the order written
  std::vector<ReportUri> uris;  ///< of `rua` and `ruf`, in the order written
  std::vector<Fault> faults;    ///< in the order written
  Values meant;                 ///< as the author meant it
  Values read;                  ///< as a receiver reads it

  /// The part of the text that a span names.
  [[nodiscard]] std::string_view at(Span span) const noexcept {
    return std::string_view(text).substr(span.start, span.size());
  }
  /// The first tag meant to be this one, or nullptr.
  [[nodiscard]] const Tag* find(Key key) const noexcept;
  /// Whether the record begins with exactly `v=DMARC1`; other records are not DMARC (RFC 9989 §4.7).
  [[nodiscard]] bool version_ok() const noexcept;
  /// Whether someone wanted this text to be a DMARC record. False for a stray TXT record at the same name.
  [[nodiscard]] bool intended() const noexcept;
  /// Whether at least one URI of `rua` can be used by a receiver.
  [[nodiscard]] bool has_usable_rua() const noexcept;
  /// Whether a receiver following RFC 9989 can use the record: the version is right and first, no tag is
  /// there twice (RFC 6376 §3.2), and §4.10.1 finds a policy in it.
  [[nodiscard]] bool valid() const noexcept { return usable_policy(Receiver::rfc9989).has_value(); }
  /// Whether the record, found under `_report._dmarc`, agrees to reports: the version is enough (RFC 9990).
  [[nodiscard]] bool authorizes_reports() const noexcept;
  /// The policy as receivers of a generation read it; nothing when they apply no DMARC (§4.10.1; RFC 7489 §6.6.3).
  [[nodiscard]] std::optional<UsablePolicy> usable_policy(Receiver receiver) const noexcept;
};

/// The same tags with the same values and the same reading. Layout (white space, letter case of keywords, empty
/// tags, a final semicolon) makes no difference.
[[nodiscard]] bool operator==(const Record& a, const Record& b);

/// Reads a DMARC record and never stops at a fault.
///
/// @param joined  the joined TXT value; any bytes. Copied: the record owns its text.
/// @return the record as far as it can be read. Never throws but for memory. Linear in the length of `joined` for
///         up to text::kMaxTags tags and kMaxUris URIs; the rest is not read.
[[nodiscard]] Record parse(std::string_view joined);

/// The record laid out evenly (`v=DMARC1; p=none; …`), tags in the order written and nothing mended:
/// parse(print(record)) == record.
[[nodiscard]] std::string print(const Record& record);

/// The record as `fmt` writes it: usual order of tags, without removed tags (`pct`, `rf`, `ri`), defaults and
/// what is ignored. For a valid record, receivers following RFC 9989 read the same from it.
[[nodiscard]] std::string canonical(const Record& record);

}  // namespace envelint::dmarc
