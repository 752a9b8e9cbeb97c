#ifndef KAGIMORI_SSM_LISTING_H_
#define KAGIMORI_SSM_LISTING_H_

#include <optional>
#include <string>
#include <vector>

#include "ssm/filters.h"
#include "ssm/session.h"

namespace kagimori::ssm {

// Paging tokens: sealed, and bound to the caller's account, the Region, the operation and what it lists.
class Tokens {
 public:
  Tokens(const Session& session, std::string_view binding);
  std::string Seal(std::string_view position) const;
  // What Seal was given; empty where there is no token. InvalidNextToken for any other.
  OrError<std::string> Open(const std::optional<std::string>& token) const;

 private:
  const seal::KeyHierarchy& hierarchy_;
  AccountId account_;
  std::string binding_;
};

struct Listed {
  parameters::ParameterPtr parameter;
  parameters::Labels labels;  // where a filter wants them
};
struct ListedPage {
  std::vector<Listed> parameters;
  std::string next;  // position; empty at the end
};
// At most `limit` parameters below a level that the filters let through, from `position` on. It looks at a bounded
// number of them, so that a page may be short, or empty, and another one follows all the same.
Task<OrError<ListedPage>> ListFiltered(Session& session, std::string level, parameters::Depth depth,
                                       const Filters& filters, std::string position, size_t limit);

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_LISTING_H_
