#ifndef KAGIMORI_IAM_WRITE_ENTITY_H_
#define KAGIMORI_IAM_WRITE_ENTITY_H_

#include "iam/call.h"
#include "identity/entities.h"

namespace kagimori::iam {

// Structures of the model that several operations answer. What is shown where: as recorded from AWS.

enum class Detail {
  kNew,   // of Create…: tags as they were given
  kFull,  // of Get…
  kList,  // of List…: neither tags nor boundary
};

void WriteUser(const Call& call, const identity::User& user, Detail detail, ResultWriter& out);
void WriteGroup(const Call& call, const identity::Group& group, ResultWriter& out);
// `session`: MaxSessionDuration is shown.
void WriteRole(const Call& call, const identity::Role& role, Detail detail, bool session, ResultWriter& out);
void WritePolicy(const Call& call, const identity::ManagedPolicy& policy, const identity::AccountSnapshot::Usage& usage,
                 Detail detail, ResultWriter& out);

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_WRITE_ENTITY_H_
