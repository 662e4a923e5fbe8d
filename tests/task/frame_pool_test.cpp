#include <support/catch.hpp>

#include <envelint/task/frame_pool.hpp>
#include <envelint/task/sync_wait.hpp>

#include <cstring>
#include <thread>
#include <vector>

using envelint::task::sync_wait;
using envelint::task::Task;
using envelint::task::detail::FramePool;

namespace {

Task<int> number(int value) { co_return value; }

Task<int> sum(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await sum(depth - 1);
  co_return below + co_await number(1);
}

}  // namespace

TEST_CASE("frames that are there at once have each its own memory, whatever was given back before", "[task]") {
  for (int round = 0; round < 3; ++round) {
    std::vector<void*> frames;
    for (std::size_t size = 1; size <= 4096; size += 13) {
      frames.push_back(FramePool::take(size));
      std::memset(frames.back(), static_cast<int>(size % 251), size);
    }
    std::size_t at = 0;
    for (std::size_t size = 1; size <= 4096; size += 13, ++at) {
      const std::vector<unsigned char> expected(size, static_cast<unsigned char>(size % 251));
      REQUIRE(std::memcmp(frames[at], expected.data(), size) == 0);
    }
    at = 0;
    for (std::size_t size = 1; size <= 4096; size += 13, ++at) FramePool::give(frames[at], size);
  }
}

TEST_CASE("more frames than a thread keeps are given back all the same", "[task]") {
  CHECK(sync_wait(sum(5'000)) == 5'000);
  CHECK(sync_wait(sum(5'000)) == 5'000);
}

TEST_CASE("a frame may be given back by a thread that took none, and after it others", "[task]") {
  std::vector<void*> frames;
  for (int i = 0; i < 100; ++i) frames.push_back(FramePool::take(200));
  std::thread([&frames] {
    for (void* const frame : frames) FramePool::give(frame, 200);
    CHECK(sync_wait(sum(50)) == 50);
  }).join();
  CHECK(sync_wait(sum(50)) == 50);
}
