#ifndef KAGIMORI_KEYS_RESEAL_H_
#define KAGIMORI_KEYS_RESEAL_H_

#include <set>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "seal/hierarchy.h"

namespace kagimori::keys {

// How stored records move from one term to another, whatever they hold.

struct Resealed {
  Bytes value;
  std::string message;  // what is in it
};

// The record sealed anew under the current term, as the same version with the same message; a secret in it is wrapped
// anew. kCorrupt: it does not open, or is of a type that nobody has said here how to move. kConflict: another term
// began meanwhile; try again. REQUIRES: neither the deployment record nor one of the ledger's, which move by
// themselves.
Result<Resealed> Reseal(const seal::KeyHierarchy& hierarchy, std::string_view path, ByteView stored);

// Whether the record, or the secret in it, is under one of `terms`: then it would be lost with them. Opens records that
// hold secrets.
Result<bool> Needs(const seal::KeyHierarchy& hierarchy, std::string_view path, ByteView stored,
                   const std::set<seal::TermId>& terms);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_RESEAL_H_
