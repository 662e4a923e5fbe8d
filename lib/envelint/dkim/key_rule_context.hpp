#pragma once

#include <envelint/dkim/key_data.hpp>
#include <envelint/dkim/key_record.hpp>
#include <envelint/finding/finding.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Shared by the files that check a key record; not for users of the library.
namespace envelint::dkim::rules {

using finding::Code;
using finding::Edit;
using finding::Findings;
using finding::Severity;

/// What the rules look at: the record, and what stands in the tag that holds its key.
struct Context {
  const KeyRecord& record;
  const KeyTag* key_tag;  ///< nullptr: the record has no key
  const KeyData& key;     ///< of `key_tag`; not to be looked at without it

  /// Whether the key is not base64 because quotes stand in it.
  [[nodiscard]] bool quotes_in_key() const;
};

/// `v`, `k`, `h`, `s`, `t`, `n`, `g` and tags that are not known.
void check_tags(const Context& context, Findings& out);
/// The key itself.
void check_key(const Context& context, Findings& out);

/// Takes a tag out of the record with the semicolon and blanks behind it.
[[nodiscard]] Edit removal(const KeyRecord& record, const KeyTag& tag);
/// Makes the record say `k=type`.
[[nodiscard]] Edit set_type(const KeyRecord& record, std::string_view type);
/// A text short enough to be quoted: the first characters of a long one, with `…`.
[[nodiscard]] std::string shortened(std::string_view text);

[[nodiscard]] constexpr bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '\\'; }

}  // namespace envelint::dkim::rules
