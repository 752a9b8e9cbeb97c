// expect: unused-result|ignoring returned value|ignoring return value
// A task that nobody awaits never runs: the compiler says so.
#include "base/task.h"

kagimori::Task<int> Load();

#pragma GCC diagnostic error "-Wunused-result"

void Use() {
#ifdef TWIN
  (void)Load();
#else
  Load();
#endif
}
