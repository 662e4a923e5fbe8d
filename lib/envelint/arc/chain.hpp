#pragma once

#include <envelint/dkim/signature.hpp>
#include <envelint/mail/message.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The Authenticated Received Chain of a message (RFC 8617). ARC is an experiment of 2019 that is being moved to
/// historic: a chain says what others claim to have seen, and nobody here is trusted for it.
namespace envelint::arc {

/// The Chain Validation Status (§4.4).
enum class ChainStatus : std::uint8_t {
  none,  ///< the message has no chain
  fail,
  pass,
};
[[nodiscard]] std::string_view to_string(ChainStatus status) noexcept;

/// Why a chain fails; the order of §5.2.
enum class ChainFault : std::uint8_t {
  none,
  too_large,          ///< its fields have more than kMaxChainOctets octets; not looked at
  bad_field,          ///< a field cannot be read, so it is in no set
  failed_before,      ///< step 2: the newest seal says that the chain had failed already
  missing_field,      ///< step 3 A
  repeated_field,     ///< step 3 A
  gap,                ///< step 3 B: an instance between two others is not there
  wrong_status,       ///< step 3 C: `cv=` is not what it must be at its place
  message_signature,  ///< step 4: the newest ARC-Message-Signature does not verify
  seal,               ///< step 6: an ARC-Seal does not verify
};
/// A clause without a full stop: `a seal did not verify`; empty for `none`.
[[nodiscard]] std::string_view to_string(ChainFault fault) noexcept;

/// The fields of ARC are not looked at when they have more octets than this in all: each seal covers all before it.
inline constexpr std::size_t kMaxChainOctets = std::size_t{256} << 10;

/// An ARC Set (§4.2): what one handler of the message added to it.
struct ArcSet {
  std::size_t results = 0;            ///< the index of its ARC-Authentication-Results field in the message
  std::size_t message_signature = 0;  ///< of its ARC-Message-Signature
  std::size_t seal_field = 0;         ///< of its ARC-Seal
  dkim::Signature seal;
};

/// The sets of a message, as far as its fields make a chain.
struct Chain {
  /// The oldest first, so that instance 1 is at 0. Empty where the structure is at fault.
  std::vector<ArcSet> sets;
  /// Of structure: `too_large` to `wrong_status`.
  ChainFault fault = ChainFault::none;
  std::string detail;          ///< more on the fault for a person; holds no bytes of others
  bool present = false;        ///< whether the message has any field of ARC
  unsigned highest = 0;        ///< the highest instance of any of its fields, whether they make a chain or not
  bool failed_before = false;  ///< whether a seal of that instance says `cv=fail`, whatever else is at fault
};

/// Collects the sets of a message and checks their structure (§5.2 steps 1 to 3). Linear in the size of the header.
[[nodiscard]] Chain collect_chain(const mail::Message& message);

/// The instance at the beginning of an ARC-Authentication-Results field (§4.1.1), from 1 to dkim::kMaxInstance.
/// @param value    of the field.
/// @param payload  set to where the results begin, behind the semicolon. May be nullptr.
/// @return 0 when the field does not begin with `i=`, a number and a semicolon, or holds nothing more.
[[nodiscard]] unsigned results_instance(std::string_view value, std::size_t* payload = nullptr);

}  // namespace envelint::arc
