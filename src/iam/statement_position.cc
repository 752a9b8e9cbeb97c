#include "iam/statement_position.h"

#include <string>

namespace kagimori::iam {
namespace {

// The braces and brackets of a JSON text, one after the other, with the name under which the outermost ones stand.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<StatementPosition> Find(int index) {
    int seen = 0;
    for (; at_ < text_.size(); Step()) {
      const char c = text_[at_];
      if (c == '"') {
        ReadString();
      } else if (c == '{' || c == '[') {
        if (++depth_ == 2) list_ = c == '[';
        if (c == '{' && InStatements() && seen++ == index) start_ = Here();
      } else if (c == '}' || c == ']') {
        if (c == '}' && start_ && InStatements())
          return StatementPosition{*start_, {.line = line_, .column = column_ + 1}};
        --depth_;
      }
    }
    return std::nullopt;
  }

 private:
  bool InStatements() const { return name_ == "Statement" && depth_ == (list_ ? 3 : 2); }
  TextPosition Here() const { return {.line = line_, .column = column_}; }

  void Step() {
    const bool new_line = text_[at_++] == '\n';
    line_ += new_line ? 1 : 0;
    column_ = new_line ? 1 : column_ + 1;
  }

  // Ends on the closing quote. At depth 1 every string is a name or a member's whole value.
  void ReadString() {
    const size_t begin = at_ + 1;
    for (Step(); at_ < text_.size() && text_[at_] != '"'; Step()) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) Step();
    }
    if (depth_ == 1 && at_ <= text_.size()) name_ = text_.substr(begin, at_ - begin);
  }

  std::string_view text_;
  std::string_view name_;
  std::optional<TextPosition> start_;
  size_t at_ = 0;
  int depth_ = 0;
  int line_ = 1;
  int column_ = 1;
  bool list_ = false;
};

}  // namespace

std::optional<StatementPosition> FindStatement(std::string_view document, int index) {
  return Scanner(document).Find(index);
}

}  // namespace kagimori::iam
