#pragma once

#include "spf_check.hpp"

#include <cstdio>

namespace cli {

/// `envelint spf --batch`: reads one JSON object a line (`ip`, `mail_from`, `helo`, perhaps `id`) and writes one result
/// a line to standard output, in the same order, each as soon as it and all before it are known. A line that cannot be
/// used gives a line with `error`. Memory is bounded whatever the number of lines.
///
/// Over the network many evaluations are under way at once.
/// @param lines  read to its end
/// @return the exit status
[[nodiscard]] int run_spf_batch(DnsSource& source, const SpfSettings& settings, std::FILE* lines);

}  // namespace cli
