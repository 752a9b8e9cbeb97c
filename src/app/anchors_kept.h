#ifndef KAGIMORI_APP_ANCHORS_KEPT_H_
#define KAGIMORI_APP_ANCHORS_KEPT_H_

#include <string>

#include "base/result.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::app {

// What the store knows of the anchors outside: that there are some. A file of anchors that is not there, or holds none,
// looks like the first start with that file; by this record it is told from a file that was taken away, or whose medium
// is not mounted, while the folder was put back.
std::string AnchorsKeptPath();
Result<bool> AnchorsAreKept(const seal::KeyHierarchy& hierarchy, store::Store* store);

// Once the first anchor is in the file. On stable storage when it returns; once it is there, nothing is done.
Result<> NoteAnchorsKept(const seal::KeyHierarchy& hierarchy, store::Store* store);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ANCHORS_KEPT_H_
