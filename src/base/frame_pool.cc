#include "base/frame_pool.h"

#include <array>
#include <new>

#if defined(__has_feature)
#define KAGIMORI_HAS_FEATURE(x) __has_feature(x)
#else
#define KAGIMORI_HAS_FEATURE(x) 0
#endif

namespace kagimori::internal {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || KAGIMORI_HAS_FEATURE(address_sanitizer) || \
    KAGIMORI_HAS_FEATURE(thread_sanitizer)

void* FramePool::Allocate(size_t size) { return ::operator new(size); }
void FramePool::Free(void* frame, size_t size) noexcept { ::operator delete(frame, size); }

#else

namespace {

constexpr size_t kStep = 64;
constexpr size_t kClasses = 64;   // up to 4 KiB
constexpr size_t kMaxKept = 128;  // of each class and thread

struct FreeFrame {
  FreeFrame* next;
};

struct FreeList {
  FreeFrame* first = nullptr;
  size_t count = 0;
};

struct ThreadPool {
  std::array<FreeList, kClasses> lists{};
  ~ThreadPool() {
    for (size_t i = 0; i < kClasses; ++i) {
      while (FreeFrame* frame = lists[i].first) {
        lists[i].first = frame->next;
        ::operator delete(frame, (i + 1) * kStep);
      }
      lists[i].count = kMaxKept;  // what is freed after this thread-local object goes to the heap
    }
  }
};

thread_local ThreadPool pool;

size_t ClassOf(size_t size) { return (size - 1) / kStep; }

}  // namespace

void* FramePool::Allocate(size_t size) {
  size_t index = ClassOf(size);
  if (index >= kClasses) return ::operator new(size);
  FreeList& list = pool.lists[index];
  FreeFrame* frame = list.first;
  if (frame == nullptr) return ::operator new((index + 1) * kStep);
  list.first = frame->next;
  --list.count;
  return frame;
}

void FramePool::Free(void* frame, size_t size) noexcept {
  size_t index = ClassOf(size);
  if (index >= kClasses) return ::operator delete(frame, size);
  FreeList& list = pool.lists[index];
  if (list.count >= kMaxKept) return ::operator delete(frame, (index + 1) * kStep);
  list.first = new (frame) FreeFrame{list.first};
  ++list.count;
}

#endif

}  // namespace kagimori::internal
