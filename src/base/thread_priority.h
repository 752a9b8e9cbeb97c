#ifndef KAGIMORI_BASE_THREAD_PRIORITY_H_
#define KAGIMORI_BASE_THREAD_PRIORITY_H_

// Of the calling thread, from now on (sched(7)). Where the system refuses, the log says so and the thread runs on.
namespace kagimori {

// Runs only where no other thread wants to (SCHED_IDLE, or, where the kernel does not know that, the lowest of the
// usual priorities): hardly ever on a machine that is always busy. For work that nobody waits for.
void BecomeIdleThread();

// Gives way to requests, and still gets about a tenth of a core that is always busy (nice 10): for work that must come
// to its end whatever the load is.
void BecomeBackgroundThread();

}  // namespace kagimori

#endif  // KAGIMORI_BASE_THREAD_PRIORITY_H_
