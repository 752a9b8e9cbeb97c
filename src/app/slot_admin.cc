#include "app/slot_admin.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>
#include <vector>

#include "app/admin_commands.h"
#include "base/clock.h"
#include "crypto/passphrase.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

constexpr AdminMember kProof = {.name = "proof", .kind = AdminMember::Kind::kText, .least = 1, .most = 32};
constexpr auto kProofAlone = std::to_array<AdminMember>({kProof});
constexpr auto kAddMembers =
    std::to_array<AdminMember>({kProof, {.name = "kind", .kind = AdminMember::Kind::kText, .least = 1, .most = 32}});
constexpr auto kRemoveMembers = std::to_array<AdminMember>(
    {kProof, {.name = "slot", .kind = AdminMember::Kind::kNumber, .least = 1, .most = seal::kMaxSlotNumber}});

// One change of the slots at a time: two removals that prove themselves by each other's slot would leave none.
std::mutex& SlotsMutex() {
  static std::mutex mutex;
  return mutex;
}

// Secret number `at` of a call, of the kind that the member says.
Result<seal::SlotSecret> TakeSecret(AdminCall* call, std::string_view member, size_t at) {
  const std::string_view kind = *call->parameters.Text(member);
  for (const seal::SlotKind known : {seal::SlotKind::kPassphrase, seal::SlotKind::kRecoveryCode}) {
    if (SlotKindName(known) == kind) return seal::SlotSecret{.kind = known, .bytes = std::move(call->secrets.at(at))};
  }
  return Fail(ErrorKind::kInvalid, std::string(member) + " must be passphrase or recovery-code");
}

seal::RootKeyCheck CheckOf(const AdminCall& call) {
  return [node = call.node](const secret::SecretKey256& root_key) { return node->CheckRootKey(root_key); };
}

Result<seal::OpenedSlot> Prove(const AdminCall& call, const seal::SlotSecret& proof) {
  auto opened = seal::OpenAnySlot(call.node->data(), call.node->deployment(), proof, CheckOf(call));
  if (!opened && (opened.error().kind == ErrorKind::kAuthentication || opened.error().kind == ErrorKind::kNotFound)) {
    return Fail(ErrorKind::kAuthentication,
                fmt::format("the {} opens no slot",
                            proof.kind == seal::SlotKind::kPassphrase ? "passphrase" : "recovery code"));
  }
  return opened;
}

AdminReply Reply(std::string json) {
  return AdminReply{.result_json = json, .audited_json = std::move(json), .secrets = {}};
}

Result<AdminReply> List(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(std::string json, SlotListJson(call.node->data()));
  return AdminReply{.result_json = std::move(json), .audited_json = {}, .secrets = {}};
}

Result<AdminReply> Add(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret proof, TakeSecret(&call, "proof", 0));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret added, TakeSecret(&call, "kind", 1));
  const std::lock_guard lock(SlotsMutex());
  KAGIMORI_ASSIGN_OR_RETURN(const seal::OpenedSlot proven, Prove(call, proof));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotInfo slot,
                            seal::AddSlot(call.node->data(), call.node->deployment(), added, proven.root_key,
                                          SystemClock().Wall(), crypto::Argon2Parameters()));
  return Reply(fmt::format(R"({{"slot":{},"proven":{}}})", slot.number, proven.number));
}

Result<AdminReply> Remove(AdminCall& call) {
  const int number = static_cast<int>(*call.parameters.Number("slot"));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret proof, TakeSecret(&call, "proof", 0));
  const std::lock_guard lock(SlotsMutex());
  KAGIMORI_ASSIGN_OR_RETURN(const int proven,
                            seal::RemoveSlot(call.node->data(), call.node->deployment(), number, proof, CheckOf(call)));
  return Reply(fmt::format(R"({{"removed":{},"proven":{}}})", number, proven));
}

Result<AdminReply> Test(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret tested, TakeSecret(&call, "proof", 0));
  const std::lock_guard lock(SlotsMutex());
  KAGIMORI_ASSIGN_OR_RETURN(const seal::OpenedSlot opened, Prove(call, tested));
  return Reply(fmt::format(R"({{"slot":{}}})", opened.number));
}

}  // namespace

// Argon2id takes a quarter of a GiB, so each of these runs once at a time.
constinit const AdminCommand kSealListCommand = {
    .name = "seal-list", .audited = "ListSlots", .read_only = true, .run = List};
constinit const AdminCommand kSealAddCommand = {.name = "seal-add",
                                                .audited = "AddSlot",
                                                .exclusive = true,
                                                .members = kAddMembers,
                                                .least_secrets = 2,
                                                .most_secrets = 2,
                                                .run = Add};
constinit const AdminCommand kSealRemoveCommand = {.name = "seal-remove",
                                                   .audited = "RemoveSlot",
                                                   .exclusive = true,
                                                   .members = kRemoveMembers,
                                                   .least_secrets = 1,
                                                   .most_secrets = 1,
                                                   .run = Remove};
constinit const AdminCommand kSealTestCommand = {.name = "seal-test",
                                                 .audited = "TestSlot",
                                                 .read_only = true,
                                                 .exclusive = true,
                                                 .members = kProofAlone,
                                                 .least_secrets = 1,
                                                 .most_secrets = 1,
                                                 .run = Test};

std::string_view SlotKindName(seal::SlotKind kind) {
  switch (kind) {
    case seal::SlotKind::kDevelopmentFile:
      return "development-file";
    case seal::SlotKind::kPassphrase:
      return "passphrase";
    case seal::SlotKind::kRecoveryCode:
      return "recovery-code";
  }
  return "unknown";
}

Result<std::string> SlotListJson(const std::filesystem::path& data) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<int> numbers, seal::SlotNumbers(data));
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<seal::SlotInfo> slots, seal::ListSlots(data));
  std::string json = R"({"slots":[)";
  wire::JsonSeparator separator;
  for (const seal::SlotInfo& slot : slots) {
    separator.Next(&json);
    fmt::format_to(std::back_inserter(json), R"({{"slot":{},"kind":"{}","created":"{}"}})", slot.number,
                   SlotKindName(slot.kind), FormatIso(slot.created));
  }
  json += R"(],"damaged":[)";
  wire::JsonSeparator between;
  for (const int number : numbers) {
    if (std::ranges::find(slots, number, &seal::SlotInfo::number) != slots.end()) continue;
    between.Next(&json);
    json += std::to_string(number);
  }
  return json + "]}";
}

Result<std::string> DescribeSlotList(std::string_view json) {
  const auto unreadable = [] { return Fail(ErrorKind::kCorrupt, "the list of slots cannot be read"); };
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  simdjson::dom::array slots;
  simdjson::dom::array damaged;
  if (parser.parse(json.data(), json.size()).get_object().get(object) != simdjson::SUCCESS ||
      object["slots"].get_array().get(slots) != simdjson::SUCCESS ||
      object["damaged"].get_array().get(damaged) != simdjson::SUCCESS) {
    return unreadable();
  }
  std::string text = fmt::format("{:<6}{:<18}{}\n", "slot", "opens with", "made");
  for (const simdjson::dom::element slot : slots) {
    int64_t number = 0;
    std::string_view kind;
    std::string_view created;
    if (slot["slot"].get_int64().get(number) != simdjson::SUCCESS ||
        slot["kind"].get_string().get(kind) != simdjson::SUCCESS ||
        slot["created"].get_string().get(created) != simdjson::SUCCESS) {
      return unreadable();
    }
    fmt::format_to(std::back_inserter(text), "{:<6}{:<18}{}\n", number, kind, created);
  }
  for (const simdjson::dom::element number : damaged) {
    int64_t value = 0;
    if (number.get_int64().get(value) != simdjson::SUCCESS) return unreadable();
    fmt::format_to(std::back_inserter(text), "{:<6}{}\n", value, "DAMAGED");
  }
  return text;
}

}  // namespace kagimori::app
