"""Who may call the Parameter Store: actions on parameters' ARNs, condition keys, boundaries, sessions."""

import json

import pytest

from conformance.support.accounts import Account
from conformance.support.clients import refused
from conformance.support.server import REGION
from conformance.support.ssm import parameter_arn


@pytest.fixture(scope="module")
def account(server):
    account = Account.create(server, "parameters")
    ssm = account.root.client("ssm")
    for name in ("/a/b", "/a/b/c", "/x"):
        ssm.put_parameter(Name=name, Value="v", Type="String")
    return account


def denial(account, user, action, resource, why="because no identity-based policy allows the ssm:{} action"):
    return (
        f"User: {user.arn} is not authorized to perform: ssm:{action} on resource: {resource} " + why.format(action)
    )


def arn(account, name):
    return parameter_arn(name, account=account.number)


def allow(actions, *resources, **more):
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources) or "*", **more}


def test_a_user_without_policies_may_nothing(account):
    user = account.user()
    ssm = user.client("ssm")
    everything = f"arn:aws:ssm:{REGION}:{account.number}:*"
    cases = [
        (ssm.put_parameter, {"Name": "/n", "Value": "v", "Type": "String"}, "PutParameter", arn(account, "/n")),
        (ssm.get_parameter, {"Name": "/a/b"}, "GetParameter", arn(account, "/a/b")),
        (ssm.get_parameter, {"Name": "/none:3"}, "GetParameter", arn(account, "/none")),
        (ssm.get_parameters, {"Names": ["/a/b"]}, "GetParameters", arn(account, "/a/b")),
        (ssm.get_parameters_by_path, {"Path": "/a"}, "GetParametersByPath", arn(account, "/a")),
        (ssm.get_parameter_history, {"Name": "/a/b"}, "GetParameterHistory", arn(account, "/a/b")),
        (ssm.describe_parameters, {}, "DescribeParameters", everything),
        (ssm.delete_parameter, {"Name": "/a/b"}, "DeleteParameter", arn(account, "/a/b")),
        (ssm.delete_parameters, {"Names": ["/a/b"]}, "DeleteParameters", arn(account, "/a/b")),
        (ssm.label_parameter_version, {"Name": "/a/b", "Labels": ["l"]}, "LabelParameterVersion", arn(account, "/a/b")),
        (
            ssm.unlabel_parameter_version,
            {"Name": "/a/b", "ParameterVersion": 1, "Labels": ["l"]},
            "UnlabelParameterVersion",
            arn(account, "/a/b"),
        ),
        (
            ssm.add_tags_to_resource,
            {"ResourceType": "Parameter", "ResourceId": "/a/b", "Tags": [{"Key": "a", "Value": "b"}]},
            "AddTagsToResource",
            arn(account, "/a/b"),
        ),
        (
            ssm.list_tags_for_resource,
            {"ResourceType": "Parameter", "ResourceId": "/a/b"},
            "ListTagsForResource",
            arn(account, "/a/b"),
        ),
    ]
    for operation, parameters, action, resource in cases:
        refused("AccessDeniedException", denial(account, user, action, resource), operation, **parameters)


def test_resources(account):
    user = account.user(allow("ssm:GetParameter*", arn(account, "/a/*"), arn(account, "/a")))
    ssm = user.client("ssm")
    assert ssm.get_parameter(Name="/a/b")["Parameter"]["Value"] == "v"
    refused("AccessDeniedException", denial(account, user, "GetParameter", arn(account, "/x")), ssm.get_parameter, Name="/x")
    # One that is not allowed, and nothing of the others is told.
    refused(
        "AccessDeniedException", denial(account, user, "GetParameters", arn(account, "/x")),
        ssm.get_parameters, Names=["/a/b", "/x"],
    )  # fmt: skip
    assert len(ssm.get_parameters_by_path(Path="/a", Recursive=True)["Parameters"]) == 2
    assert len(ssm.get_parameters_by_path(Path="/a/", Recursive=True)["Parameters"]) == 2


def test_a_path_gives_everything_below_it(account):
    deny = {"Effect": "Deny", "Action": "ssm:*", "Resource": arn(account, "/a/b")}
    ssm = account.user(allow("ssm:*"), deny).client("ssm")
    found = ssm.get_parameters_by_path(Path="/a", Recursive=True)["Parameters"]
    assert [one["Name"] for one in found] == ["/a/b", "/a/b/c"]


def test_condition_keys(account):
    overwrite = {"StringEquals": {"ssm:Overwrite": "false"}}
    user = account.user(allow("ssm:PutParameter", Condition=overwrite))
    ssm = user.client("ssm")
    ssm.put_parameter(Name="/conditions/x", Value="v", Type="String")
    text = denial(account, user, "PutParameter", arn(account, "/conditions/x"))
    refused("AccessDeniedException", text, ssm.put_parameter, Name="/conditions/x", Value="v", Overwrite=True)

    flat = {"StringEquals": {"ssm:Recursive": "false"}}
    user = account.user(allow("ssm:GetParametersByPath", Condition=flat))
    ssm = user.client("ssm")
    ssm.get_parameters_by_path(Path="/a")
    text = denial(account, user, "GetParametersByPath", arn(account, "/a"))
    refused("AccessDeniedException", text, ssm.get_parameters_by_path, Path="/a", Recursive=True)


def test_tags_decide(account):
    root = account.root.client("ssm")
    root.put_parameter(Name="/tags/red", Value="v", Type="String", Tags=[{"Key": "team", "Value": "red"}])
    root.put_parameter(Name="/tags/blue", Value="v", Type="String", Tags=[{"Key": "team", "Value": "blue"}])
    for key in ("aws:ResourceTag/team", "ssm:resourceTag/team"):
        user = account.user(allow("ssm:GetParameter", Condition={"StringEquals": {key: "red"}}))
        ssm = user.client("ssm")
        ssm.get_parameter(Name="/tags/red")
        text = denial(account, user, "GetParameter", arn(account, "/tags/blue"))
        refused("AccessDeniedException", text, ssm.get_parameter, Name="/tags/blue")
    # To tag a new one is a permission of its own.
    user = account.user(allow("ssm:PutParameter"))
    text = denial(account, user, "AddTagsToResource", arn(account, "/tags/new"))
    tagged = {"Name": "/tags/new", "Value": "v", "Type": "String", "Tags": [{"Key": "team", "Value": "red"}]}
    refused("AccessDeniedException", text, user.client("ssm").put_parameter, **tagged)


def test_boundaries_and_sessions(account):
    boundary = account.iam.create_policy(
        PolicyName="only-x",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow("ssm:GetParameter", arn(account, "/x"))]}),
    )["Policy"]["Arn"]
    user = account.user(allow("ssm:*"), PermissionsBoundary=boundary)
    ssm = user.client("ssm")
    ssm.get_parameter(Name="/x")
    why = "because no permissions boundary allows the ssm:{} action"
    text = denial(account, user, "GetParameter", arn(account, "/a/b"), why)
    refused("AccessDeniedException", text, ssm.get_parameter, Name="/a/b")
