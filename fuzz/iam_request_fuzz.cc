// A form body as each operation of IAM reads it: whatever is in it, reading ends, what was read is in the audit record
// as JSON, and where nothing was wrong the operation can say what it wants to be allowed.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "iam/operation.h"
#include "identity/account_snapshot.h"
#include "seal/testing/test_store.h"
#include "wire/json_structure.h"
#include "wire/query.h"

namespace kagimori::iam {
namespace {

const identity::Principal& Root() {
  static const auto* root = new identity::Principal{.kind = identity::Principal::Kind::kRoot,
                                                    .account = AccountId::FromNumber(7),
                                                    .arn = "arn:aws:iam::000000000007:root",
                                                    .unique_id = "000000000007",
                                                    .name = {}};
  return *root;
}

void Try(const Operation& operation, const wire::QueryParameters& parameters) {
  static const auto* store = new seal::TestStore;
  Parameters in(parameters);
  const auto request = operation.make(in);
  const std::string json = in.AuditJson();
  if (!json.empty() && !wire::JsonDocument::Parse(json)) abort();
  if (!in.Fault().empty()) return;
  const Call call{
      .caller = Root(),
      .account = std::make_shared<const identity::AccountSnapshot>(
          Root().account, std::nullopt, identity::AccountSnapshot::Head(), identity::AccountSnapshot::Parts()),
      .now = Timestamp{1'750'000'000'000},
      .hierarchy = *store->hierarchy};
  (void)request->Accounts();
  (void)request->Ask(call);
  std::string body;
  ResultWriter out(&body);
  (void)request->Run(call, out);
}

}  // namespace
}  // namespace kagimori::iam

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kagimori;
  if (size == 0) return 0;
  const auto operations = iam::AllOperations();
  const auto parameters = wire::QueryParameters::ParseForm({reinterpret_cast<const char*>(data) + 1, size - 1});
  if (parameters) iam::Try(operations[data[0] % operations.size()], *parameters);
  return 0;
}
