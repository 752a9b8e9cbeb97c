#include "net/workspace.h"

#include <memory>
#include <new>
#include <utility>

namespace kagimori::net {

Workspace::Workspace(size_t max_fields, size_t bytes) {
  auto mapping = secret::MapUndumpable(max_fields * sizeof(HeaderField) + bytes + kBodyPadding);
  if (!mapping) throw std::bad_alloc();
  mapping_ = *mapping;
  // The fields come first: a small request then touches two pages.
  auto* fields = reinterpret_cast<HeaderField*>(mapping_.data);
  fields_ = {fields, max_fields};
  bytes_ = {reinterpret_cast<char*>(mapping_.data) + max_fields * sizeof(HeaderField), bytes};
}

Workspace::~Workspace() { secret::Unmap(mapping_); }

std::unique_ptr<Workspace> WorkspacePool::Take() {
  if (spare_.empty()) return std::make_unique<Workspace>(max_fields_, bytes_);
  auto workspace = std::move(spare_.back());
  spare_.pop_back();
  return workspace;
}

void WorkspacePool::Give(std::unique_ptr<Workspace> workspace) {
  if (workspace && spare_.size() < kMaxSpare) spare_.push_back(std::move(workspace));
}

}  // namespace kagimori::net
