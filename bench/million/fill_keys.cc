// Fills the store of a development data folder that no server uses with keys, through the rooms' own code: the records
// are those of CreateKey, sealed and in the ledger, but no audit event is made of them. Or times the commits of such
// keys with and without the ledger. Prints one line of JSON.
#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "crypto/random.h"
#include "keys/change.h"
#include "keys/material_life.h"
#include "seal/deployment.h"
#include "seal/hierarchy.h"
#include "seal/ledger.h"
#include "seal/slots.h"
#include "store/rocksdb/rocksdb_store.h"

namespace kagimori::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Options {
  std::filesystem::path data;
  std::filesystem::path ids;
  size_t keys = 0;
  size_t in_flight = 512;
  size_t ledger_rounds = 0;
  uint32_t rotation_days = 0;
};

double SecondsSince(SteadyClock::time_point then) {
  return std::chrono::duration<double>(SteadyClock::now() - then).count();
}

struct OpenStore {
  std::unique_ptr<store::Store> store;
  std::unique_ptr<seal::KeyHierarchy> hierarchy;
  std::unique_ptr<seal::Ledger> ledger;
};

Result<OpenStore> Open(const std::filesystem::path& data) {
  OpenStore open;
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, seal::LoadDeployment(data));
  if (deployment.kind != seal::DeploymentKind::kDevelopment) {
    return Fail(ErrorKind::kInvalid, "only a development server's store is filled");
  }
  KAGIMORI_ASSIGN_OR_RETURN(open.store, store::RocksDbStore::Open({.folder = data / "store"}));
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretKey256 root_key, seal::OpenAnyDevelopmentSlot(data, deployment));
  KAGIMORI_ASSIGN_OR_RETURN(open.hierarchy,
                            seal::KeyHierarchy::Load(std::move(root_key), open.store.get(), deployment));
  KAGIMORI_ASSIGN_OR_RETURN(open.ledger, seal::Ledger::Open(open.hierarchy.get(), open.store.get()));
  open.store->SetLedger(open.ledger.get());
  return open;
}

// What CreateKey commits for a key without description, policy and tags, less the event in the outbox: a start would
// have to deliver them all.
Result<store::Transaction> NewKey(const seal::KeyHierarchy& hierarchy, const KeyId& id, uint32_t rotation_days) {
  const Timestamp now = SystemClock().Wall();
  keys::Key key{.name = {.account = AccountId::FromNumber(0), .region = *Region::Parse("us-east-1"), .id = id}};
  key.created = now;
  if (rotation_days != 0) keys::StartRotation(rotation_days, now, &key);
  keys::KeyChange created{.before = nullptr,
                          .after = std::move(key),
                          .parts = {},
                          .material = keys::NewMaterial{.bytes = {}, .created = now}};
  crypto::FillRandom(created.material->id);
  created.material->bytes = crypto::RandomSecret(32);
  keys::Change change;
  change.keys.push_back(std::move(created));
  KAGIMORI_ASSIGN_OR_RETURN(store::Transaction transaction, keys::BuildTransaction(hierarchy, change, {}));
  std::erase_if(transaction.puts, [](const store::Put& put) { return put.key.starts_with(keys::OutboxPrefix()); });
  return transaction;
}

// Commits of which at most `in_flight` wait at a time.
class Committer {
 public:
  Committer(store::Store* store, size_t in_flight) : store_(store), in_flight_(in_flight) {}

  void Commit(store::Transaction transaction) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return under_way_ < in_flight_; });
    ++under_way_;
    lock.unlock();
    store_->Commit(std::move(transaction), [this](Result<store::Revision> result) {
      std::lock_guard inner(mutex_);
      if (!result && !error_) error_ = result.error();
      --under_way_;
      changed_.notify_one();
    });
  }

  Result<> Finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return under_way_ == 0; });
    if (error_) return std::unexpected(*error_);
    return {};
  }

 private:
  store::Store* store_;
  const size_t in_flight_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t under_way_ = 0;
  std::optional<Error> error_;
};

KeyId RandomKeyId() { return {.kind = KeyId::Kind::kSingleRegion, .bytes = crypto::RandomUuid()}; }

Result<> Fill(const Options& options) {
  std::ofstream ids(options.ids, std::ios::binary);
  if (!ids) return Fail(ErrorKind::kIo, "the file of ids cannot be made");
  KAGIMORI_ASSIGN_OR_RETURN(OpenStore open, Open(options.data));
  const auto started = SteadyClock::now();
  {
    Committer committer(open.store.get(), options.in_flight);
    for (size_t i = 0; i < options.keys; ++i) {
      const KeyId id = RandomKeyId();
      KAGIMORI_ASSIGN_OR_RETURN(store::Transaction transaction, NewKey(*open.hierarchy, id, options.rotation_days));
      ids.write(reinterpret_cast<const char*>(id.bytes.data()), static_cast<std::streamsize>(id.bytes.size()));
      committer.Commit(std::move(transaction));
    }
    KAGIMORI_RETURN_IF_ERROR(committer.Finish());
  }
  const double seconds = SecondsSince(started);
  open.store->Close();
  if (!ids.flush()) return Fail(ErrorKind::kIo, "the file of ids cannot be written");
  std::printf("{\"keys\": %zu, \"seconds\": %.3f, \"rate\": %.1f}\n", options.keys, seconds,
              static_cast<double>(options.keys) / seconds);
  return {};
}

// Keys per second of one batch that was sealed before the clock starts.
Result<double> CommitRate(const OpenStore& open, const Options& options) {
  std::vector<store::Transaction> transactions;
  transactions.reserve(options.keys);
  for (size_t i = 0; i < options.keys; ++i) {
    KAGIMORI_ASSIGN_OR_RETURN(store::Transaction transaction, NewKey(*open.hierarchy, RandomKeyId(), 0));
    transactions.push_back(std::move(transaction));
  }
  const auto started = SteadyClock::now();
  Committer committer(open.store.get(), options.in_flight);
  for (store::Transaction& transaction : transactions) committer.Commit(std::move(transaction));
  KAGIMORI_RETURN_IF_ERROR(committer.Finish());
  return static_cast<double>(options.keys) / SecondsSince(started);
}

// Batches in turn without and with the ledger. The store is none that a server would open afterwards.
Result<> TimeLedger(const Options& options) {
  KAGIMORI_ASSIGN_OR_RETURN(OpenStore open, Open(options.data));
  KAGIMORI_RETURN_IF_ERROR(CommitRate(open, options));
  std::string without;
  std::string with;
  for (size_t round = 0; round < options.ledger_rounds; ++round) {
    for (int turn = 0; turn < 2; ++turn) {
      const bool kept = (turn == 1) != (round % 2 == 1);  // neither is always the first of its pair
      open.store->SetLedger(kept ? open.ledger.get() : nullptr);
      KAGIMORI_ASSIGN_OR_RETURN(const double rate, CommitRate(open, options));
      std::string& list = kept ? with : without;
      list += (list.empty() ? "" : ", ") + std::to_string(rate);
    }
  }
  open.store->Close();
  std::printf("{\"in_flight\": %zu, \"without\": [%s], \"with\": [%s]}\n", options.in_flight, without.c_str(),
              with.c_str());
  return {};
}

}  // namespace
}  // namespace kagimori::bench

int main(int argc, char** argv) {
  CLI::App app("Fills a development server's store with keys");
  kagimori::bench::Options options;
  app.add_option("--data", options.data, "the data folder, which no server may use")->required();
  app.add_option("--keys", options.keys, "how many; with --ledger-rounds: in a batch")->required();
  app.add_option("--ids", options.ids, "file for the keys' ids, 16 bytes each");
  app.add_option("--in-flight", options.in_flight, "commits that wait at a time")->check(CLI::Range(1, 4096));
  app.add_option("--ledger-rounds", options.ledger_rounds,
                 "times pairs of batches without and with the ledger instead");
  app.add_option("--rotation-days", options.rotation_days, "keys that rotate so many days after this");
  CLI11_PARSE(app, argc, argv);
  auto done = options.ledger_rounds > 0 ? kagimori::bench::TimeLedger(options) : kagimori::bench::Fill(options);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", kagimori::Describe(done.error()).c_str());
  return 1;
}
