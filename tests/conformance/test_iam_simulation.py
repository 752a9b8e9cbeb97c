"""IAM's simulator and the list of everything that authorizes in an account."""

import json
import uuid

import pytest

from conformance.support.accounts import ALLOW_ALL, DENY_ALL, Account, policy
from conformance.support.clients import refused
from conformance.support.iam import ADMINISTRATOR, TRUST, TRUST_DOCUMENT

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FEW = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "kms:*",
            "Resource": "*"
        },
        {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    ]
}"""


@pytest.fixture(scope="module")
def account(server):
    """An account of its own: lists of it are the test's."""
    return Account.create(server, "simulated")


@pytest.fixture(scope="module")
def iam(account):
    return account.iam


def decisions(answer):
    return [(one["EvalActionName"], one["EvalResourceName"], one["EvalDecision"]) for one in answer["EvaluationResults"]]


def test_custom_policy(iam):
    answer = iam.simulate_custom_policy(PolicyInputList=[FEW], ActionNames=["kms:Encrypt", "s3:GetObject"], ResourceArns=[KEY])
    assert answer["IsTruncated"] is False
    assert decisions(answer) == [("kms:Encrypt", KEY, "allowed"), ("s3:GetObject", KEY, "implicitDeny")]
    allowed, denied = answer["EvaluationResults"]
    assert allowed["MatchedStatements"] == [
        {
            "SourcePolicyId": "PolicyInputList.1",
            "SourcePolicyType": "none",
            "StartPosition": {"Line": 4, "Column": 9},
            "EndPosition": {"Line": 8, "Column": 10},
        }
    ]
    assert (allowed["MissingContextValues"], denied["MatchedStatements"]) == ([], [])


def test_context(iam):
    parameters = {"PolicyInputList": [FEW], "ActionNames": ["kms:Decrypt"]}
    answer = iam.simulate_custom_policy(**parameters)
    assert decisions(answer) == [("kms:Decrypt", "*", "allowed")]
    assert answer["EvaluationResults"][0]["MissingContextValues"] == ["aws:securetransport"]
    entry = {"ContextKeyName": "aws:SecureTransport", "ContextKeyType": "boolean", "ContextKeyValues": ["false"]}
    answer = iam.simulate_custom_policy(**parameters, ContextEntries=[entry])
    assert decisions(answer) == [("kms:Decrypt", "*", "explicitDeny")]
    (matched,) = answer["EvaluationResults"][0]["MatchedStatements"]
    assert matched["StartPosition"] == {"Line": 9, "Column": 9}
    assert answer["EvaluationResults"][0]["MissingContextValues"] == []


def test_principal_policy(account, iam):
    user = account.user(ALLOW_ALL)
    group = f"group-{uuid.uuid4()}"
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user.name)
    iam.put_group_policy(
        GroupName=group,
        PolicyName="limits",
        PolicyDocument=policy({"Effect": "Deny", "Action": "kms:Sign", "Resource": "*"}),
    )
    iam.attach_user_policy(UserName=user.name, PolicyArn=ADMINISTRATOR)
    parameters = {"PolicySourceArn": user.arn, "ActionNames": ["kms:Encrypt", "kms:Sign", "iam:ListUsers"]}
    answer = iam.simulate_principal_policy(**parameters)
    assert [one["EvalDecision"] for one in answer["EvaluationResults"]] == ["allowed", "explicitDeny", "allowed"]
    matched = [
        [(one["SourcePolicyId"], one["SourcePolicyType"]) for one in result["MatchedStatements"]]
        for result in answer["EvaluationResults"]
    ]
    assert matched == [
        [("inline", "user"), ("AdministratorAccess", "aws-managed")],
        [("limits", "group")],
        [("AdministratorAccess", "aws-managed")],
    ]
    more = iam.simulate_principal_policy(**parameters, PolicyInputList=[policy(DENY_ALL)])
    assert [one["EvalDecision"] for one in more["EvaluationResults"]] == ["explicitDeny", "explicitDeny", "allowed"]
    boundary = [policy({"Effect": "Allow", "Action": "iam:*", "Resource": "*"})]
    within = iam.simulate_principal_policy(**parameters, PermissionsBoundaryPolicyInputList=boundary)
    assert [one["EvalDecision"] for one in within["EvaluationResults"]] == ["implicitDeny", "explicitDeny", "allowed"]
    assert [one["PermissionsBoundaryDecisionDetail"] for one in within["EvaluationResults"]] == [
        {"AllowedByPermissionsBoundary": False},
        {"AllowedByPermissionsBoundary": False},
        {"AllowedByPermissionsBoundary": True},
    ]
    role = account.role(ALLOW_ALL)
    answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["kms:Encrypt"])
    assert answer["EvaluationResults"][0]["MatchedStatements"][0]["SourcePolicyType"] == "role"
    arn = f"arn:aws:iam::{account.number}:group/{group}"
    assert decisions(iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["kms:Sign"]))[0][2] == "explicitDeny"


def test_a_resource_policy(account, iam):
    user, other = account.user(), account.user()
    names = policy({"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "kms:Sign", "Resource": "*"})
    parameters = {"ActionNames": ["kms:Sign"], "ResourceArns": [KEY], "ResourcePolicy": names}
    answer = iam.simulate_principal_policy(PolicySourceArn=user.arn, **parameters)
    assert decisions(answer)[0][2] == "allowed"
    (matched,) = answer["EvaluationResults"][0]["MatchedStatements"]
    assert (matched["SourcePolicyId"], matched["SourcePolicyType"]) == ("ResourcePolicy", "resource")
    assert decisions(iam.simulate_principal_policy(PolicySourceArn=other.arn, **parameters))[0][2] == "implicitDeny"
    across = iam.simulate_principal_policy(PolicySourceArn=user.arn, ResourceOwner="999999999999", **parameters)
    assert decisions(across)[0][2] == "implicitDeny", "across accounts both are needed"
    text = "CallerArn is required when a resource policy is given."
    refused("InvalidInput", text, iam.simulate_principal_policy, PolicySourceArn=account.role(), **parameters)


def test_paging(iam):
    parameters = {"PolicyInputList": [FEW], "ActionNames": ["kms:Sign", "kms:Verify"], "ResourceArns": ["*", KEY, "a"]}
    pages = list(iam.get_paginator("simulate_custom_policy").paginate(**parameters, PaginationConfig={"PageSize": 4}))
    assert [len(page["EvaluationResults"]) for page in pages] == [4, 2]
    assert [one for page in pages for one in decisions(page)] == decisions(iam.simulate_custom_policy(**parameters))


def test_refusals(account, iam):
    arn = f"arn:aws:iam::{account.number}:user/no-such-user"
    text = "The user with name no-such-user cannot be found."
    refused("NoSuchEntity", text, iam.simulate_principal_policy, status=404, PolicySourceArn=arn, ActionNames=["kms:Sign"])
    for arn in (f"arn:aws:iam::{account.number}:policy/x", "arn:aws:iam::999999999999:user/x", "arn:aws:s3:::some-bucket"):
        text = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
        refused("InvalidInput", text, iam.simulate_principal_policy, PolicySourceArn=arn, ActionNames=["kms:Sign"])
    with pytest.raises(iam.exceptions.InvalidInputException):
        iam.simulate_custom_policy(PolicyInputList=["{}"], ActionNames=["kms:Sign"])
    with pytest.raises(iam.exceptions.ClientError, match="actionNames"):
        iam.simulate_custom_policy(PolicyInputList=[FEW])


def test_its_own_authorization(account):
    other = account.user()
    may = {"Effect": "Allow", "Action": "iam:SimulatePrincipalPolicy", "Resource": other.arn}
    user = account.user(may)
    theirs = user.client("iam")
    theirs.simulate_principal_policy(PolicySourceArn=other.arn, ActionNames=["kms:Sign"])
    for call, action, resource, parameters in (
        (theirs.simulate_principal_policy, "SimulatePrincipalPolicy", user.arn, {"PolicySourceArn": user.arn}),
        (theirs.simulate_custom_policy, "SimulateCustomPolicy", "*", {"PolicyInputList": [FEW]}),
    ):
        text = (
            f"User: {user.arn} is not authorized to perform: iam:{action} on resource: {resource} because no "
            f"identity-based policy allows the iam:{action} action"
        )
        refused("AccessDenied", text, call, status=403, ActionNames=["kms:Sign"], **parameters)
    text = (
        f"User: {user.arn} is not authorized to perform: iam:GetAccountAuthorizationDetails on resource: * because no "
        "identity-based policy allows the iam:GetAccountAuthorizationDetails action"
    )
    refused("AccessDenied", text, theirs.get_account_authorization_details, status=403)


def without_date(entity):
    return {name: value for name, value in entity.items() if name not in ("CreateDate", "UpdateDate")}


def test_authorization_details(server):
    account = Account.create(server, "details")
    iam = account.iam
    own = iam.create_policy(PolicyName="own", PolicyDocument=policy(ALLOW_ALL), Description="d")["Policy"]
    iam.create_policy_version(PolicyArn=own["Arn"], PolicyDocument=policy(DENY_ALL), SetAsDefault=True)
    group = iam.create_group(GroupName="group")["Group"]
    iam.attach_group_policy(GroupName="group", PolicyArn=own["Arn"])
    iam.put_group_policy(GroupName="group", PolicyName="inline", PolicyDocument=policy(DENY_ALL))
    tags = [{"Key": "a", "Value": "b"}]
    user = iam.create_user(UserName="user", Tags=tags, PermissionsBoundary=own["Arn"])["User"]
    iam.add_user_to_group(GroupName="group", UserName="user")
    iam.put_user_policy(UserName="user", PolicyName="inline", PolicyDocument=policy(ALLOW_ALL))
    role = iam.create_role(RoleName="role", AssumeRolePolicyDocument=TRUST, Description="not shown")["Role"]
    iam.attach_role_policy(RoleName="role", PolicyArn=ADMINISTRATOR)

    all_of_it = iam.get_account_authorization_details()
    assert all_of_it["IsTruncated"] is False
    (shown,) = all_of_it["UserDetailList"]
    assert without_date(shown) == {
        "Path": "/",
        "UserName": "user",
        "UserId": user["UserId"],
        "Arn": user["Arn"],
        "UserPolicyList": [{"PolicyName": "inline", "PolicyDocument": json.loads(policy(ALLOW_ALL))}],
        "GroupList": ["group"],
        "AttachedManagedPolicies": [],
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": own["Arn"]},
        "Tags": tags,
    }
    (shown,) = all_of_it["GroupDetailList"]
    assert without_date(shown) == {
        "Path": "/",
        "GroupName": "group",
        "GroupId": group["GroupId"],
        "Arn": group["Arn"],
        "GroupPolicyList": [{"PolicyName": "inline", "PolicyDocument": json.loads(policy(DENY_ALL))}],
        "AttachedManagedPolicies": [{"PolicyName": "own", "PolicyArn": own["Arn"]}],
    }
    (shown,) = all_of_it["RoleDetailList"]
    assert without_date(shown) == {
        "Path": "/",
        "RoleName": "role",
        "RoleId": role["RoleId"],
        "Arn": role["Arn"],
        "AssumeRolePolicyDocument": TRUST_DOCUMENT,
        "InstanceProfileList": [],
        "RolePolicyList": [],
        "AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess", "PolicyArn": ADMINISTRATOR}],
        "RoleLastUsed": {},
    }
    policies = {one["PolicyName"]: one for one in all_of_it["Policies"]}
    assert set(policies) == {"own", "AdministratorAccess"}
    versions = policies["own"].pop("PolicyVersionList")
    assert [(v["VersionId"], v["IsDefaultVersion"], v["Document"]) for v in versions] == [
        ("v1", False, json.loads(policy(ALLOW_ALL))),
        ("v2", True, json.loads(policy(DENY_ALL))),
    ]
    assert without_date(policies["own"]) == without_date(own) | {
        "DefaultVersionId": "v2",
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 1,
        "Description": "d",
    }

    lists = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    for kind, count in {"User": 0, "Group": 1, "Role": 2, "LocalManagedPolicy": 3, "AWSManagedPolicy": 3}.items():
        only = iam.get_account_authorization_details(Filter=[kind])
        assert [len(only[name]) for name in lists] == [1 if number == count else 0 for number in range(4)]
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 2}))
    assert [sum(len(page[name]) for name in lists) for page in pages] == [2, 2, 1]
    with pytest.raises(iam.exceptions.ClientError, match="ValidationError"):
        iam.get_account_authorization_details(Filter=["Everything"])
