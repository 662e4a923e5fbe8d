#pragma once

#include <envelint/smtp/reply.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::smtp {

/// Where a server can be told to fail.
enum class Step : std::uint8_t { connect, hello, starttls, auth, mail, rcpt, data, message };
inline constexpr std::size_t kSteps = 8;
/// `connect`, `hello`, …
[[nodiscard]] std::string_view to_string(Step step) noexcept;

/// What a server does wrong, so that its client can be tested. The same client gets the same fault every time.
struct Fault {
  enum class Kind : std::uint8_t {
    reply,    ///< answers with `reply`
    drop,     ///< closes without a word; with STARTTLS after the 220, where the handshake would be
    silence,  ///< never answers
  };
  Kind kind = Kind::reply;
  Reply reply{451, "4.3.0", ""};  ///< of Kind::reply
};

/// What a recipient's address asks for (see Faults::of_recipient).
struct RecipientFault {
  Step step = Step::rcpt;  ///< when
  std::optional<Fault> fault;
  bool slow = false;           ///< from there on each reply comes late
  bool starttls_next = false;  ///< the next STARTTLS from this address fails
};

/// The faults of a server. Pure; a value.
class Faults {
 public:
  /// Adds one: `STEP=WHAT`, with WHAT a code from 400 to 599, `drop` or `silence`: `rcpt=451`, `message=drop`. A step has
  /// one fault, the last that was added.
  /// @return what is wrong with it, for a person, or nothing
  [[nodiscard]] std::optional<std::string> add(std::string_view text);

  /// Whether recipients are looked at. They are unless it is said otherwise.
  void heed_recipients(bool heed) noexcept { heed_recipients_ = heed; }

  [[nodiscard]] const std::optional<Fault>& at(Step step) const noexcept { return at_[static_cast<std::size_t>(step)]; }
  void set(Step step, Fault fault) { at_[static_cast<std::size_t>(step)] = std::move(fault); }

  /// What a recipient asks for by its local part, whatever its domain is and whatever follows a `+` in it:
  ///
  ///     451                 this code to RCPT; any from 400 to 599
  ///     451-data            to DATA, or to the first BDAT
  ///     550-after-data      to the message
  ///     drop, drop-data, drop-after-data               the connection is closed there
  ///     timeout, timeout-data, timeout-after-data      there is no answer there
  ///     slow                from there on each reply comes a second late
  ///     starttls-fail       451, and the next STARTTLS from the same address fails in the handshake
  [[nodiscard]] std::optional<RecipientFault> of_recipient(std::string_view local_part) const;

 private:
  std::array<std::optional<Fault>, kSteps> at_;
  bool heed_recipients_ = true;
};

}  // namespace envelint::smtp
