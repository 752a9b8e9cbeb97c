"""PutParameter: what it takes, what it refuses, and in whose words."""

import datetime
import json

import pytest

from conformance.support.clients import aws_client, refused, without_metadata
from conformance.support.server import ACCOUNT, REGION

MALFORMED = (
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths '
    "divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_"
)
EXISTS = "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."
STANDARD_SIZE = (
    "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, "
    "upgrade the parameter to use the advanced-parameter tier. For more information, see "
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
)


def put(ssm, name, value="v", **more):
    return without_metadata(ssm.put_parameter(**({"Name": name, "Value": value, "Type": "String"} | more)))


def described(ssm, name):
    [found] = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"]
    return found


def test_versions_count_up(ssm, tree):
    name = tree + "/x"
    assert put(ssm, name) == {"Version": 1, "Tier": "Standard"}
    refused("ParameterAlreadyExists", EXISTS, ssm.put_parameter, Name=name, Value="w", Type="String")
    assert put(ssm, name, "w", Overwrite=True) == {"Version": 2, "Tier": "Standard"}
    assert without_metadata(ssm.put_parameter(Name=name, Value="z", Overwrite=True)) == {"Version": 3, "Tier": "Standard"}
    found = ssm.get_parameter(Name=name)["Parameter"]
    age = datetime.datetime.now(datetime.timezone.utc) - found.pop("LastModifiedDate")
    assert abs(age) < datetime.timedelta(minutes=5)
    assert found == {
        "Name": name,
        "Type": "String",
        "Value": "z",
        "Version": 3,
        "ARN": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}",
        "DataType": "text",
    }


def test_spaces_around_a_name_are_taken_off(ssm, tree):
    put(ssm, f"  {tree}/x ")
    assert ssm.get_parameter(Name=tree + "/x")["Parameter"]["Name"] == tree + "/x"


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("awsx", "ValidationException", 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).'),
        ("SSM-x", "ValidationException", 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).'),
        ("/ssm/x", "ValidationException", MALFORMED),
        ("/aws/x", "AccessDeniedException", "No access to reserved parameter name: /aws/x."),
        ("a b", "ValidationException", MALFORMED),
        ("/a//b", "ValidationException", MALFORMED),
        ("/a/", "ValidationException", MALFORMED),
        ("/a:3", "ValidationException", MALFORMED),
        ("/ä", "ValidationException", MALFORMED),
        (f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/x", "ValidationException", MALFORMED),
        ("a/b", "ValidationException", "Parameter name must be a fully qualified name."),  # guess: the text
    ],
)
def test_bad_names(ssm, name, code, text):
    refused(code, text, ssm.put_parameter, Name=name, Value="v", Type="String")


def test_depth_and_length_of_a_name(ssm, tree):
    put(ssm, tree + "/a" * 14)
    text = (
        "A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for "
        "parameter names in the Amazon Web Services Systems Manager User Guide."
    )
    refused("HierarchyLevelLimitExceededException", text, ssm.put_parameter, Name=tree + "/a" * 15, Value="v", Type="String")
    prefix = len(f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter")
    longest = tree + "/" + "x" * (1011 - prefix - len(tree) - 1)
    put(ssm, longest)
    answer = refused(
        "ValidationException",
        "Parameter name is too long: the parameter's ARN can have a maximum of 1011 characters.",  # guess: the text
        ssm.put_parameter, Name=longest + "x", Value="v", Type="String",
    )  # fmt: skip
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400


def invalid(ssm, text, **request):
    refused("ValidationException", text, ssm.put_parameter, **request)


def test_what_a_request_must_have(ssm, tree):
    name = tree + "/x"
    invalid(ssm, "A parameter type is required when you create a parameter.", Name=name, Value="v")
    invalid(
        ssm,
        "1 validation error detected: Value 'Text' at 'type' failed to satisfy constraint: Member must satisfy enum value "
        "set: [SecureString, StringList, String]",
        Name=name, Value="v", Type="Text",
    )  # fmt: skip
    invalid(
        ssm,
        "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater "
        "than or equal to 1.",
        Name=name, Value="", Type="String",
    )  # fmt: skip
    invalid(
        ssm,
        "The following data type is not supported: Text (Data type names are all lowercase.)",
        Name=name, Value="v", Type="String", DataType="Text",
    )  # fmt: skip
    invalid(
        ssm,
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove "
        "overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
        Name=name, Value="v", Type="String", Overwrite=True, Tags=[{"Key": "a", "Value": "b"}],
    )  # fmt: skip


def test_guess_values_that_refer_to_others(ssm, tree):
    text = "Parameter value can't nest another parameter. Do not use \"{{}}\" in the value."
    invalid(ssm, text, Name=tree + "/x", Value="a {{ssm:x}} b", Type="String")
    put(ssm, tree + "/y", "a {{ b")


def test_guess_a_key_is_for_secure_strings(ssm, tree, key):
    text = "KeyId is required for SecureString type parameter only."
    invalid(ssm, text, Name=tree + "/x", Value="v", Type="String", KeyId=key["KeyId"])


def test_sizes_and_tiers(ssm, tree):
    name = tree + "/x"
    put(ssm, name, "x" * 4096)
    invalid(ssm, STANDARD_SIZE, Name=name, Value="x" * 4097, Overwrite=True)
    assert put(ssm, name, "x" * 4097, Overwrite=True, Tier="Intelligent-Tiering") == {"Version": 2, "Tier": "Advanced"}
    # Bytes count, not characters.
    invalid(ssm, STANDARD_SIZE, Name=tree + "/y", Value="ü" * 2049, Type="String")
    assert put(ssm, tree + "/z", "x" * 8192, Tier="Advanced") == {"Version": 1, "Tier": "Advanced"}
    too_large = "Advanced tier parameters support a maximum parameter value of 8192 characters."
    invalid(ssm, too_large, Name=tree + "/w", Value="x" * 8193, Type="String", Tier="Advanced")
    # Once advanced, always advanced.
    assert put(ssm, name, "small", Overwrite=True) == {"Version": 3, "Tier": "Advanced"}
    no_way_back = (
        "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier "
        "to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard "
        "parameter."
    )
    invalid(ssm, no_way_back, Name=name, Value="v", Overwrite=True, Tier="Standard")
    assert put(ssm, tree + "/i", "v", Tier="Intelligent-Tiering")["Tier"] == "Standard"


def test_a_type_stays(ssm, tree):
    name = tree + "/x"
    put(ssm, name)
    text = (
        "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a "
        "parameter from a String type to a SecureString type. You must create a new, unique parameter."
    )
    refused("HierarchyTypeMismatchException", text, ssm.put_parameter, Name=name, Value="v", Type="StringList", Overwrite=True)


def test_allowed_patterns(ssm, tree):
    name = tree + "/x"
    put(ssm, name, "123", AllowedPattern=r"^\d{1,4}$")
    mismatch = r"Parameter value, cannot be validated against allowedPattern: ^\d{1,4}$"
    # It stays with the parameter where a request does not give another one.
    refused("ParameterPatternMismatchException", mismatch, ssm.put_parameter, Name=name, Value="abc", Overwrite=True)
    refused(
        "ParameterPatternMismatchException",
        "Parameter value, cannot be validated against allowedPattern: [a-c]",
        ssm.put_parameter, Name=tree + "/y", Value="abc", Type="String", AllowedPattern="[a-c]",
    )  # fmt: skip
    bad = "The request doesn't meet the regular expression requirement."
    for pattern in ("(", "[", r"(a)\1", "(?=x)", "((a{1,1000}){1,1000}){1,1000}"):
        refused(
            "InvalidAllowedPatternException", bad,
            ssm.put_parameter, Name=tree + "/z", Value="a", Type="String", AllowedPattern=pattern,
        )  # fmt: skip
    assert described(ssm, name)["AllowedPattern"] == r"^\d{1,4}$"


def test_a_hundred_versions_are_kept(ssm, tree):
    name = tree + "/x"
    for number in range(1, 102):
        ssm.put_parameter(Name=name, Value=f"v{number}", Type="String", Overwrite=True)
    history = ssm.get_parameter_history(Name=name)["Parameters"]
    assert [history[0]["Version"], history[0]["Value"]] == [2, "v2"]
    ssm.label_parameter_version(Name=name, ParameterVersion=2, Labels=["old"])
    text = (
        f"You attempted to create a new version of {name} by calling the PutParameter API with the overwrite flag. Version "
        "2, the oldest version, can't be deleted because it has a label associated with it. Move the label to another "
        "version of the parameter, and try again."
    )
    refused("ParameterMaxVersionLimitExceeded", text, ssm.put_parameter, Name=name, Value="v", Overwrite=True)
    ssm.label_parameter_version(Name=name, ParameterVersion=3, Labels=["old"])
    assert ssm.put_parameter(Name=name, Value="v", Overwrite=True)["Version"] == 102
    text = f"Systems Manager could not find version 2 of {name}. Verify the version and try again."
    refused("ParameterVersionNotFound", text, ssm.get_parameter, Name=name + ":2")
    assert ssm.get_parameter(Name=name + ":old")["Parameter"]["Value"] == "v3"


def policy(**of):
    return json.dumps([{"Type": kind, "Version": "1.0", "Attributes": attributes} for kind, attributes in of.items()])


def test_policies(ssm, tree):
    name = tree + "/x"
    at = {"Timestamp": "2099-12-02T21:34:33.000Z"}
    text = policy(Expiration=at, ExpirationNotification={"Before": "15", "Unit": "Days"})
    invalid(
        ssm,
        "Parameter policies are supported only for parameters that use the advanced-parameter tier.",  # guess: the text
        Name=name, Value="v", Type="String", Policies=text,
    )  # fmt: skip
    put(ssm, name, Tier="Advanced", Policies=text)
    put(ssm, name, "w", Overwrite=True)
    shown = described(ssm, name)["Policies"]
    assert [(one["PolicyType"], one["PolicyStatus"]) for one in shown] == [
        ("Expiration", "Pending"),
        ("ExpirationNotification", "Pending"),
    ]
    put(ssm, name, "w", Overwrite=True, Policies="[{}]")
    assert described(ssm, name)["Policies"] == []
    cases = [
        ("InvalidPolicyTypeException", policy(Expire=at)),
        ("InvalidPolicyAttributeException", policy(Expiration={"Timestamp": "tomorrow"})),
        ("InvalidPolicyAttributeException", policy(Expiration={"Timestamp": "2001-12-02T21:34:33.000Z"})),
        ("InvalidPolicyAttributeException", policy(NoChangeNotification={"After": "-1", "Unit": "Days"})),
        ("IncompatiblePolicyException", policy(Expiration=at)[:-1] + "," + policy(Expiration=at)[1:]),
        ("PoliciesLimitExceededException", "[" + ",".join([policy(NoChangeNotification={"After": "1", "Unit": "Days"})[1:-1]] * 11) + "]"),
        ("ValidationException", "[1]"),
        ("ValidationException", "nonsense"),
    ]
    for code, policies in cases:
        with pytest.raises(ssm.exceptions.ClientError) as caught:
            ssm.put_parameter(Name=name, Value="v", Overwrite=True, Policies=policies)
        assert caught.value.response["Error"]["Code"] == code, policies


def test_an_expired_parameter_is_gone_at_once_and_then_for_good(own_server):
    ssm = aws_client(own_server, "ssm")
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    at = {"Timestamp": soon.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    put(ssm, "/a/b", Tier="Advanced", Policies=policy(Expiration=at))
    put(ssm, "/a/c")
    own_server.advance_clock("2h")
    refused("ParameterNotFound", "", ssm.get_parameter, Name="/a/b")
    assert [one["Name"] for one in ssm.get_parameters_by_path(Path="/a")["Parameters"]] == ["/a/c"]
    assert put(ssm, "/a/b", "again") == {"Version": 1, "Tier": "Standard"}
    own_server.advance_clock("1h")
    assert ssm.get_parameter(Name="/a/b")["Parameter"]["Value"] == "again"
    assert [one["Name"] for one in ssm.get_parameters_by_path(Path="/a")["Parameters"]] == ["/a/b", "/a/c"]
