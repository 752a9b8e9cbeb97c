"""AssumeRole over the wire: who may, what the session is, chains, tags, revocation by deletion."""

import json

import pytest

from conformance.support.audit_log import event_of, request_id
from conformance.support.clients import aws_client, refused, without_metadata
from conformance.support.principals import client_of, new_role, new_user, policy, session_arn, trust
from conformance.support.server import ACCOUNT

INVALID = "The security token included in the request is invalid"


def denied(client, caller_arn, role_arn, action="sts:AssumeRole", **parameters):
    text = f"User: {caller_arn} is not authorized to perform: {action} on resource: {role_arn}"
    refused("AccessDenied", text, client.assume_role, status=403, RoleArn=role_arn, RoleSessionName="work", **parameters)


def assume(client, role, session="work", **parameters):
    return client.assume_role(RoleArn=role["Arn"], RoleSessionName=session, **parameters)


def test_a_user_becomes_a_role(server):
    _, arn, client = new_user(server)
    role = new_role(server, trust({"AWS": arn}))
    answer = assume(client, role)
    expected = {"AssumedRoleId": f"{role['RoleId']}:work", "Arn": session_arn(role["RoleName"], "work")}
    assert answer["AssumedRoleUser"] == expected
    assert "PackedPolicySize" not in answer and "SourceIdentity" not in answer
    who = client_of(server, "sts", answer["Credentials"]).get_caller_identity()
    assert without_metadata(who) == {"UserId": expected["AssumedRoleId"], "Account": ACCOUNT, "Arn": expected["Arn"]}


def test_the_account_as_principal_leaves_it_to_the_users_policies(server):
    role = new_role(server, trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    _, arn, client = new_user(server)
    denied(client, arn, role["Arn"])
    _, _, client = new_user(server, policy("sts:AssumeRole", role["Arn"]))
    assume(client, role)
    _, arn, client = new_user(server, policy("sts:AssumeRole", role["Arn"] + "x"))
    denied(client, arn, role["Arn"])


def test_refused_and_unknown_roles_are_answered_alike(server):
    _, arn, client = new_user(server, policy("sts:*"))
    _, other, _ = new_user(server)
    denied(client, arn, new_role(server, trust({"AWS": other}))["Arn"])
    denied(client, arn, f"arn:aws:iam::{ACCOUNT}:role/nobody")
    denied(client, arn, "arn:aws:iam::999999999999:role/nobody")


def test_root_may_not(server, sts):
    role = new_role(server, trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    refused("AccessDenied", "Roles may not be assumed by root accounts.", sts.assume_role, status=403, RoleArn=role["Arn"],
            RoleSessionName="work")


def test_external_id(server):
    _, arn, client = new_user(server)
    role = new_role(server, trust({"AWS": arn}, condition={"StringEquals": {"sts:ExternalId": "id-1"}}))
    denied(client, arn, role["Arn"])
    denied(client, arn, role["Arn"], ExternalId="id-2")
    assume(client, role, ExternalId="id-1")


def test_durations(server):
    _, arn, client = new_user(server)
    role = new_role(server, trust({"AWS": arn}), MaxSessionDuration=7200)
    assume(client, role, DurationSeconds=7200)
    refused("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            client.assume_role, RoleArn=role["Arn"], RoleSessionName="work", DurationSeconds=7201)


def test_invalid_parameters(sts):
    with pytest.raises(Exception) as caught:
        sts.assume_role(RoleArn="x", RoleSessionName="a b")
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationError"
    assert error["Message"] == (
        "2 validation errors detected: Value 'x' at 'roleArn' failed to satisfy constraint: Member must have length greater "
        "than or equal to 20; Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular "
        r"expression pattern: [\w+=,.@-]*"
    )


def test_a_chain(server):
    _, arn, client = new_user(server)
    first = new_role(server, trust({"AWS": arn}, ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]),
                     policy("sts:*"))
    second = new_role(server, trust({"AWS": first["Arn"]}, ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]),
                      MaxSessionDuration=43200)
    tags = [{"Key": "Team", "Value": "blue"}, {"Key": "Own", "Value": "x"}]
    answer = assume(client, first, Tags=tags, TransitiveTagKeys=["Team"], SourceIdentity="alice")
    assert answer["SourceIdentity"] == "alice" and answer["PackedPolicySize"] > 0
    session = client_of(server, "sts", answer["Credentials"])
    text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    refused("ValidationError", text, session.assume_role, RoleArn=second["Arn"], RoleSessionName="next", DurationSeconds=3601)
    answer = assume(session, second, "next")
    assert answer["SourceIdentity"] == "alice"
    with pytest.raises(Exception, match="conflicts with a transitive tag key"):
        assume(session, second, Tags=[{"Key": "team", "Value": "red"}])
    denied(client, arn, second["Arn"])


def test_tags_need_their_own_permission(server):
    _, arn, client = new_user(server)
    role = new_role(server, trust({"AWS": arn}))
    denied(client, arn, role["Arn"], "sts:TagSession", Tags=[{"Key": "Team", "Value": "blue"}])
    denied(client, arn, role["Arn"], "sts:SetSourceIdentity", SourceIdentity="alice")


def test_a_deleted_role_ends_its_sessions(server):
    iam = aws_client(server, "iam")
    _, arn, client = new_user(server)
    role = new_role(server, trust({"AWS": arn}))
    session = client_of(server, "sts", assume(client, role)["Credentials"])
    session.get_caller_identity()
    iam.delete_role(RoleName=role["RoleName"])
    refused("InvalidClientTokenId", INVALID, session.get_caller_identity, status=403)
    iam.create_role(RoleName=role["RoleName"], AssumeRolePolicyDocument=trust({"AWS": arn}))
    refused("InvalidClientTokenId", INVALID, session.get_caller_identity, status=403)


def test_a_deleted_user_ends_its_sessions(server):
    iam = aws_client(server, "iam")
    name, arn, client = new_user(server)
    session = client_of(server, "sts", client.get_session_token()["Credentials"])
    assert session.get_caller_identity()["Arn"] == arn
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    session.get_caller_identity()  # as in AWS: its sessions are the user's, not the key's
    iam.delete_user(UserName=name)
    refused("InvalidClientTokenId", INVALID, session.get_caller_identity, status=403)


def test_a_role_by_a_user_that_was_made_anew(server):
    iam = aws_client(server, "iam")
    name, arn, client = new_user(server)
    role = new_role(server, trust({"AWS": arn}))
    assume(client, role)
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=name)
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    successor = aws_client(server, "sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    denied(successor, arn, role["Arn"])


def test_the_records(server):
    _, arn, client = new_user(server)
    role = new_role(server, trust({"AWS": arn}, ["sts:AssumeRole", "sts:SetSourceIdentity"]))
    answer = assume(client, role, SourceIdentity="alice", DurationSeconds=900)
    event = event_of(server, request_id(answer))
    assert event["userIdentity"]["type"] == "IAMUser" and event["userIdentity"]["arn"] == arn
    assert event["requestParameters"] == {"roleArn": role["Arn"], "roleSessionName": "work", "durationSeconds": 900,
                                          "sourceIdentity": "alice"}
    assert event["responseElements"]["assumedRoleUser"] == {
        "assumedRoleId": f"{role['RoleId']}:work", "arn": session_arn(role["RoleName"], "work")}
    assert event["responseElements"]["sourceIdentity"] == "alice"
    who = client_of(server, "sts", answer["Credentials"]).get_caller_identity()
    identity = event_of(server, request_id(who))["userIdentity"]
    assert identity["type"] == "AssumedRole" and identity["principalId"] == f"{role['RoleId']}:work"
    context = identity["sessionContext"]
    assert context["sessionIssuer"] == {"type": "Role", "principalId": role["RoleId"], "arn": role["Arn"],
                                        "accountId": ACCOUNT, "userName": role["RoleName"]}
    assert context["sourceIdentity"] == "alice"


def test_a_refusal_is_recorded(server):
    _, arn, client = new_user(server)
    with pytest.raises(Exception) as caught:
        client.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/nobody", RoleSessionName="work")
    event = event_of(server, caught.value.response["ResponseMetadata"]["RequestId"])
    assert event["errorCode"] == "AccessDenied" and event["userIdentity"]["arn"] == arn
    assert event["requestParameters"]["roleArn"].endswith(":role/nobody") and event["responseElements"] is None
