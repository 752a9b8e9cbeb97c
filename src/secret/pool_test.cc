#include "secret/pool.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include "secret/process.h"

namespace kagimori::secret {
namespace {

bool AllZero(const uint8_t* data, size_t size) {
  return std::all_of(data, data + size, [](uint8_t byte) { return byte == 0; });
}

TEST(Pool, BlocksAreAlignedDisjointAndZero) {
  struct Taken {
    Block block;
    size_t size;
  };
  std::vector<Taken> taken;
  std::set<std::pair<uintptr_t, uintptr_t>> ranges;
  for (size_t size = 1; size <= kLargestClass + 5000; size += size < 300 ? 7 : 997) {
    Block block = AllocateBlock(PoolKind::kSecret, size);
    ASSERT_GE(block.capacity, size);
    auto begin = reinterpret_cast<uintptr_t>(block.data);
    ASSERT_EQ(begin % 16, 0u);
    ASSERT_TRUE(AllZero(block.data, size));
    std::memset(block.data, 0xa5, size);
    ranges.emplace(begin, begin + block.capacity);
    taken.push_back({block, size});
  }
  uintptr_t end = 0;
  for (auto [from, to] : ranges) {
    EXPECT_GE(from, end);
    end = to;
  }
  for (const Taken& each : taken) FreeBlock(PoolKind::kSecret, each.block);
}

// The canary: what is freed is wiped at once and whole, head included, and nothing is written into it while it is free.
TEST(Pool, FreedBlocksAreWiped) {
  for (PoolKind kind : {PoolKind::kSecret, PoolKind::kBody}) {
    for (size_t size : {32u, 200u, 5000u}) {
      Block block = AllocateBlock(kind, size);
      std::memset(block.data, 0xca, size);
      uint8_t* data = block.data;
      size_t capacity = block.capacity;
      FreeBlock(kind, block);
      KAGIMORI_SECRET_UNPOISON(data, capacity);  // a look at memory that is not ours any more
      EXPECT_TRUE(AllZero(data, capacity)) << size;
      KAGIMORI_SECRET_POISON(data, capacity);
    }
  }
}

TEST(Pool, OverflowIsServedAndBounded) {
  std::vector<Block> blocks;
  Arena::Stats before = Arena::GetStats();
  while (Arena::GetStats().overflow_bytes < before.overflow_bytes + 512 * 1024) {
    blocks.push_back(AllocateBlock(PoolKind::kSecret, 8192));
    std::memset(blocks.back().data, 1, 8192);
  }
  EXPECT_GT(blocks.size() * 8192, before.arena_bytes - before.carved_bytes);
  EXPECT_LE(Arena::GetStats().overflow_bytes, kOverflowLimit);
  for (Block block : blocks) FreeBlock(PoolKind::kSecret, block);
  EXPECT_THROW(AllocateBlock(PoolKind::kSecret, kOverflowLimit + 1), std::bad_alloc);
  EXPECT_THROW(AllocateBlock(PoolKind::kBody, SIZE_MAX), std::bad_alloc);
  // What was freed serves again.
  size_t mapped = Arena::GetStats().overflow_bytes;
  for (Block& block : blocks) block = AllocateBlock(PoolKind::kSecret, 8192);
  EXPECT_EQ(Arena::GetStats().overflow_bytes, mapped);
  for (Block block : blocks) FreeBlock(PoolKind::kSecret, block);
}

TEST(Pool, LargeBlocksGoBackToTheKernel) {
  size_t before = Arena::GetStats().overflow_bytes;
  Block block = AllocateBlock(PoolKind::kSecret, 200'000);
  EXPECT_GE(Arena::GetStats().overflow_bytes, before + 200'000);
  FreeBlock(PoolKind::kSecret, block);
  EXPECT_EQ(Arena::GetStats().overflow_bytes, before);
}

TEST(Pool, SaysHowMuchIsInUseWhateverThreadGaveItBack) {
  const size_t before = Arena::GetStats().live_bytes;
  std::vector<Block> blocks;
  for (size_t size : {1, 16, 33, 5000, 100'000}) blocks.push_back(AllocateBlock(PoolKind::kSecret, size));
  size_t taken = 0;
  for (const Block& block : blocks) taken += block.capacity;
  EXPECT_EQ(Arena::GetStats().live_bytes, before + taken);
  Block left;
  std::thread other([&] {
    for (const Block& block : blocks) FreeBlock(PoolKind::kSecret, block);
    left = AllocateBlock(PoolKind::kSecret, 64);
    EXPECT_EQ(Arena::GetStats().live_bytes, before + 64);
  });
  other.join();
  EXPECT_EQ(Arena::GetStats().live_bytes, before + 64);
  const Block body = AllocateBlock(PoolKind::kBody, 64);  // another pool's
  EXPECT_EQ(Arena::GetStats().live_bytes, before + 64);
  FreeBlock(PoolKind::kBody, body);
  FreeBlock(PoolKind::kSecret, left);
  EXPECT_EQ(Arena::GetStats().live_bytes, before);
}

TEST(Arena, ConfigureComesFirstOrNotAtAll) {
  FreeBlock(PoolKind::kSecret, AllocateBlock(PoolKind::kSecret, 32));
  Result<> late = Arena::Configure(kDefaultArenaSize, true);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::kInvalid);
  EXPECT_NE(Arena::GetStats().backing, Backing::kUnlocked) << "the default arena is guarded or not at all";
}

// In a child, whose exit status tells; the arena is the parent's and must not be readable there.
template <class Child>
int RunInChild(Child child) {
  pid_t pid = fork();
  if (pid == 0) {
    std::signal(SIGSEGV, SIG_DFL);  // a fault here is what a test wants, no finding of a sanitizer
    child();
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return status;
}

TEST(Arena, ForkedChildrenDoNotInheritIt) {
  Block block = AllocateBlock(PoolKind::kSecret, 32);
  block.data[0] = 0x5e;
  // The first touch ends the child, unless something of its own (a sanitizer's memory) has been mapped there since.
  int status = RunInChild([&] {
    volatile uint8_t* data = block.data;
    if (data[0] != 0x5e) _exit(7);
    data[0] = 1;
  });
  EXPECT_NE(status, 0) << "the child saw the secret";
  EXPECT_EQ(block.data[0], 0x5e);
  FreeBlock(PoolKind::kSecret, block);
}

TEST(Arena, SaysHowMuchTheKernelAllows) {
  FreeBlock(PoolKind::kSecret, AllocateBlock(PoolKind::kSecret, 32));  // the first block starts the arena
  EXPECT_GE(Arena::Limit(), Arena::GetStats().arena_bytes);
  EXPECT_LE(Arena::Limit(), Arena::GetStats().arena_bytes + kOverflowLimit);
  int status = RunInChild([] {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
    if (syscall(SYS_capset, &header, none) != 0) _exit(1);
    const rlimit limit{1 << 20, 1 << 20};
    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) _exit(2);
    if (Arena::Limit() != 1 << 20) _exit(3);
  });
  EXPECT_EQ(status, 0);
}

TEST(Process, HardenTurnsDumpsOff) {
  int status = RunInChild([] {
    if (!HardenProcess()) _exit(1);
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) _exit(2);
    rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0) _exit(3);
  });
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace kagimori::secret
