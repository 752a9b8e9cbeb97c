// Structure, decode, validate, encode and redact of a hostile body. The first byte chooses the operation.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "shapes/codec.h"
#include "wire/json_structure.h"

namespace {

using kagimori::shapes::AppendErrorBody;
using kagimori::shapes::AppendRequestParameters;
using kagimori::shapes::DecodeRequest;
using kagimori::shapes::EncodeValue;
using kagimori::wire::JsonDocument;
using kagimori::wire::kJsonPadding;

void Require(bool holds) {
  if (!holds) std::abort();
}

// What we write ourselves must be readable by the strict reader.
JsonDocument Reread(std::string* text) {
  size_t size = text->size();
  text->append(kJsonPadding, '\0');
  auto document = JsonDocument::Parse(std::string_view(*text).substr(0, size));
  Require(document.has_value());
  return std::move(*document);
}

template <class Op>
void Run(const JsonDocument& document) {
  using Request = typename Op::Request;
  auto request = DecodeRequest<Request>(document);
  std::string text;
  if (!request) {
    AppendErrorBody(request.error(), &text);
    Reread(&text);
    return;
  }
  text = "{\"requestParameters\":";
  AppendRequestParameters(*request, &text);
  text += "}";
  Reread(&text);

  // A valid request stays the same, written and read again.
  std::string first;
  EncodeValue(*request, &first);
  std::string padded = first;
  auto again = DecodeRequest<Request>(Reread(&padded));
  Require(again.has_value());
  std::string second;
  EncodeValue(*again, &second);
  Require(first == second);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  size_t chosen = data[0] % kagimori::shapes::kOperationCount;
  std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  // The padding repeats the body's start, so that a read past the end finds something that looks right.
  std::string padded = body + body.substr(0, kJsonPadding);
  padded.resize(body.size() + kJsonPadding, '"');
  auto document = JsonDocument::Parse(std::string_view(padded).substr(0, body.size()));
  if (!document) return 0;
  size_t number = 0;
  kagimori::shapes::ForEachOperation([&]<class Op>() {
    if (number++ == chosen) Run<Op>(*document);
  });
  return 0;
}
