#include "kms/message_rules.h"

#include <string>
#include <utility>

#include "keys/key_spec.h"

namespace kagimori::kms {

using shapes::Errors;
using shapes::MessageType;
using shapes::SigningAlgorithmSpec;

namespace {

constexpr size_t kMuSize = 64;  // bytes; FIPS 204, algorithm 7

// Whether the algorithm takes messages of that type.
bool Takes(SigningAlgorithmSpec algorithm, MessageType type) {
  switch (algorithm) {
    case SigningAlgorithmSpec::kEd25519Sha512:
      return type == MessageType::kRaw;
    case SigningAlgorithmSpec::kEd25519PhSha512:
      return type == MessageType::kDigest;
    case SigningAlgorithmSpec::kMlDsaShake256:
      return type != MessageType::kDigest;
    default:
      return type != MessageType::kExternalMu;
  }
}

// Ed25519's refusal names the algorithm, that of all others the spec.
std::string IncompatibleType(SigningAlgorithmSpec algorithm, MessageType type, const keys::Key& key) {
  const bool by_algorithm =
      algorithm == SigningAlgorithmSpec::kEd25519Sha512 || algorithm == SigningAlgorithmSpec::kEd25519PhSha512;
  std::string text = "Message type ";
  text.append(Name(type)).append(" is incompatible with ");
  if (by_algorithm) {
    text.append("algorithm ").append(Name(algorithm));
  } else {
    text.append("key spec ").append(Name(key.spec));
  }
  text.push_back('.');
  return text;
}

}  // namespace

std::optional<ValidationError> CheckMessage(SigningAlgorithmSpec algorithm, MessageType type,
                                            const secret::SecretBytes& message, const keys::Key& key) {
  if (!Takes(algorithm, type)) return Errors::Validation(IncompatibleType(algorithm, type, key));
  size_t size = 0;
  if (type == MessageType::kExternalMu) size = kMuSize;
  if (type == MessageType::kDigest) size = crypto::HashSize(crypto::HashOf(keys::SchemeOf(algorithm)));
  if (size == 0 || message.size() == size) return std::nullopt;
  // Guess: the text for a mu, which is no digest.
  std::string text = type == MessageType::kExternalMu ? "External mu" : "Digest";
  text.append(" is invalid length for algorithm ").append(Name(algorithm)).append(".");
  return Errors::Validation(std::move(text));
}

crypto::MessageForm FormOf(MessageType type) {
  switch (type) {
    case MessageType::kRaw:
      return crypto::MessageForm::kRaw;
    case MessageType::kDigest:
      return crypto::MessageForm::kDigest;
    case MessageType::kExternalMu:
      return crypto::MessageForm::kMu;
  }
  std::unreachable();
}

}  // namespace kagimori::kms
