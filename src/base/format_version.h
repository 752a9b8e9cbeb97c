#ifndef KAGIMORI_BASE_FORMAT_VERSION_H_
#define KAGIMORI_BASE_FORMAT_VERSION_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace kagimori {

// Every format on the disk has a number, and a reader refuses one that it does not know. What it says then, the same
// everywhere: an operator who went back to an older program must not take it for damage. `what`: "the backup".
inline std::string UnknownFormat(std::string_view what, uint64_t found, uint64_t newest_known) {
  std::string text(what);
  if (found > newest_known) {
    return text + " was made by a newer version of Kagimori (format " + std::to_string(found) +
           "; this version reads up to " + std::to_string(newest_known) + "), or is damaged";
  }
  return text + " has format " + std::to_string(found) + ", which no version of Kagimori writes: it is damaged";
}

}  // namespace kagimori

#endif  // KAGIMORI_BASE_FORMAT_VERSION_H_
