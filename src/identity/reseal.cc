#include "identity/reseal.h"

#include "identity/stored_records.h"

namespace kagimori::identity {
namespace {

constexpr uint64_t kAccountNumbers = 1'000'000'000'000;

Result<records::AccessKey> Parse(std::string_view message) {
  records::AccessKey key;
  if (!key.ParseFromArray(message.data(), static_cast<int>(message.size())) || key.account() >= kAccountNumbers) {
    return Fail(ErrorKind::kCorrupt, "the record of an access key is malformed");
  }
  return key;
}

}  // namespace

Result<WrappedSecret> SecretOfAccessKey(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(records::AccessKey key, Parse(message));
  ByteView wrapped = AsBytes(key.wrapped_secret());
  return WrappedSecret{.account = AccountId::FromNumber(key.account()),
                       .binding = AccessKeySecretBinding(key.access_key_id()),
                       .wrapped = Bytes(wrapped.begin(), wrapped.end())};
}

Result<std::string> WithSecretOfAccessKey(std::string_view message, ByteView wrapped) {
  KAGIMORI_ASSIGN_OR_RETURN(records::AccessKey key, Parse(message));
  key.set_wrapped_secret(std::string(AsText(wrapped)));
  return key.SerializeAsString();
}

}  // namespace kagimori::identity
