#include "exit_status.hpp"
#include "explain.hpp"
#include "keygen.hpp"
#include "lint.hpp"
#include "screen.hpp"
#include "sign.hpp"
#include "spf.hpp"
#include "verify.hpp"

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <sstream>
#include <string>

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CLI::App app("envelint lints, proves and rehearses a domain's mail setup.", "envelint");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("envelint ") + ENVELINT_VERSION);
  app.get_formatter()->column_width(28);
  int exit_status = 0;
  cli::add_lint(app, exit_status);
  cli::add_spf(app, exit_status);
  cli::add_explain(app, exit_status);
  cli::add_keygen(app, exit_status);
  cli::add_sign(app, exit_status);
  cli::add_verify(app, exit_status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 has a status of its own for each kind of wrong usage; ours is one.
    std::ostringstream faults;
    exit_status = app.exit(error, std::cout, faults) == 0 ? cli::kOk : cli::kUsage;
    fmt::print(stderr, "{}", cli::visible_lines(faults.str()));
  }
  return cli::flush_output() ? exit_status : cli::kUsage;
}
