#include "seed/apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/sync_wait.h"
#include "seed/events.h"
#include "seed/plan.h"

namespace kagimori::seed {
namespace {

constexpr int kTries = 100;  // against others who change the same key

std::unexpected<Error> OfKey(const DeclaredKey& key, const Error& error) {
  return Fail(error.kind, fmt::format("key {}: {}", key.name.Arn(), error.text));
}

bool HasSealed(const Declaration& declaration) {
  return std::ranges::any_of(declaration.keys, [](const DeclaredKey& key) {
    return std::ranges::any_of(key.materials, [](const DeclaredMaterial& material) {
      return material.form == DeclaredMaterial::Form::kSealed;
    });
  });
}

}  // namespace

Result<> Apply::CheckWrappingKey(const Declaration& declaration) const {
  if (options_.wrapping_key == nullptr) {
    if (!HasSealed(declaration)) return {};
    return Fail(ErrorKind::kInvalid, "the file has sealed key material: give its wrapping key (--wrapping-key)");
  }
  if (!declaration.wrapping_key || *declaration.wrapping_key == options_.wrapping_key->id()) return {};
  return Fail(ErrorKind::kInvalid,
              fmt::format("the file was made with the wrapping key {}, and {} was given",
                          HexEncode(*declaration.wrapping_key), HexEncode(options_.wrapping_key->id())));
}

Result<> Apply::TakePlace(const keys::KeyName& key) {
  KAGIMORI_ASSIGN_OR_RETURN(const uint64_t there, SyncWait(services_.key_counts->Get(key.account, key.region)));
  uint64_t& more = to_be_made_[{key.account, key.region}];
  if (there + more >= services_.resource_quotas->Of(key.account).keys) return Fail(ErrorKind::kInvalid, kNoPlaceForKey);
  ++more;
  return {};
}

// What would have to change of a key. A refusal is told and counted, and is no error here.
Result<> Apply::Survey(const DeclaredKey& key) {
  std::vector<std::string> lines;
  bool makes_key = false;
  const auto plan = [&]() -> Result<> {
    KAGIMORI_ASSIGN_OR_RETURN(const std::optional<Step> step, PlanKey(services_, key, options_.wrapping_key, false));
    makes_key = step && step->makes_key;
    if (step) lines.push_back(step->line);
    for (const std::string& alias : key.aliases) {
      KAGIMORI_ASSIGN_OR_RETURN(const std::optional<Step> named, PlanAlias(services_, key, alias, false));
      if (named) lines.push_back(named->line);
    }
    KAGIMORI_ASSIGN_OR_RETURN(const std::vector<MissingGrant> grants, PlanGrants(services_, key));
    for (const MissingGrant& grant : grants) lines.push_back(grant.line);
    return {};
  };
  Result<> planned = plan();
  for (int tries = 1; !planned && planned.error().kind == ErrorKind::kConflict && tries < kTries; ++tries) {
    lines.clear();
    planned = plan();
  }
  if (planned && makes_key) planned = TakePlace(key.name);
  if (!planned) {
    if (planned.error().kind != ErrorKind::kInvalid) return OfKey(key, planned.error());
    const std::string text = OfKey(key, planned.error()).error().text;
    if (counts_.refused++ == 0) first_refusal_ = text;
    return Tell("! " + text);
  }
  counts_.differences += lines.size();
  if (lines.empty()) {
    ++counts_.unchanged;
    return Tell("= key " + key.name.Arn());
  }
  if (!options_.dry_run) return {};
  for (const std::string& line : lines) KAGIMORI_RETURN_IF_ERROR(Tell(line));
  return {};
}

// Plans and commits one step, again when others were faster.
template <class Plan>
Result<> Apply::Take(const DeclaredKey& key, const Plan& plan) {
  for (int tries = 1;; ++tries) {
    if (options_.stopping()) return Fail(ErrorKind::kUnavailable, "the server is about to end; apply the file again");
    Result<std::optional<Step>> step = plan();
    if (step && !*step) return {};
    const Result<> done = step ? Commit(services_, **step, options_.uid) : std::unexpected(std::move(step).error());
    if (done) {
      ++counts_.differences;
      return Tell((*step)->line);
    }
    if (done.error().kind != ErrorKind::kConflict || tries == kTries) return OfKey(key, done.error());
  }
}

Result<> Apply::ApplyKey(const DeclaredKey& key) {
  KAGIMORI_RETURN_IF_ERROR(Take(key, [&] { return PlanKey(services_, key, options_.wrapping_key, true); }));
  for (const std::string& alias : key.aliases)
    KAGIMORI_RETURN_IF_ERROR(Take(key, [&] { return PlanAlias(services_, key, alias, true); }));
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<MissingGrant> grants, PlanGrants(services_, key));
  for (const MissingGrant& grant : grants)
    KAGIMORI_RETURN_IF_ERROR(Take(key, [&] { return PlanGrant(services_, grant); }));
  return {};
}

Result<Counts> Apply::Run(const Declaration& declaration) {
  KAGIMORI_RETURN_IF_ERROR(CheckWrappingKey(declaration));
  for (const DeclaredKey& key : declaration.keys) {
    if (options_.stopping()) return Fail(ErrorKind::kUnavailable, "the server is about to end");
    KAGIMORI_RETURN_IF_ERROR(Survey(key));
  }
  if (counts_.refused > 0) {
    const std::string more = counts_.refused == 1 ? std::string() : fmt::format(" (and {} more)", counts_.refused - 1);
    return Fail(ErrorKind::kInvalid, "refused, and nothing was changed: " + first_refusal_ + more);
  }
  if (options_.dry_run || counts_.differences == 0) return counts_;
  counts_.differences = 0;
  for (const DeclaredKey& key : declaration.keys) KAGIMORI_RETURN_IF_ERROR(ApplyKey(key));
  return counts_;
}

}  // namespace kagimori::seed
