#include "keys/clock_keeper.h"

#include "keys/paths.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::keys {

Result<records::ClockState> ClockKeeper::Load(const seal::KeyHierarchy& hierarchy, store::Store* store) {
  std::string path = ClockPath();
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult found, store::GetAndWait(*store, {path}));
  if (!found.records[0]) return records::ClockState{};
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, path, seal::kNoAccount, found.records[0]->value));
  return records::DecodeClock(opened.message);
}

ClockKeeper::ClockKeeper(const seal::KeyHierarchy* hierarchy, store::Store* store, const SystemClock* clock,
                         records::ClockState loaded)
    : hierarchy_(hierarchy), store_(store), clock_(clock), loaded_(loaded) {}

Result<> ClockKeeper::Save() {
  records::ClockState state{.high_water = clock_->Service(),
                            .uptime_seconds = UptimeSeconds(),
                            .development_offset_millis = clock_->offset().count()};
  std::string path = ClockPath();
  // Not a record that a head names: its version only has to differ from run to run, which the time sees to.
  uint64_t version = static_cast<uint64_t>(clock_->Wall().millis) + version_++;
  store::Transaction transaction;
  transaction.puts.push_back(
      {path, seal::SealRecord(*hierarchy_, {.path = path, .account = seal::kNoAccount, .version = version},
                              records::EncodeClock(state))});
  KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store_, std::move(transaction)));
  return {};
}

uint64_t ClockKeeper::UptimeSeconds() const {
  auto run = std::chrono::steady_clock::now() - started_;
  return loaded_.uptime_seconds + static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(run).count());
}

}  // namespace kagimori::keys
