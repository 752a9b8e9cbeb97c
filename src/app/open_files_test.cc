#include "app/open_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace kagimori::app {
namespace {

class OpenFiles : public testing::Test {
 protected:
  OpenFiles() { getrlimit(RLIMIT_NOFILE, &before_); }
  ~OpenFiles() override { setrlimit(RLIMIT_NOFILE, &before_); }
  void SetSoft(rlim_t soft) {
    const rlimit limit{soft, before_.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  static rlim_t Soft() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
  }

  rlimit before_{};
};

TEST_F(OpenFiles, TheLimitIsRaisedAsFarAsItGoes) {
  SetSoft(700);
  RaiseFileLimit();
  EXPECT_EQ(Soft(), before_.rlim_max);
}

TEST_F(OpenFiles, ConnectionsLeaveTheServerItsOwn) {
  SetSoft(kReservedFiles + 100);
  EXPECT_EQ(ConnectionsWithinFileLimit(20'000).value(), 100u);
  EXPECT_EQ(ConnectionsWithinFileLimit(101).value(), 100u);
  EXPECT_EQ(ConnectionsWithinFileLimit(100).value(), 100u);
  EXPECT_EQ(ConnectionsWithinFileLimit(7).value(), 7u);
  SetSoft(kReservedFiles);
  EXPECT_EQ(ConnectionsWithinFileLimit(1).error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace kagimori::app
