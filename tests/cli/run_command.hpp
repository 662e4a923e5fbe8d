#pragma once

#include <cli/command_line.hpp>

#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// How a command ended, and what it wrote to standard output by way of std::cout.
struct CommandRun {
  int status = -1;
  std::string out;
};

/// Runs one command of the program as if its name and `arguments` had been typed.
/// @param add  what adds the command, such as cli::add_lint
inline CommandRun run_command(void (*add)(cli::CommandLine&), const char* name, std::vector<std::string> arguments) {
  cli::CommandLine line;
  add(line);
  arguments.insert(arguments.begin(), name);
  std::ostringstream shown;
  std::streambuf* const screen = std::cout.rdbuf(shown.rdbuf());
  CommandRun run;
  run.status = line.run(std::move(arguments));
  std::cout.rdbuf(screen);
  run.out = shown.str();
  return run;
}

}  // namespace test
