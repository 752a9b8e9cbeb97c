#ifndef KAGIMORI_BASE_TASK_H_
#define KAGIMORI_BASE_TASK_H_

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "base/frame_pool.h"

namespace kagimori {

// A coroutine that starts when it is awaited (or detached) and hands its value to the one coroutine that awaits it.
//
// The way of a request is written as Tasks so that it reads as a story although it may wait for the store. A Task that
// never waits runs to its end inside `co_await`, without a detour through an executor. Not thread-safe; whoever resumes
// a Task that waits decides the thread (see net::Core::Resume).
//
// GCC 12: no `co_await` inside a conditional operator, a braced initialiser or a condition with temporaries; assign
// first.
template <class T>
class [[nodiscard]] Task;

namespace internal {

struct TaskPromiseBase {
  static void* operator new(size_t size) { return FramePool::Allocate(size); }
  static void operator delete(void* frame, size_t size) { FramePool::Free(frame, size); }

  std::coroutine_handle<> waiter = std::noop_coroutine();

  struct Final {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      return self.promise().waiter;
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  Final final_suspend() noexcept { return {}; }
  // Exceptions are for bugs: the request's outermost frame catches them (gateway/pipeline); inside a Task they travel
  // as such.
  void unhandled_exception() noexcept { exception = std::current_exception(); }
  std::exception_ptr exception;
};

}  // namespace internal

template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type : internal::TaskPromiseBase {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    template <class U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
    std::optional<T> value;
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
    handle_.promise().waiter = waiter;
    return handle_;
  }
  T await_resume() {
    if (handle_.promise().exception) std::rethrow_exception(handle_.promise().exception);
    return std::move(*handle_.promise().value);
  }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

template <>
class [[nodiscard]] Task<void> {
 public:
  struct promise_type : internal::TaskPromiseBase {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    void return_void() {}
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
    handle_.promise().waiter = waiter;
    return handle_;
  }
  void await_resume() {
    if (handle_.promise().exception) std::rethrow_exception(handle_.promise().exception);
  }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace internal {

// The frame of a detached Task; it frees itself at its end. An exception that reaches it ends the process.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace internal

// Starts `task` on the calling thread; it lives until it ends.
inline void Detach(Task<void> task) {
  [](Task<void> owned) -> internal::Detached { co_await owned; }(std::move(task));
}

}  // namespace kagimori

#endif  // KAGIMORI_BASE_TASK_H_
