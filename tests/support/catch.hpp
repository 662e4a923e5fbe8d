#pragma once

// Debian 12 has Catch2 2.13, later systems have 3: tests include this and need not know.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
