// A policy document as anybody may send it. The first byte of the input chooses the kind. Nothing crashes; what is
// refused has a text; what is accepted is evaluated for callers of every kind, with the same answer each time, and none
// of the kinds of the identity side names principals.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "policy/evaluate.h"

namespace kagimori::policy {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

MapContext Context() {
  MapContext context;
  context.Set("aws:username", "bob");
  context.Set("aws:PrincipalTag/team", "r*d");
  context.Set("aws:PrincipalTag/two", std::vector<std::string>{"a", "b"});
  context.Set("aws:SourceIp", "10.0.0.1");
  context.Set("aws:CurrentTime", "2024-01-01T00:00:00Z");
  context.Set("aws:PrincipalArn", "arn:aws:iam::111122223333:role/red");
  context.Set("kms:ValidTo", "1704067200.0");
  context.Set("kms:ResourceAliases", std::vector<std::string>{"alias/a", "alias/b"});
  return context;
}

bool IsResourceKind(Kind kind) { return kind == Kind::kKeyPolicy || kind == Kind::kResource || kind == Kind::kTrust; }

void TryDocument(const Document& document) {
  static const MapContext context = Context();
  static const Action actions[] = {Action("kms:Decrypt"), Action("sts:AssumeRole")};
  using enum Caller::Kind;
  for (const Caller::Kind kind : {kRoot, kUser, kRoleSession, kFederatedUser, kService, kWebIdentity}) {
    const Caller caller{.kind = kind,
                        .account = AccountId::FromNumber(111122223333),
                        .arn = "arn:aws:sts::111122223333:assumed-role/red/one",
                        .unique_id = "AROAREDREDREDREDRED12"};
    for (const Action& action : actions) {
      const Request request{.action = action,
                            .resource = "arn:aws:kms:us-west-2:111122223333:key/1234abcd",
                            .caller = caller,
                            .context = context};
      const Outcome outcome = Evaluate(document, request);
      const Outcome again = Evaluate(document, request);
      Require(outcome.effect == again.effect && outcome.match == again.match && outcome.statement == again.statement);
      Require((outcome.effect == Outcome::Effect::kNone) == (outcome.statement < 0));
      Require(outcome.statement < static_cast<int>(document.statement_count()));
      const bool named = outcome.effect == Outcome::Effect::kAllow && IsResourceKind(document.kind());
      Require(named == (outcome.match != PrincipalMatch::kNone));
    }
  }
}

}  // namespace
}  // namespace kagimori::policy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kagimori::policy;
  if (size == 0) return 0;
  const auto kind = static_cast<Kind>(data[0] % 6);
  const std::string_view json(reinterpret_cast<const char*>(data + 1), size - 1);
  const PrincipalBindings bindings = {{"arn:aws:iam::111122223333:role/red", "AROAREDREDREDREDRED12"}};
  const auto document = Document::Compile(json, kind, bindings);
  if (!document) {
    Require(!document.error().text.empty() && !document.error().detail.empty());
    return 0;
  }
  Require((*document)->statement_count() > 0 && (*document)->kind() == kind);
  Require(IsResourceKind(kind) || (*document)->principals().empty());
  TryDocument(**document);
  return 0;
}
