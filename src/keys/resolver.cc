#include "keys/resolver.h"

#include <variant>

#include "keys/material_life.h"

namespace kagimori::keys {
namespace {

using Failure = LookupFailure;

std::unexpected<Failure> NotFound(std::string text) {
  return std::unexpected(Failure{Failure::Kind::kNotFound, std::move(text)});
}

std::unexpected<Failure> Bad(const BadKeyReference& bad) {
  switch (bad.reason) {
    case BadReference::kAliasNotAllowed:
      return std::unexpected(Failure{Failure::Kind::kAliasNotAllowed, {}});
    case BadReference::kOtherRegion:
      return NotFound("Invalid arn " + bad.text);
    case BadReference::kBadId:
      return NotFound("Invalid keyId '" + bad.text + "'");
    case BadReference::kBadIdInArn:
      return NotFound("Invalid keyId " + bad.text);
    case BadReference::kBadArn:
      return NotFound("Invalid arn " + bad.text);
  }
  return NotFound("Invalid arn " + bad.text);
}

}  // namespace

std::shared_ptr<const Key> Resolver::FindCached(std::string_view text) {
  std::optional<KeyName> name = ParsePlainKeyReference(text, caller_, region_);
  if (!name) return nullptr;
  const std::shared_ptr<const Key>* found = keys_->Find(*name);
  if (found == nullptr || (*found)->GoneAt(now_)) return nullptr;
  return AsOf(*found, now_);
}

Task<std::expected<ResolvedKey, LookupFailure>> Resolver::FindKey(std::string_view text, AliasForms forms) {
  ParsedReference parsed = ParseKeyReference(text, caller_, region_, forms);
  if (const auto* bad = std::get_if<BadKeyReference>(&parsed)) co_return Bad(*bad);
  if (auto* alias = std::get_if<AliasReference>(&parsed)) {
    std::expected<ResolvedKey, LookupFailure> found = co_await FindByAlias(std::move(*alias));
    co_return found;
  }
  auto& reference = std::get<KeyReference>(parsed);
  std::shared_ptr<const Key> key;
  if (reference.canonical) {
    Result<std::shared_ptr<const Key>> found = co_await GetKey(reference.name);
    if (!found) co_return std::unexpected(Failure{Failure::Kind::kFailed, {}, std::move(found).error()});
    key = *std::move(found);
  }
  if (key != nullptr) co_return ResolvedKey{std::move(key), {}};
  if (reference.name.account != caller_)
    co_return std::unexpected(Failure{Failure::Kind::kForeign, std::move(reference.arn)});
  co_return NotFound("Key '" + reference.arn + "' does not exist");
}

Task<std::expected<ResolvedKey, LookupFailure>> Resolver::FindByAlias(AliasReference reference) {
  Result<std::shared_ptr<const Alias>> alias = co_await GetAlias(reference.name);
  if (!alias) co_return std::unexpected(Failure{Failure::Kind::kFailed, {}, std::move(alias).error()});
  if (*alias != nullptr) {
    KeyName target{.account = reference.name.account, .region = region_, .id = (*alias)->target};
    Result<std::shared_ptr<const Key>> key = co_await GetKey(target);
    if (!key) co_return std::unexpected(Failure{Failure::Kind::kFailed, {}, std::move(key).error()});
    if (*key != nullptr) co_return ResolvedKey{*std::move(key), std::move(reference.name.name)};
  }
  if (reference.name.account != caller_)
    co_return std::unexpected(Failure{Failure::Kind::kForeign, std::move(reference.arn)});
  co_return NotFound("Alias " + reference.arn + " is not found.");
}

Task<Result<std::shared_ptr<const Key>>> Resolver::GetKey(KeyName name) {
  std::shared_ptr<const Key> key;
  if (const auto* cached = keys_->Find(name)) {
    key = *cached;
  } else {
    Result<std::shared_ptr<const Key>> loaded = co_await table_->LoadKey(name);
    if (!loaded) co_return loaded;
    key = *std::move(loaded);
  }
  if (key == nullptr || key->GoneAt(now_)) co_return std::shared_ptr<const Key>();
  co_return AsOf(std::move(key), now_);
}

Task<Result<std::shared_ptr<const Key>>> Resolver::WithMaterial(std::shared_ptr<const Key> key, MaterialId material) {
  Result<std::shared_ptr<const Key>> loaded = co_await table_->WithMaterial(std::move(key), material);
  if (!loaded || *loaded == nullptr || (*loaded)->GoneAt(now_)) co_return loaded;
  co_return AsOf(*std::move(loaded), now_);
}

Task<Result<std::shared_ptr<const Alias>>> Resolver::GetAlias(AliasName name) {
  if (const auto* cached = aliases_->Find(name)) co_return *cached;
  Result<std::shared_ptr<const Alias>> loaded = co_await table_->LoadAlias(std::move(name));
  co_return loaded;
}

}  // namespace kagimori::keys
