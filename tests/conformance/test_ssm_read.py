"""Reading parameters: selectors, ARNs, history, deletion, and what is not there."""

import pytest

from conformance.support.clients import aws_client, refused, without_metadata
from conformance.support.server import REGION
from conformance.support.ssm import names, parameter_arn


@pytest.fixture
def three(ssm, tree):
    """A parameter with three versions; version 1 has the label "first"."""
    name = tree + "/x"
    for number in (1, 2, 3):
        ssm.put_parameter(Name=name, Value=f"v{number}", Type="String", Overwrite=True, Description=f"d{number}")
    ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["first"])
    return name


def test_selectors(ssm, three):
    for selector, value, version in ((":2", "v2", 2), (":first", "v1", 1), (":3", "v3", 3), ("", "v3", 3)):
        for name in (three, parameter_arn(three)):
            found = ssm.get_parameter(Name=name + selector)["Parameter"]
            assert (found["Value"], found["Version"], found.get("Selector", "")) == (value, version, selector)
            assert (found["Name"], found["ARN"]) == (three, parameter_arn(three))
    for selector in ("4", "0", "second", "99999999999999999999999"):
        text = f"Systems Manager could not find version {selector} of {three}. Verify the version and try again."
        refused("ParameterVersionNotFound", text, ssm.get_parameter, Name=f"{three}:{selector}")
    found = ssm.get_parameters(Names=[f"{three}:first", f"{three}:9", three])
    assert [one["Value"] for one in found["Parameters"]] == ["v1", "v3"]
    assert found["InvalidParameters"] == [f"{three}:9"]


def test_a_name_without_a_slash_and_its_arn(ssm, tree):
    name = tree.removeprefix("/")
    ssm.put_parameter(Name=name, Value="v", Type="String")
    assert ssm.get_parameter(Name=parameter_arn(name))["Parameter"]["Name"] == name
    refused("ParameterNotFound", "", ssm.get_parameter, Name=tree)


def test_what_is_not_there(ssm, tree):
    refused("ParameterNotFound", "", ssm.get_parameter, Name=tree)
    refused("ParameterNotFound", "", ssm.get_parameter, Name=tree + ":3")
    refused("ParameterNotFound", "", ssm.get_parameter_history, Name=tree)
    refused("ParameterNotFound", "", ssm.delete_parameter, Name=tree)
    assert without_metadata(ssm.get_parameters(Names=[tree])) == {"Parameters": [], "InvalidParameters": [tree]}


def test_a_region_is_a_place_of_its_own(server, ssm, tree):
    ssm.put_parameter(Name=tree, Value="v", Type="String")
    other = aws_client(server, "ssm", region="eu-west-1")
    refused("ParameterNotFound", "", other.get_parameter, Name=tree)
    refused("ParameterNotFound", "", other.get_parameter, Name=parameter_arn(tree, REGION))


def test_parameters_of_another_account(ssm, tree):
    arn = parameter_arn(tree, account="111122223333")
    text = (
        f"User: arn:aws:iam::000000000000:root is not authorized to perform: ssm:GetParameter on resource: {arn} because "
        "no resource-based policy allows the ssm:GetParameter action"
    )
    refused("AccessDeniedException", text, ssm.get_parameter, Name=arn)


def test_get_parameters_takes_ten(ssm, tree):
    asked = [f"{tree}/{number}" for number in range(11)]
    text = (
        f"1 validation error detected: Value '[{', '.join(asked)}]' at 'names' failed to satisfy constraint: Member must "
        "have length less than or equal to 10"
    )
    refused("ValidationException", text, ssm.get_parameters, Names=asked)
    for name in reversed(asked[:3]):
        ssm.put_parameter(Name=name, Value="v", Type="String")
    assert names(ssm.get_parameters(Names=[asked[2], asked[0], asked[1], asked[0]])) == asked[:3]


def test_string_lists(ssm, tree):
    ssm.put_parameter(Name=tree, Value="a,b,c", Type="StringList")
    found = ssm.get_parameter(Name=tree, WithDecryption=True)["Parameter"]
    assert (found["Type"], found["Value"]) == ("StringList", "a,b,c")


def test_history(ssm, three):
    first = ssm.get_parameter_history(Name=three, MaxResults=2)
    assert [one["Version"] for one in first["Parameters"]] == [1, 2]
    rest = ssm.get_parameter_history(Name=three, MaxResults=2, NextToken=first["NextToken"])
    [last] = rest["Parameters"]
    assert "NextToken" not in rest
    last.pop("LastModifiedDate")
    assert last == {
        "Name": three,
        "Type": "String",
        "LastModifiedUser": "arn:aws:iam::000000000000:root",
        "Description": "d3",
        "Value": "v3",
        "Version": 3,
        "Labels": [],
        "Tier": "Standard",
        "Policies": [],
        "DataType": "text",
    }
    assert first["Parameters"][0]["Labels"] == ["first"]
    invalid_token = "The specified token isn't valid."
    refused("InvalidNextToken", invalid_token, ssm.get_parameter_history, Name=three, NextToken="x")
    text = (
        "1 validation error detected: Value '51' at 'maxResults' failed to satisfy constraint: Member must have value "
        "less than or equal to 50"
    )
    refused("ValidationException", text, ssm.get_parameter_history, Name=three, MaxResults=51)


def test_deletion(ssm, three, tree):
    assert without_metadata(ssm.delete_parameter(Name=three)) == {}
    refused("ParameterNotFound", "", ssm.get_parameter, Name=three)
    assert ssm.get_parameters_by_path(Path=tree)["Parameters"] == []
    # Its successor has nothing of it.
    assert ssm.put_parameter(Name=three, Value="new", Type="StringList")["Version"] == 1
    refused(
        "ParameterVersionNotFound",
        f"Systems Manager could not find version first of {three}. Verify the version and try again.",
        ssm.get_parameter, Name=three + ":first",
    )  # fmt: skip
    assert [one["Value"] for one in ssm.get_parameter_history(Name=three)["Parameters"]] == ["new"]
    answer = without_metadata(ssm.delete_parameters(Names=[three, tree + "/none", three]))
    assert answer == {"DeletedParameters": [three], "InvalidParameters": [tree + "/none"]}


def test_a_restart_changes_nothing(own_server):
    ssm = aws_client(own_server, "ssm")
    ssm.put_parameter(Name="/a/x", Value="plain", Type="String", Tags=[{"Key": "k", "Value": "v"}])
    ssm.put_parameter(Name="/a/y", Value="secret", Type="SecureString")
    ssm.put_parameter(Name="/a/y", Value="newer", Type="SecureString", Overwrite=True)
    ssm.label_parameter_version(Name="/a/y", ParameterVersion=1, Labels=["old"])
    own_server.stop()
    own_server.start()
    ssm = aws_client(own_server, "ssm")
    values = {one["Name"]: one["Value"] for one in ssm.get_parameters_by_path(Path="/a", WithDecryption=True)["Parameters"]}
    assert values == {"/a/x": "plain", "/a/y": "newer"}
    assert ssm.get_parameter(Name="/a/y:old", WithDecryption=True)["Parameter"]["Value"] == "secret"
    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/a/x")["TagList"] == [{"Key": "k", "Value": "v"}]
