"""What the audit log says of each operation: parameters, response elements, resources."""

import re

from conformance.support.audit_log import event_of, request_id
from conformance.support.server import ACCOUNT, alias_arn


def resource(arn):
    return {"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": arn}


def record(server, answer):
    """What the record says of the operation itself."""
    event = event_of(server, request_id(answer))
    data = event.get("additionalEventData")
    return event["readOnly"], event["requestParameters"], event["responseElements"], event["resources"], data


def test_create_key_with_its_defaults(server, kms):
    answer = kms.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])
    read_only, parameters, elements, resources, _ = record(server, answer)
    metadata = answer["KeyMetadata"]
    assert (read_only, resources) == (False, [resource(metadata["Arn"])])
    assert parameters == {
        "description": "",
        "origin": "AWS_KMS",
        "bypassPolicyLockoutSafetyCheck": False,
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "keySpec": "SYMMETRIC_DEFAULT",
        "keyUsage": "ENCRYPT_DECRYPT",
        "tags": [{"tagKey": "a", "tagValue": "b"}],
        "multiRegion": False,
    }
    shown = elements["keyMetadata"]
    assert (shown["aWSAccountId"], shown["keyId"], shown["arn"]) == (ACCOUNT, metadata["KeyId"], metadata["Arn"])
    assert re.fullmatch(r"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M", shown["creationDate"])


def test_cryptographic_operations(server, kms, key):
    material = {"keyMaterialId": key["CurrentKeyMaterialId"]}
    context = {"purpose": "ein Test"}
    encrypted = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text", EncryptionContext=context)
    logged = {"encryptionContext": context, "keyId": key["KeyId"], "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    assert record(server, encrypted) == (True, logged, None, [resource(key["Arn"])], material)

    decrypted = kms.decrypt(CiphertextBlob=encrypted["CiphertextBlob"], EncryptionContext=context)
    read_only, parameters, elements, resources, data = record(server, decrypted)
    assert (read_only, elements, resources, data) == (True, None, [resource(key["Arn"])], material)
    assert parameters["encryptionAlgorithm"] == "SYMMETRIC_DEFAULT" and parameters["encryptionContext"] == context
    assert set(parameters) <= {"encryptionAlgorithm", "encryptionContext", "keyId"}

    generated = kms.generate_data_key(KeyId=key["Arn"], KeySpec="AES_256")
    assert record(server, generated) == (
        True,
        {"keyId": key["Arn"], "keySpec": "AES_256"},
        None,
        [resource(key["Arn"])],
        material,
    )
    assert record(server, kms.generate_random(NumberOfBytes=8)) == (True, None, None, [], None)


def test_re_encrypt_is_one_event_with_both_keys(server, kms, key, make_key):
    other = make_key()
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    answer = kms.re_encrypt(
        CiphertextBlob=blob, DestinationKeyId=other["KeyId"], DestinationEncryptionContext={"a": "b"}
    )
    read_only, parameters, elements, resources, _ = record(server, answer)
    assert (read_only, elements, resources) == (True, None, [resource(key["Arn"]), resource(other["Arn"])])
    assert parameters == {
        "sourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "destinationKeyId": other["KeyId"],
        "destinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "destinationEncryptionContext": {"a": "b"},
    }


def test_changes_without_output_name_the_key_as_their_response(server, kms, key):
    named, answered = {"keyId": key["KeyId"]}, {"keyId": key["Arn"]}
    tags = [{"TagKey": "a", "TagValue": "b"}]
    cases = [
        (kms.disable_key(KeyId=key["KeyId"]), named),
        (kms.enable_key(KeyId=key["KeyId"]), named),
        (kms.update_key_description(KeyId=key["KeyId"], Description="d"), named | {"description": "d"}),
        (kms.tag_resource(KeyId=key["KeyId"], Tags=tags), named | {"tags": [{"tagKey": "a", "tagValue": "b"}]}),
        (kms.untag_resource(KeyId=key["KeyId"], TagKeys=["a"]), named | {"tagKeys": ["a"]}),
    ]
    for answer, parameters in cases:
        assert record(server, answer) == (False, parameters, answered, [resource(key["Arn"])], None)


def test_put_key_policy_shows_the_policy_and_get_key_policy_does_not(server, kms, key):
    got = kms.get_key_policy(KeyId=key["KeyId"])
    _, parameters, elements, _, _ = record(server, got)
    assert (parameters, elements) == ({"keyId": key["KeyId"]}, None)
    put = kms.put_key_policy(KeyId=key["KeyId"], Policy=got["Policy"])
    _, parameters, elements, _, _ = record(server, put)
    assert parameters["policy"] == got["Policy"]
    assert elements == {"keyId": key["Arn"]}


def test_aliases(server, kms, key, alias_name):
    both = [resource(key["Arn"]), resource(alias_arn(alias_name))]
    created = kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    read_only, parameters, elements, resources, _ = record(server, created)
    assert (read_only, parameters) == (False, {"aliasName": alias_name, "targetKeyId": key["KeyId"]})
    assert elements == {"keyId": key["Arn"]}
    assert sorted(resources, key=str) == sorted(both, key=str)
    deleted = kms.delete_alias(AliasName=alias_name)
    _, parameters, elements, resources, _ = record(server, deleted)
    assert (parameters, elements) == ({"aliasName": alias_name}, {"keyId": key["Arn"]})
    assert sorted(resources, key=str) == sorted(both, key=str)


def test_schedule_and_cancel(server, kms, key):
    _, parameters, elements, _, _ = record(server, kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7))
    assert parameters == {"keyId": key["KeyId"], "pendingWindowInDays": 7}
    assert re.fullmatch(r"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M", elements.pop("deletionDate"))
    assert elements == {"keyId": key["Arn"], "keyState": "PendingDeletion", "pendingWindowInDays": 7}
    _, parameters, elements, _, _ = record(server, kms.cancel_key_deletion(KeyId=key["KeyId"]))
    assert (parameters, elements) == ({"keyId": key["KeyId"]}, {"keyId": key["Arn"]})


def test_lists(server, kms, key):
    assert record(server, kms.list_keys(Limit=5)) == (True, {"limit": 5}, None, [], None)
    assert record(server, kms.list_resource_tags(KeyId=key["KeyId"]))[:2] == (True, {"keyId": key["KeyId"]})
