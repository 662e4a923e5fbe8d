#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ENVELINT_WATCHED_FRAMES true
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ENVELINT_WATCHED_FRAMES true
#endif
#ifndef ENVELINT_WATCHED_FRAMES
#define ENVELINT_WATCHED_FRAMES false
#endif

namespace envelint::task::detail {

/// Memory for the frames of coroutines, which come and go by the million in a few sizes: each thread keeps some of
/// those that were given back, by size, and hands them out again, which takes less than the allocator does. It keeps at
/// most 32 of each size, 1 MiB in all, until the thread ends.
///
/// Under sanitizers every frame comes from the allocator, so that they see who touches one that is gone.
class FramePool {
 public:
  [[nodiscard]] static void* take(std::size_t size) {
    const std::size_t index = (size - 1) / kStep;
    if (ENVELINT_WATCHED_FRAMES || index >= kSizes) return ::operator new(size);
    Kept& kept = kept_[index];
    if (kept.first == nullptr) return ::operator new((index + 1) * kStep);
    Free* const frame = kept.first;
    kept.first = frame->next;
    --kept.count;
    return frame;
  }

  /// @param size  what `take` was asked for, perhaps by another thread.
  static void give(void* memory, std::size_t size) noexcept {
    const std::size_t index = (size - 1) / kStep;
    if (ENVELINT_WATCHED_FRAMES || index >= kSizes) return ::operator delete(memory);
    Kept& kept = kept_[index];
    if (kept.count >= kMost && !begin(kept)) return ::operator delete(memory);
    kept.first = new (memory) Free{kept.first};
    ++kept.count;
  }

 private:
  struct Free {
    Free* next;
  };
  struct Kept {
    Free* first = nullptr;
    std::uint32_t count = kNotBegun;
  };
  struct AtThreadEnd;

  static constexpr std::size_t kStep = 64;
  static constexpr std::size_t kSizes = 32;
  static constexpr std::uint32_t kMost = 32;
  static constexpr std::uint32_t kNotBegun = UINT32_MAX;

  /// Makes a size ready that this thread gives back for the first time. False when it is simply full.
  [[nodiscard]] static bool begin(Kept& kept) noexcept;

  // Nothing to construct and nothing to destroy, so that the compiler reaches it without asking whether it is there.
  static constinit thread_local std::array<Kept, kSizes> kept_;
};

}  // namespace envelint::task::detail
