#include "crypto/random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>
#include <vector>

#include "base/ids.h"
#include "crypto/hedged.h"
#include "crypto/hedged_internal.h"
#include "crypto/init.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretTesting;

TEST(Init, Succeeds) {
  Result<> result = InitOpenSsl();
  ASSERT_TRUE(result) << Describe(result.error());
  EXPECT_TRUE(InitOpenSsl());
}

TEST(Random, DoesNotRepeat) {
  std::set<Bytes> seen;
  for (int i = 0; i < 1000; ++i) {
    Bytes bytes(16);
    FillRandom(bytes);
    EXPECT_TRUE(seen.insert(bytes).second);
    EXPECT_TRUE(seen.insert(SecretTesting::BytesOf(RandomSecretArray<16>())).second);
    EXPECT_TRUE(seen.insert(SecretTesting::BytesOf(RandomSecret(16))).second);
    FillRandomId(bytes);
    EXPECT_TRUE(seen.insert(bytes).second);
  }
  EXPECT_TRUE(RandomSecret(0).empty());
  FillRandom({});
}

// Fills of every size across the edges of the blocks: no byte is left out. A place that stays zero in 8 fills has a
// chance of 2^-64 each.
TEST(Random, FillsEveryByte) {
  for (size_t size : {1u, 3u, 100u, 4095u, 4096u, 4097u, 10000u, 70000u}) {
    Bytes touched(size), ids(size), once(size);
    for (int i = 0; i < 8; ++i) {
      FillRandom(once);
      for (size_t k = 0; k < size; ++k) touched[k] |= once[k];
      FillRandomId(once);
      for (size_t k = 0; k < size; ++k) ids[k] |= once[k];
    }
    for (size_t k = 0; k < size; ++k) ASSERT_TRUE(touched[k] != 0 && ids[k] != 0) << k;
  }
}

TEST(Random, UuidsAreVersionFourOnEveryThread) {
  std::vector<std::vector<ByteArray<16>>> made(4);
  std::vector<std::thread> threads;
  for (auto& list : made) {
    threads.emplace_back([&list] {
      for (int i = 0; i < 2000; ++i) list.push_back(RandomUuid());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<ByteArray<16>> all;
  for (const auto& list : made) {
    for (const auto& uuid : list) {
      EXPECT_EQ(uuid[6] >> 4, 4);
      EXPECT_EQ(uuid[8] >> 6, 2);
      all.insert(uuid);
    }
  }
  EXPECT_EQ(all.size(), 8000u);
}

TEST(Random, ForkedChildMakesOtherIds) {
  RandomUuid();  // the buffer is full of ids to come
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  pid_t pid = fork();
  if (pid == 0) {
    ByteArray<16> id = RandomUuid();
    _exit(write(pipe_ends[1], id.data(), id.size()) == 16 ? 0 : 1);
  }
  ByteArray<16> child;
  ASSERT_EQ(read(pipe_ends[0], child.data(), child.size()), 16);
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  EXPECT_NE(child, RandomUuid());
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(HedgedSalt, IsFreshOnEveryCall) {
  secret::SecretBytes plaintext = SecretTesting::FromText("plaintext");
  EXPECT_NE(HedgedSalt({AsBytes("a")}, plaintext), HedgedSalt({AsBytes("a")}, plaintext));
}

// With a generator that repeats itself only equal messages get equal salts.
TEST(HedgedSalt, SurvivesARepeatingGenerator) {
  ByteArray<32> stuck{};
  auto salt = [&](std::initializer_list<ByteView> context, std::string_view plaintext) {
    return internal::HedgedSaltFrom(stuck, context, AsBytes(plaintext));
  };
  EXPECT_EQ(salt({AsBytes("a")}, "p"), salt({AsBytes("a")}, "p"));
  std::set<ByteArray<32>> all = {salt({AsBytes("a")}, "p"),
                                 salt({AsBytes("b")}, "p"),
                                 salt({AsBytes("a")}, "q"),
                                 salt({AsBytes("a"), {}}, "p"),
                                 salt({}, "p"),
                                 salt({AsBytes("ap")}, ""),
                                 salt({AsBytes("a"), AsBytes("p")}, "")};
  EXPECT_EQ(all.size(), 7u);
}

}  // namespace
}  // namespace kagimori::crypto
