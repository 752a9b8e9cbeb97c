#ifndef KAGIMORI_SHAPES_CODEC_H_
#define KAGIMORI_SHAPES_CODEC_H_

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "shapes/decode.h"
#include "shapes/encode.h"
#include "shapes/kms_operations.h"
#include "shapes/redact.h"
#include "shapes/validate.h"
#include "wire/json_structure.h"

// The room's front door: a request from JSON, a response to JSON, both to their audit records.
namespace kagimori::shapes {

// What a body that JsonDocument::Parse refused is answered with.
inline ApiError MalformedBody() { return Errors::Serialization(); }

// Decodes and validates. Errors: SerializationException (a member has the wrong JSON type), ValidationException (all
// violations in one message). REQUIRES: nothing; the request is as hostile as it likes.
template <class Request>
std::expected<Request, ApiError> DecodeRequest(const wire::JsonDocument& document) {
  std::expected<Request, ApiError> request(std::in_place);
  DecodeNotes notes;
  wire::JsonCursor json = document.root();
  if (!DecodeValue(json, *request, notes)) return std::unexpected(Errors::Serialization(std::move(notes.failure)));

  MemberSet missing = 0;
  if constexpr (requires { Request::kRequired; }) missing = request->missing_;
  bool ciphertext_ignored = false;
  if constexpr (requires { request->dry_run_modifiers; }) {
    // Its only modifier; with it Decrypt and ReEncrypt need no ciphertext.
    ciphertext_ignored = request->dry_run_modifiers && !request->dry_run_modifiers->empty();
  }
  Violations violations;
  Validator validator(notes, nullptr, missing, ciphertext_ignored, &violations);
  Request::Visit(validator, std::as_const(*request));
  if (!violations.empty()) return std::unexpected(Errors::Validation(violations.Message()));
  return request;
}

// Appends the response's body: nothing for operations without output. Where the response holds a secret, `out` holds it
// from then on and must be wiped; it is reserved beforehand so that no block of it is left behind.
template <class Response>
void EncodeResponse(const Response& response, std::string* out) {
  if constexpr (!requires { Response::kNoBody; }) {
    // Not only for speed: see above.
    SizeBound bound;
    Response::Visit(bound, response);
    out->reserve(out->size() + bound.bytes());
    EncodeValue(response, out);
  }
}

// What an audit record shows of a request or response: an object of the audited members that are there, or null.
template <class Shape>
void AppendAudited(const Shape& shape, std::string* out) {
  size_t begin = out->size();
  out->push_back('{');
  Redactor redactor(true, out);
  Shape::Visit(redactor, shape);
  out->push_back('}');
  if (!redactor.any()) out->replace(begin, std::string::npos, "null");
}

// CloudTrail's requestParameters: an object of the audited members that are there, or null. Defaults that CloudTrail
// shows although the client left them out (CreateKey's, the algorithm of Encrypt and Decrypt) are filled in by the
// caller.
template <class Request>
void AppendRequestParameters(const Request& request, std::string* out) {
  AppendAudited(request, out);
}

// CloudTrail's responseElements. `key_arn`: shown as keyId by the writes that answer nothing (OperationDescriptor's
// audit_key_arn); may be empty.
template <class Op>
void AppendResponseElements(const typename Op::Response& response, std::string_view key_arn, std::string* out) {
  size_t begin = out->size();
  out->push_back('{');
  Redactor redactor(true, out);
  Op::Response::Visit(redactor, response);
  if (Describe(Op::kOperation).audit_key_arn && !key_arn.empty()) redactor.Extra("\"keyId\":", key_arn);
  out->push_back('}');
  if (!redactor.any()) out->replace(begin, std::string::npos, "null");
}

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_CODEC_H_
