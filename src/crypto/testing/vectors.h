#ifndef KAGIMORI_CRYPTO_TESTING_VECTORS_H_
#define KAGIMORI_CRYPTO_TESTING_VECTORS_H_

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kagimori::crypto {

// The Wycheproof file of that name out of KAGIMORI_VECTORS, by default the folder shared/vectors beside the repository.
inline std::optional<std::string> VectorFile(std::string_view name) {
  const char* folder = std::getenv("KAGIMORI_VECTORS");
  std::string path =
      (folder != nullptr ? std::string(folder) : KAGIMORI_DEFAULT_VECTORS) + "/wycheproof/" + std::string(name);
  if (FILE* file = std::fopen(path.c_str(), "r")) {
    std::fclose(file);
    return path;
  }
  return std::nullopt;
}

inline Bytes HexField(simdjson::dom::element test, std::string_view name) {
  std::optional<Bytes> bytes = HexDecode(std::string_view(test[name]));
  EXPECT_TRUE(bytes) << name;
  return bytes.value_or(Bytes());
}

// "acceptable" does not occur in the files in use.
inline bool IsValid(simdjson::dom::element test) {
  std::string_view result = test["result"];
  EXPECT_TRUE(result == "valid" || result == "invalid") << result;
  return result == "valid";
}

}  // namespace kagimori::crypto

// Loads a file into `variable` (a simdjson element that lives to the end of the scope), or skips the test.
#define KAGIMORI_LOAD_VECTORS(variable, name)                                              \
  std::optional<std::string> variable##_path = ::kagimori::crypto::VectorFile(name);       \
  if (!variable##_path) GTEST_SKIP() << "skipped: no " << (name) << " (KAGIMORI_VECTORS)"; \
  simdjson::dom::parser variable##_parser;                                                 \
  simdjson::dom::element variable = variable##_parser.load(*variable##_path)

#endif  // KAGIMORI_CRYPTO_TESTING_VECTORS_H_
