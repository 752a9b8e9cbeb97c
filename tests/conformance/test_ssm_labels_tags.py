"""Labels of versions, tags of parameters."""

import pytest

from conformance.support.clients import refused, without_metadata


@pytest.fixture
def two(ssm, tree):
    for number in (1, 2):
        ssm.put_parameter(Name=tree, Value=f"v{number}", Type="String", Overwrite=True)
    return tree


def labels(ssm, name):
    return [one["Labels"] for one in ssm.get_parameter_history(Name=name)["Parameters"]]


def test_a_label_stands_at_one_version(ssm, two):
    answer = without_metadata(ssm.label_parameter_version(Name=two, Labels=["a", "B.c-d_e"]))
    assert answer == {"InvalidLabels": [], "ParameterVersion": 2}
    assert labels(ssm, two) == [[], ["B.c-d_e", "a"]]
    ssm.label_parameter_version(Name=two, ParameterVersion=1, Labels=["a"])
    assert labels(ssm, two) == [["a"], ["B.c-d_e"]]


def test_labels_that_are_none(ssm, two):
    bad = ["1a", "aws1", "SSM", "a b", "a:b", "7"]
    answer = without_metadata(ssm.label_parameter_version(Name=two, Labels=[*bad, "good"]))
    assert answer == {"InvalidLabels": bad, "ParameterVersion": 2}
    text = (
        f"1 validation error detected: Value '[{'x' * 101}]' at 'labels' failed to satisfy constraint: Member must satisfy "
        "constraint: [Member must have length less than or equal to 100, Member must have length greater than or equal to 1]"
    )
    refused("ValidationException", text, ssm.label_parameter_version, Name=two, Labels=["x" * 101])


def test_ten_labels_a_version(ssm, two):
    ssm.label_parameter_version(Name=two, Labels=[f"l{number}" for number in range(10)])
    text = "A parameter version can have maximum 10 labels. Move one or more labels to another version and try again."
    refused("ParameterVersionLabelLimitExceeded", text, ssm.label_parameter_version, Name=two, Labels=["more"])
    ssm.label_parameter_version(Name=two, ParameterVersion=1, Labels=["l0"])
    ssm.label_parameter_version(Name=two, Labels=["more"])


def test_unlabel(ssm, two):
    ssm.label_parameter_version(Name=two, Labels=["a", "b"])
    answer = without_metadata(ssm.unlabel_parameter_version(Name=two, ParameterVersion=2, Labels=["a", "z"]))
    assert answer == {"RemovedLabels": ["a"], "InvalidLabels": ["z"]}
    answer = without_metadata(ssm.unlabel_parameter_version(Name=two, ParameterVersion=1, Labels=["b"]))
    assert answer == {"RemovedLabels": [], "InvalidLabels": ["b"]}
    assert labels(ssm, two) == [[], ["b"]]
    text = f"Systems Manager could not find version 3 of {two}. Verify the version and try again."
    refused(
        "ParameterVersionNotFound", text, ssm.unlabel_parameter_version, Name=two, ParameterVersion=3, Labels=["b"]
    )
    refused("ParameterNotFound", "", ssm.label_parameter_version, Name=two + "/none", Labels=["b"])


def tags(ssm, name):
    answer = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)
    return {tag["Key"]: tag["Value"] for tag in answer["TagList"]}


def test_tags(ssm, tree):
    ssm.put_parameter(Name=tree, Value="v", Type="String", Tags=[{"Key": "a", "Value": "1"}])
    assert tags(ssm, tree) == {"a": "1"}
    more = [{"Key": "a", "Value": "2"}, {"Key": "b c", "Value": ""}]
    assert without_metadata(ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=tree, Tags=more)) == {}
    assert tags(ssm, tree) == {"a": "2", "b c": ""}
    # A new version has nothing to do with them.
    ssm.put_parameter(Name=tree, Value="w", Overwrite=True)
    ssm.remove_tags_from_resource(ResourceType="Parameter", ResourceId=tree, TagKeys=["a", "none"])
    assert tags(ssm, tree) == {"b c": ""}


def test_tags_of_what_is_not_there(ssm, tree):
    refused("InvalidResourceId", "", ssm.list_tags_for_resource, ResourceType="Parameter", ResourceId=tree)
    refused("InvalidResourceType", "", ssm.list_tags_for_resource, ResourceType="Document", ResourceId=tree)


def test_fifty_tags(ssm, tree):
    ssm.put_parameter(Name=tree, Value="v", Type="String")
    many = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
    refused("TooManyTagsError", "", ssm.add_tags_to_resource, ResourceType="Parameter", ResourceId=tree, Tags=many)
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=tree, Tags=many[:50])
    assert len(tags(ssm, tree)) == 50
