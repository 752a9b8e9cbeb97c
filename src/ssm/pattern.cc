#include "ssm/pattern.h"

#include <re2/re2.h>

#include <utility>

#include "ssm/value_reader.h"

namespace kagimori::ssm {
namespace {

constexpr int64_t kMaxMemory = int64_t{1} << 20;  // of the program and what its matching keeps

RE2::Options Options() {
  RE2::Options options;
  options.set_log_errors(false);  // the pattern is the client's
  options.set_never_capture(true);
  options.set_max_mem(kMaxMemory);
  return options;
}

}  // namespace

struct AllowedPattern::State {
  explicit State(std::string_view text) : expression(re2::StringPiece(text.data(), text.size()), Options()) {}
  RE2 expression;
};

AllowedPattern::AllowedPattern(std::unique_ptr<State> state) : state_(std::move(state)) {}
AllowedPattern::~AllowedPattern() = default;

std::unique_ptr<AllowedPattern> AllowedPattern::Compile(std::string_view text) {
  auto state = std::make_unique<State>(text);
  if (!state->expression.ok()) return nullptr;
  return std::unique_ptr<AllowedPattern>(new AllowedPattern(std::move(state)));
}

bool AllowedPattern::Matches(const secret::SecretBytes& value) const {
  const std::string_view text = ValueReader::Read(value);
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), state_->expression);
}

}  // namespace kagimori::ssm
