#ifndef KAGIMORI_IAM_STATEMENT_POSITION_H_
#define KAGIMORI_IAM_STATEMENT_POSITION_H_

#include <optional>
#include <string_view>

namespace kagimori::iam {

// Where a statement stands in a policy's text, as AWS's simulator tells it: lines and columns from 1, columns in bytes,
// the end behind the closing brace.
struct TextPosition {
  int line = 1;
  int column = 1;
  bool operator==(const TextPosition&) const = default;
};
struct StatementPosition {
  TextPosition start;
  TextPosition end;
};

// `index`: among the elements of "Statement", or 0 where that is one object. Nothing: there is no such statement.
// REQUIRES: `document` is JSON.
std::optional<StatementPosition> FindStatement(std::string_view document, int index);

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_STATEMENT_POSITION_H_
