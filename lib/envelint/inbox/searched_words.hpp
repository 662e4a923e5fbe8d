#pragma once

#include <envelint/inbox/message.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

/// The texts of a message in the form in which they are searched.
namespace envelint::inbox {

/// A text so that it is found however it was written: letters are small (one by one, as Unicode has them in pairs), white
/// space and controls are one blank and none at the ends, octets that are no UTF-8 are `\xnn`, as lists show them. A
/// text that is folded stays as it is.
[[nodiscard]] std::string folded(std::string_view octets);

/// What is searched of a message: From, To, Subject, MAIL FROM, all of RCPT TO, the header and the text, each folded, each
/// ended by LF but the last: kMaxSearched octets at most. Within a part a tab stands between recipients, and between the fields of the header.
[[nodiscard]] std::string searched_words(const Message& message);

/// How many parts it has.
inline constexpr std::size_t kSearchedParts = 7;
/// The parts. What has fewer has nothing in the last ones.
[[nodiscard]] std::array<std::string_view, kSearchedParts> parts_of(std::string_view words) noexcept;

/// Gives a message that a store gives back the words that it is found by.
void give_words(Message& message, std::string_view words);

}  // namespace envelint::inbox
