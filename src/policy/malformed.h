#ifndef KAGIMORI_POLICY_MALFORMED_H_
#define KAGIMORI_POLICY_MALFORMED_H_

#include <string>

#include "policy/document.h"

namespace kagimori::policy {

// A fault before it has AWS's text, which depends on the kind of the document.
struct Fault {
  MalformedPolicy::Fault fault = MalformedPolicy::Fault::kSyntax;
  std::string detail;  // for the operator
  std::string text;    // for the client, where it says more than the kind of fault
};

// With the text that AWS has for such a fault in a document of that kind.
MalformedPolicy Malformed(Kind kind, Fault fault);

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_MALFORMED_H_
