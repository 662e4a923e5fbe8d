#pragma once

#include "command_line.hpp"
#include "dns_source.hpp"
#include "zone_input.hpp"

#include <envelint/dkim/sign.hpp>
#include <envelint/mail/message.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// What `sign` is told of ARC.
struct SealInput {
  bool arc = false;         ///< --arc
  std::string authserv_id;  ///< --authserv-id
  std::string original;     ///< --original
  ZoneInput zone;
  DnsOptions dns;
};

/// Adds --arc, --authserv-id and where DNS is. `input` must outlive the parsing.
void add_seal_options(Command& command, SealInput& input);

/// What is wrong with the options together, or nothing.
[[nodiscard]] std::optional<std::string> wrong_seal_options(const SealInput& input);

/// What came of sealing.
struct Sealed {
  std::string fields;          ///< empty where a set may not be added: the message is then passed on as it is
  std::string fault;           ///< why there is nothing to pass on; empty: there is
  bool dns_is_silent = false;  ///< the fault is that DNS would not say
};

/// Validates the chain of a message, and makes the next set of it with what its Authentication-Results fields say; both
/// of the message as it came, where that is another file.
/// @param warn  is told what an administrator should know, and what is sealed all the same.
[[nodiscard]] Sealed seal_message(const envelint::mail::Message& message, const SealInput& input,
                                  const envelint::dkim::SigningKey& key, const envelint::dkim::SignOptions& options,
                                  const std::function<void(std::string_view)>& warn);

}  // namespace cli
