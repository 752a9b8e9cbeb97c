#include "app/inventory.h"

#include <fmt/format.h>

#include <iterator>

#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::app {
namespace {

std::string Text(const identity::AccountEntry& entry) {
  return fmt::format("account {} ({})", entry.account.ToString(), entry.name);
}
std::string Text(const identity::AccessKeyEntry& entry) {
  return fmt::format("access key {} of {}", entry.access_key_id, entry.account.ToString());
}
std::string Text(const identity::IamEntry& entry) { return entry.arn; }
std::string Text(const keys::KeyEntry& entry) { return "key " + entry.name.Arn(); }
std::string Text(const keys::GrantEntry& entry) {
  return fmt::format("grant {} on key {} to {}", entry.id.ToString(), entry.key.Arn(), entry.grantee);
}
std::string Text(const parameters::ParameterEntry& entry) { return entry.name.Arn(); }

std::string State(const identity::AccountEntry&) { return ""; }
std::string State(const identity::AccessKeyEntry& entry) { return entry.active ? "Active" : "Inactive"; }
std::string State(const identity::IamEntry&) { return ""; }
std::string State(const keys::GrantEntry&) { return ""; }
std::string State(const parameters::ParameterEntry& entry) {
  return fmt::format("{}, version {}", parameters::TypeText(entry.type), entry.version);
}
std::string State(const keys::KeyEntry& entry) {
  std::string state = keys::StateText(entry.state);
  if (entry.deletion_due) state += ", to be deleted " + FormatIso(*entry.deletion_due);
  return state;
}

struct Tally {
  uint64_t back = 0;
  uint64_t lost = 0;
  uint64_t changed = 0;
};

template <class Map>
void Compare(const Map& back, const Map& present, std::string* out, Tally* tally) {
  auto line = [out](std::string_view what, const std::string& thing, const std::string& state) {
    fmt::format_to(std::back_inserter(*out), "  {:<12}{}{}{}\n", what, thing, state.empty() ? "" : ": ", state);
  };
  for (const auto& [id, entry] : back) {
    const auto now = present.find(id);
    if (now == present.end()) {
      line("COMES BACK", Text(entry), State(entry));
      ++tally->back;
    } else if (State(now->second) != State(entry)) {
      line("CHANGES", Text(entry), State(now->second) + " becomes " + State(entry));
      ++tally->changed;
    }
  }
  for (const auto& [id, entry] : present) {
    if (back.contains(id)) continue;
    line("IS LOST", Text(entry), State(entry));
    ++tally->lost;
  }
}

// Aliases have no state but their target.
void CompareAliases(const Inventory& back, const Inventory& present, std::string* out, Tally* tally) {
  for (const auto& [name, target] : back.aliases) {
    const auto now = present.aliases.find(name);
    if (now == present.aliases.end()) {
      fmt::format_to(std::back_inserter(*out), "  COMES BACK  {} of key {}\n", name.Arn(), target.ToString());
      ++tally->back;
    } else if (now->second != target) {
      fmt::format_to(std::back_inserter(*out), "  CHANGES     {}: key {} becomes {}\n", name.Arn(),
                     now->second.ToString(), target.ToString());
      ++tally->changed;
    }
  }
  for (const auto& [name, target] : present.aliases) {
    if (back.aliases.contains(name)) continue;
    fmt::format_to(std::back_inserter(*out), "  IS LOST     {} of key {}\n", name.Arn(), target.ToString());
    ++tally->lost;
  }
}

}  // namespace

Result<> Inventory::Take(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  ++records;
  switch (static_cast<seal::RecordType>(static_cast<uint8_t>(record.key[0]))) {
    case seal::RecordType::kDeployment:  // under the root key
      return {};
    case seal::RecordType::kAccount: {
      KAGIMORI_ASSIGN_OR_RETURN(auto entry, identity::ReadAccountEntry(hierarchy, record));
      accounts.emplace(entry.account, std::move(entry));
      return {};
    }
    case seal::RecordType::kAccessKey: {
      KAGIMORI_ASSIGN_OR_RETURN(auto entry, identity::ReadAccessKeyEntry(hierarchy, record));
      access_keys.emplace(entry.access_key_id, std::move(entry));
      return {};
    }
    case seal::RecordType::kIamEntity: {
      KAGIMORI_ASSIGN_OR_RETURN(auto entry, identity::ReadIamEntry(hierarchy, record));
      iam.emplace(entry.id, std::move(entry));
      return {};
    }
    case seal::RecordType::kKey: {
      KAGIMORI_ASSIGN_OR_RETURN(auto entry, keys::ReadKeyEntry(hierarchy, record));
      keys.emplace(entry.name, std::move(entry));
      return {};
    }
    case seal::RecordType::kAlias: {
      KAGIMORI_ASSIGN_OR_RETURN(auto entry, keys::ReadAliasEntry(hierarchy, record));
      aliases.emplace(std::move(entry.name), entry.target);
      return {};
    }
    case seal::RecordType::kGrant: {
      KAGIMORI_ASSIGN_OR_RETURN(auto entry, keys::ReadGrantEntry(hierarchy, record));
      if (entry) grants.emplace(std::pair(entry->key, entry->id), *std::move(entry));
      return {};
    }
    case seal::RecordType::kParameter: {
      KAGIMORI_ASSIGN_OR_RETURN(auto entry, parameters::ReadParameterEntry(hierarchy, record));
      parameters::ParameterName name = entry.name;
      parameters.emplace(std::move(name), std::move(entry));
      return {};
    }
    default: {
      auto opened = seal::OpenRecord(hierarchy, record.key, seal::SealingAccount(record.key), record.value);
      if (!opened) return std::unexpected(std::move(opened).error());
      return {};
    }
  }
}

std::string DescribeInventory(const Inventory& inventory, Timestamp now) {
  std::string out;
  for (const auto& [id, entry] : inventory.accounts) out += "  " + Text(entry) + "\n";
  for (const auto& [id, entry] : inventory.access_keys) out += "  " + Text(entry) + ": " + State(entry) + "\n";
  for (const auto& [id, entry] : inventory.iam) out += "  " + Text(entry) + "\n";
  for (const auto& [name, entry] : inventory.keys) {
    const bool past = entry.deletion_due && *entry.deletion_due <= now;
    fmt::format_to(std::back_inserter(out), "  {}: {}, {}{}\n", Text(entry), keys::SpecText(entry.spec), State(entry),
                   past ? " (past: it stays gone)" : "");
  }
  for (const auto& [name, target] : inventory.aliases) {
    fmt::format_to(std::back_inserter(out), "  {} of key {}\n", name.Arn(), target.ToString());
  }
  for (const auto& [id, entry] : inventory.grants) out += "  " + Text(entry) + "\n";
  for (const auto& [name, entry] : inventory.parameters) out += "  " + Text(entry) + ": " + State(entry) + "\n";
  fmt::format_to(std::back_inserter(out),
                 "{} accounts, {} access keys, {} entities of IAM, {} keys, {} aliases, {} grants, {} parameters\n",
                 inventory.accounts.size(), inventory.access_keys.size(), inventory.iam.size(), inventory.keys.size(),
                 inventory.aliases.size(), inventory.grants.size(), inventory.parameters.size());
  return out;
}

std::string DescribeDifference(const Inventory& back, const Inventory& present) {
  std::string out;
  Tally tally;
  Compare(back.accounts, present.accounts, &out, &tally);
  Compare(back.access_keys, present.access_keys, &out, &tally);
  Compare(back.iam, present.iam, &out, &tally);
  Compare(back.keys, present.keys, &out, &tally);
  CompareAliases(back, present, &out, &tally);
  Compare(back.grants, present.grants, &out, &tally);
  Compare(back.parameters, present.parameters, &out, &tally);
  return out + fmt::format("{} come back, {} are lost, {} change\n", tally.back, tally.lost, tally.changed);
}

}  // namespace kagimori::app
