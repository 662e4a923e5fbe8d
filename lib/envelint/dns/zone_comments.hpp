#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What comments in a zone file can say to envelint.
namespace envelint::dns {

/// `; envelint: ignore CODE[,CODE…] [-- reason]`, or `ignore-file`.
struct SuppressionComment {
  bool whole_file = false;
  std::vector<std::string> codes;  ///< in capitals, whole codes or the start of some; empty when it is malformed
  std::string reason;              ///< may be empty
};

/// Reads a comment, from its `;` on; nothing when it is not addressed to envelint.
[[nodiscard]] std::optional<SuppressionComment> parse_suppression(std::string_view comment);

/// The words of `;! TROUBLE NAME [TYPE]`; nothing when the comment is no such directive.
[[nodiscard]] std::optional<std::vector<std::string_view>> trouble_words(std::string_view comment);

}  // namespace envelint::dns
