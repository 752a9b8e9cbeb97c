"""IAM roles: trust policies, sessions, policies, boundaries."""

import json
import re

from conformance.support.clients import refused, without_metadata
from conformance.support.iam import ALLOW, READ_DOCUMENT, READ_ONLY, TRUST, TRUST_DOCUMENT, all_pages
from conformance.support.server import ACCOUNT


def trusting(principal):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def test_a_role(iam, name):
    made = iam.create_role(RoleName=name, Path="/team/", AssumeRolePolicyDocument=TRUST)["Role"]
    assert set(made) == {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
    assert re.fullmatch("AROA[A-Z2-7]{17}", made["RoleId"])
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/team/{name}"
    assert made["AssumeRolePolicyDocument"] == TRUST_DOCUMENT
    got = iam.get_role(RoleName=name)["Role"]
    assert got == {**made, "MaxSessionDuration": 3600, "RoleLastUsed": {}}
    listed = [r for r in iam.list_roles(PathPrefix="/team/", MaxItems=1000)["Roles"] if r["RoleName"] == name]
    assert listed == [{**made, "MaxSessionDuration": 3600}]
    text = f"Role with name {name} already exists."
    refused(
        "EntityAlreadyExists", text, iam.create_role, status=409, RoleName=name, AssumeRolePolicyDocument=TRUST
    )
    answer = without_metadata(iam.list_instance_profiles_for_role(RoleName=name))
    assert answer == {"InstanceProfiles": [], "IsTruncated": False}
    iam.delete_role(RoleName=name)
    text = f"The role with name {name} cannot be found."
    for operation in (iam.get_role, iam.update_role, iam.delete_role, iam.list_instance_profiles_for_role):
        refused("NoSuchEntity", text, operation, status=404, RoleName=name)


def test_description_and_duration(iam, role, name):
    assert without_metadata(iam.update_role(RoleName=name, Description="first", MaxSessionDuration=7200)) == {}
    got = iam.get_role(RoleName=name)["Role"]
    assert (got["Description"], got["MaxSessionDuration"]) == ("first", 7200)
    answer = iam.update_role_description(RoleName=name, Description="second")["Role"]
    assert answer["Description"] == "second"
    assert "MaxSessionDuration" not in answer
    iam.update_role(RoleName=name)  # nothing given, nothing changed
    got = iam.get_role(RoleName=name)["Role"]
    assert (got["Description"], got["MaxSessionDuration"]) == ("second", 7200)


def test_a_trust_policy_is_replaced(iam, role, user, name):
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trusting(user["Arn"]))
    got = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    assert got == json.loads(trusting(user["Arn"]))


def test_a_principal_that_is_gone_is_shown_by_its_id(iam, role, user, name):
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trusting(user["Arn"]))
    iam.update_user(UserName=name, NewUserName=name + "x")
    shown = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]["Principal"]["AWS"]
    assert shown == user["Arn"] + "x"
    iam.delete_user(UserName=name + "x")
    iam.create_user(UserName=name)  # somebody else by the same name
    shown = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]["Principal"]["AWS"]
    assert shown == user["UserId"]


def test_a_principal_must_be_there(iam, role, name):
    arn = f"arn:aws:iam::{ACCOUNT}:user/nobody"
    text = f'Invalid principal in policy: "AWS":"{arn}"'
    refused(
        "MalformedPolicyDocument", text, iam.update_assume_role_policy, RoleName=name, PolicyDocument=trusting(arn)
    )
    foreign = "arn:aws:iam::444455556666:role/theirs"
    text = f'Invalid principal in policy: "AWS":"{foreign}"'
    refused(
        "MalformedPolicyDocument", text, iam.update_assume_role_policy, RoleName=name, PolicyDocument=trusting(foreign)
    )


def test_what_is_no_trust_policy(iam, role, name):
    text = "This policy contains invalid Json"
    refused("MalformedPolicyDocument", text, iam.update_assume_role_policy, RoleName=name, PolicyDocument="{")
    statement = {**TRUST_DOCUMENT["Statement"][0], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    text = "Has prohibited field Resource"
    refused("MalformedPolicyDocument", text, iam.update_assume_role_policy, RoleName=name, PolicyDocument=document)


def test_the_size_of_a_trust_policy(iam, role, name):
    statement = {**TRUST_DOCUMENT["Statement"][0], "Sid": "A" * 2100}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    text = "Cannot exceed quota for ACLSizePerRole: 2048"
    refused(
        "LimitExceeded", text, iam.update_assume_role_policy, status=409, RoleName=name, PolicyDocument=document
    )


def test_policies(iam, role, name):
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(READ_DOCUMENT))
    got = without_metadata(iam.get_role_policy(RoleName=name, PolicyName="p"))
    assert got == {"RoleName": name, "PolicyName": "p", "PolicyDocument": READ_DOCUMENT}
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["p"]
    iam.attach_role_policy(RoleName=name, PolicyArn=READ_ONLY)
    assert len(iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]) == 1
    text = "Cannot delete entity, must detach all policies first."
    refused("DeleteConflict", text, iam.delete_role, status=409, RoleName=name)
    iam.detach_role_policy(RoleName=name, PolicyArn=READ_ONLY)
    text = "Cannot delete entity, must delete policies first."
    refused("DeleteConflict", text, iam.delete_role, status=409, RoleName=name)
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    text = "The role policy with name p cannot be found."
    refused("NoSuchEntity", text, iam.get_role_policy, status=404, RoleName=name, PolicyName="p")
    iam.delete_role(RoleName=name)


def test_boundaries(iam, name):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, PermissionsBoundary=READ_ONLY)
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": READ_ONLY}
    assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"] == boundary
    iam.delete_role_permissions_boundary(RoleName=name)
    assert "PermissionsBoundary" not in iam.get_role(RoleName=name)["Role"]
    iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=READ_ONLY)
    assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"] == boundary


def test_bounds_of_the_session_duration(iam, role, name):
    for seconds, text in ((3599, "greater than or equal to 3600"), (43201, "less than or equal to 43200")):
        expected = (
            f"1 validation error detected: Value '{seconds}' at 'maxSessionDuration' failed to satisfy constraint: "
            f"Member must have value {text}"
        )
        refused("ValidationError", expected, iam.update_role, RoleName=name, MaxSessionDuration=seconds)


def test_pages(iam, name):
    for i in range(3):
        iam.create_role(RoleName=f"{name}{i}", Path=f"/{name}/", AssumeRolePolicyDocument=TRUST)
    pages = all_pages(iam.list_roles, "Roles", PathPrefix=f"/{name}/", MaxItems=2)
    assert [[r["RoleName"] for r in page] for page in pages] == [[f"{name}0", f"{name}1"], [f"{name}2"]]


def test_a_role_of_a_group_or_policy_name(iam, role, name):
    """Names are one's own among entities of one kind alone."""
    iam.create_user(UserName=name)
    iam.create_group(GroupName=name)
    iam.create_policy(PolicyName=name, PolicyDocument=ALLOW)
