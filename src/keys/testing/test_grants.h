#ifndef KAGIMORI_KEYS_TESTING_TEST_GRANTS_H_
#define KAGIMORI_KEYS_TESTING_TEST_GRANTS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "keys/grant_paths.h"
#include "keys/grant_table.h"
#include "keys/testing/test_keys.h"

// For tests of this room and of the rooms above: grants, made and ended as the operations do it.
namespace kagimori::keys {

inline GrantPrincipal TestAccountPrincipal(AccountId account) {
  return {.form = {.kind = PrincipalKind::kAccount, .id = account.ToString()},
          .account = account,
          .given = "arn:aws:iam::" + account.ToString() + ":root"};
}
inline GrantPrincipal TestRole(const std::string& name, AccountId account = kOtherAccount) {
  return {.form = {.kind = PrincipalKind::kRole, .id = "AROA" + name},
          .account = account,
          .given = "arn:aws:iam::" + account.ToString() + ":role/" + name};
}

// Complete but for its id.
inline Grant TestGrant(GrantPrincipal grantee = TestRole("ONE"),
                       GrantOperations operations = {GrantOperation::kDecrypt}, KeyName key = TestName()) {
  return {.key = key,
          .id = {},
          .grantee = std::move(grantee),
          .terms = {.operations = operations, .constraints = {}},
          .issuing_account = kTestAccount,
          .created = kTestNow};
}

// A stored key on which grants are made.
struct GrantRoom : KeyRoom {
  GrantRoom() { key = Create(); }

  GrantTable& grants() { return table.grants(); }
  GrantTable::Draft Prepare(const Grant& grant) { return SyncWait(grants().Prepare(grant)).value(); }

  Change ChangeFor(Grant grant, const GrantTable::Draft& draft) {
    grant.id = draft.id;
    Change change;
    change.grants.push_back({.key = Load(grant.key),
                             .before = nullptr,
                             .after = std::make_shared<const Grant>(std::move(grant)),
                             .place = draft.place});
    return change;
  }
  Result<GrantId> TryGive(const Grant& grant) {
    GrantTable::Draft draft = Prepare(grant);
    if (draft.same != nullptr) return draft.same->id;
    KAGIMORI_RETURN_IF_ERROR(CommitAnyhow(ChangeFor(grant, draft)));
    return draft.id;
  }
  GrantId Give(const Grant& grant) { return TryGive(grant).value(); }

  std::shared_ptr<const Grant> Find(const GrantId& id, const KeyName& name = TestName()) {
    return SyncWait(grants().Find(name, id)).value();
  }
  Change RemovalOf(const std::shared_ptr<const Grant>& grant) {
    Change change;
    change.grants.push_back(
        {.key = nullptr, .before = grant, .after = nullptr, .place = SyncWait(grants().FindPlace(grant)).value()});
    return change;
  }
  void End(const GrantId& id, const KeyName& name = TestName()) { CommitAnyhow(RemovalOf(Find(id, name))).value(); }

  Result<std::shared_ptr<const GrantSet>> TryLoadSet(const GrantPrincipal& grantee, const KeyName& name = TestName()) {
    return SyncWait(grants().Load({.key = name, .grantee = grantee.form}));
  }
  std::shared_ptr<const GrantSet> LoadSet(const GrantPrincipal& grantee, const KeyName& name = TestName()) {
    return TryLoadSet(grantee, name).value();
  }

  // With an event of its own, however many there were.
  Result<store::Revision> CommitAnyhow(const Change& change) {
    OutboxEvent event{.id = {}, .line = "{}"};
    event.id[0] = 0xDD;
    for (size_t i = 0; i < 4; ++i) event.id[1 + i] = static_cast<uint8_t>(made >> (8 * i));
    ++made;
    return SyncWait(committer.Commit(change, event));
  }

  std::shared_ptr<const Key> key;
  uint32_t made = 0;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_TESTING_TEST_GRANTS_H_
