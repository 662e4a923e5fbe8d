#pragma once

#include <envelint/verdict/authentication_results.hpp>
#include <envelint/verdict/evaluate.hpp>

#include <string>
#include <string_view>

namespace envelint::verdict {

/// A verdict as a receiver tells it to those behind (RFC 8601 §2.7): SPF, each signature, ARC, DMARC, and the name of the
/// client. What was not checked is not said. Pure.
/// @param authserv_id  the name of the host that checked
[[nodiscard]] AuthenticationResults results_of(const Verdict& verdict, std::string_view authserv_id);

/// The fields that a receiver puts on top of the message: Authentication-Results, and Received-SPF where SPF was checked.
/// Each ends in CRLF, and nothing in the message can end one or add another.
[[nodiscard]] std::string result_fields(const Verdict& verdict, std::string_view authserv_id);

}  // namespace envelint::verdict
