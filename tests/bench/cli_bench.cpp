#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace {

/// From the start of the program named in $ENVELINT to its end: what a script pays for each call.
void program_start(benchmark::State& state) {
  const char* program = std::getenv("ENVELINT");
  if (program == nullptr) {
    state.SkipWithError("ENVELINT does not name the program");
    return;
  }
  std::array<char, 10> option{"--version"};
  std::array<char*, 3> arguments{const_cast<char*>(program), option.data(), nullptr};
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  for (auto _ : state) {
    pid_t child = 0;
    int status = -1;
    if (posix_spawn(&child, program, &quiet, nullptr, arguments.data(), environ) == 0) waitpid(child, &status, 0);
    if (status != 0) {
      state.SkipWithError("the program failed");
      break;
    }
  }
  posix_spawn_file_actions_destroy(&quiet);
}
BENCHMARK(program_start)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
