#ifndef KAGIMORI_APP_URL_H_
#define KAGIMORI_APP_URL_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace kagimori::app {

// IPv6 addresses stand in brackets in a URL.
inline std::string Url(std::string_view scheme, const std::string& host, uint16_t port) {
  std::string shown = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  return std::string(scheme) + "://" + shown + ":" + std::to_string(port);
}

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_URL_H_
