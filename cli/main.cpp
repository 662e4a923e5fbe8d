#include "command_line.hpp"
#include "exit_status.hpp"
#include "explain.hpp"
#include "inbox.hpp"
#include "keygen.hpp"
#include "lint.hpp"
#include "receive.hpp"
#include "rehearse.hpp"
#include "screen.hpp"
#include "send.hpp"
#include "sign.hpp"
#include "spf.hpp"
#include "verify.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>

namespace {

struct NamedCommand {
  std::string_view name;
  void (*add)(cli::CommandLine& line);
};

constexpr std::array<NamedCommand, 10> kCommands{{{"lint", cli::add_lint},
                                                  {"spf", cli::add_spf},
                                                  {"explain", cli::add_explain},
                                                  {"keygen", cli::add_keygen},
                                                  {"sign", cli::add_sign},
                                                  {"verify", cli::add_verify},
                                                  {"rehearse", cli::add_rehearse},
                                                  {"receive", cli::add_receive},
                                                  {"send", cli::add_send},
                                                  {"inbox", cli::add_inbox}}};

/// Adds the command of this name alone, for to describe the options of all takes longer than many commands run; or all,
/// when it is no command's.
void add_commands(cli::CommandLine& line, std::string_view wanted) {
  const auto* const found = std::ranges::find(kCommands, wanted, &NamedCommand::name);
  if (found != kCommands.end()) return found->add(line);
  for (const NamedCommand& command : kCommands) command.add(line);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  cli::CommandLine line;
  add_commands(line, argc > 1 ? argv[1] : "");
  const int exit_status = line.run({argv + 1, argv + argc});
  return cli::flush_output() ? exit_status : cli::kUsage;
}
