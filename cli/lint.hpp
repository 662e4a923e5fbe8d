#pragma once

namespace CLI {
class App;
}

namespace cli {

/// Adds `envelint lint` to the program. When it is called, `exit_status` is set.
void add_lint(CLI::App& app, int& exit_status);

}  // namespace cli
