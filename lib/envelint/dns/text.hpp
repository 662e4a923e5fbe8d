#pragma once

#include <envelint/text/span.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envelint::dns {

/// The value of a TXT record: its character-strings joined without anything between them, as RFC 7208 §3.3 and
/// RFC 6376 §3.6.2.2 have receivers do it, with the places of the joins kept.
class Text {
 public:
  Text() = default;
  /// A value of one string.
  explicit Text(std::string value) : joined_(std::move(value)) {}
  /// A value of several strings.
  explicit Text(const std::vector<std::string>& strings) {
    for (const std::string& string : strings) {
      if (&string != &strings.front()) joins_.push_back(static_cast<std::uint32_t>(joined_.size()));
      joined_ += string;
    }
  }

  [[nodiscard]] std::string_view joined() const noexcept { return joined_; }
  /// Offsets into the joined value at which a second and later string begins, ascending.
  [[nodiscard]] const std::vector<std::uint32_t>& joins() const noexcept { return joins_; }
  /// The strings as they stand in the record; at least one.
  [[nodiscard]] std::vector<std::string> strings() const {
    std::vector<std::string> out;
    std::size_t start = 0;
    for (const std::uint32_t join : joins_) {
      out.push_back(joined_.substr(start, join - start));
      start = join;
    }
    out.push_back(joined_.substr(start));
    return out;
  }
  friend bool operator==(const Text&, const Text&) = default;

 private:
  std::string joined_;
  std::vector<std::uint32_t> joins_;
};

}  // namespace envelint::dns
