"""The AWS CLI through every operation of the Parameter Store once, in the order a person might use them."""

import pytest

from conformance.support.server import ACCOUNT, REGION
from conformance.test_aws_cli import aws  # noqa: F401

pytestmark = pytest.mark.timeout(600)  # each command starts Python anew


def test_every_operation(aws):  # noqa: F811
    def ssm(*command, **how):
        return aws("ssm", *command, **how)

    root = "/cli/app"
    made = ssm("put-parameter", "--name", f"{root}/url", "--value", "db.example:5432", "--type", "String", "--tags", "Key=team,Value=a",
               "--allowed-pattern", r"^[a-z.]+:\d+$", "--description", "where it is")
    assert made == {"Version": 1, "Tier": "Standard"}
    ssm("put-parameter", "--name", f"{root}/url", "--value", "nonsense", "--overwrite", fails="ParameterPatternMismatchException")
    ssm("put-parameter", "--name", f"{root}/url", "--value", "x:1", "--type", "String", fails="ParameterAlreadyExists")
    assert ssm("put-parameter", "--name", f"{root}/url", "--value", "db.example:5433", "--overwrite")["Version"] == 2
    key = aws("kms", "create-key")["KeyMetadata"]["KeyId"]
    ssm("put-parameter", "--name", f"{root}/password", "--value", "s3cret", "--type", "SecureString")
    ssm("put-parameter", "--name", f"{root}/big", "--value", "s" * 5000, "--type", "SecureString", "--tier", "Advanced", "--key-id", key)
    ssm("put-parameter", "--name", f"{root}/list", "--value", "a,b", "--type", "StringList")

    def value(name, *more):
        return ssm("get-parameter", "--name", name, *more)["Parameter"]["Value"]

    assert value(f"{root}/url") == "db.example:5433" and value(f"{root}/url:1") == "db.example:5432"
    assert value(f"{root}/password", "--with-decryption") == "s3cret" != value(f"{root}/password")
    assert value(f"{root}/big", "--with-decryption") == "s" * 5000
    assert value(f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{root}/list") == "a,b"
    got = ssm("get-parameters", "--names", f"{root}/url", f"{root}/none")
    assert ([one["Name"] for one in got["Parameters"]], got["InvalidParameters"]) == ([f"{root}/url"], [f"{root}/none"])
    below = ssm("get-parameters-by-path", "--path", "/cli", "--recursive", "--with-decryption")["Parameters"]
    assert {one["Name"].rsplit("/")[-1] for one in below} == {"url", "password", "big", "list"}
    described = ssm("describe-parameters", "--parameter-filters", "Key=Path,Option=Recursive,Values=/cli", "Key=Type,Values=SecureString")
    assert {one["Name"] for one in described["Parameters"]} == {f"{root}/password", f"{root}/big"}
    assert {one["KeyId"] for one in described["Parameters"]} == {"alias/aws/ssm", key}

    assert ssm("label-parameter-version", "--name", f"{root}/url", "--parameter-version", "1", "--labels", "old", "1st")["InvalidLabels"] == ["1st"]
    assert value(f"{root}/url:old") == "db.example:5432"
    history = ssm("get-parameter-history", "--name", f"{root}/url")["Parameters"]
    assert [(one["Version"], one["Labels"]) for one in history] == [(1, ["old"]), (2, [])]
    ssm("unlabel-parameter-version", "--name", f"{root}/url", "--parameter-version", "1", "--labels", "old")
    ssm("get-parameter", "--name", f"{root}/url:old", fails="ParameterVersionNotFound")

    named = ("--resource-type", "Parameter", "--resource-id", f"{root}/url")
    ssm("add-tags-to-resource", *named, "--tags", "Key=stage,Value=test")
    ssm("remove-tags-from-resource", *named, "--tag-keys", "team")
    assert ssm("list-tags-for-resource", *named)["TagList"] == [{"Key": "stage", "Value": "test"}]

    aws("kms", "disable-key", "--key-id", key)
    ssm("get-parameter", "--name", f"{root}/big", "--with-decryption", fails="InvalidKeyId")
    assert ssm("delete-parameter", "--name", f"{root}/url") is None
    ssm("get-parameter", "--name", f"{root}/url", fails="ParameterNotFound")
    gone = ssm("delete-parameters", "--names", f"{root}/password", f"{root}/big", f"{root}/list", f"{root}/url")
    assert (sorted(gone["DeletedParameters"]), gone["InvalidParameters"]) == (
        [f"{root}/big", f"{root}/list", f"{root}/password"], [f"{root}/url"])
