#include "ssm/listing.h"

#include <algorithm>
#include <utility>

#include "seal/sealed_record.h"

namespace kagimori::ssm {
namespace {

constexpr size_t kMostLookedAt = 500;
constexpr size_t kMostNotes = 100;  // tags and labels, each a read of its own

}  // namespace

Tokens::Tokens(const Session& session, std::string_view binding)
    : hierarchy_(session.table.hierarchy()), account_(session.account()) {
  binding_.append("ssm/").append(session.region.name()).append("/").append(binding);
}

std::string Tokens::Seal(std::string_view position) const {
  return seal::SealMarker(hierarchy_, account_, binding_, position);
}

OrError<std::string> Tokens::Open(const std::optional<std::string>& token) const {
  if (!token) return std::string();
  Result<std::string> opened = seal::OpenMarker(hierarchy_, account_, binding_, *token);
  if (!opened) return Refuse(Errors::InvalidNextToken("The specified token isn't valid."));
  return *std::move(opened);
}

Task<OrError<ListedPage>> ListFiltered(Session& session, std::string level, parameters::Depth depth,
                                       const Filters& filters, std::string position, size_t limit) {
  ListedPage page;
  const parameters::ParameterName root = session.Name(std::move(level));
  const bool notes = filters.wants_labels() || filters.wants_tags();
  const size_t most = notes ? kMostNotes : kMostLookedAt;
  for (size_t looked_at = 0; looked_at < most && page.parameters.size() < limit;) {
    // Never more than still fit, so that the position is that of the last one taken.
    const size_t step = std::min(limit - page.parameters.size(), most - looked_at);
    Result<parameters::ParameterTable::Page> read = co_await session.table.List(root, depth, position, step);
    if (!read) co_return Refuse(session.Internal(std::move(read).error()));
    looked_at += step;
    for (parameters::ParameterPtr& parameter : read->parameters) {
      if (parameter->GoneAt(session.now)) continue;
      Listed one{.parameter = std::move(parameter), .labels = {}};
      std::vector<parameters::Tag> tags;
      if (filters.wants_labels()) {
        Result<parameters::Labels> labels = co_await session.table.LoadLabels(one.parameter);
        if (!labels) co_return Refuse(session.Internal(std::move(labels).error()));
        one.labels = *std::move(labels);
      }
      if (filters.wants_tags()) {
        Result<std::vector<parameters::Tag>> loaded = co_await session.table.LoadTags(one.parameter);
        if (!loaded) co_return Refuse(session.Internal(std::move(loaded).error()));
        tags = *std::move(loaded);
      }
      if (filters.Matches(*one.parameter, tags, one.labels)) page.parameters.push_back(std::move(one));
    }
    position = std::move(read->next);
    if (position.empty()) break;
  }
  page.next = std::move(position);
  const auto name = [](const Listed& one) -> const std::string& { return one.parameter->name.name; };
  std::ranges::sort(page.parameters, {}, name);
  co_return page;
}

}  // namespace kagimori::ssm
