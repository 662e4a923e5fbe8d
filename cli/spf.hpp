#pragma once

namespace CLI {
class App;
}

namespace cli {

/// Adds `envelint spf` to the program. When it is called, `exit_status` is set.
void add_spf(CLI::App& app, int& exit_status);

}  // namespace cli
