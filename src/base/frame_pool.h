#ifndef KAGIMORI_BASE_FRAME_POOL_H_
#define KAGIMORI_BASE_FRAME_POOL_H_

#include <cstddef>

namespace kagimori::internal {

// Memory of coroutine frames. A request has about ten of them, of the same few sizes as the request before it; each
// thread keeps some of each size instead of going to the heap. A frame that ends on another thread than it began on
// goes to that thread's pool. Frames hold no secret bytes, only handles to them. Under the sanitizers this is the plain
// heap, so that a use after free is seen.
class FramePool {
 public:
  static void* Allocate(size_t size);
  static void Free(void* frame, size_t size) noexcept;
};

}  // namespace kagimori::internal

#endif  // KAGIMORI_BASE_FRAME_POOL_H_
