#ifndef KAGIMORI_WIRE_JSON_STRUCTURE_H_
#define KAGIMORI_WIRE_JSON_STRUCTURE_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace kagimori::wire {

// Readable bytes that must follow a body (simdjson reads whole blocks). Their content does not matter.
inline constexpr size_t kJsonPadding = 64;
inline constexpr int kJsonMaxDepth = 32;
inline constexpr size_t kJsonMaxBytes = size_t{16} << 20;

enum class JsonFault {
  kEmpty,        // nothing but white space
  kTooLarge,     // over kJsonMaxBytes
  kNotAnObject,  // JSON perhaps, but its root is no object
  kSyntax,       // RFC 8259 broken anywhere, in members that nobody reads too; bytes after the object
  kEncoding,     // not UTF-8, or an escape of half a surrogate pair
  kDepth,        // nested over kJsonMaxDepth
};

enum class JsonType : uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };

// Walks the values of a JsonDocument in order. Everything it meets has been verified, so nothing here can fail; each
// Take… consumes the value it stands at. A small copyable view; the document must outlive it.
class JsonCursor {
 public:
  JsonType type() const;

  // REQUIRES (all): type() is the named one.
  void TakeNull() { ++index_; }
  bool TakeBoolean() { return text_[*index_++] == 't'; }
  // As written, e.g. "-1.50e3".
  std::string_view TakeNumber();
  // Between the quotes, escapes still in it: see AppendUnescaped.
  std::string_view TakeRawString();

  // Calls member(raw name, cursor) → bool; it must consume the value. Stops when it answers false, and then answers
  // false.
  template <class Member>
  bool TakeObject(Member&& member) {
    ++index_;
    while (text_[*index_] != '}') {
      std::string_view name = TakeRawString();
      ++index_;  // ':'
      if (!member(name, *this)) return false;
      if (text_[*index_] == ',') ++index_;
    }
    ++index_;
    return true;
  }

  // Calls element(cursor) → bool, as above.
  template <class Element>
  bool TakeArray(Element&& element) {
    ++index_;
    while (text_[*index_] != ']') {
      if (!element(*this)) return false;
      if (text_[*index_] == ',') ++index_;
    }
    ++index_;
    return true;
  }

  // Any value.
  void Skip();

 private:
  friend class JsonDocument;
  JsonCursor(const char* text, const uint32_t* index) : text_(text), index_(index) {}

  const char* text_;
  const uint32_t* index_;  // offsets of the tokens' first bytes
};

// A request body that is one JSON object, verified from its first byte to its last. simdjson finds the tokens and
// checks UTF-8 in one vectorised pass; the walk over them that verifies the grammar is ours, because simdjson's
// on-demand front skips what is not asked for and its DOM front copies every string, secret ones too. What is kept here
// are offsets only, never content.
class JsonDocument {
 public:
  // REQUIRES: kJsonPadding readable bytes after `body`; both outlive the document.
  static std::expected<JsonDocument, JsonFault> Parse(std::string_view body);

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  // At the root object.
  JsonCursor root() const;

 private:
  struct Tokens;
  struct ReturnTokens {
    void operator()(Tokens* tokens) const;
  };
  using TokensPtr = std::unique_ptr<Tokens, ReturnTokens>;
  JsonDocument(const char* text, TokensPtr tokens);

  const char* text_;
  TokensPtr tokens_;
};

// The text of a raw string: escapes replaced. REQUIRES: `raw` comes from a JsonCursor.
void AppendUnescaped(std::string_view raw, std::string* out);

// The same into a buffer of at least raw.size() bytes; returns how many were written.
size_t UnescapeTo(std::string_view raw, char* out);

inline bool HasEscapes(std::string_view raw) { return raw.find('\\') != std::string_view::npos; }

}  // namespace kagimori::wire

#endif  // KAGIMORI_WIRE_JSON_STRUCTURE_H_
