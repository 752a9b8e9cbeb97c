#include "seed/declaration.h"

#include <fmt/format.h>

namespace kagimori::seed {
namespace {

std::string TimeOf(const std::optional<Timestamp>& time) { return time ? std::to_string(time->millis) : "-"; }

}  // namespace

// No part can hold a slash or a line break, but for the description, which is last.
std::string MaterialBinding(const DeclaredKey& key, size_t index) {
  const DeclaredMaterial& material = key.materials[index];
  return fmt::format("kagimori/exported-material/1\n{}\n{}/{}/{}\n{} of {}{}\n{}\n{} {} {} {}\n{}", key.name.Arn(),
                     Name(key.SpecOr()), Name(key.UsageOr()), Name(key.OriginOr()), index + 1, key.materials.size(),
                     material.staged ? " staged" : "", material.id ? HexEncode(*material.id) : "-",
                     TimeOf(material.created), static_cast<int>(material.rotation), TimeOf(material.rotated),
                     TimeOf(material.valid_to), material.description);
}

}  // namespace kagimori::seed
