"""Sixteen clients change the same key at once: nothing gets lost and nothing fails that need not."""

import threading
import uuid

import pytest
from botocore.exceptions import ClientError

from conformance.support.clients import aws_client, pages

THREADS = 16


@pytest.fixture
def together(server):
    """Runs `work(number, client)` in all threads at once; gives what went wrong."""

    def run(work):
        problems, start = [], threading.Barrier(THREADS)

        def body(number):
            client = aws_client(server, "kms")
            start.wait()
            try:
                work(number, client)
            except Exception as problem:  # noqa: BLE001
                problems.append(repr(problem))

        threads = [threading.Thread(target=body, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return problems

    return run


def test_no_tag_is_lost(kms, key, together):
    def work(number, client):
        for i in range(3):
            client.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": f"t{number}-{i}", "TagValue": str(i)}])

    assert together(work) == []
    expected = {f"t{n}-{i}" for n in range(THREADS) for i in range(3)}
    assert {tag["TagKey"] for tag in kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]} == expected


def test_no_alias_is_lost(kms, key, together):
    run = uuid.uuid4().hex

    def work(number, client):
        for i in range(3):
            client.create_alias(AliasName=f"alias/{run}-{number}-{i}", TargetKeyId=key["KeyId"])

    assert together(work) == []
    found = {alias["AliasName"] for page in pages(kms.list_aliases, "Aliases", KeyId=key["KeyId"]) for alias in page}
    assert found == {f"alias/{run}-{n}-{i}" for n in range(THREADS) for i in range(3)}


def test_one_of_many_gets_the_name(kms, make_key, together):
    keys, name = [make_key()["KeyId"] for _ in range(THREADS)], f"alias/{uuid.uuid4()}"
    won = []

    def work(number, client):
        try:
            client.create_alias(AliasName=name, TargetKeyId=keys[number])
            won.append(keys[number])
        except ClientError as refusal:
            assert refusal.response["Error"]["Code"] == "AlreadyExistsException"

    assert together(work) == []
    assert [kms.describe_key(KeyId=name)["KeyMetadata"]["KeyId"]] == won


def test_limit_of_tags_holds(kms, key, together):
    def work(number, client):
        for i in range(5):
            try:
                client.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": f"t{number}-{i}", "TagValue": ""}])
            except ClientError as refusal:
                assert refusal.response["Error"]["Code"] == "TagException"

    assert together(work) == []
    assert len(kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]) == 50


def test_use_goes_on_while_the_key_changes(kms, key, together):
    def work(number, client):
        for i in range(10):
            if number < 2:
                client.update_key_description(KeyId=key["KeyId"], Description=f"{number} {i}")
            else:
                blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
                assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"

    assert together(work) == []


def test_an_alias_always_leads_somewhere(kms, key, make_key, together, alias_name):
    other = make_key()
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    both = {key["KeyId"], other["KeyId"]}

    def work(number, client):
        for i in range(8):
            if number < 3:
                client.update_alias(AliasName=alias_name, TargetKeyId=(key, other)[i % 2]["KeyId"])
            else:
                assert client.describe_key(KeyId=alias_name)["KeyMetadata"]["KeyId"] in both

    assert together(work) == []
    listed = [kms.list_aliases(KeyId=key_id)["Aliases"] for key_id in sorted(both)]
    assert sorted(len(aliases) for aliases in listed) == [0, 1]
