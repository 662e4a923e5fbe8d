#include <envelint/task/frame_pool.hpp>

#include <utility>

namespace envelint::task::detail {

constinit thread_local std::array<FramePool::Kept, FramePool::kSizes> FramePool::kept_{};

/// Gives everything back when the thread ends. What ends later still is not kept any more.
struct FramePool::AtThreadEnd {
  ~AtThreadEnd() {
    for (Kept& kept : kept_) {
      while (kept.first != nullptr) ::operator delete(std::exchange(kept.first, kept.first->next));
      kept.count = kMost;
    }
  }
};

bool FramePool::begin(Kept& kept) noexcept {
  if (kept.count != kNotBegun) return false;
  static thread_local const AtThreadEnd at_thread_end;
  kept.count = 0;
  return true;
}

}  // namespace envelint::task::detail
