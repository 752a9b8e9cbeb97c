#include "parameters/value.h"

#include "seal/sealed_record.h"

namespace kagimori::parameters {

std::string ValueBinding(const ParameterId& id, uint64_t number) {
  Bytes binding = {'p', 'a', 'r', 'a', 'm', 'e', 't', 'e', 'r', '/'};
  binding.insert(binding.end(), id.begin(), id.end());
  AppendBe64(number, &binding);
  return std::string(AsText(binding));
}

Bytes WrapValue(const seal::KeyHierarchy& hierarchy, AccountId account, const ParameterId& id, uint64_t number,
                const secret::SecretBytes& value) {
  return seal::WrapSecret(hierarchy, account, ValueBinding(id, number), value);
}

Result<secret::SecretBytes> UnwrapValue(const seal::KeyHierarchy& hierarchy, const ParameterName& of,
                                        const ParameterId& id, const Version& version) {
  return seal::UnwrapSecret(hierarchy, of.account, ValueBinding(id, version.number), version.wrapped);
}

}  // namespace kagimori::parameters
