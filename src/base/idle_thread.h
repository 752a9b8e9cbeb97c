#ifndef KAGIMORI_BASE_IDLE_THREAD_H_
#define KAGIMORI_BASE_IDLE_THREAD_H_

namespace kagimori {

// The calling thread runs from now on only where no other wants to (SCHED_IDLE; sched(7)), or, where the kernel does
// not know that, at the lowest of the usual priorities. For work that may take its time beside the requests.
void BecomeIdleThread();

}  // namespace kagimori

#endif  // KAGIMORI_BASE_IDLE_THREAD_H_
