#ifndef KAGIMORI_NET_WORKSPACE_H_
#define KAGIMORI_NET_WORKSPACE_H_

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "net/http.h"
#include "secret/mapping.h"

namespace kagimori::net {

// The memory a connection reads a request into: undumpable pages that hold the array of header fields and the bytes. A
// connection has one only while a request is under way or has just been; an idle one has none.
//
// Who writes into it wipes what it wrote (RequestReader does).
class Workspace {
 public:
  // Throws std::bad_alloc when the kernel has no memory.
  Workspace(size_t max_fields, size_t bytes);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  std::span<HeaderField> fields() { return fields_; }
  // kBodyPadding readable bytes follow it.
  std::span<char> bytes() { return bytes_; }

 private:
  secret::Mapping mapping_;
  std::span<HeaderField> fields_;
  std::span<char> bytes_;
};

// The spare workspaces of one core. Not thread-safe.
class WorkspacePool {
 public:
  WorkspacePool(size_t max_fields, size_t bytes) : max_fields_(max_fields), bytes_(bytes) {}

  std::unique_ptr<Workspace> Take();
  void Give(std::unique_ptr<Workspace> workspace);

 private:
  // More than these go back to the kernel: 256 × ~40 KiB on a core.
  static constexpr size_t kMaxSpare = 256;

  size_t max_fields_;
  size_t bytes_;
  std::vector<std::unique_ptr<Workspace>> spare_;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_WORKSPACE_H_
