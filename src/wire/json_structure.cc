#include "wire/json_structure.h"

#include <simdjson.h>

#include <utility>
#include <vector>

#include "wire/json_grammar.h"

namespace kagimori::wire {

// simdjson's token finder with its memory (four bytes for each byte of capacity).
struct JsonDocument::Tokens {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> finder;
  size_t capacity = 0;
};

namespace {

constexpr size_t kSmallBody = 16 * 1024;
constexpr size_t kKeptFinders = 8;

bool EndsScalar(char c) { return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Verifies the grammar over the tokens that simdjson found, recursion bounded by kJsonMaxDepth.
class Verifier {
 public:
  Verifier(const char* text, const uint32_t* index, const uint32_t* end) : text_(text), index_(index), end_(end) {}

  std::expected<void, JsonFault> Run() {
    if (index_ == end_) return std::unexpected(JsonFault::kEmpty);
    if (text_[*index_] != '{') return std::unexpected(JsonFault::kNotAnObject);
    if (!Object(1)) return std::unexpected(fault_);
    if (index_ != end_) return std::unexpected(JsonFault::kSyntax);
    return {};
  }

 private:
  bool Fault(JsonFault fault) {
    fault_ = fault;
    return false;
  }
  bool Syntax() { return Fault(JsonFault::kSyntax); }
  // NUL, which starts no token, at the end.
  char Peek() const { return index_ == end_ ? '\0' : text_[*index_]; }
  bool Take(char token) {
    if (Peek() != token) return Syntax();
    ++index_;
    return true;
  }

  bool Object(int depth) {
    if (depth > kJsonMaxDepth) return Fault(JsonFault::kDepth);
    ++index_;
    if (Peek() == '}') return Take('}');
    while (true) {
      if (Peek() != '"') return Syntax();
      if (!String() || !Take(':') || !Value(depth)) return false;
      if (Peek() != ',') return Take('}');
      ++index_;
    }
  }

  bool Array(int depth) {
    if (depth > kJsonMaxDepth) return Fault(JsonFault::kDepth);
    ++index_;
    if (Peek() == ']') return Take(']');
    while (true) {
      if (!Value(depth)) return false;
      if (Peek() != ',') return Take(']');
      ++index_;
    }
  }

  bool Value(int depth) {
    switch (Peek()) {
      case '"':
        return String();
      case '{':
        return Object(depth + 1);
      case '[':
        return Array(depth + 1);
      case 't':
        return Literal("true");
      case 'f':
        return Literal("false");
      case 'n':
        return Literal("null");
      default:
        return Number();
    }
  }

  bool Literal(std::string_view word) {
    const char* begin = text_ + *index_++;
    // The padding makes reading past the body's end harmless.
    return (std::string_view(begin, word.size()) == word && EndsScalar(begin[word.size()])) || Syntax();
  }

  bool Number() {
    if (index_ == end_) return Syntax();
    const char* end = ScanJsonNumber(text_ + *index_++);
    return (end != nullptr && EndsScalar(*end)) || Syntax();
  }

  bool String() {
    // A string is never the last token of an object, so there is a next one to find its end from.
    if (index_ + 1 == end_) return Syntax();
    const char* begin = text_ + *index_ + 1;
    const char* quote = LastBeforeSpace(text_ + index_[1]);
    if (quote < begin || *quote != '"') return Syntax();
    ++index_;
    switch (CheckJsonEscapes({begin, static_cast<size_t>(quote - begin)})) {
      case EscapeCheck::kGood:
        return true;
      case EscapeCheck::kSurrogate:
        return Fault(JsonFault::kEncoding);
      default:
        return Syntax();
    }
  }

  const char* text_;
  const uint32_t* index_;
  const uint32_t* end_;
  JsonFault fault_ = JsonFault::kSyntax;
};

// Finders that are not in use on this thread. A document may be destroyed on another thread than it was made on; its
// finder then changes pools, which is harmless: finders hold offsets only and belong to one owner at any time.
template <class Tokens>
std::vector<std::unique_ptr<Tokens>>& Pool() {
  thread_local std::vector<std::unique_ptr<Tokens>> pool;
  return pool;
}

}  // namespace

void JsonDocument::ReturnTokens::operator()(Tokens* tokens) const {
  std::unique_ptr<Tokens> owned(tokens);
  auto& pool = Pool<Tokens>();
  if (owned->capacity <= kSmallBody && pool.size() < kKeptFinders) pool.push_back(std::move(owned));
}

JsonDocument::JsonDocument(const char* text, TokensPtr tokens) : text_(text), tokens_(std::move(tokens)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

std::expected<JsonDocument, JsonFault> JsonDocument::Parse(std::string_view body) {
  if (body.empty()) return std::unexpected(JsonFault::kEmpty);
  if (body.size() > kJsonMaxBytes) return std::unexpected(JsonFault::kTooLarge);

  TokensPtr tokens;
  if (auto& pool = Pool<Tokens>(); body.size() <= kSmallBody && !pool.empty()) {
    tokens.reset(pool.back().release());
    pool.pop_back();
  } else {
    tokens.reset(new Tokens);
    tokens->capacity = body.size() <= kSmallBody ? kSmallBody : body.size();
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(tokens->capacity, kJsonMaxDepth,
                                                                                tokens->finder) != simdjson::SUCCESS) {
      throw std::bad_alloc();
    }
  }
  auto& finder = *tokens->finder;
  switch (finder.stage1(reinterpret_cast<const uint8_t*>(body.data()), body.size(), simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS:
      break;
    case simdjson::EMPTY:
      return std::unexpected(JsonFault::kEmpty);
    case simdjson::UTF8_ERROR:
      return std::unexpected(JsonFault::kEncoding);
    default:
      return std::unexpected(JsonFault::kSyntax);
  }
  const uint32_t* begin = finder.structural_indexes.get();
  Verifier verifier(body.data(), begin, begin + finder.n_structural_indexes);
  if (auto good = verifier.Run(); !good) return std::unexpected(good.error());
  return JsonDocument(body.data(), std::move(tokens));
}

JsonCursor JsonDocument::root() const { return {text_, tokens_->finder->structural_indexes.get()}; }

JsonType JsonCursor::type() const {
  switch (text_[*index_]) {
    case '"':
      return JsonType::kString;
    case '{':
      return JsonType::kObject;
    case '[':
      return JsonType::kArray;
    case 't':
    case 'f':
      return JsonType::kBoolean;
    case 'n':
      return JsonType::kNull;
    default:
      return JsonType::kNumber;
  }
}

std::string_view JsonCursor::TakeNumber() {
  const char* begin = text_ + *index_++;
  return {begin, static_cast<size_t>(LastBeforeSpace(text_ + *index_) + 1 - begin)};
}

std::string_view JsonCursor::TakeRawString() {
  const char* begin = text_ + *index_++ + 1;
  return {begin, static_cast<size_t>(LastBeforeSpace(text_ + *index_) - begin)};
}

void JsonCursor::Skip() {
  int depth = 0;
  do {
    char token = text_[*index_++];
    if (token == '{' || token == '[') ++depth;
    if (token == '}' || token == ']') --depth;
  } while (depth > 0);
}

}  // namespace kagimori::wire
