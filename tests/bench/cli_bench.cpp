#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace {

/// From the start of the program named in $ENVELINT to its end: what a script pays for each call.
void run_program(benchmark::State& state, std::vector<std::string> arguments) {
  const char* program = std::getenv("ENVELINT");
  if (program == nullptr) {
    state.SkipWithError("ENVELINT does not name the program");
    return;
  }
  arguments.insert(arguments.begin(), program);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  for (auto _ : state) {
    pid_t child = 0;
    int status = -1;
    if (posix_spawn(&child, program, &quiet, nullptr, argv.data(), environ) == 0) waitpid(child, &status, 0);
    if (status != 0) {
      state.SkipWithError("the program failed");
      break;
    }
  }
  posix_spawn_file_actions_destroy(&quiet);
}

void program_start(benchmark::State& state) { run_program(state, {"--version"}); }
BENCHMARK(program_start)->UseRealTime()->Unit(benchmark::kMillisecond);

void lint_one_record(benchmark::State& state) { run_program(state, {"lint", "--record", "v=spf1 -all"}); }
BENCHMARK(lint_one_record)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
