"""EnableKey, DisableKey, UpdateKeyDescription and GetKeyRotationStatus."""

from conformance.support.clients import refused, without_metadata
from conformance.support.wire import call


def test_disable_and_enable_show_at_once(kms, key):
    for _ in range(2):  # each is idempotent
        assert without_metadata(kms.disable_key(KeyId=key["KeyId"])) == {}
        disabled = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        assert disabled == key | {"Enabled": False, "KeyState": "Disabled"}
    for _ in range(2):
        assert without_metadata(kms.enable_key(KeyId=key["Arn"])) == {}
        assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key


def test_what_was_encrypted_before_can_be_decrypted_after(kms, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    kms.disable_key(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"


def test_operations_without_output_answer_an_empty_body(server, key):
    for operation, body in (("DisableKey", {}), ("EnableKey", {}), ("UpdateKeyDescription", {"Description": "x"})):
        answer = call(server, operation, {"KeyId": key["KeyId"], **body})
        assert (answer.status, answer.body) == (200, b"")


def test_description_changes_and_clears(kms, make_key):
    key_id = make_key(Description="first")["KeyId"]
    for text in ("second", "", "Ünï©ode 🔑", "d" * 8192):
        assert without_metadata(kms.update_key_description(KeyId=key_id, Description=text)) == {}
        assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == text


def test_description_is_required_and_bounded(kms, key):
    refused(
        "ValidationException",
        "1 validation error detected: Value null at 'description' failed to satisfy constraint: Member must not be null",
        kms.update_key_description,
        KeyId=key["KeyId"],
    )
    long = "d" * 8193
    refused(
        "ValidationException",
        f"1 validation error detected: Value '{long}' at 'description' failed to satisfy constraint: "
        "Member must have length less than or equal to 8192",
        kms.update_key_description,
        KeyId=key["KeyId"],
        Description=long,
    )
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == ""


def test_rotation_is_off(server, kms, key):
    answer = call(server, "GetKeyRotationStatus", {"KeyId": key["KeyId"]}).json()
    assert answer == {"KeyId": key["Arn"], "KeyRotationEnabled": False}
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    assert kms.get_key_rotation_status(KeyId=key["Arn"])["KeyRotationEnabled"] is False
