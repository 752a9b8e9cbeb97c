#ifndef KAGIMORI_APP_WORKERS_H_
#define KAGIMORI_APP_WORKERS_H_

#include "base/worker_pool.h"

namespace kagimori::app {

// The threads on which a node computes what would hold up its cores. Key generation has some of its own, which give
// way: as many key pairs as clients ask for must not slow everybody else down.
struct Workers {
  // `cores`: threads that serve.
  explicit Workers(int cores);

  // Tells all to do no more of what waits, and waits for what runs.
  void Stop();

  WorkerPool long_work;
  WorkerPool key_generation;
  WorkerPool issuer_fetches;  // for waiting, not for computing
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_WORKERS_H_
