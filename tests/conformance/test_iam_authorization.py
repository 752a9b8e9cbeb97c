"""Who may call IAM: identity policies, boundaries, conditions, and denials that tell nothing."""

import json

import pytest

from conformance.support.clients import refused
from conformance.support.iam import ADMINISTRATOR, READ_ONLY, TRUST, client_of
from conformance.support.server import ACCOUNT


def denial(user, action, resource, why="because no identity-based policy allows the {} action"):
    text = f"User: {user['Arn']} is not authorized to perform: {action} on resource: {resource} "
    return text + why.format(action)


@pytest.fixture
def client(server, iam, user):
    """Signs as a user who has no policies at first."""
    return client_of(server, iam, user["UserName"])


def allow(iam, user, actions, resource="*", **more):
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource, **more}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName=user["UserName"], PolicyName="test", PolicyDocument=document)


def test_a_user_without_policies_may_nothing(client, user):
    own = user["UserName"]
    cases = [
        (client.get_user, {"UserName": own}, "iam:GetUser", f"user {own}"),
        (client.get_user, {"UserName": "nobody"}, "iam:GetUser", "user nobody"),
        (client.get_user, {}, "iam:GetUser", f"user {own}"),
        (client.create_user, {"UserName": "x"}, "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x"),
        (client.list_users, {}, "iam:ListUsers", f"arn:aws:iam::{ACCOUNT}:user/"),
        (client.get_role, {"RoleName": "r"}, "iam:GetRole", "role r"),
        (client.list_policies, {}, "iam:ListPolicies", "policy path /"),
        (client.get_policy, {"PolicyArn": READ_ONLY}, "iam:GetPolicy", f"policy {READ_ONLY}"),
        (client.list_account_aliases, {}, "iam:ListAccountAliases", "*"),
    ]
    for operation, parameters, action, resource in cases:
        refused("AccessDenied", denial(user, action, resource), operation, status=403, **parameters)


def test_nobody_learns_what_is_there(client, iam, user, name):
    iam.create_role(RoleName=name + "there", AssumeRolePolicyDocument=TRUST)
    for role in (name + "there", name + "not"):
        refused("AccessDenied", denial(user, "iam:DeleteRole", f"role {role}"), client.delete_role, status=403, RoleName=role)


def test_policies_count_at_once_and_no_longer(client, iam, user):
    own = user["UserName"]
    iam.attach_user_policy(UserName=own, PolicyArn=READ_ONLY)
    assert client.get_user()["User"]["UserId"] == user["UserId"]
    refused(
        "AccessDenied", denial(user, "iam:DeleteUser", f"user {own}"), client.delete_user, status=403, UserName=own
    )
    iam.detach_user_policy(UserName=own, PolicyArn=READ_ONLY)
    refused("AccessDenied", denial(user, "iam:GetUser", f"user {own}"), client.get_user, status=403)


def test_policies_of_groups(client, iam, user, group):
    own = user["UserName"]
    iam.attach_group_policy(GroupName=own, PolicyArn=READ_ONLY)
    refused("AccessDenied", denial(user, "iam:GetUser", f"user {own}"), client.get_user, status=403)
    iam.add_user_to_group(GroupName=own, UserName=own)
    client.get_user()
    iam.remove_user_from_group(GroupName=own, UserName=own)
    refused("AccessDenied", denial(user, "iam:GetUser", f"user {own}"), client.get_user, status=403)


def test_a_new_default_version_counts_at_once(client, iam, user, policy):
    own = user["UserName"]
    iam.attach_user_policy(UserName=own, PolicyArn=policy["Arn"])
    client.get_user()
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}}
    iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=json.dumps(deny), SetAsDefault=True)
    why = "with an explicit deny in an identity-based policy"
    refused("AccessDenied", denial(user, "iam:GetUser", f"user {own}", why), client.get_user, status=403)


def test_a_boundary_bounds(client, iam, user):
    own = user["UserName"]
    iam.attach_user_policy(UserName=own, PolicyArn=ADMINISTRATOR)
    iam.put_user_permissions_boundary(UserName=own, PermissionsBoundary=READ_ONLY)
    client.get_user()
    why = "because no permissions boundary allows the {} action"
    text = denial(user, "iam:CreateGroup", f"arn:aws:iam::{ACCOUNT}:group/g", why)
    refused("AccessDenied", text, client.create_group, status=403, GroupName="g")


def test_resources_are_matched_with_their_paths(client, iam, user, name):
    allow(iam, user, "iam:*", f"arn:aws:iam::{ACCOUNT}:user/{name}/*")
    client.create_user(UserName=name + "1", Path=f"/{name}/")
    client.get_user(UserName=name + "1")
    text = denial(user, "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/{name}2")
    refused("AccessDenied", text, client.create_user, status=403, UserName=name + "2")
    # Nor may a user be moved out of the path.
    text = denial(user, "iam:UpdateUser", f"arn:aws:iam::{ACCOUNT}:user/out/{name}1")
    refused("AccessDenied", text, client.update_user, status=403, UserName=name + "1", NewPath="/out/")


def test_which_policies_may_be_attached(client, iam, user, name):
    iam.create_user(UserName=name + "1")
    allow(iam, user, "iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": READ_ONLY}})
    client.attach_user_policy(UserName=name + "1", PolicyArn=READ_ONLY)
    text = denial(user, "iam:AttachUserPolicy", f"user {name}1")
    refused(
        "AccessDenied", text, client.attach_user_policy, status=403, UserName=name + "1", PolicyArn=ADMINISTRATOR
    )


def test_new_users_must_have_a_boundary(client, iam, user, name):
    allow(iam, user, "iam:CreateUser", Condition={"StringEquals": {"iam:PermissionsBoundary": READ_ONLY}})
    client.create_user(UserName=name + "1", PermissionsBoundary=READ_ONLY)
    text = denial(user, "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/{name}2")
    refused("AccessDenied", text, client.create_user, status=403, UserName=name + "2")


def test_tags_in_conditions(client, iam, user, name):
    for suffix, team in (("1", "red"), ("2", "blue")):
        iam.create_user(UserName=name + suffix, Tags=[{"Key": "Team", "Value": team}])
    allow(iam, user, "iam:GetUser", Condition={"StringEquals": {"iam:ResourceTag/team": "red"}})
    client.get_user(UserName=name + "1")
    text = denial(user, "iam:GetUser", f"user {name}2")
    refused("AccessDenied", text, client.get_user, status=403, UserName=name + "2")
    allow(iam, user, "iam:TagUser", Condition={"StringEquals": {"aws:RequestTag/cost": "1"}})
    client.tag_user(UserName=name + "1", Tags=[{"Key": "Cost", "Value": "1"}])
    text = denial(user, "iam:TagUser", f"user {name}1")
    refused(
        "AccessDenied", text, client.tag_user, status=403, UserName=name + "1", Tags=[{"Key": "Cost", "Value": "2"}]
    )


def test_the_users_own_name_as_a_variable(client, iam, user, name):
    allow(iam, user, "iam:*AccessKey*", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")
    assert client.list_access_keys()["AccessKeyMetadata"]
    iam.create_user(UserName=name + "1")
    text = denial(user, "iam:ListAccessKeys", f"user {name}1")
    refused("AccessDenied", text, client.list_access_keys, status=403, UserName=name + "1")
