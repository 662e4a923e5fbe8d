#include <support/catch.hpp>

#include <envelint/web/workers.hpp>

#include <atomic>
#include <latch>
#include <thread>

using namespace envelint;

TEST_CASE("Work that waits for other work is done, as long as there are threads") {
  constexpr std::ptrdiff_t kTogether = 8;
  std::latch all(kTogether);
  web::Workers workers(kTogether);
  for (std::ptrdiff_t i = 0; i < kTogether; ++i) CHECK(workers.give([&] { all.arrive_and_wait(); }));
  all.wait();
}

TEST_CASE("With as many busy as there may be, who brings more waits") {
  std::latch begun(2);
  std::latch go_on(1);
  std::atomic<int> done = 0;
  {
    web::Workers workers(2);
    for (int i = 0; i < 2; ++i) {
      CHECK(workers.give([&] {
        begun.count_down();
        go_on.wait();
        ++done;
      }));
    }
    begun.wait();
    std::atomic<bool> taken = false;
    std::thread more([&] {
      CHECK(workers.give([&] { ++done; }));
      taken = true;
    });
    CHECK_FALSE(taken);
    go_on.count_down();
    more.join();
  }
  CHECK(done == 3);
}

TEST_CASE("All that was given is done at the end") {
  std::atomic<int> done = 0;
  {
    web::Workers workers(3);
    for (int i = 0; i < 1000; ++i) CHECK(workers.give([&] { ++done; }));
  }
  CHECK(done == 1000);
}
