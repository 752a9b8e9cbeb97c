#ifndef KAGIMORI_BASE_LOG_H_
#define KAGIMORI_BASE_LOG_H_

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace kagimori::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// A named value of a log line. The text is escaped by the writer.
struct Field {
  std::string_view name;
  std::string value;
};

enum class Format { kHuman, kJson };

// Where lines go: standard error, as JSON lines or, on a terminal, for people. Call once, before the first thread.
void Configure(Format format, Level level);

// Thread-safe. REQUIRES: neither message nor fields hold anything secret; nothing here redacts.
void Write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void Debug(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kDebug, message, fields);
}
inline void Info(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kInfo, message, fields);
}
inline void Warning(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kWarning, message, fields);
}
inline void Error(std::string_view message, std::initializer_list<Field> fields = {}) {
  Write(Level::kError, message, fields);
}

}  // namespace kagimori::log

#endif  // KAGIMORI_BASE_LOG_H_
