// expect: is private within this context|private constructor
// Work that no caller asked for is on one list. The twin is a stand-in for a friend of that list.
#include "keys/authorized.h"

struct Job;

#ifdef TWIN
class kagimori::keys::OutboxDelivery {
 public:
  static SystemAuthority<Job> Make() { return {}; }
};
auto Use() { return kagimori::keys::OutboxDelivery::Make(); }
#else
auto Use() { return kagimori::keys::SystemAuthority<Job>(); }
#endif
