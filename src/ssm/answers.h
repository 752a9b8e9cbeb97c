#ifndef KAGIMORI_SSM_ANSWERS_H_
#define KAGIMORI_SSM_ANSWERS_H_

#include <optional>
#include <string>
#include <vector>

#include "parameters/parameter.h"
#include "ssm/session.h"

// Parameters as the API shows them.
namespace kagimori::ssm {

shapes::ssm::ParameterType TypeOf(const parameters::Version& version);
shapes::ssm::ParameterTier TierOf(const parameters::Version& version);

// A value as it is answered. Without `decrypt` the value of a SecureString is its ciphertext.
Task<OrError<shapes::SecretText>> ValueOf(Session& session, parameters::ParameterPtr parameter,
                                          const parameters::Version& version, bool decrypt);

// `selector`: as the request had it, or empty.
Task<OrError<shapes::ssm::Parameter>> Show(Session& session, parameters::ParameterPtr parameter,
                                           const parameters::Version& version, std::string selector, bool decrypt);

shapes::ssm::ParameterMetadata MetadataOf(const parameters::Parameter& parameter);
std::optional<std::vector<shapes::ssm::ParameterInlinePolicy>> PoliciesOf(const parameters::Version& version);

// Nothing for an empty text: the answer leaves the member out.
inline std::optional<std::string> Shown(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_ANSWERS_H_
