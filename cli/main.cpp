#include "command_line.hpp"
#include "exit_status.hpp"
#include "explain.hpp"
#include "keygen.hpp"
#include "lint.hpp"
#include "screen.hpp"
#include "sign.hpp"
#include "spf.hpp"
#include "verify.hpp"

#include <iostream>

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  cli::CommandLine line;
  cli::add_lint(line);
  cli::add_spf(line);
  cli::add_explain(line);
  cli::add_keygen(line);
  cli::add_sign(line);
  cli::add_verify(line);
  const int exit_status = line.run({argv + 1, argv + argc});
  return cli::flush_output() ? exit_status : cli::kUsage;
}
