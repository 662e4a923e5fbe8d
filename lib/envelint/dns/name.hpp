#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::dns {

/// Why a text is no domain name.
enum class NameFault : std::uint8_t {
  empty,        ///< nothing there
  empty_label,  ///< two dots in a row, or a dot at the start
  long_label,   ///< a label of more than 63 octets (RFC 1035 §2.3.4)
  long_name,    ///< more than 255 octets on the wire, 253 as text (RFC 1035 §2.3.4)
  bad_escape,   ///< a backslash not followed by a character or three digits up to 255 (RFC 1035 §5.1)
};

[[nodiscard]] std::string_view to_string(NameFault fault) noexcept;

/// An absolute domain name. Keeps the letter case it was written in and compares without it (RFC 4343).
/// A value type: cheap to move, safe to share between threads once made.
class Name {
 public:
  static constexpr std::size_t kMaxLabel = 63;
  static constexpr std::size_t kMaxWire = 255;

  /// The root.
  Name() = default;

  /// Reads a name in presentation form, with or without the final dot; `\X` and `\DDD` are escapes.
  [[nodiscard]] static std::expected<Name, NameFault> parse(std::string_view text);

  /// Reads an uncompressed name from the start of `wire`, up to and with the root's zero octet; nothing when there is
  /// no whole name within its limits.
  [[nodiscard]] static std::optional<Name> from_wire(std::string_view wire);

  /// Reads labels of raw octets with dots between them, as they stand where nothing is escaped; nothing when they are
  /// no name within its limits. An empty text is no name.
  [[nodiscard]] static std::optional<Name> from_dotted(std::string_view text);

  /// The labels from left to right as raw octets.
  [[nodiscard]] std::vector<std::string_view> labels() const;
  [[nodiscard]] std::size_t label_count() const noexcept;
  [[nodiscard]] bool is_root() const noexcept { return wire_.empty(); }

  /// The name without its leftmost label. The root's parent is the root.
  [[nodiscard]] Name parent() const;
  /// `label.this`, or a fault when label or name would be too long. The label is raw octets.
  [[nodiscard]] std::expected<Name, NameFault> child(std::string_view label) const;
  /// This name with `suffix` behind it, as a relative name in a zone file is completed.
  [[nodiscard]] std::expected<Name, NameFault> under(const Name& suffix) const;
  /// Whether this name is `ancestor` or below it.
  [[nodiscard]] bool is_within(const Name& ancestor) const noexcept;

  /// Presentation form without the final dot; the root is ".". Special octets are escaped.
  [[nodiscard]] std::string to_string() const;
  /// Presentation form in lower case, as a key.
  [[nodiscard]] std::string to_lower() const;

  /// The labels, each behind its length octet, without the root's zero.
  [[nodiscard]] std::string_view wire() const noexcept { return wire_; }

  friend bool operator==(const Name& a, const Name& b) noexcept;
  /// Order by labels from the right, as zones are sorted (RFC 4034 §6.1).
  friend std::strong_ordering operator<=>(const Name& a, const Name& b) noexcept;

 private:
  explicit Name(std::string wire) : wire_(std::move(wire)) {}

  std::string wire_;
};

}  // namespace envelint::dns

template <>
struct std::hash<envelint::dns::Name> {
  std::size_t operator()(const envelint::dns::Name& name) const noexcept;
};
