#include "parameters/reseal.h"

#include <algorithm>

#include "parameters/parameter.h"
#include "parameters/paths.h"
#include "parameters/records.pb.h"
#include "parameters/value.h"
#include "seal/path.h"

namespace kagimori::parameters {
namespace {

constexpr size_t kPartAt = 1 + 6 + 2 + 16;  // behind type, account, Region and id

bool IsHead(std::string_view path) { return path.starts_with(static_cast<char>(seal::RecordType::kParameter)); }

// The record's message, and the version in it.
struct Holder {
  messages::Head head;
  messages::Version version;  // where the record is no head
  messages::Version* found = nullptr;
};

Result<> Parse(std::string_view path, std::string_view text, Holder* holder) {
  const auto size = static_cast<int>(text.size());
  const bool good =
      IsHead(path) ? holder->head.ParseFromArray(text.data(), size) : holder->version.ParseFromArray(text.data(), size);
  holder->found = IsHead(path) ? holder->head.mutable_current() : &holder->version;
  if (!good || holder->found->parameter_id().size() != ParameterId().size())
    return Fail(ErrorKind::kCorrupt, "the record of a parameter is malformed");
  return {};
}

}  // namespace

bool MayHoldValue(std::string_view path) {
  if (IsHead(path)) return true;
  return path.size() > kPartAt && path[0] == static_cast<char>(seal::RecordType::kParameterPart) &&
         path[kPartAt] == static_cast<char>(Part::kVersion);
}

Result<std::optional<WrappedValue>> ValueIn(std::string_view path, std::string_view message) {
  Holder holder;
  KAGIMORI_RETURN_IF_ERROR(Parse(path, message, &holder));
  if (holder.found->wrapped().empty()) return std::nullopt;
  ParameterId id;
  std::ranges::copy(AsBytes(holder.found->parameter_id()), id.begin());
  ByteView wrapped = AsBytes(holder.found->wrapped());
  return WrappedValue{.binding = ValueBinding(id, holder.found->number()),
                      .wrapped = Bytes(wrapped.begin(), wrapped.end())};
}

Result<std::string> WithValue(std::string_view path, std::string_view message, ByteView wrapped) {
  Holder holder;
  KAGIMORI_RETURN_IF_ERROR(Parse(path, message, &holder));
  holder.found->set_wrapped(std::string(AsText(wrapped)));
  return IsHead(path) ? holder.head.SerializeAsString() : holder.version.SerializeAsString();
}

}  // namespace kagimori::parameters
