"""GetKeyPolicy, PutKeyPolicy, ListKeyPolicies: policies as texts. What they decide: test_key_policies_decide.py."""

import json

import pytest

from conformance.support.clients import aws_client, refused, without_metadata
from conformance.support.server import ACCOUNT

DEFAULT = """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:%s:iam::000000000000:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"""
OTHER = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": ["kms:Decrypt", "kms:PutKeyPolicy", "kms:GetKeyPolicy"],
            "Resource": "*",
        }
    ],
}


@pytest.mark.parametrize("named", [{}, {"PolicyName": "default"}])
def test_the_default_policy_to_the_byte(kms, key, named):
    answer = without_metadata(kms.get_key_policy(KeyId=key["KeyId"], **named))
    assert answer == {"Policy": DEFAULT % "aws", "PolicyName": "default"}


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_the_default_policy_has_the_partition_of_its_region(server, region, partition):
    kms = aws_client(server, "kms", region=region)
    metadata = kms.create_key()["KeyMetadata"]
    assert metadata["Arn"].startswith(f"arn:{partition}:kms:{region}:{ACCOUNT}:key/")
    assert kms.get_key_policy(KeyId=metadata["KeyId"])["Policy"] == DEFAULT % partition


def test_list_key_policies(kms, key):
    answer = without_metadata(kms.list_key_policies(KeyId=key["KeyId"]))
    assert answer == {"PolicyNames": ["default"], "Truncated": False}


# Terraform writes it back without the white space, and compares.
def test_a_policy_reads_back_at_once_and_exactly(kms, key):
    for text in (
        json.dumps(json.loads(DEFAULT % "aws")),
        json.dumps(json.loads(DEFAULT % "aws"), indent=7),
        DEFAULT % "aws",
    ):
        assert without_metadata(kms.put_key_policy(KeyId=key["KeyId"], Policy=text)) == {}
        for _ in range(5):
            assert kms.get_key_policy(KeyId=key["KeyId"])["Policy"] == text


def test_create_key_takes_a_policy(kms, make_key):
    text = json.dumps(json.loads(DEFAULT % "aws"))
    key_id = make_key(Policy=text, BypassPolicyLockoutSafetyCheck=True)["KeyId"]
    assert kms.get_key_policy(KeyId=key_id)["Policy"] == text


def test_another_policy_is_kept_to_the_byte(kms, key, make_key):
    text = json.dumps(OTHER, indent=3) + "\n\t "
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
    assert kms.get_key_policy(KeyId=key["KeyId"])["Policy"] == text
    made = make_key(Policy=text, BypassPolicyLockoutSafetyCheck=True)
    assert kms.get_key_policy(KeyId=made["KeyId"])["Policy"] == text
    kms.put_key_policy(KeyId=made["KeyId"], Policy=DEFAULT % "aws")
    assert kms.get_key_policy(KeyId=made["KeyId"])["Policy"] == DEFAULT % "aws"


@pytest.mark.parametrize("text", ["not JSON", "[]", '"text"', "{", "{} {}", "{'a': 1}"])
def test_a_policy_that_is_no_json_object(kms, key, text):
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException):
        kms.put_key_policy(KeyId=key["KeyId"], Policy=text)
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException):
        kms.create_key(Policy=text)


@pytest.mark.parametrize(
    ("name", "begin", "what"),
    [
        ("kms:EncryptionContext:a", "OverlyPermissiveCondition:EncryptionContext: ", "encryption context"),
        ("aws:RequestTag/a", "OverlyPermissiveCondition: ", "tag"),
    ],
)
def test_guess_the_code_of_an_overly_permissive_condition(kms, key, name, begin, what):
    statement = OTHER["Statement"][0] | {"Condition": {"ForAllValues:StringEquals": {name: "b"}}}
    text = json.dumps(OTHER | {"Statement": [*OTHER["Statement"], statement]})
    message = (
        f"{begin}Using the ForAllValues set operator with a single-valued condition key matches requests without the "
        f"specified {what} or with an unspecified {what}. To fix, remove ForAllValues."
    )
    refused("MalformedPolicyDocumentException", message, kms.put_key_policy, KeyId=key["KeyId"], Policy=text)
    refused("MalformedPolicyDocumentException", message, kms.create_key, Policy=text)


def test_a_policy_of_more_than_32768_bytes(kms, key):
    text = (DEFAULT % "aws").ljust(32768)
    kms.put_key_policy(KeyId=key["KeyId"], Policy=text)
    assert kms.get_key_policy(KeyId=key["KeyId"])["Policy"] == text
    with pytest.raises(kms.exceptions.LimitExceededException):
        kms.put_key_policy(KeyId=key["KeyId"], Policy=text + " ")


def test_guess_other_policy_names(kms, key):
    refused("NotFoundException", "No such policy exists", kms.get_key_policy, KeyId=key["KeyId"], PolicyName="mine")
    with pytest.raises(kms.exceptions.UnsupportedOperationException):
        kms.put_key_policy(KeyId=key["KeyId"], PolicyName="mine", Policy=DEFAULT % "aws")


def test_policy_is_required(kms, key):
    text = "1 validation error detected: Value null at 'policy' failed to satisfy constraint: Member must not be null"
    refused("ValidationException", text, kms.put_key_policy, KeyId=key["KeyId"])
