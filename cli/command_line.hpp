#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// Commands and their options as the words behind `envelint`. The library that parses them, CLI11, is included by one
/// source file alone: it costs each file that includes it five seconds to compile, and twenty with sanitizers.
namespace cli {

/// One option of a command; each call says one thing more about it.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  /// What stands for its value in the help, such as `FILE`.
  Option& value(std::string_view name);
  /// Shows in the help what it is when it is not given.
  Option& show_default();
  /// All that it may be.
  Option& one_of(std::initializer_list<const char*> values);
  /// The numbers it may be, both ends included.
  Option& range(std::uint64_t least, std::uint64_t most);
  /// One value may hold several, with commas between them.
  Option& comma_separated();
  /// Leaves it out of the help.
  Option& hidden();

 private:
  CLI::Option* option_;
};

/// One command. What options are read into must outlive the parsing.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  /// An option without a value. `names` are `--name`, or several with commas between them.
  Option flag(const std::string& names, bool& target, const std::string& help);

  /// An option whose value may be left out: `--name`, which makes it `true`, or `--name=VALUE`.
  Option flag_or_value(const std::string& names, std::string& target, const std::string& help);

  /// An option with a value, or without dashes a word that stands by itself. T is std::string, an unsigned number, a
  /// std::optional of one of these, or a vector of strings: an option that may be given several times, once a value.
  template <class T>
  Option option(const std::string& names, T& target, const std::string& help);

 private:
  CLI::App* app_;
};

/// The whole program's words.
class CommandLine {
 public:
  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;
  ~CommandLine();

  /// Adds a command. `examples` stands at the end of its help; `run` is called when it was given, and returns the exit
  /// status.
  Command add(const std::string& name, const std::string& summary, std::string_view examples, std::function<int()> run);

  /// Parses and runs the command that is named. Wrong usage is told on standard error.
  /// @return the exit status
  [[nodiscard]] int run(std::vector<std::string> words);

 private:
  std::unique_ptr<CLI::App> app_;
  int exit_status_ = 0;
};

}  // namespace cli
