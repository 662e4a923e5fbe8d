#pragma once

#include "command_line.hpp"

#include <string>

namespace cli {

/// What `envelint explain` writes and how it ends.
struct Explanation {
  std::string output;   ///< for standard output
  std::string trouble;  ///< for standard error
  int exit_status = 0;  ///< 2 when nothing is known by that name
};

/// How an explanation is laid out.
struct ExplainOptions {
  bool json = false;
  bool colour = false;
  std::size_t width = 80;
};

/// The page of a finding, by its code or name; all findings when `word` is empty, those of a family when it is one
/// ("spf"). A word that is none of these is trouble, with the nearest codes and names offered.
[[nodiscard]] Explanation explain(const std::string& word, const ExplainOptions& options);

/// Adds `envelint explain` to the program. It writes to standard output.
void add_explain(CommandLine& line);

}  // namespace cli
