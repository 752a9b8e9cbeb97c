#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <memory>

#include "base/clock.h"

namespace kagimori::log {
namespace {

std::atomic<Format> g_format{Format::kHuman};

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (char c : text) {
    auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (u < 0x20 || u >= 0x7F) {
      // Bytes beyond ASCII are shown by value: a log line is never broken by a client's invalid UTF-8.
      fmt::format_to(std::back_inserter(*out), "\\u{:04x}", u);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

std::shared_ptr<spdlog::logger> Logger() {
  static std::shared_ptr<spdlog::logger> logger = [] {
    auto made = spdlog::stderr_color_mt("kagimori");
    made->set_pattern("%H:%M:%S.%e %^%-7l%$ %v");
    return made;
  }();
  return logger;
}

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view Name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "info";
}

}  // namespace

void Configure(Format format, Level level) {
  g_format = format;
  auto logger = Logger();
  logger->set_level(ToSpdlog(level));
  logger->flush_on(spdlog::level::debug);
  if (format == Format::kJson) logger->set_pattern("%v");
}

void Write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  auto logger = Logger();
  if (!logger->should_log(ToSpdlog(level))) return;
  std::string line;
  if (g_format == Format::kJson) {
    SystemClock clock;
    fmt::format_to(std::back_inserter(line), "{{\"time\":\"{}\",\"level\":\"{}\",\"message\":", FormatIso(clock.Wall()),
                   Name(level));
    AppendJsonString(message, &line);
    for (const Field& field : fields) {
      line.push_back(',');
      AppendJsonString(field.name, &line);
      line.push_back(':');
      AppendJsonString(field.value, &line);
    }
    line.push_back('}');
  } else {
    line.append(message);
    for (const Field& field : fields) {
      fmt::format_to(std::back_inserter(line), " {}=", field.name);
      AppendJsonString(field.value, &line);
    }
  }
  logger->log(ToSpdlog(level), "{}", line);
}

}  // namespace kagimori::log
