#pragma once

namespace CLI {
class App;
}

namespace cli {

/// Adds `envelint sign` to the program. When it is called, `exit_status` is set.
void add_sign(CLI::App& app, int& exit_status);

}  // namespace cli
