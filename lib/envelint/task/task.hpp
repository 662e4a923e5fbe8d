#pragma once

#include <envelint/task/frame_pool.hpp>

#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

/// Coroutines without an event loop. An evaluator is a `Task<T>` that awaits the answers of a resolver; it runs to its
/// end inline when the answers are at hand, and is resumed by whatever loop the resolver lives on when they are not.
///
/// Laws for code that awaits, with their reasons in docs/architecture.md: parameters of coroutines go by value and have
/// constructors (no aggregates); no capturing lambda and no braced temporary stands inside a `co_await` expression.
namespace envelint::task {

template <typename T>
class Task;

namespace detail {

/// What to do when a task has ended: one call of a plain function.
struct Continuation {
  void (*call)(void*) = nullptr;
  void* data = nullptr;

  [[nodiscard]] static Continuation resume(std::coroutine_handle<> waiting) noexcept {
    return {[](void* frame) { std::coroutine_handle<>::from_address(frame).resume(); }, waiting.address()};
  }
  void operator()() const { call(data); }
};

/// The part of a promise that knows no result. The task and the one who waits for it each set `progress_` once; who
/// comes second goes on with the waiting side. So neither is lost when the task is resumed on another thread while
/// the waiting side is still on its way out of `start`.
class PromiseBase {
 public:
  /// Ends without touching the frame again: whoever waits may already have destroyed it.
  struct FinalAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      PromiseBase& promise = ended.promise();
      const Continuation next = promise.continuation_;
      if (promise.end() == Progress::awaited) next();
    }
    void await_resume() const noexcept {}
  };

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }

  /// Runs the task until it ends or suspends. True when it has not ended: `next` will be called, once, perhaps by
  /// another thread and perhaps already. False when it has ended: `next` will not be called.
  template <typename Promise>
  [[nodiscard]] static bool start(std::coroutine_handle<Promise> task, Continuation next) {
    PromiseBase& promise = task.promise();
    promise.continuation_ = next;
    promise.starter_ = this_thread();
    task.resume();
    if (promise.progress_.load(std::memory_order_acquire) == Progress::ended) return false;
    return promise.progress_.exchange(Progress::awaited, std::memory_order_acq_rel) != Progress::ended;
  }

  [[nodiscard]] static void* operator new(std::size_t size) { return FramePool::take(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { FramePool::give(frame, size); }

 private:
  enum class Progress : std::uint8_t { running, awaited, ended };

  /// Something of this thread alone, to tell it from others.
  [[nodiscard]] static const void* this_thread() noexcept {
    static constinit thread_local char mark = 0;
    return &mark;
  }

  /// Sets `progress_`, and gives what it was. On the thread that is still in `start` nobody else can set it meanwhile,
  /// and most tasks end there: that needs no exchange, for which a processor locks its memory.
  [[nodiscard]] Progress end() noexcept {
    if (starter_ != this_thread()) return progress_.exchange(Progress::ended, std::memory_order_acq_rel);
    const Progress before = progress_.load(std::memory_order_relaxed);
    if (before == Progress::running) progress_.store(Progress::ended, std::memory_order_release);
    return before;
  }

  Continuation continuation_;
  const void* starter_ = nullptr;
  std::atomic<Progress> progress_ = Progress::running;
};

template <typename T>
class Promise : public PromiseBase {
 public:
  [[nodiscard]] Task<T> get_return_object() noexcept;
  template <typename U = T>
    requires std::convertible_to<U, T>
  void return_value(U&& value) {
    result_.template emplace<1>(std::forward<U>(value));
  }
  void unhandled_exception() noexcept { result_.template emplace<2>(std::current_exception()); }
  [[nodiscard]] T take() {
    if (result_.index() == 2) std::rethrow_exception(std::get<2>(std::move(result_)));
    return std::get<1>(std::move(result_));
  }

 private:
  std::variant<std::monostate, T, std::exception_ptr> result_;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  [[nodiscard]] Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void unhandled_exception() noexcept { fault_ = std::current_exception(); }
  void take() {
    if (fault_) std::rethrow_exception(std::move(fault_));
  }

 private:
  std::exception_ptr fault_;
};

}  // namespace detail

/// A computation that gives a `T` (void and move-only types too) or throws, and may suspend on the way.
///
/// Lazy: nothing runs before it is awaited (`co_await std::move(task)`), given to `gather` or to `sync_wait`; each of
/// them takes it once. It owns its coroutine: destroying a task that has not ended destroys what its frames hold, and
/// whoever was to resume it must not do so any more. Moving is cheap; a task moved from is empty.
///
/// Awaiting a task that ends at once costs no stack: the awaiting coroutine starts it like a function and goes on by
/// returning (a trampoline), so any number of awaits in a row is safe on every compiler.
template <typename T = void>
class [[nodiscard]] Task {
  static_assert(!std::is_reference_v<T>, "a task gives a value; give a pointer where you mean a reference");

 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() noexcept = default;
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    Task(std::move(other)).swap(*this);
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  void swap(Task& other) noexcept { std::swap(handle_, other.handle_); }
  /// Whether there is a computation: not default-made and not moved from.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

  /// Awaits the task, which must not be empty and not have been started.
  auto operator co_await() && noexcept { return Awaiter(handle_); }

  /// For what starts tasks without being a coroutine (`sync_wait`, `gather`): see detail::PromiseBase::start.
  [[nodiscard]] bool start(detail::Continuation next) { return detail::PromiseBase::start(handle_, next); }
  /// The result of a task that has ended, or its exception. Once.
  [[nodiscard]] T take() { return handle_.promise().take(); }

 private:
  class Awaiter {
   public:
    explicit Awaiter(Handle handle) noexcept : handle_(handle) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    [[nodiscard]] bool await_suspend(std::coroutine_handle<> waiting) const {
      return detail::PromiseBase::start(handle_, detail::Continuation::resume(waiting));
    }
    T await_resume() const { return handle_.promise().take(); }

   private:
    Handle handle_;
  };

  Handle handle_;
};

template <typename T>
Task<T> detail::Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

inline Task<void> detail::Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace envelint::task
