#include "app/data_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "app/testing/temporary_folder.h"

namespace kagimori::app {
namespace {

using ::testing::HasSubstr;

void Touch(const std::filesystem::path& file) { std::ofstream(file) << "x"; }

TEST(DataFolder, IsMadePrivateWithTheFoldersAboveIt) {
  testing::TemporaryFolder base;
  auto folder = DataFolder::OpenOrCreate(base.path() / "a/b/c/");
  ASSERT_TRUE(folder) << folder.error().text;
  for (const char* made : {"a", "a/b", "a/b/c"}) {
    struct stat status;
    ASSERT_EQ(stat((base.path() / made).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u) << made;
  }
  EXPECT_EQ(folder->IsEmpty(), true);
}

TEST(DataFolder, OpenMakesNothing) {
  testing::TemporaryFolder base;
  auto folder = DataFolder::Open(base.path() / "none");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, ErrorKind::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(base.path() / "none"));
}

TEST(DataFolder, OneHolderWhoIsNamed) {
  testing::TemporaryFolder base;
  {
    auto first = DataFolder::Open(base.path());
    ASSERT_TRUE(first);
    auto second = DataFolder::Open(base.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::kUnavailable);
    EXPECT_THAT(second.error().text, HasSubstr("process " + std::to_string(getpid()) + ")"));
  }
  EXPECT_TRUE(DataFolder::Open(base.path()));
}

TEST(DataFolder, OthersMustNotBeAbleToEnter) {
  testing::TemporaryFolder base;
  ASSERT_EQ(chmod(base.path().c_str(), 0750), 0);
  auto folder = DataFolder::Open(base.path());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, ErrorKind::kIo);
}

TEST(DataFolder, AnUnfinishedFillingIsCleared) {
  testing::TemporaryFolder base;
  {
    auto folder = DataFolder::Open(base.path());
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->BeginFilling());
    std::filesystem::create_directories(base.path() / "store/deep");
    Touch(base.path() / "store/deep/file");
    Touch(base.path() / "deployment.json");
  }  // a crash
  auto folder = DataFolder::Open(base.path());
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->IsUnfinished());
  ASSERT_TRUE(folder->BeginFilling());
  EXPECT_FALSE(std::filesystem::exists(base.path() / "store"));
  EXPECT_FALSE(std::filesystem::exists(base.path() / "deployment.json"));
  Touch(base.path() / "deployment.json");
  ASSERT_TRUE(folder->FinishFilling());
  EXPECT_FALSE(folder->IsUnfinished());
  EXPECT_TRUE(std::filesystem::exists(base.path() / "deployment.json"));
}

TEST(DataFolder, WhatSomebodyElsePutThereIsNeverRemoved) {
  testing::TemporaryFolder base;
  Touch(base.path() / "letters.txt");
  auto folder = DataFolder::Open(base.path());
  ASSERT_TRUE(folder);
  auto begun = folder->BeginFilling();
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(folder->Discard());
  EXPECT_TRUE(std::filesystem::exists(base.path() / "letters.txt"));
}

TEST(DataFolder, DiscardLeavesItEmpty) {
  testing::TemporaryFolder base;
  testing::TemporaryFolder elsewhere;
  Touch(elsewhere.path() / "kept");
  auto folder = DataFolder::Open(base.path());
  ASSERT_TRUE(folder);
  ASSERT_TRUE(folder->BeginFilling());
  std::filesystem::create_directory_symlink(elsewhere.path(), base.path() / "link");
  ASSERT_TRUE(folder->Discard());
  EXPECT_EQ(folder->IsEmpty(), true);
  EXPECT_TRUE(std::filesystem::exists(elsewhere.path() / "kept"));
}

}  // namespace
}  // namespace kagimori::app
