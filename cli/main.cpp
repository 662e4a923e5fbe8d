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

#include <algorithm>
#include <array>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

namespace {

struct Command {
  std::string_view name;
  void (*add)(CLI::App& app, int& exit_status);
};

constexpr std::array<Command, 6> kCommands{{{"lint", cli::add_lint},
                                            {"spf", cli::add_spf},
                                            {"explain", cli::add_explain},
                                            {"keygen", cli::add_keygen},
                                            {"sign", cli::add_sign},
                                            {"verify", cli::add_verify}}};

/// Adds the command of this name alone, for to describe the options of all takes longer than many commands run; or all,
/// when it is no command's.
void add_commands(CLI::App& app, std::string_view wanted, int& exit_status) {
  const auto* const found = std::ranges::find(kCommands, wanted, &Command::name);
  if (found != kCommands.end()) return found->add(app, exit_status);
  for (const Command& command : kCommands) command.add(app, exit_status);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CLI::App app("envelint lints, proves and rehearses a domain's mail setup.", "envelint");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("envelint ") + ENVELINT_VERSION);
  app.get_formatter()->column_width(28);
  int exit_status = 0;
  add_commands(app, argc > 1 ? argv[1] : "", exit_status);
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
