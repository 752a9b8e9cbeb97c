#ifndef KAGIMORI_SSM_LABELS_H_
#define KAGIMORI_SSM_LABELS_H_

#include <string>
#include <string_view>
#include <vector>

#include "parameters/parameter.h"

namespace kagimori::ssm {

inline constexpr size_t kMaxLabels = 10;  // of one version

// Letters, digits, ".", "-", "_"; not a digit first, nor "aws" or "ssm" in any letter case.
bool IsLabel(std::string_view text);

// Those of one version, sorted.
std::vector<std::string> LabelsOf(const parameters::Labels& labels, uint64_t version);

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_LABELS_H_
