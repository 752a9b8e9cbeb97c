#ifndef KAGIMORI_KEYS_RETIRING_H_
#define KAGIMORI_KEYS_RETIRING_H_

#include "keys/grant.h"

namespace kagimori::keys {

// Who asks to retire a grant, and what policies say to it.
struct RetiringCaller {
  const CallerForms& forms;
  AccountId account;
  bool is_root = false;
  // An identity policy of the caller's gives kms:RetireGrant on the key. A key policy cannot. Not asked for root users.
  bool policy_allows = false;
  // Some policy, a key policy too, denies it in so many words.
  bool policy_denies = false;
};

// AWS KMS developer guide, "Retiring and revoking grants": the retiring principal; the grantee, if the grant gives
// RetireGrant or the grantee is the retiring principal; the account in which the grant was made, by its root user; and
// whoever has kms:RetireGrant by an identity policy, in that account, the key's, or the one that is the retiring
// principal. Guess: root users count as having it; an account as grantee is treated as one as retiring principal.
bool MayRetire(const Grant& grant, const RetiringCaller& caller);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_RETIRING_H_
