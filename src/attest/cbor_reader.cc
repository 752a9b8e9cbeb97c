#include "attest/cbor_reader.h"

#include <cbor.h>

#include <limits>
#include <utility>

namespace kagimori::attest {
namespace {

enum class Type {
  kOther,  // tags, booleans, floats, undefined
  kUnsigned,
  kNegative,
  kBytes,
  kBytesStart,
  kText,
  kTextStart,
  kArray,
  kArrayStart,
  kMap,
  kMapStart,
  kNull,
  kBreak,
};

std::unexpected<Error> Unexpected(const char* wanted) {
  return Fail(ErrorKind::kInvalid, std::string("CBOR: ") + wanted + " was expected");
}

}  // namespace

// What one call of the decoder found.
struct CborReader::Item {
  Type type = Type::kOther;
  uint64_t value = 0;  // of integers (a negative one is -1 - value), counts
  ByteView chunk;      // of strings; lies in the input

  template <Type type_of, class Integer>
  static void Set(void* item, Integer value) {
    static_cast<Item*>(item)->type = type_of;
    static_cast<Item*>(item)->value = value;
  }
  template <Type type_of>
  static void SetChunk(void* item, cbor_data data, size_t size) {
    static_cast<Item*>(item)->type = type_of;
    static_cast<Item*>(item)->chunk = {data, size};
  }
  template <Type type_of>
  static void SetType(void* item) {
    static_cast<Item*>(item)->type = type_of;
  }
  static cbor_callbacks Callbacks() {
    cbor_callbacks callbacks = cbor_empty_callbacks;  // which leave an item what it was made, kOther
    callbacks.uint8 = Set<Type::kUnsigned, uint8_t>;
    callbacks.uint16 = Set<Type::kUnsigned, uint16_t>;
    callbacks.uint32 = Set<Type::kUnsigned, uint32_t>;
    callbacks.uint64 = Set<Type::kUnsigned, uint64_t>;
    callbacks.negint8 = Set<Type::kNegative, uint8_t>;
    callbacks.negint16 = Set<Type::kNegative, uint16_t>;
    callbacks.negint32 = Set<Type::kNegative, uint32_t>;
    callbacks.negint64 = Set<Type::kNegative, uint64_t>;
    callbacks.byte_string = SetChunk<Type::kBytes>;
    callbacks.byte_string_start = SetType<Type::kBytesStart>;
    callbacks.string = SetChunk<Type::kText>;
    callbacks.string_start = SetType<Type::kTextStart>;
    callbacks.array_start = Set<Type::kArray, size_t>;
    callbacks.indef_array_start = SetType<Type::kArrayStart>;
    callbacks.map_start = Set<Type::kMap, size_t>;
    callbacks.indef_map_start = SetType<Type::kMapStart>;
    callbacks.null = SetType<Type::kNull>;
    callbacks.indef_break = SetType<Type::kBreak>;
    return callbacks;
  }
};

Result<CborReader::Item> CborReader::Next() {
  static const cbor_callbacks callbacks = Item::Callbacks();
  Item item;
  const cbor_decoder_result result = cbor_stream_decode(rest_.data(), rest_.size(), &callbacks, &item);
  if (result.status != CBOR_DECODER_FINISHED || result.read == 0 || result.read > rest_.size()) {
    return Fail(ErrorKind::kInvalid, "CBOR that is damaged or cut short");
  }
  rest_ = rest_.subspan(result.read);
  return item;
}

Result<uint64_t> CborReader::Unsigned() {
  KAGIMORI_ASSIGN_OR_RETURN(const Item item, Next());
  if (item.type != Type::kUnsigned) return Unexpected("an unsigned integer");
  return item.value;
}

Result<int64_t> CborReader::Integer() {
  KAGIMORI_ASSIGN_OR_RETURN(const Item item, Next());
  const bool is_negative = item.type == Type::kNegative;
  if ((!is_negative && item.type != Type::kUnsigned) || item.value > std::numeric_limits<int64_t>::max()) {
    return Unexpected("an integer of 64 bits");
  }
  const auto value = static_cast<int64_t>(item.value);
  return is_negative ? -1 - value : value;
}

Result<Bytes> CborReader::String(const Item& first, bool text, size_t least, size_t most) {
  const Type whole = text ? Type::kText : Type::kBytes;
  Bytes out;
  const auto append = [&](ByteView chunk) {
    const bool fits = chunk.size() <= most - out.size();
    if (fits) out.insert(out.end(), chunk.begin(), chunk.end());
    return fits;
  };
  bool fits = false;
  if (first.type == whole) {
    fits = append(first.chunk);
  } else if (first.type == (text ? Type::kTextStart : Type::kBytesStart)) {
    while (true) {  // ends: every round takes from the input
      KAGIMORI_ASSIGN_OR_RETURN(const Item item, Next());
      fits = item.type == Type::kBreak || (item.type == whole && append(item.chunk));
      if (!fits || item.type == Type::kBreak) break;
    }
  }
  if (!fits || out.size() < least) return Unexpected(text ? "a text of its length" : "a byte string of its length");
  return out;
}

Result<Bytes> CborReader::ByteString(size_t least, size_t most) {
  KAGIMORI_ASSIGN_OR_RETURN(const Item item, Next());
  return String(item, /*text=*/false, least, most);
}

Result<std::string> CborReader::TextString(size_t least, size_t most) {
  KAGIMORI_ASSIGN_OR_RETURN(const Item item, Next());
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes bytes, String(item, /*text=*/true, least, most));
  return std::string(AsText(bytes));
}

Result<std::optional<Bytes>> CborReader::ByteStringOrNull(size_t least, size_t most) {
  KAGIMORI_ASSIGN_OR_RETURN(const Item item, Next());
  if (item.type == Type::kNull) return std::nullopt;
  KAGIMORI_ASSIGN_OR_RETURN(Bytes bytes, String(item, /*text=*/false, least, most));
  return std::optional(std::move(bytes));
}

Result<CborReader::Sequence> CborReader::OpenArray() {
  KAGIMORI_ASSIGN_OR_RETURN(const Item item, Next());
  if (item.type != Type::kArray && item.type != Type::kArrayStart) return Unexpected("an array");
  Sequence sequence;
  if (item.type == Type::kArray) sequence.left_ = item.value;
  return sequence;
}

Result<CborReader::Sequence> CborReader::OpenMap() {
  KAGIMORI_ASSIGN_OR_RETURN(const Item item, Next());
  if (item.type != Type::kMap && item.type != Type::kMapStart) return Unexpected("a map");
  Sequence sequence;
  if (item.type == Type::kMap) sequence.left_ = item.value;
  return sequence;
}

Result<bool> CborReader::More(Sequence* sequence) {
  if (sequence->left_) {
    if (*sequence->left_ == 0) return false;
    --*sequence->left_;
    return true;
  }
  CborReader ahead = *this;
  KAGIMORI_ASSIGN_OR_RETURN(const Item item, ahead.Next());
  if (item.type != Type::kBreak) return true;
  *this = ahead;
  return false;
}

// By hand: libcbor before 0.10 takes the short form of most tags for damage.
void CborReader::SkipTag(uint8_t tag) {
  constexpr uint8_t kTagType = 6 << 5;  // RFC 8949 section 3.1
  if (!rest_.empty() && rest_.front() == (kTagType | tag)) rest_ = rest_.subspan(1);
}

}  // namespace kagimori::attest
