#include "store/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace kagimori::store {
namespace {

Result<> CheckKey(std::string_view key) {
  if (key.empty() || key.size() > kMaxKeySize) {
    return Fail(ErrorKind::kLimit, fmt::format("a key of {} bytes; 1 to {} are allowed", key.size(), kMaxKeySize));
  }
  return {};
}

}  // namespace

Result<> CheckGet(const std::vector<std::string>& keys) {
  if (keys.size() > kMaxGetKeys) {
    return Fail(ErrorKind::kLimit, fmt::format("a read of {} keys; {} are allowed", keys.size(), kMaxGetKeys));
  }
  for (const std::string& key : keys) KAGIMORI_RETURN_IF_ERROR(CheckKey(key));
  return {};
}

Result<> CheckRange(const RangeRequest& request) {
  if (request.limit == 0 || request.limit > kMaxRangeRecords) {
    return Fail(ErrorKind::kLimit,
                fmt::format("a range of {} records; 1 to {} are allowed", request.limit, kMaxRangeRecords));
  }
  if (request.begin.size() > kMaxKeySize + 1 || request.end.size() > kMaxKeySize + 1) {
    return Fail(ErrorKind::kLimit, "the bound of a range is longer than a key");
  }
  return {};
}

size_t TransactionBytes(const Transaction& transaction) {
  size_t bytes = 0;
  for (const Precondition& precondition : transaction.preconditions) bytes += precondition.key.size();
  for (const Put& put : transaction.puts) bytes += put.key.size() + put.value.size();
  for (const std::string& key : transaction.deletes) bytes += key.size();
  return bytes;
}

std::vector<std::string> ChangedKeys(const Transaction& transaction) {
  std::vector<std::string> keys = transaction.deletes;
  keys.reserve(keys.size() + transaction.puts.size());
  for (const Put& put : transaction.puts) keys.push_back(put.key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

Result<> CheckTransaction(const Transaction& transaction) {
  size_t operations = transaction.preconditions.size() + transaction.puts.size() + transaction.deletes.size();
  if (operations > kMaxTransactionOperations) {
    return Fail(ErrorKind::kLimit,
                fmt::format("a transaction of {} operations; {} are allowed", operations, kMaxTransactionOperations));
  }
  for (const Precondition& precondition : transaction.preconditions) {
    KAGIMORI_RETURN_IF_ERROR(CheckKey(precondition.key));
  }
  for (const std::string& key : transaction.deletes) KAGIMORI_RETURN_IF_ERROR(CheckKey(key));
  for (const Put& put : transaction.puts) {
    KAGIMORI_RETURN_IF_ERROR(CheckKey(put.key));
    if (put.value.size() > kMaxValueSize) {
      return Fail(ErrorKind::kLimit,
                  fmt::format("a value of {} bytes; {} are allowed", put.value.size(), kMaxValueSize));
    }
  }
  if (size_t bytes = TransactionBytes(transaction); bytes > kMaxTransactionBytes) {
    return Fail(ErrorKind::kLimit,
                fmt::format("a transaction of {} bytes; {} are allowed", bytes, kMaxTransactionBytes));
  }
  // A cluster store refuses a key written twice (etcd: "duplicate key given in txn request"), so none may take it.
  std::vector<std::string> changed = ChangedKeys(transaction);
  if (std::adjacent_find(changed.begin(), changed.end()) != changed.end()) {
    return Fail(ErrorKind::kInvalid, "a transaction writes a key twice");
  }
  return {};
}

}  // namespace kagimori::store
