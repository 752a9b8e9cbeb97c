"""The state table: every operation on a key × the states that a symmetric key can have."""

import pytest

from conformance.support.clients import refused

OK, DISABLED, PENDING, NOT_PENDING = "ok", "is disabled.", "is pending deletion.", "is not pending deletion."
CODES = {DISABLED: "DisabledException", PENDING: "KMSInvalidStateException", NOT_PENDING: "KMSInvalidStateException"}

# operation: parameters besides KeyId, then what Enabled, Disabled and PendingDeletion answer
TABLE = {
    "describe_key": ({}, OK, OK, OK),
    "enable_key": ({}, OK, OK, PENDING),
    "disable_key": ({}, OK, OK, PENDING),
    "update_key_description": ({"Description": "new"}, OK, OK, PENDING),
    "schedule_key_deletion": ({}, OK, OK, PENDING),
    "cancel_key_deletion": ({}, NOT_PENDING, NOT_PENDING, OK),
    "encrypt": ({"Plaintext": b"text"}, OK, DISABLED, PENDING),
    "generate_data_key": ({"KeySpec": "AES_256"}, OK, DISABLED, PENDING),
    "generate_data_key_without_plaintext": ({"NumberOfBytes": 8}, OK, DISABLED, PENDING),
    "tag_resource": ({"Tags": [{"TagKey": "a", "TagValue": "b"}]}, OK, OK, PENDING),
    "untag_resource": ({"TagKeys": ["a"]}, OK, OK, PENDING),
    "list_resource_tags": ({}, OK, OK, OK),
    "get_key_policy": ({}, OK, OK, OK),
    "list_key_policies": ({}, OK, OK, OK),
    "get_key_rotation_status": ({}, OK, OK, OK),
    "list_aliases": ({}, OK, OK, OK),
}
CELLS = [(name, state, row[state + 1]) for name, row in TABLE.items() for state in range(3)]


@pytest.fixture
def key_in(kms, make_key):
    def make(state):
        metadata = make_key()
        if state == 1:
            kms.disable_key(KeyId=metadata["KeyId"])
        if state == 2:
            kms.schedule_key_deletion(KeyId=metadata["KeyId"])
        return metadata

    return make


@pytest.mark.parametrize(("name", "state", "expected"), CELLS)
def test_operation_in_state(kms, key_in, name, state, expected):
    metadata = key_in(state)
    operation, parameters = getattr(kms, name), TABLE[name][0]
    if expected == OK:
        assert operation(KeyId=metadata["KeyId"], **parameters)["ResponseMetadata"]["HTTPStatusCode"] == 200
    else:
        text = f"{metadata['Arn']} {expected}"  # the ARN, although the request named the id
        refused(CODES[expected], text, operation, KeyId=metadata["KeyId"], **parameters)


@pytest.mark.parametrize("state", [0, 1, 2])
def test_put_key_policy_in_any_state(kms, key_in, state):
    key_id = key_in(state)["KeyId"]
    policy = kms.get_key_policy(KeyId=key_id)["Policy"]
    kms.put_key_policy(KeyId=key_id, Policy=policy)
    assert kms.get_key_policy(KeyId=key_id)["Policy"] == policy


# By analogy with Encrypt, whose text was measured.
@pytest.mark.parametrize("with_key_id", [False, True])
def test_guess_decrypt_with_a_key_that_is_not_enabled(kms, make_key, with_key_id):
    for change, expected in ((kms.disable_key, DISABLED), (kms.schedule_key_deletion, PENDING)):
        metadata = make_key()
        blob = kms.encrypt(KeyId=metadata["KeyId"], Plaintext=b"text")["CiphertextBlob"]
        change(KeyId=metadata["KeyId"])
        named = {"KeyId": metadata["KeyId"]} if with_key_id else {}
        text = f"{metadata['Arn']} {expected}"
        refused(CODES[expected], text, kms.decrypt, CiphertextBlob=blob, **named)


def test_guess_re_encrypt_with_a_key_that_is_not_enabled(kms, make_key):
    good = make_key()["KeyId"]
    for change, expected in ((kms.disable_key, DISABLED), (kms.schedule_key_deletion, PENDING)):
        bad = make_key()
        from_bad = kms.encrypt(KeyId=bad["KeyId"], Plaintext=b"text")["CiphertextBlob"]
        from_good = kms.encrypt(KeyId=good, Plaintext=b"text")["CiphertextBlob"]
        change(KeyId=bad["KeyId"])
        text = f"{bad['Arn']} {expected}"
        refused(CODES[expected], text, kms.re_encrypt, CiphertextBlob=from_bad, DestinationKeyId=good)
        refused(CODES[expected], text, kms.re_encrypt, CiphertextBlob=from_good, DestinationKeyId=bad["KeyId"])


def test_state_comes_before_the_algorithm(kms, disabled_key):
    refused(
        "DisabledException",
        f"{disabled_key['Arn']} is disabled.",
        kms.encrypt,
        KeyId=disabled_key["KeyId"],
        Plaintext=b"text",
        EncryptionAlgorithm="RSAES_OAEP_SHA_256",
    )


def test_state_comes_before_the_dry_run(kms, disabled_key):
    text = f"{disabled_key['Arn']} is disabled."
    refused("DisabledException", text, kms.encrypt, KeyId=disabled_key["KeyId"], Plaintext=b"text", DryRun=True)


def test_data_key_length_rule_comes_before_the_state(kms, disabled_key):
    text = "Please specify either number of bytes or key spec."
    refused("ValidationException", text, kms.generate_data_key, KeyId=disabled_key["KeyId"])


def test_the_shape_comes_before_the_state(kms, pending_key):
    text = (
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
        "Member must have length less than or equal to 4096"
    )
    refused("ValidationException", text, kms.encrypt, KeyId=pending_key["KeyId"], Plaintext=bytes(4097))
