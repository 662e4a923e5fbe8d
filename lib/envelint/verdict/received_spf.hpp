#pragma once

#include <envelint/spf/check_host.hpp>

#include <string>
#include <string_view>

namespace envelint::verdict {

/// The Received-SPF field of a check (RFC 7208 §9.1), folded at 78 columns, with its CRLF. To stand before the message,
/// above the Received field of the host that checked.
///
///     Received-SPF: pass (mx.example.org: example.com permits 192.0.2.1)
///      identity=mailfrom; client-ip=192.0.2.1; receiver=mx.example.org; …
///
/// What the sender gave cannot end the field or leave its quotes, and is cut at kMaxFieldText octets.
///
/// @param receiver  the name of the host that checked
[[nodiscard]] std::string received_spf_field(const spf::CheckResult& result, const spf::CheckRequest& request,
                                             std::string_view receiver);

}  // namespace envelint::verdict
