#include "keys/encryption_context.h"

namespace kagimori::keys {

CanonicalContext::CanonicalContext(const shapes::StringMap& pairs) {
  if (pairs.empty()) return;
  size_t size = 4;
  for (const auto& [key, value] : pairs) size += 8 + key.size() + value.size();
  bytes_.reserve(size);
  AppendBe32(static_cast<uint32_t>(pairs.size()), &bytes_);
  for (const auto& [key, value] : pairs) {
    for (std::string_view text : {std::string_view(key), std::string_view(value)}) {
      AppendBe32(static_cast<uint32_t>(text.size()), &bytes_);
      ByteView view = AsBytes(text);
      bytes_.insert(bytes_.end(), view.begin(), view.end());
    }
  }
}

}  // namespace kagimori::keys
