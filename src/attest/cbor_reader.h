#ifndef KAGIMORI_ATTEST_CBOR_READER_H_
#define KAGIMORI_ATTEST_CBOR_READER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace kagimori::attest {

// CBOR (RFC 8949) that somebody else wrote, read item by item: the caller says what has to come next, and everything
// else is kInvalid. So nothing nests deeper than the callers go, nothing is skipped, and a length that the input claims
// is never allocated: it is held against the caller's bound and against what is there. Definite and indefinite lengths
// are taken alike, and integers in more bytes than they need. What texts hold (UTF-8) is the caller's to check.
//
// After a failure the reader is where it was left; read no further.
class CborReader {
 public:
  // `input` outlives the reader.
  explicit CborReader(ByteView input) : rest_(input) {}

  Result<uint64_t> Unsigned();
  Result<int64_t> Integer();
  // Of `least` to `most` bytes, in one piece or in several.
  Result<Bytes> ByteString(size_t least, size_t most);
  Result<std::string> TextString(size_t least, size_t most);
  // Nothing for null.
  Result<std::optional<Bytes>> ByteStringOrNull(size_t least, size_t most);

  // An array or a map that has been opened: More before each element or pair, until it says false.
  class Sequence {
   private:
    friend class CborReader;
    std::optional<uint64_t> left_;  // elements or pairs; nothing when the length is indefinite
  };
  Result<Sequence> OpenArray();
  Result<Sequence> OpenMap();
  Result<bool> More(Sequence* sequence);

  // Passes over the tag, if it is what comes next, in its one byte. REQUIRES: tag < 24.
  void SkipTag(uint8_t tag);
  // Whether the whole input has been read.
  bool AtEnd() const { return rest_.empty(); }

 private:
  struct Item;
  Result<Item> Next();
  Result<Bytes> String(const Item& first, bool text, size_t least, size_t most);

  ByteView rest_;
};

}  // namespace kagimori::attest

#endif  // KAGIMORI_ATTEST_CBOR_READER_H_
