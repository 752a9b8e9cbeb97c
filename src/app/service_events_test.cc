#include "app/service_events.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <utility>

#include "audit/testing/log_folder.h"

namespace kagimori::app {
namespace {

std::unique_ptr<audit::Log> OpenThatSyncsOnlyWhenAsked(const audit::LogFolder& folder) {
  audit::LogOptions options = folder.Options();
  options.durability = audit::Durability::kWritten;
  options.sync_interval = std::chrono::hours(1);
  auto log = audit::Log::Open(options);
  EXPECT_TRUE(log.has_value());
  return *std::move(log);
}

TEST(ServiceEventsTest, AnAdministrativeChangeIsOnStableStorageWhenItIsRecorded) {
  audit::LogFolder folder;
  auto log = OpenThatSyncsOnlyWhenAsked(folder);
  ASSERT_TRUE(AppendAdministrationEvent({.name = "AddSlot"}, Timestamp(), log.get()).has_value());
  EXPECT_EQ(log->Head().sequence, 1u);
  EXPECT_EQ(log->SyncedSequence(), 1u);
  ASSERT_TRUE(AppendTermEvent("DestroyTerm", 2, Timestamp(), log.get()).has_value());
  EXPECT_EQ(log->SyncedSequence(), 2u);
}

TEST(ServiceEventsTest, AQuestionWaitsForNoDisk) {
  audit::LogFolder folder;
  auto log = OpenThatSyncsOnlyWhenAsked(folder);
  ASSERT_TRUE(AppendAdministrationEvent({.name = "Status", .read_only = true}, Timestamp(), log.get()).has_value());
  EXPECT_EQ(log->Head().sequence, 1u);
  EXPECT_EQ(log->SyncedSequence(), 0u);
}

}  // namespace
}  // namespace kagimori::app
