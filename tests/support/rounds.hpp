#pragma once

#include <algorithm>

namespace test {

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define ENVELINT_TESTS_SANITIZED
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define ENVELINT_TESTS_SANITIZED
#endif

/// One of how many to run, of rounds that differ by chance or in values that are all read alike. What sanitizers see in such
/// a round they see in any, and there each takes ten times as long; that all come out right is shown by the release build.
/// A prime, so that no loop within loses one of its values.
#ifdef ENVELINT_TESTS_SANITIZED
inline constexpr int kOneIn = 7;
#else
inline constexpr int kOneIn = 1;
#endif

constexpr int rounds(int all) { return std::max(all / kOneIn, 1); }

}  // namespace test
