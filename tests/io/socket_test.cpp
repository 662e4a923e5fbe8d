#include <support/catch.hpp>

#include <envelint/io/socket.hpp>

#include <sys/resource.h>

TEST_CASE("the limit of open files is raised as far as the system allows", "[io]") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit low = before;
  low.rlim_cur = before.rlim_max < 64 ? before.rlim_max : 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  CHECK(envelint::io::raise_descriptor_limit() == before.rlim_max);
  rlimit after{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &after) == 0);
  CHECK(after.rlim_cur == before.rlim_max);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}
