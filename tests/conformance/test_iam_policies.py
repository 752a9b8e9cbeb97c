"""IAM managed policies, their versions, who has them, and AWS's own."""

import json
import re

import pytest

from conformance.support.clients import refused, without_metadata
from conformance.support.iam import ADMINISTRATOR, ALLOW, READ_DOCUMENT, READ_ONLY, all_pages
from conformance.support.server import ACCOUNT

READ = json.dumps(READ_DOCUMENT)


def test_a_policy(iam, name):
    made = iam.create_policy(PolicyName=name, Path="/test/path/", PolicyDocument=READ, Description="d")["Policy"]
    assert re.fullmatch("ANPA[A-Z2-7]{17}", made["PolicyId"])
    assert {k: v for k, v in made.items() if k not in ("PolicyId", "CreateDate", "UpdateDate")} == {
        "PolicyName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:policy/test/path/{name}",
        "Path": "/test/path/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
    }
    assert iam.get_policy(PolicyArn=made["Arn"])["Policy"] == {**made, "Description": "d", "Tags": []}
    assert made in iam.list_policies(Scope="Local", PathPrefix="/test/path/", MaxItems=1000)["Policies"]
    text = f"A policy called {name} already exists. Duplicate names are not allowed."
    refused("EntityAlreadyExists", text, iam.create_policy, status=409, PolicyName=name, PolicyDocument=READ)
    iam.delete_policy(PolicyArn=made["Arn"])
    text = f"Policy {made['Arn']} was not found."
    for operation in (iam.get_policy, iam.delete_policy, iam.list_policy_versions, iam.list_entities_for_policy):
        refused("NoSuchEntity", text, operation, status=404, PolicyArn=made["Arn"])


def test_versions(iam, policy):
    arn = policy["Arn"]
    second = iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ)["PolicyVersion"]
    assert (second["VersionId"], second["IsDefaultVersion"]) == ("v2", False)
    third = iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ, SetAsDefault=True)["PolicyVersion"]
    assert (third["VersionId"], third["IsDefaultVersion"]) == ("v3", True)
    listed = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(v["VersionId"], v["IsDefaultVersion"]) for v in listed] == [("v3", True), ("v2", False), ("v1", False)]
    assert [len(p) for p in all_pages(iam.list_policy_versions, "Versions", PolicyArn=arn, MaxItems=2)] == [2, 1]
    got = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert got["Document"] == READ_DOCUMENT
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"
    text = "Cannot delete the default version of a policy."
    refused("DeleteConflict", text, iam.delete_policy_version, status=409, PolicyArn=arn, VersionId="v1")
    text = (
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy."
    )
    refused("DeleteConflict", text, iam.delete_policy, status=409, PolicyArn=arn)
    for version in ("v2", "v3"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    again = iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ)["PolicyVersion"]
    assert again["VersionId"] == "v4", "a number is never given twice"


def test_five_versions_at_most(iam, policy):
    for _ in range(4):
        iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=READ)
    text = (
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
        "version."
    )
    refused(
        "LimitExceeded",
        text,
        iam.create_policy_version,
        status=409,
        PolicyArn=policy["Arn"],
        PolicyDocument=READ,
    )


def test_versions_that_are_not_there(iam, policy):
    gone = f"arn:aws:iam::{ACCOUNT}:policy/TestNonExistingPolicy"
    for operation in (iam.get_policy_version, iam.set_default_policy_version, iam.delete_policy_version):
        for arn, version in ((policy["Arn"], "v9"), (gone, "v1"), (policy["Arn"], "v99999999999999999999")):
            text = f"Policy {arn} version {version} does not exist or is not attachable."
            refused("NoSuchEntity", text, operation, status=404, PolicyArn=arn, VersionId=version)
        text = (
            "1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy "
            r"regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?"
        )
        refused("ValidationError", text, operation, PolicyArn=policy["Arn"], VersionId="1")


def test_who_has_a_policy(iam, policy, user, role, group, name):
    arn = policy["Arn"]
    iam.attach_user_policy(UserName=name, PolicyArn=arn)
    iam.attach_group_policy(GroupName=name, PolicyArn=arn)
    iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=arn)
    got = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (got["AttachmentCount"], got["PermissionsBoundaryUsageCount"]) == (2, 1)
    entities = without_metadata(iam.list_entities_for_policy(PolicyArn=arn))
    assert entities == {
        "PolicyGroups": [{"GroupName": name, "GroupId": group["GroupId"]}],
        "PolicyUsers": [{"UserName": name, "UserId": user["UserId"]}],
        "PolicyRoles": [{"RoleName": name, "RoleId": role["RoleId"]}],
        "IsTruncated": False,
    }
    only = iam.list_entities_for_policy(PolicyArn=arn, EntityFilter="User")
    assert (len(only["PolicyUsers"]), only["PolicyGroups"], only["PolicyRoles"]) == (1, [], [])
    bound = iam.list_entities_for_policy(PolicyArn=arn, PolicyUsageFilter="PermissionsBoundary")
    assert (bound["PolicyUsers"], len(bound["PolicyRoles"])) == ([], 1)
    pages, marker = 0, {}
    while True:
        page = iam.list_entities_for_policy(PolicyArn=arn, MaxItems=1, **marker)
        assert len(page["PolicyUsers"]) + len(page["PolicyRoles"]) + len(page["PolicyGroups"]) == 1
        pages += 1
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert pages == 3
    text = "Cannot delete a policy attached to entities."
    refused("DeleteConflict", text, iam.delete_policy, status=409, PolicyArn=arn)
    attached = iam.list_policies(Scope="Local", OnlyAttached=True, MaxItems=1000)["Policies"]
    assert arn in [p["Arn"] for p in attached]


def test_awss_own_policies(iam, user, name):
    arns = [p["Arn"] for page in all_pages(iam.list_policies, "Policies", Scope="AWS", MaxItems=4) for p in page]
    assert {ADMINISTRATOR, READ_ONLY} <= set(arns)
    assert all(arn.startswith("arn:aws:iam::aws:policy/") for arn in arns)
    got = iam.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]
    version = iam.get_policy_version(PolicyArn=ADMINISTRATOR, VersionId=got["DefaultVersionId"])["PolicyVersion"]
    assert version["Document"] == json.loads(ALLOW)
    denied = "Policy is outside your own account."
    refused("AccessDenied", denied, iam.delete_policy, status=403, PolicyArn=ADMINISTRATOR)
    refused(
        "AccessDenied", denied, iam.create_policy_version, status=403, PolicyArn=ADMINISTRATOR, PolicyDocument=ALLOW
    )
    everything = [p["Arn"] for page in all_pages(iam.list_policies, "Policies", MaxItems=1000) for p in page]
    assert set(arns) <= set(everything)


def test_the_size_of_a_policy(iam, name):
    document = ALLOW.replace('"*"', json.dumps(["kms:" + "a" * 100] * 60), 1)
    text = "Cannot exceed quota for PolicySize: 6144"
    refused("LimitExceeded", text, iam.create_policy, status=409, PolicyName=name, PolicyDocument=document)
    spaced = json.dumps(READ_DOCUMENT, indent=1000)
    assert len(spaced) > 6144, "white space does not count"
    iam.create_policy(PolicyName=name, PolicyDocument=spaced)


@pytest.mark.parametrize(
    "document",
    [
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*"}},
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*"}},
        {"Statement": []},
        {"Version": "2012-10-17", "Statement": {**READ_DOCUMENT["Statement"], "Principal": "*"}},
    ],
)
def test_what_is_no_identity_policy(iam, name, document):
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException) as caught:
        iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
    assert caught.value.response["Error"]["Message"]
