#ifndef KAGIMORI_AUTHZ_EXPLANATION_H_
#define KAGIMORI_AUTHZ_EXPLANATION_H_

#include <string>

#include "authz/combination.h"

namespace kagimori::authz {

// For the operator, in one line: `key policy arn:…, statement 2 "Use"; identity policy user/Bob/inline/Read, statement
// 0`, `no statement of the key policy allows it`. Never for the client: it names policies that are none of its
// business.
std::string Explain(const Permit& permit);
std::string Explain(const Refusal& refusal);

}  // namespace kagimori::authz

#endif  // KAGIMORI_AUTHZ_EXPLANATION_H_
