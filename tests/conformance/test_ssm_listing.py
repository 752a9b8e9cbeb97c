"""DescribeParameters and GetParametersByPath: hierarchies, filters old and new, pages."""

import pytest

from conformance.support.clients import aws_client, refused
from conformance.support.ssm import all_pages, names

PATH_TEXT = (
    'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". '
    'It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following '
    "symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must "
    'use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.'
)
BAD_TOKEN = "The specified token isn't valid."


@pytest.fixture
def grove(ssm, tree):
    """Parameters of every type at several levels, by the ends of their names."""
    made = {
        "/a": {"Type": "String", "Value": "1"},
        "/b": {"Type": "StringList", "Value": "1,2", "Tier": "Advanced"},
        "/c/d": {"Type": "SecureString", "Value": "s"},
        "/c/e/f": {"Type": "String", "Value": "3", "Tags": [{"Key": "team", "Value": "red"}]},
        "/cc": {"Type": "String", "Value": "4", "Tags": [{"Key": "team", "Value": "blue"}]},
    }
    for end, request in made.items():
        ssm.put_parameter(Name=tree + end, **request)
    return tree


def by_path(ssm, path, **more):
    return sorted(name for page in all_pages(ssm.get_parameters_by_path, Path=path, **more) for name in map(_name, page))


def _name(parameter):
    return parameter["Name"]


def described(ssm, *filters, **more):
    pages = all_pages(ssm.describe_parameters, ParameterFilters=list(filters), **more)
    return sorted(name for page in pages for name in map(_name, page))


def ends(tree, *given):
    return sorted(tree + end for end in given)


def test_levels(ssm, grove):
    for path in (grove, grove + "/"):
        assert by_path(ssm, path) == ends(grove, "/a", "/b", "/cc")
        assert by_path(ssm, path, Recursive=True) == ends(grove, "/a", "/b", "/c/d", "/c/e/f", "/cc")
    assert by_path(ssm, grove + "/c") == ends(grove, "/c/d")
    assert by_path(ssm, grove + "/c", Recursive=True) == ends(grove, "/c/d", "/c/e/f")
    # A parameter is not below itself.
    assert by_path(ssm, grove + "/a", Recursive=True) == []


def test_the_root(own_server):
    ssm = aws_client(own_server, "ssm")
    for name in ("x", "/y", "/y/z"):
        ssm.put_parameter(Name=name, Value="v", Type="String")
    assert by_path(ssm, "/") == ["/y", "x"]
    assert by_path(ssm, "/", Recursive=True) == ["/y", "/y/z", "x"]


def test_pages(ssm, tree):
    made = [f"{tree}/p{number:02}" for number in range(23)]
    for name in made:
        ssm.put_parameter(Name=name, Value="v", Type="String")
    pages = all_pages(ssm.get_parameters_by_path, Path=tree)
    assert [len(page) for page in pages] == [10, 10, 3]
    assert sorted(name for page in pages for name in map(_name, page)) == made
    pages = all_pages(ssm.get_parameters_by_path, Path=tree, MaxResults=1)
    assert sorted(name for page in pages for name in map(_name, page)) == made
    path = {"Key": "Path", "Values": [tree]}
    assert described(ssm, path, MaxResults=4) == made


def test_tokens_of_other_calls(server, ssm, grove):
    token = ssm.get_parameters_by_path(Path=grove, MaxResults=1)["NextToken"]
    for request in (
        {"Path": grove + "/c", "NextToken": token},
        {"Path": grove, "Recursive": True, "NextToken": token},
        {"Path": grove, "NextToken": token[:-1] + ("A" if token[-1] != "A" else "B")},
        {"Path": grove, "NextToken": ""},
        {"Path": grove, "ParameterFilters": [{"Key": "Type", "Values": ["String"]}], "NextToken": token},
    ):
        refused("InvalidNextToken", BAD_TOKEN, ssm.get_parameters_by_path, **request)
    refused("InvalidNextToken", BAD_TOKEN, ssm.describe_parameters, NextToken=token)
    other = aws_client(server, "ssm", region="eu-west-1")
    refused("InvalidNextToken", BAD_TOKEN, other.get_parameters_by_path, Path=grove, NextToken=token)


@pytest.mark.parametrize("path", ["x", "/aws/service", "/ssm", "/a b", "//", "/a//b", "/a:3"])
def test_bad_paths(ssm, path):
    refused("ValidationException", PATH_TEXT, ssm.get_parameters_by_path, Path=path)


def test_limits(ssm, tree):
    for limit, word, bound in ((0, "greater", 1), (11, "less", 10)):
        text = (
            f"1 validation error detected: Value '{limit}' at 'maxResults' failed to satisfy constraint: Member must have "
            f"value {word} than or equal to {bound}"
        )
        refused("ValidationException", text, ssm.get_parameters_by_path, Path=tree, MaxResults=limit)


def test_filters_by_path(ssm, grove):
    def of(key, *values, **more):
        return by_path(ssm, grove, Recursive=True, ParameterFilters=[{"Key": key, "Values": list(values), **more}])

    assert of("Type", "String") == ends(grove, "/a", "/c/e/f", "/cc")
    assert of("Type", "SecureString", "StringList") == ends(grove, "/b", "/c/d")
    assert of("KeyId", "alias/aws/ssm") == ends(grove, "/c/d")
    ssm.put_parameter(Name=grove + "/a", Value="newer", Overwrite=True)
    ssm.label_parameter_version(Name=grove + "/a", ParameterVersion=1, Labels=["old"])
    filters = [{"Key": "Label", "Values": ["old"]}]
    [found] = ssm.get_parameters_by_path(Path=grove, ParameterFilters=filters)["Parameters"]
    assert (found["Name"], found["Value"], found["Version"]) == (grove + "/a", "1", 1)
    text = "The following filter key is not valid: Tier. Valid filter keys include: [Type, KeyId]."
    filters = [{"Key": "Tier", "Values": ["Standard"]}]
    refused("InvalidFilterKey", text, ssm.get_parameters_by_path, Path=grove, ParameterFilters=filters)


def test_filters_of_describe(ssm, grove):
    path = {"Key": "Path", "Option": "Recursive", "Values": [grove]}

    def of(key, *values, **more):
        return described(ssm, path, {"Key": key, "Values": list(values), **more})

    assert described(ssm, path) == ends(grove, "/a", "/b", "/c/d", "/c/e/f", "/cc")
    assert described(ssm, {"Key": "Path", "Values": [grove]}) == ends(grove, "/a", "/b", "/cc")
    assert of("Tier", "Advanced") == ends(grove, "/b")
    assert of("Type", "String") == ends(grove, "/a", "/c/e/f", "/cc")
    assert of("Name", grove + "/c", Option="BeginsWith") == ends(grove, "/c/d", "/c/e/f", "/cc")
    assert of("Name", grove[1:] + "/c", Option="BeginsWith") == ends(grove, "/c/d", "/c/e/f", "/cc")
    assert of("Name", "/c/", Option="Contains") == ends(grove, "/c/d", "/c/e/f")
    assert of("Name", grove + "/a") == of("Name", grove[1:] + "/a") == ends(grove, "/a")
    assert of("tag:team", "red") == ends(grove, "/c/e/f")
    assert of("tag:team", "red", "blue") == ends(grove, "/c/e/f", "/cc")
    assert described(ssm, path, {"Key": "tag:team"}) == ends(grove, "/c/e/f", "/cc")
    assert of("DataType", "text", Option="BeginsWith") == ends(grove, "/a", "/b", "/c/d", "/c/e/f", "/cc")


def test_old_filters(ssm, grove):
    def of(*filters):
        return names(ssm.describe_parameters(Filters=list(filters)))

    assert of({"Key": "Name", "Values": [grove + "/c"]}) == ends(grove, "/c/d", "/c/e/f", "/cc")
    assert of({"Key": "Name", "Values": [grove]}, {"Key": "Type", "Values": ["SecureString"]}) == ends(grove, "/c/d")
    text = "You can use either Filters or ParameterFilters in a single request."
    both = {"Filters": [{"Key": "Name", "Values": ["x"]}], "ParameterFilters": [{"Key": "Name", "Values": ["x"]}]}
    refused("ValidationException", text, ssm.describe_parameters, **both)


@pytest.mark.parametrize(
    ("code", "text", "filters"),
    [
        (
            "InvalidFilterKey",
            "The following filter key is not valid: Label. Valid filter keys include: [Path, Name, Type, KeyId, Tier].",
            [{"Key": "Label", "Values": ["x"]}],
        ),
        (
            "InvalidFilterOption",
            "The following filter option is not valid: IsLike. Valid options include: [Recursive, OneLevel].",
            [{"Key": "Path", "Option": "IsLike", "Values": ["/x"]}],
        ),
        (
            "InvalidFilterOption",
            "The following filter option is not valid: Contains. Valid options include: [BeginsWith, Equals].",
            [{"Key": "Type", "Option": "Contains", "Values": ["String"]}],
        ),
        (
            "InvalidFilterOption",
            "The following filter value is not valid: Text. Valid values include: [String, StringList, SecureString].",
            [{"Key": "Type", "Values": ["Text"]}],
        ),
        (
            "InvalidFilterOption",
            "The following filter value is not valid: Free. Valid values include: [Standard, Advanced, Intelligent-Tiering].",
            [{"Key": "Tier", "Values": ["Free"]}],
        ),
        (
            "InvalidFilterValue",
            "The following filter values are missing : null for filter key Name.",
            [{"Key": "Name"}],
        ),
        (
            "InvalidFilterKey",
            "The following filter is duplicated in the request: Name. A request can contain only one occurrence of a "
            "specific filter.",
            [{"Key": "Name", "Values": ["x"]}, {"Key": "Name", "Values": ["y"]}],
        ),
        (
            "ValidationException",
            'Filters for common parameters can\'t be prefixed with "aws" or "ssm" (case-insensitive). When using global '
            "parameters, please specify within a global namespace.",
            [{"Key": "Path", "Values": ["/aws/x"]}],
        ),
        (
            "ValidationException",
            "1 validation error detected: Value 'Nme' at 'parameterFilters.1.member.key' failed to satisfy constraint: Member "
            "must satisfy regular expression pattern: tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType",
            [{"Key": "Nme", "Values": ["x"]}],
        ),
    ],
)
def test_bad_filters(ssm, code, text, filters):
    refused(code, text, ssm.describe_parameters, ParameterFilters=filters)


def test_metadata(ssm, tree):
    ssm.put_parameter(Name=tree, Value="v", Type="SecureString", Description="what it is", AllowedPattern=".*")
    [found] = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [tree]}])["Parameters"]
    found.pop("LastModifiedDate")
    assert found == {
        "Name": tree,
        "ARN": f"arn:aws:ssm:us-east-1:000000000000:parameter{tree}",
        "Type": "SecureString",
        "KeyId": "alias/aws/ssm",
        "LastModifiedUser": "arn:aws:iam::000000000000:root",
        "Description": "what it is",
        "AllowedPattern": ".*",
        "Version": 1,
        "Tier": "Standard",
        "Policies": [],
        "DataType": "text",
    }
