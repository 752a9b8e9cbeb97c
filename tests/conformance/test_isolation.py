"""Regions and accounts are apart; what is written is there at once, on every connection."""

import threading

import pytest

from conformance.support.clients import aws_client, refused
from conformance.support.server import alias_arn, key_arn

UNUSABLE = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not "
    "allowed to access."
)


@pytest.fixture
def elsewhere(server):
    return aws_client(server, "kms", region="ap-southeast-2")


def test_a_key_is_in_its_region_only(elsewhere, key):
    text = f"Key '{key_arn(key['KeyId'], region='ap-southeast-2')}' does not exist"
    refused("NotFoundException", text, elsewhere.describe_key, KeyId=key["KeyId"])
    refused("NotFoundException", "Invalid arn us-east-1", elsewhere.describe_key, KeyId=key["Arn"])
    assert key["KeyId"] not in [entry["KeyId"] for entry in elsewhere.list_keys()["Keys"]]


def test_a_ciphertext_opens_in_its_region_only(kms, elsewhere, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    refused("AccessDeniedException", UNUSABLE, elsewhere.decrypt, CiphertextBlob=blob)
    other = elsewhere.create_key()["KeyMetadata"]["KeyId"]
    refused("AccessDeniedException", UNUSABLE, elsewhere.re_encrypt, CiphertextBlob=blob, DestinationKeyId=other)


def test_an_alias_name_is_free_in_another_region(kms, elsewhere, key, alias_name):
    other = elsewhere.create_key()["KeyMetadata"]
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    text = f"Alias {alias_arn(alias_name, region='ap-southeast-2')} is not found."
    refused("NotFoundException", text, elsewhere.describe_key, KeyId=alias_name)
    elsewhere.create_alias(AliasName=alias_name, TargetKeyId=other["KeyId"])
    assert elsewhere.describe_key(KeyId=alias_name)["KeyMetadata"]["Arn"] == other["Arn"]
    assert kms.describe_key(KeyId=alias_name)["KeyMetadata"]["Arn"] == key["Arn"]
    elsewhere.delete_alias(AliasName=alias_name)
    assert kms.describe_key(KeyId=alias_name)["KeyMetadata"]["Arn"] == key["Arn"]


def test_a_target_in_another_region(elsewhere, key, alias_name):
    refused(
        "NotFoundException",
        "Invalid arn us-east-1",
        elsewhere.create_alias,
        AliasName=alias_name,
        TargetKeyId=key["Arn"],
    )


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "sa-east-1", "me-south-1"])
def test_one_endpoint_serves_every_region(server, region):
    kms = aws_client(server, "kms", region=region)
    metadata = kms.create_key()["KeyMetadata"]
    assert metadata["Arn"] == key_arn(metadata["KeyId"], region=region)
    assert kms.describe_key(KeyId=metadata["Arn"])["KeyMetadata"] == metadata


# The cores have connections of their own; a reader must not see what was before an acknowledged write.
def test_what_is_written_is_read_at_once_on_every_connection(server, kms, alias_name):
    readers = [aws_client(server, "kms") for _ in range(8)]
    for number in range(25):
        key_id = kms.create_key(Description=f"number {number}")["KeyMetadata"]["KeyId"]
        name = f"{alias_name}-{number}"
        kms.create_alias(AliasName=name, TargetKeyId=key_id)
        kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": "number", "TagValue": str(number)}])
        kms.update_key_description(KeyId=key_id, Description="changed")
        kms.disable_key(KeyId=key_id)
        for reader in readers:
            metadata = reader.describe_key(KeyId=name)["KeyMetadata"]
            assert (metadata["KeyId"], metadata["Description"], metadata["Enabled"]) == (key_id, "changed", False)
        tags = readers[number % 8].list_resource_tags(KeyId=key_id)["Tags"]
        assert tags == [{"TagKey": "number", "TagValue": str(number)}]


def test_reads_never_go_back(server, kms, key):
    """While one writer counts up, no reader sees the count go down."""
    problems, over = [], threading.Event()

    def read(client):
        seen = 0
        while not over.is_set():
            text = client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"]
            if int(text or 0) < seen:
                problems.append((seen, text))
            seen = int(text or 0)

    threads = [threading.Thread(target=read, args=(aws_client(server, "kms"),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 150):
        kms.update_key_description(KeyId=key["KeyId"], Description=str(number))
    over.set()
    for thread in threads:
        thread.join()
    assert problems == []
