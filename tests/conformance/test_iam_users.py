"""IAM users and their access keys."""

import datetime
import json
import re

import pytest

from conformance.support.clients import aws_client, refused, without_metadata
from conformance.support.iam import ADMINISTRATOR, ALLOW, READ_ONLY, all_pages, client_of
from conformance.support.server import ACCOUNT


def arn(name, path="/"):
    return f"arn:aws:iam::{ACCOUNT}:user{path}{name}"


def missing(name):
    return f"The user with name {name} cannot be found."


def test_a_user_is_there_at_once(iam, name):
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    made = iam.create_user(UserName=name)["User"]
    assert set(made) == {"Path", "UserName", "UserId", "Arn", "CreateDate"}
    assert (made["Path"], made["UserName"], made["Arn"]) == ("/", name, arn(name))
    assert re.fullmatch("AIDA[A-Z2-7]{17}", made["UserId"])
    assert before <= made["CreateDate"] <= datetime.datetime.now(datetime.UTC)
    assert iam.get_user(UserName=name)["User"] == made
    assert made in iam.list_users(MaxItems=1000)["Users"]
    iam.delete_user(UserName=name)
    refused("NoSuchEntity", missing(name), iam.get_user, status=404, UserName=name)


def test_paths(iam, name):
    made = iam.create_user(UserName=name, Path=f"/{name}/team/")["User"]
    assert made["Arn"] == arn(name, f"/{name}/team/")
    for prefix in (f"/{name}/", f"/{name}/team/", f"/{name}/te"):
        assert [u["UserName"] for u in iam.list_users(PathPrefix=prefix)["Users"]] == [name]
    assert iam.list_users(PathPrefix=f"/{name}/other/")["Users"] == []


def test_names_are_the_same_in_any_case(iam, user):
    other = user["UserName"].upper()
    refused(
        "EntityAlreadyExists", f"User with name {other} already exists.", iam.create_user, status=409, UserName=other
    )
    assert iam.get_user(UserName=other)["User"]["UserName"] == user["UserName"]


def test_a_rename_keeps_the_id_and_the_keys(server, iam, user, name):
    client = client_of(server, iam, name, "sts")
    assert client.get_caller_identity()["Arn"] == arn(name)
    iam.update_user(UserName=name, NewUserName=name + "x", NewPath="/new/")
    renamed = iam.get_user(UserName=name + "x")["User"]
    assert renamed["UserId"] == user["UserId"]
    assert renamed["Arn"] == arn(name + "x", "/new/")
    refused("NoSuchEntity", missing(name), iam.get_user, status=404, UserName=name)
    identity = without_metadata(client.get_caller_identity())
    assert identity == {"Account": ACCOUNT, "UserId": user["UserId"], "Arn": arn(name + "x", "/new/")}
    assert iam.list_access_keys(UserName=name + "x")["AccessKeyMetadata"][0]["UserName"] == name + "x"


def test_a_rename_to_a_name_that_is_taken(iam, user, name):
    iam.create_user(UserName=name + "2")
    text = f"User with name {name}2 already exists."
    refused("EntityAlreadyExists", text, iam.update_user, status=409, UserName=name, NewUserName=name + "2")
    iam.update_user(UserName=name, NewUserName=name.upper())  # of the same user: only the letter case changes
    assert iam.get_user(UserName=name)["User"]["UserName"] == name.upper()


@pytest.mark.parametrize("operation", ["get_user", "update_user", "delete_user", "list_access_keys"])
def test_a_user_that_is_not_there(iam, operation):
    refused("NoSuchEntity", missing("nobody"), getattr(iam, operation), status=404, UserName="nobody")


def test_what_must_go_first(iam, user, name):
    refuse = lambda text: refused("DeleteConflict", text, iam.delete_user, status=409, UserName=name)  # noqa: E731
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    refuse("Cannot delete entity, must delete access keys first.")
    iam.delete_access_key(UserName=name, AccessKeyId=key)
    iam.attach_user_policy(UserName=name, PolicyArn=READ_ONLY)
    refuse("Cannot delete entity, must detach all policies first.")
    iam.detach_user_policy(UserName=name, PolicyArn=READ_ONLY)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=ALLOW)
    refuse("Cannot delete entity, must delete policies first.")
    iam.delete_user_policy(UserName=name, PolicyName="p")
    iam.create_group(GroupName=name)
    iam.add_user_to_group(GroupName=name, UserName=name)
    refuse("Cannot delete entity, must remove referenced objects first.")
    iam.remove_user_from_group(GroupName=name, UserName=name)
    iam.delete_user(UserName=name)


def test_pages(iam, name):
    names = [f"{name}{i:02}" for i in range(7)]
    for each in names:
        iam.create_user(UserName=each, Path=f"/{name}/")
    pages = all_pages(iam.list_users, "Users", PathPrefix=f"/{name}/", MaxItems=3)
    assert [[u["UserName"] for u in page] for page in pages] == [names[:3], names[3:6], names[6:]]


def test_a_marker_is_of_no_use_elsewhere(iam, name):
    for i in range(2):
        iam.create_user(UserName=f"{name}{i}", Path=f"/{name}/")
    marker = iam.list_users(PathPrefix=f"/{name}/", MaxItems=1)["Marker"]
    for operation, parameters in ((iam.list_users, {}), (iam.list_groups, {"PathPrefix": f"/{name}/"})):
        refused("ValidationError", "Invalid Marker.", operation, Marker=marker, **parameters)
    refused("ValidationError", "Invalid Marker.", iam.list_users, PathPrefix=f"/{name}/", Marker="x" + marker)


@pytest.mark.parametrize(
    ("parameters", "violations"),
    [
        ({}, ["Value at 'userName' failed to satisfy constraint: Member must not be null"]),
        (
            {"UserName": "a" * 65},
            ["Value at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64"],
        ),
        (
            {"UserName": "a b"},
            [
                "Value at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                r"[\w+=,.@-]+"
            ],
        ),
        (
            {"UserName": "", "Path": "x"},
            [
                "Value at 'path' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)",
                "Value at 'userName' failed to satisfy constraint: Member must have length greater than or equal to 1",
                "Value at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                r"[\w+=,.@-]+",
            ],
        ),
    ],
)
def test_violations_are_told_together(iam, parameters, violations):
    count = f"{len(violations)} validation error{'s' if len(violations) > 1 else ''} detected: "
    refused("ValidationError", count + "; ".join(violations), iam.create_user, **parameters)


def test_an_access_key(server, iam, user, name):
    key = iam.create_access_key(UserName=name)["AccessKey"]
    assert set(key) == {"UserName", "AccessKeyId", "Status", "SecretAccessKey", "CreateDate"}
    assert re.fullmatch("AKIA[A-Z2-7]{16}", key["AccessKeyId"])
    assert re.fullmatch("[A-Za-z0-9+/]{40}", key["SecretAccessKey"])
    assert (key["UserName"], key["Status"]) == (name, "Active")
    listed = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    assert listed == [{k: v for k, v in key.items() if k != "SecretAccessKey"}]
    sts = aws_client(server, "sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert sts.get_caller_identity()["UserId"] == user["UserId"]

    invalid = ("InvalidClientTokenId", "The security token included in the request is invalid.")
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert iam.list_access_keys(UserName=name)["AccessKeyMetadata"][0]["Status"] == "Inactive"
    refused(*invalid, sts.get_caller_identity, status=403)
    iam.update_access_key(UserName=name, AccessKeyId=key["AccessKeyId"], Status="Active")
    sts.get_caller_identity()
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    refused(*invalid, sts.get_caller_identity, status=403)
    assert iam.list_access_keys(UserName=name)["AccessKeyMetadata"] == []


def test_two_access_keys_at_most(iam, user, name):
    for _ in range(2):
        iam.create_access_key(UserName=name)
    refused(
        "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", iam.create_access_key, status=409, UserName=name
    )
    assert len(all_pages(iam.list_access_keys, "AccessKeyMetadata", UserName=name, MaxItems=1)) == 2


def test_an_access_key_that_is_not_the_users(iam, user, name):
    iam.create_user(UserName=name + "2")
    key = iam.create_access_key(UserName=name + "2")["AccessKey"]["AccessKeyId"]
    text = f"The Access Key with id {key} cannot be found."
    refused(
        "NoSuchEntity", text, iam.update_access_key, status=404, UserName=name, AccessKeyId=key, Status="Inactive"
    )
    refused("NoSuchEntity", text, iam.delete_access_key, status=404, UserName=name, AccessKeyId=key)


def test_a_status_that_is_none(iam, user, name):
    text = (
        "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value "
        "set: [Active, Inactive]"
    )
    refused(
        "ValidationError", text, iam.update_access_key, UserName=name, AccessKeyId="A" * 20, Status="Sometimes"
    )


def test_without_a_name_it_is_about_the_caller(server, iam, user, name):
    iam.attach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
    client = client_of(server, iam, name)
    assert client.get_user()["User"] == iam.get_user(UserName=name)["User"]
    own = client.list_access_keys()["AccessKeyMetadata"]
    assert [k["UserName"] for k in own] == [name]
    second = client.create_access_key()["AccessKey"]
    assert second["UserName"] == name
    client.delete_access_key(AccessKeyId=second["AccessKeyId"])


def test_the_root_user_is_no_user(iam):
    root = iam.get_user()["User"]
    assert root["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert root["UserId"] == ACCOUNT
    text = "Must specify userName when calling with non-User credentials"
    refused("ValidationError", text, iam.create_access_key)


def test_boundaries(iam, user, name):
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=READ_ONLY)
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": READ_ONLY}
    assert iam.get_user(UserName=name)["User"]["PermissionsBoundary"] == boundary
    iam.delete_user_permissions_boundary(UserName=name)
    assert "PermissionsBoundary" not in iam.get_user(UserName=name)["User"]
    made = iam.create_user(UserName=name + "2", PermissionsBoundary=READ_ONLY)["User"]
    assert made["PermissionsBoundary"] == boundary
    gone = f"arn:aws:iam::{ACCOUNT}:policy/nonexistent"
    refused(
        "NoSuchEntity",
        f"Policy {gone} does not exist or is not attachable.",
        iam.put_user_permissions_boundary,
        status=404,
        UserName=name,
        PermissionsBoundary=gone,
    )


def test_inline_policies_are_given_back_as_they_were(iam, user, name):
    text = '{\n  "Version": "2012-10-17",\t"Statement": {"Effect":"Allow","Action":"kms:*","Resource":"*","Sid":"Aa"}}'
    iam.put_user_policy(UserName=name, PolicyName="first", PolicyDocument=text)
    got = iam.get_user_policy(UserName=name, PolicyName="first")
    assert (got["UserName"], got["PolicyName"], got["PolicyDocument"]) == (name, "first", json.loads(text))
    iam.put_user_policy(UserName=name, PolicyName="second", PolicyDocument=ALLOW)
    iam.put_user_policy(UserName=name, PolicyName="first", PolicyDocument=ALLOW)
    assert iam.get_user_policy(UserName=name, PolicyName="first")["PolicyDocument"] == json.loads(ALLOW)
    assert all_pages(iam.list_user_policies, "PolicyNames", UserName=name, MaxItems=1) == [["first"], ["second"]]
    iam.delete_user_policy(UserName=name, PolicyName="first")
    text = "The user policy with name first cannot be found."
    refused("NoSuchEntity", text, iam.get_user_policy, status=404, UserName=name, PolicyName="first")
    refused("NoSuchEntity", text, iam.delete_user_policy, status=404, UserName=name, PolicyName="first")


def test_inline_policies_have_a_size_together(iam, user, name):
    resources = [f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{i:036}" for i in range(17)]
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": resources}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement}, indent=8)
    iam.put_user_policy(UserName=name, PolicyName="a", PolicyDocument=document)
    refused(
        "LimitExceeded",
        f"Maximum policy size of 2048 bytes exceeded for user {name}",
        iam.put_user_policy,
        status=409,
        UserName=name,
        PolicyName="b",
        PolicyDocument=document,
    )


@pytest.mark.parametrize("document", ["{", "[]", '{"Version":"2012-10-17","Statement":{"Effect":"Maybe"}}'])
def test_what_is_no_policy(iam, user, name, document):
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException) as caught:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.response["Error"]["Message"]


def test_attached_policies(iam, user, name, policy):
    for arn_ in (policy["Arn"], READ_ONLY, READ_ONLY):  # what is attached already stays so
        iam.attach_user_policy(UserName=name, PolicyArn=arn_)
    attached = iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
    assert {p["PolicyArn"]: p["PolicyName"] for p in attached} == {policy["Arn"]: name, READ_ONLY: "ReadOnlyAccess"}
    pages = all_pages(iam.list_attached_user_policies, "AttachedPolicies", UserName=name, MaxItems=1)
    assert [len(page) for page in pages] == [1, 1]
    iam.detach_user_policy(UserName=name, PolicyArn=READ_ONLY)
    refused(
        "NoSuchEntity",
        f"Policy {READ_ONLY} was not found.",
        iam.detach_user_policy,
        status=404,
        UserName=name,
        PolicyArn=READ_ONLY,
    )


def test_policies_that_cannot_be_attached(iam, user, name):
    attach = iam.attach_user_policy
    gone = f"arn:aws:iam::{ACCOUNT}:policy/nonexistent"
    text = f"Policy {gone} does not exist or is not attachable."
    refused("NoSuchEntity", text, attach, status=404, UserName=name, PolicyArn=gone)
    text = "ARN longpolicynamebutnoarn is not valid."
    refused("ValidationError", text, attach, UserName=name, PolicyArn="longpolicynamebutnoarn")
    foreign = "arn:aws:iam::444455556666:policy/theirs"
    refused(
        "AccessDenied", "Policy is outside your own account.", attach, status=403, UserName=name, PolicyArn=foreign
    )


def test_ten_attached_policies_at_most(iam, user, name):
    for i in range(11):
        arn_ = iam.create_policy(PolicyName=f"{name}{i}", PolicyDocument=ALLOW)["Policy"]["Arn"]
        if i < 10:
            iam.attach_user_policy(UserName=name, PolicyArn=arn_)
    refused(
        "LimitExceeded",
        "Cannot exceed quota for PoliciesPerUser: 10",
        iam.attach_user_policy,
        status=409,
        UserName=name,
        PolicyArn=arn_,
    )
