#ifndef KAGIMORI_KMS_CIPHERTEXT_KEY_H_
#define KAGIMORI_KMS_CIPHERTEXT_KEY_H_

#include <optional>
#include <string>
#include <utility>

#include "keys/ciphertext.h"
#include "kms/on_key.h"

namespace kagimori::kms {

// The key that opens a ciphertext, and the ciphertext.
template <class Action>
struct CiphertextKey {
  keys::Authorized<Action, keys::Key> key;
  std::optional<keys::CiphertextView> ciphertext;  // views into the request; nothing for a dry run that ignores it
};

inline constexpr std::string_view kUnusableCiphertext =
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not "
    "allowed "
    "to access.";

// The key with its material, and the ciphertext.
template <class Action>
struct ReadyCiphertextKey {
  keys::Usable<Action> key;
  std::optional<keys::CiphertextView> ciphertext;
};

// Finds the key of a ciphertext. An asymmetric one says nothing about its key, which a KeyId must name then; without
// one, every blob is taken for a symmetric ciphertext. The key of a symmetric one is found as Decrypt and ReEncrypt do:
// the KeyId, if one is given, must lead to a key; the blob must be one of ours; and must name that key. Without a KeyId
// the blob says which key it is, and whether that is missing, foreign or forbidden is not told apart.
//
// REQUIRES: `blob` lives as long as the result. No blob only where the caller has seen to it that a KeyId is given.
template <class Api, class Action>
Task<Resolved<Api, CiphertextKey<Action>>> ResolveCiphertextKey(
    Session& session, shapes::EncryptionAlgorithmSpec algorithm, const std::optional<Bytes>& blob,
    const std::optional<std::string>& key_id, keys::AliasForms forms, keys::CanonicalContext context) {
  using Error = shapes::OpError<Api>;
  if (key_id && algorithm != shapes::EncryptionAlgorithmSpec::kSymmetricDefault) {
    auto named = co_await ResolveKey<Api, Action>(session, *key_id, forms, std::move(context));
    if (!named) co_return std::unexpected(std::move(named).error());
    co_return CiphertextKey<Action>{std::move(*named), std::nullopt};
  }
  std::shared_ptr<const keys::Key> key;
  std::string alias;
  if (key_id) {
    key = session.resolver.FindCached(*key_id);
    if (key == nullptr) {
      std::expected<keys::ResolvedKey, keys::LookupFailure> found = co_await session.resolver.FindKey(*key_id, forms);
      if (!found) co_return std::unexpected(Error::From(ToApiError(std::move(found).error(), Action::kName, session)));
      key = std::move(found->key);
      alias = std::move(found->alias);
    }
    session.trail.Add(key);
  }

  std::optional<keys::CiphertextView> ciphertext;
  if (blob) {
    ciphertext = keys::ParseCiphertext(*blob);
    if (!ciphertext) co_return std::unexpected(Error(shapes::Errors::InvalidCiphertext()));
    const keys::CiphertextHeader& header = ciphertext->header;
    if (key != nullptr && (key->name.id != header.key || key->name.account != header.account)) {
      co_return std::unexpected(Error(shapes::Errors::IncorrectKey()));
    }
  }
  if (key == nullptr) {
    keys::KeyName name{
        .account = ciphertext->header.account, .region = session.call.region, .id = ciphertext->header.key};
    Result<std::shared_ptr<const keys::Key>> found = co_await session.resolver.GetKey(name);
    if (!found) co_return std::unexpected(Error::From(Internal(std::move(found).error(), session.trail)));
    key = *std::move(found);
    if (key == nullptr)
      co_return std::unexpected(Error(shapes::Errors::AccessDenied(std::string(kUnusableCiphertext))));
    session.trail.Add(key);
  }

  // With the material that the ciphertext names, which may be an older one.
  if (ciphertext && keys::KeyTable::NeedsMaterial(*key, ciphertext->header.material)) {
    Result<std::shared_ptr<const keys::Key>> with =
        co_await session.resolver.WithMaterial(std::move(key), ciphertext->header.material);
    if (!with) co_return std::unexpected(Error::From(Internal(std::move(with).error(), session.trail)));
    key = *std::move(with);
    if (key == nullptr)
      co_return std::unexpected(Error(shapes::Errors::AccessDenied(std::string(kUnusableCiphertext))));
  }

  KAGIMORI_AUTHORIZE_KEY(decision, Action, session, alias, key, context);
  if (!decision) {
    shapes::ApiError error = std::move(decision).error();
    if (!key_id && error.code() == shapes::ErrorCode::kAccessDenied)
      error = shapes::Errors::AccessDenied(std::string(kUnusableCiphertext));
    co_return std::unexpected(Error::From(std::move(error)));
  }
  co_return CiphertextKey<Action>{std::move(*decision), ciphertext};
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_CIPHERTEXT_KEY_H_
