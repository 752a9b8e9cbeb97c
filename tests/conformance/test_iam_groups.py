"""IAM groups, their members and their policies."""

import json
import re

from conformance.support.clients import refused, without_metadata
from conformance.support.iam import ALLOW, READ_DOCUMENT, READ_ONLY, all_pages
from conformance.support.server import ACCOUNT


def test_a_group(iam, name):
    made = iam.create_group(GroupName=name, Path="/some/location/")["Group"]
    assert set(made) == {"Path", "GroupName", "GroupId", "Arn", "CreateDate"}
    assert re.fullmatch("AGPA[A-Z2-7]{17}", made["GroupId"])
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/some/location/{name}"
    got = without_metadata(iam.get_group(GroupName=name))
    assert got == {"Group": made, "Users": [], "IsTruncated": False}
    assert made in iam.list_groups(PathPrefix="/some/", MaxItems=1000)["Groups"]
    text = f"Group with name {name} already exists."
    refused("EntityAlreadyExists", text, iam.create_group, status=409, GroupName=name)
    iam.delete_group(GroupName=name)
    text = f"The group with name {name} cannot be found."
    for operation in (iam.get_group, iam.delete_group, iam.update_group, iam.list_group_policies):
        refused("NoSuchEntity", text, operation, status=404, GroupName=name)


def test_a_rename_keeps_the_members(iam, group, user, name):
    iam.add_user_to_group(GroupName=name, UserName=name)
    iam.update_group(GroupName=name, NewGroupName=name + "x", NewPath="/n/")
    got = iam.get_group(GroupName=name + "x")
    assert got["Group"]["GroupId"] == group["GroupId"]
    assert [u["UserId"] for u in got["Users"]] == [user["UserId"]]
    iam.create_group(GroupName=name)
    text = f"Group with name {name} already exists."
    refused("EntityAlreadyExists", text, iam.update_group, status=409, GroupName=name + "x", NewGroupName=name)


def test_members(iam, group, user, name):
    for _ in range(2):  # a member is added all the same
        iam.add_user_to_group(GroupName=name, UserName=name)
    assert [u["UserName"] for u in iam.get_group(GroupName=name)["Users"]] == [name]
    assert [g["GroupName"] for g in iam.list_groups_for_user(UserName=name)["Groups"]] == [name]
    text = "Cannot delete entity, must remove users from group first."
    refused("DeleteConflict", text, iam.delete_group, status=409, GroupName=name)
    for _ in range(2):  # so is one removed that is none
        iam.remove_user_from_group(GroupName=name, UserName=name)
    assert iam.get_group(GroupName=name)["Users"] == []
    assert iam.list_groups_for_user(UserName=name)["Groups"] == []
    iam.delete_group(GroupName=name)


def test_members_that_are_not_there(iam, group, user, name):
    no_user = "The user with name nobody cannot be found."
    no_group = "The group with name nothing cannot be found."
    for operation in (iam.add_user_to_group, iam.remove_user_from_group):
        refused("NoSuchEntity", no_user, operation, status=404, GroupName=name, UserName="nobody")
        refused("NoSuchEntity", no_group, operation, status=404, GroupName="nothing", UserName=name)
    refused("NoSuchEntity", no_user, iam.remove_user_from_group, status=404, GroupName="nothing", UserName="nobody")


def test_pages_of_members(iam, group, name):
    names = [f"{name}{i}" for i in range(3)]
    for each in names:
        iam.create_user(UserName=each)
        iam.add_user_to_group(GroupName=name, UserName=each)
    pages = all_pages(iam.get_group, "Users", GroupName=name, MaxItems=2)
    assert [[u["UserName"] for u in page] for page in pages] == [names[:2], names[2:]]


def test_ten_groups_of_a_user_at_most(iam, user, name):
    for i in range(11):
        iam.create_group(GroupName=f"{name}{i}")
        if i < 10:
            iam.add_user_to_group(GroupName=f"{name}{i}", UserName=name)
    text = "Cannot exceed quota for GroupsPerUser: 10"
    refused("LimitExceeded", text, iam.add_user_to_group, status=409, GroupName=f"{name}10", UserName=name)
    assert len(all_pages(iam.list_groups_for_user, "Groups", UserName=name, MaxItems=4)) == 3


def test_policies(iam, group, name):
    text = "The group policy with name p cannot be found."
    refused("NoSuchEntity", text, iam.get_group_policy, status=404, GroupName=name, PolicyName="p")
    iam.put_group_policy(GroupName=name, PolicyName="p", PolicyDocument=json.dumps(READ_DOCUMENT))
    got = without_metadata(iam.get_group_policy(GroupName=name, PolicyName="p"))
    assert got == {"GroupName": name, "PolicyName": "p", "PolicyDocument": READ_DOCUMENT}
    assert iam.list_group_policies(GroupName=name)["PolicyNames"] == ["p"]
    iam.attach_group_policy(GroupName=name, PolicyArn=READ_ONLY)
    attached = [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}]
    assert iam.list_attached_group_policies(GroupName=name)["AttachedPolicies"] == attached
    text = "Cannot delete entity, must detach all policies first."
    refused("DeleteConflict", text, iam.delete_group, status=409, GroupName=name)
    iam.detach_group_policy(GroupName=name, PolicyArn=READ_ONLY)
    text = "Cannot delete entity, must delete policies first."
    refused("DeleteConflict", text, iam.delete_group, status=409, GroupName=name)
    iam.delete_group_policy(GroupName=name, PolicyName="p")
    iam.delete_group(GroupName=name)


def test_the_size_of_inline_policies(iam, group, name):
    large = ALLOW.replace('"*"', json.dumps(["kms:" + "a" * 100] * 60), 1)
    text = f"Maximum policy size of 5120 bytes exceeded for group {name}"
    refused(
        "LimitExceeded", text, iam.put_group_policy, status=409, GroupName=name, PolicyName="p", PolicyDocument=large
    )
