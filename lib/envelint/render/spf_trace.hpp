#pragma once

#include <envelint/render/terminal.hpp>
#include <envelint/spf/check_host.hpp>

#include <string>

namespace envelint::render {

/// Lays out an SPF evaluation for a terminal: what it comes to in one sentence, whom it is about, and every term in
/// the order of evaluation with what it asked, what came back and why it matched or did not. Ends in a line feed.
///
/// @param request  what was checked; its limits stand beside the counts
/// @param options  colour and width
///
/// Bytes of records are made visible, as in `terminal`.
[[nodiscard]] std::string spf_trace(const spf::CheckRequest& request, const spf::CheckResult& result,
                                    const TerminalOptions& options = {});

}  // namespace envelint::render
