#ifndef KAGIMORI_PARAMETERS_RECORDS_H_
#define KAGIMORI_PARAMETERS_RECORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parameters/parameter.h"

// The messages inside the sealed records. Decoding: kCorrupt for what this room did not write.
namespace kagimori::parameters::records {

std::string EncodeHead(const Parameter& parameter);
// Everything but name.account, name.region, head_version and revision.
Result<> DecodeHead(std::string_view message, Parameter* parameter);

std::string EncodeVersion(const ParameterId& id, const Version& version);
// kCorrupt, too, where it is another parameter's.
Result<Version> DecodeVersion(std::string_view message, const ParameterId& id);

std::string EncodeLabels(const Labels& labels);
Result<Labels> DecodeLabels(std::string_view message);
std::string EncodeTags(const std::vector<Tag>& tags);
Result<std::vector<Tag>> DecodeTags(std::string_view message);
std::string EncodeCounts(const Counts& counts);
Result<Counts> DecodeCounts(std::string_view message);

struct Gone {
  std::string name;
  ParameterId id{};
};
std::string EncodeGone(const Gone& gone);
Result<Gone> DecodeGone(std::string_view message);

}  // namespace kagimori::parameters::records

#endif  // KAGIMORI_PARAMETERS_RECORDS_H_
