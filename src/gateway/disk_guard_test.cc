#include "gateway/disk_guard.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "crypto/ed25519.h"
#include "crypto/random.h"

namespace kagimori::gateway {
namespace {

class DiskGuardTest : public ::testing::Test {
 protected:
  DiskGuardTest() : signer_(*crypto::Ed25519Signer::Create(crypto::RandomSecretArray<32>())) {
    std::string name = (std::filesystem::temp_directory_path() / "kagimori-guard-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~DiskGuardTest() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<audit::Log> Open(uint64_t reserve) {
    audit::LogOptions options;
    options.folder = folder_ / "audit";
    options.signer = &signer_;
    options.clock = &clock_;
    options.disk_reserve_bytes = reserve;
    options.compress = false;
    return std::move(*audit::Log::Open(options));
  }

  crypto::Ed25519Signer signer_;
  SystemClock clock_;
  std::filesystem::path folder_;
};

TEST_F(DiskGuardTest, TakesEverythingWhileThereIsRoom) {
  auto log = Open(0);
  DiskGuard guard(log.get(), folder_, 0);
  EXPECT_EQ(guard.stop(), DiskGuard::Stop::kNothing);
  EXPECT_EQ(guard.reason(), "");
  EXPECT_FALSE(guard.Refuses(true));
  EXPECT_FALSE(guard.Refuses(false));
  EXPECT_GT(guard.store_free_bytes(), 0u);
}

TEST_F(DiskGuardTest, ChangesStopAtTheReserveOfEitherDisk) {
  for (bool of_the_store : {false, true}) {
    auto log = Open(of_the_store ? 0 : UINT64_MAX);
    DiskGuard guard(log.get(), folder_, of_the_store ? UINT64_MAX : 0);
    EXPECT_EQ(guard.stop(), DiskGuard::Stop::kChanges);
    EXPECT_TRUE(guard.Refuses(/*read_only=*/false));
    EXPECT_FALSE(guard.Refuses(/*read_only=*/true));
    EXPECT_NE(guard.reason().find(of_the_store ? "the store" : "the audit log"), std::string_view::npos);
  }
}

// A disk that cannot be looked at is no reason to stop: a write that fails says so itself.
TEST_F(DiskGuardTest, AFolderThatIsGone) {
  auto log = Open(0);
  DiskGuard guard(log.get(), folder_ / "nothing", 1);
  guard.Look();
  EXPECT_EQ(guard.stop(), DiskGuard::Stop::kNothing);
}

}  // namespace
}  // namespace kagimori::gateway
