#pragma once

#include <envelint/receiver/arrival.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::receiver {

/// Something that every message is to be, as `--expect` has it: `dmarc=pass`, `from=news@example.com`,
/// `header=Subject: Hello*`. Pure; a value.
///
/// `spf`, `dkim`, `arc` and `dmarc` want a word of RFC 8601 §2.7; a message has `dkim=pass` if any of its signatures
/// passes. `tls` wants `yes`, `no` or a version; `action` one of those of `Action`. All others want a text in which `*`
/// stands for any characters and the case of ASCII letters does not matter: `from` an address in the From field or all of
/// its text, `to` one of the recipients in the envelope, `mail-from`, `helo`, `subject`, and `header` a field as
/// `Name: text`, or its name alone.
class Expected {
 public:
  /// @return what is wrong with it, for a person
  [[nodiscard]] static std::expected<Expected, std::string> parse(std::string_view text);

  /// What the message is instead, a clause without a full stop; nothing if it is what is expected. Holds bytes of others.
  [[nodiscard]] std::optional<std::string> unmet(const Arrival& arrival) const;
  /// Whether DNS would not say what this is about (temperror), so that it is neither met nor missed.
  [[nodiscard]] bool undecided(const Arrival& arrival) const;
  /// As it was given.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  enum class Key : std::uint8_t { spf, dkim, arc, dmarc, tls, action, from, to, mail_from, helo, subject, header };

  Expected(std::string text, Key key, std::string wanted)
      : text_(std::move(text)), key_(key), wanted_(std::move(wanted)) {}
  [[nodiscard]] static std::string wrong_value(Key key, std::string_view value);

  std::string text_;
  Key key_;
  std::string wanted_;
};

/// Whether a text is as a pattern has it, in which `*` stands for any characters. ASCII letters match in either case.
/// Linear but for the number of stars.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace envelint::receiver
