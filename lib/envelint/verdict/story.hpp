#pragma once

#include <envelint/mail/message.hpp>
#include <envelint/verdict/evaluate.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::verdict {

/// The steps by which a receiver comes to its verdict, in their order.
enum class Stage : std::uint8_t { connection, helo, mail_from, dkim, arc, from, policy, alignment, disposition };
[[nodiscard]] std::string_view to_string(Stage stage) noexcept;  ///< "MAIL FROM"

/// What a step adds to the verdict.
enum class StepOutcome : std::uint8_t {
  good,
  bad,
  neutral,  ///< says nothing for or against the message
  unknown,  ///< DNS would not say
};
[[nodiscard]] std::string_view to_string(StepOutcome outcome) noexcept;

/// A question of DNS and what came back, in a few words.
struct StepQuestion {
  std::string question;  ///< `_dmarc.example.com TXT`
  std::string answer;    ///< `p=reject`, `does not exist`
};

/// One step. All texts may hold bytes of others: whoever shows them makes hidden characters visible.
struct Step {
  Stage stage = Stage::connection;
  StepOutcome outcome = StepOutcome::neutral;
  std::string subject;               ///< what it is about: an address, a domain; may be empty
  std::string text;                  ///< what was found, in a sentence without a full stop
  std::string reference;             ///< the RFC and its section
  std::vector<std::string> details;  ///< more, each a sentence without a full stop
  std::vector<StepQuestion> asked;
};

/// The account of how a verdict came to be. Pure.
[[nodiscard]] std::vector<Step> tell(const mail::Message& message, const Verdict& verdict);

}  // namespace envelint::verdict
