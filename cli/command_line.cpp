#include "command_line.hpp"

#include "exit_status.hpp"
#include "screen.hpp"

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>
#include <sstream>
#include <utility>

namespace cli {

Option& Option::value(std::string_view name) {
  option_->type_name(std::string(name));
  return *this;
}

Option& Option::show_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::one_of(std::initializer_list<const char*> values) {
  option_->check(CLI::IsMember(values));
  return *this;
}

Option& Option::range(std::uint64_t least, std::uint64_t most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option& Option::comma_separated() {
  option_->delimiter(',');
  return *this;
}

Option& Option::hidden() {
  option_->group("");
  return *this;
}

Option Command::flag(const std::string& names, bool& target, const std::string& help) {
  return Option(*app_->add_flag(names, target, help));
}

Option Command::flag_or_value(const std::string& names, std::string& target, const std::string& help) {
  return Option(*app_->add_flag(names, target, help));
}

template <class T>
Option Command::option(const std::string& names, T& target, const std::string& help) {
  CLI::Option* option = app_->add_option(names, target, help);
  // Behind an option stands one value; the next word is something else.
  if (!option->get_positional()) option->allow_extra_args(false);
  return Option(*option);
}

template Option Command::option(const std::string&, std::string&, const std::string&);
template Option Command::option(const std::string&, std::optional<std::string>&, const std::string&);
template Option Command::option(const std::string&, std::vector<std::string>&, const std::string&);
template Option Command::option(const std::string&, std::uint16_t&, const std::string&);
template Option Command::option(const std::string&, std::uint32_t&, const std::string&);
template Option Command::option(const std::string&, std::optional<std::uint32_t>&, const std::string&);
template Option Command::option(const std::string&, std::uint64_t&, const std::string&);
template Option Command::option(const std::string&, std::optional<std::uint64_t>&, const std::string&);

CommandLine::CommandLine()
    : app_(std::make_unique<CLI::App>("envelint lints, proves and rehearses a domain's mail setup.", "envelint")) {
  app_->require_subcommand(1);
  app_->set_version_flag("--version", std::string("envelint ") + ENVELINT_VERSION);
  app_->get_formatter()->column_width(28);
}

CommandLine::~CommandLine() = default;

Command CommandLine::add(const std::string& name, const std::string& summary, std::string_view examples,
                         std::function<int()> run) {
  CLI::App* command = app_->add_subcommand(name, summary);
  command->footer(std::string(examples));
  command->callback([this, run = std::move(run)] { exit_status_ = run(); });
  return Command(*command);
}

int CommandLine::run(std::vector<std::string> words) {
  std::ranges::reverse(words);  // CLI11 takes them from the back
  try {
    app_->parse(words);
    return exit_status_;
  } catch (const CLI::ParseError& error) {
    // CLI11 has a status of its own for each kind of wrong usage; ours is one.
    std::ostringstream faults;
    const int status = app_->exit(error, std::cout, faults) == 0 ? kOk : kUsage;
    fmt::print(stderr, "{}", visible_lines(faults.str()));
    return status;
  }
}

}  // namespace cli
