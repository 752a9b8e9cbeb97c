#include "iam/write_entity.h"

#include <fmt/format.h>

#include "iam/policy_rules.h"
#include "iam/tag_rules.h"

namespace kagimori::iam {
namespace {

void WriteTagsIfAny(const std::vector<identity::Tag>& tags, Detail detail, ResultWriter& out) {
  if (tags.empty() || detail == Detail::kList) return;
  WriteTags(detail == Detail::kNew ? tags : Sorted(tags), out);
}

void WriteBoundary(const std::optional<std::string>& boundary, Detail detail, ResultWriter& out) {
  if (!boundary || detail == Detail::kList) return;
  out.Open("PermissionsBoundary");
  out.Text("PermissionsBoundaryType", "Policy");
  out.Text("PermissionsBoundaryArn", *boundary);
  out.Close("PermissionsBoundary");
}

}  // namespace

void WriteUser(const Call& call, const identity::User& user, Detail detail, ResultWriter& out) {
  out.Text("Path", user.path);
  out.Text("UserName", user.name);
  out.Text("UserId", user.id);
  out.Text("Arn", identity::ArnOf(call.id(), user));
  out.Date("CreateDate", user.created);
  WriteBoundary(user.boundary, detail, out);
  WriteTagsIfAny(user.tags, detail, out);
}

void WriteGroup(const Call& call, const identity::Group& group, ResultWriter& out) {
  out.Text("Path", group.path);
  out.Text("GroupName", group.name);
  out.Text("GroupId", group.id);
  out.Text("Arn", identity::ArnOf(call.id(), group));
  out.Date("CreateDate", group.created);
}

void WriteRole(const Call& call, const identity::Role& role, Detail detail, bool session, ResultWriter& out) {
  out.Text("Path", role.path);
  out.Text("RoleName", role.name);
  out.Text("RoleId", role.id);
  out.Text("Arn", identity::ArnOf(call.id(), role));
  out.Date("CreateDate", role.created);
  out.Document("AssumeRolePolicyDocument", ShownTrustPolicy(*call.account, role));
  if (!role.description.empty()) out.Text("Description", role.description);
  if (session) out.Number("MaxSessionDuration", role.max_session_seconds);
  WriteBoundary(role.boundary, detail, out);
  WriteTagsIfAny(role.tags, detail, out);
  if (detail == Detail::kFull) {  // when it was last used is not kept
    out.Open("RoleLastUsed");
    out.Close("RoleLastUsed");
  }
}

void WritePolicy(const Call& call, const identity::ManagedPolicy& policy, const identity::AccountSnapshot::Usage& usage,
                 Detail detail, ResultWriter& out) {
  out.Text("PolicyName", policy.name);
  out.Text("PolicyId", policy.id);
  out.Text("Arn", identity::ArnOf(call.id(), policy));
  out.Text("Path", policy.path);
  out.Text("DefaultVersionId", fmt::format("v{}", policy.default_version));
  out.Number("AttachmentCount", usage.attachments);
  out.Number("PermissionsBoundaryUsageCount", usage.boundaries);
  out.Boolean("IsAttachable", true);
  if (detail == Detail::kFull && !policy.description.empty()) out.Text("Description", policy.description);
  out.Date("CreateDate", policy.created);
  out.Date("UpdateDate", policy.updated);
  if (detail == Detail::kFull) {
    WriteTags(Sorted(policy.tags), out);
  } else {
    WriteTagsIfAny(policy.tags, detail, out);
  }
}

}  // namespace kagimori::iam
