#ifndef KAGIMORI_SHAPES_TESTING_CODEC_TESTING_H_
#define KAGIMORI_SHAPES_TESTING_CODEC_TESTING_H_

#include <expected>
#include <string>
#include <string_view>

#include "shapes/codec.h"
#include "wire/json_structure.h"

namespace kagimori::shapes::testing {

// Decodes `body` as a request that came over the wire, padding included.
template <class Request>
std::expected<Request, ApiError> Decode(std::string_view body) {
  std::string padded(body);
  padded.append(wire::kJsonPadding, '"');
  auto document = wire::JsonDocument::Parse(std::string_view(padded).substr(0, body.size()));
  if (!document) return std::unexpected(MalformedBody());
  return DecodeRequest<Request>(*document);
}

// The error's body, or "ok".
template <class Request>
std::string DecodeFailure(std::string_view body) {
  auto request = Decode<Request>(body);
  if (request) return "ok";
  std::string text;
  AppendErrorBody(request.error(), &text);
  return text;
}

}  // namespace kagimori::shapes::testing

#endif  // KAGIMORI_SHAPES_TESTING_CODEC_TESTING_H_
