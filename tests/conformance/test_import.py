"""GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial: imported material from its first day to its last."""

import datetime
import hmac
import os
import re
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from conformance.support.audit_log import audit_events, audit_text, event_of, request_id
from conformance.support.clients import aws_client, refused, without_metadata
from conformance.support.key_life import (
    current_id,
    import_material,
    parameters,
    rotate,
    wait_for_rotation,
    wrap,
    wrapped,
)
from conformance.support.key_specs import AGREE, ENCRYPT, MAC, SIGN
from conformance.support.refusals import STATE

UNSUPPORTED = "UnsupportedOperationException"
A, B, C = (bytes([letter]) * 32 for letter in b"ABC")
OAEP = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
AES_WRAP = ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"]
FOR_EVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}


def pkcs8(private_key):
    return private_key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def spki(private_key):
    return private_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


PAIRS = {
    "RSA_2048": rsa.generate_private_key(65537, 2048),
    "ECC_NIST_P256": ec.generate_private_key(ec.SECP256R1()),
    "ECC_NIST_P384": ec.generate_private_key(ec.SECP384R1()),
    "ECC_NIST_P521": ec.generate_private_key(ec.SECP521R1()),
    "ECC_SECG_P256K1": ec.generate_private_key(ec.SECP256K1()),
    "ECC_NIST_EDWARDS25519": ed25519.Ed25519PrivateKey.generate(),
}


@pytest.fixture
def external(kms):
    def make(spec="SYMMETRIC_DEFAULT", usage=ENCRYPT):
        return kms.create_key(KeySpec=spec, KeyUsage=usage, Origin="EXTERNAL")["KeyMetadata"]

    return make


@pytest.fixture
def imported(kms, external):
    """A symmetric key with material A."""
    key = external()
    import_material(kms, key["KeyId"], A)
    return key


def state(kms, key):
    return kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]


@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
@pytest.mark.parametrize("algorithm", OAEP)
def test_symmetric_material(kms, external, algorithm, spec):
    key = external()
    assert "CurrentKeyMaterialId" not in key
    asked = datetime.datetime.now(datetime.UTC)
    given = parameters(kms, key["KeyId"], algorithm, spec)
    assert set(without_metadata(given)) == {"KeyId", "ImportToken", "PublicKey", "ParametersValidTo"}
    assert given["KeyId"] == key["Arn"]
    received = given["ParametersValidTo"] - datetime.timedelta(days=1)
    assert abs((received - asked).total_seconds()) < 10
    public = serialization.load_der_public_key(given["PublicKey"])
    assert public.key_size == int(spec[-4:])
    answer = kms.import_key_material(
        KeyId=key["KeyId"],
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrap(given["PublicKey"], algorithm, A),
        **FOR_EVER,
    )
    assert re.fullmatch("[0-9a-f]{64}", answer["KeyMaterialId"])
    assert without_metadata(answer) == {"KeyId": key["Arn"], "KeyMaterialId": answer["KeyMaterialId"]}
    metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert metadata == key | {
        "KeyState": "Enabled",
        "Enabled": True,
        "CurrentKeyMaterialId": answer["KeyMaterialId"],
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == answer["KeyMaterialId"]


@pytest.mark.parametrize("algorithm", [*OAEP, *AES_WRAP])
@pytest.mark.parametrize("spec", list(PAIRS))
def test_private_keys(kms, external, algorithm, spec):
    key = external(spec, SIGN)
    if (spec == "RSA_2048" or spec == "ECC_NIST_P521") and algorithm in OAEP:
        text = f"Wrapping algorithm {algorithm} with wrapping key spec RSA_2048 is not supported for key spec {spec}."
        refused(UNSUPPORTED, text, parameters_of(kms, algorithm), KeyId=key["KeyId"])  # guess: the text
        return
    import_material(kms, key["KeyId"], pkcs8(PAIRS[spec]), algorithm=algorithm)
    metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (metadata["KeyState"], "CurrentKeyMaterialId" in metadata) == ("Enabled", False)
    assert kms.get_public_key(KeyId=key["KeyId"])["PublicKey"] == spki(PAIRS[spec])
    signing = metadata["SigningAlgorithms"][0]
    signature = kms.sign(KeyId=key["KeyId"], Message=b"m", SigningAlgorithm=signing)["Signature"]
    assert kms.verify(KeyId=key["KeyId"], Message=b"m", SigningAlgorithm=signing, Signature=signature)["SignatureValid"]
    # The public half stays when the private one goes.
    kms.delete_imported_key_material(KeyId=key["KeyId"])
    assert state(kms, key) == "PendingImport"
    assert kms.get_public_key(KeyId=key["KeyId"])["PublicKey"] == spki(PAIRS[spec])
    refused(STATE, f"{key['Arn']} is pending import.", kms.sign, KeyId=key["KeyId"], Message=b"m", SigningAlgorithm=signing)
    import_material(kms, key["KeyId"], pkcs8(PAIRS[spec]), algorithm=algorithm)
    assert kms.verify(KeyId=key["KeyId"], Message=b"m", SigningAlgorithm=signing, Signature=signature)["SignatureValid"]


def parameters_of(kms, algorithm, spec="RSA_2048"):
    return lambda **members: kms.get_parameters_for_import(
        WrappingAlgorithm=algorithm, WrappingKeySpec=spec, **members
    )


def test_a_key_for_agreement_and_one_for_encryption(kms, external):
    agreeing = external("ECC_NIST_P384", AGREE)
    import_material(kms, agreeing["KeyId"], pkcs8(PAIRS["ECC_NIST_P384"]))
    other = ec.generate_private_key(ec.SECP384R1())
    shared = kms.derive_shared_secret(KeyId=agreeing["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=spki(other))
    assert shared["SharedSecret"] == other.exchange(ec.ECDH(), PAIRS["ECC_NIST_P384"].public_key())
    encrypting = external("RSA_2048", ENCRYPT)
    import_material(kms, encrypting["KeyId"], pkcs8(PAIRS["RSA_2048"]), algorithm=AES_WRAP[1])
    blob = kms.encrypt(KeyId=encrypting["KeyId"], Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")
    opened = kms.decrypt(
        KeyId=encrypting["KeyId"], CiphertextBlob=blob["CiphertextBlob"], EncryptionAlgorithm="RSAES_OAEP_SHA_256"
    )
    assert opened["Plaintext"] == b"x"


@pytest.mark.parametrize(
    ("spec", "size", "fits"),
    [
        ("HMAC_224", 27, False),
        ("HMAC_224", 28, True),
        ("HMAC_256", 31, False),
        ("HMAC_256", 32, True),
        ("HMAC_256", 100, True),
        ("HMAC_384", 48, True),
        ("HMAC_512", 63, False),
        ("HMAC_512", 128, True),
        ("HMAC_512", 129, False),
    ],
)
def test_mac_material(kms, external, spec, size, fits):
    key, secret = external(spec, MAC), os.urandom(size)
    if not fits:
        with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
            import_material(kms, key["KeyId"], secret)
        assert state(kms, key) == "PendingImport"
        return
    import_material(kms, key["KeyId"], secret)
    algorithm = f"HMAC_SHA_{spec[5:]}"
    made = kms.generate_mac(KeyId=key["KeyId"], Message=b"m", MacAlgorithm=algorithm)["Mac"]
    assert made == hmac.digest(secret, b"m", f"sha{spec[5:]}")


@pytest.mark.parametrize("size", [0, 1, 16, 31, 33, 64])
def test_symmetric_material_of_the_wrong_length(kms, external, size):
    key = external()
    if size == 0:
        request = wrapped(kms, key["KeyId"], b"")
        with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
            kms.import_key_material(**request, **FOR_EVER)
    else:
        with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
            import_material(kms, key["KeyId"], bytes(size))
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key


def test_private_keys_of_another_kind(kms, external):
    bad = {
        "ECC_NIST_P256": [pkcs8(PAIRS["ECC_NIST_P384"]), pkcs8(PAIRS["ECC_SECG_P256K1"]), b"no key", A],
        "ECC_NIST_EDWARDS25519": [pkcs8(PAIRS["ECC_NIST_P256"])],
        "RSA_3072": [pkcs8(PAIRS["RSA_2048"]), pkcs8(PAIRS["ECC_NIST_P256"])],
    }
    for spec, materials in bad.items():
        key = external(spec, SIGN)
        for material in materials:
            with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
                import_material(kms, key["KeyId"], material, algorithm=AES_WRAP[1])
        assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key
        with pytest.raises(kms.exceptions.KMSInvalidStateException):
            kms.get_public_key(KeyId=key["KeyId"])


def test_a_curves_key_whose_point_is_another_ones(kms, external):
    key = external("ECC_NIST_P256", SIGN)
    der = bytearray(pkcs8(PAIRS["ECC_NIST_P256"]))
    der[-1] ^= 1
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
        import_material(kms, key["KeyId"], bytes(der))


def test_an_rsa_key_with_a_bad_prime(kms, external):
    key = external("RSA_2048", SIGN)
    numbers = PAIRS["RSA_2048"].private_numbers()
    der = pkcs8(PAIRS["RSA_2048"]).replace(numbers.p.to_bytes(128), (numbers.p + 2).to_bytes(128))
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
        import_material(kms, key["KeyId"], der, algorithm=AES_WRAP[0])


@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "HMAC_256"])
@pytest.mark.parametrize("algorithm", ["RSAES_PKCS1_V1_5", *AES_WRAP, "SM2PKE"])
def test_guess_algorithms_that_do_not_wrap_bytes(kms, external, algorithm, spec):
    key = external(spec, MAC if spec.startswith("HMAC") else ENCRYPT)
    with pytest.raises(kms.exceptions.UnsupportedOperationException):
        kms.get_parameters_for_import(KeyId=key["KeyId"], WrappingAlgorithm=algorithm, WrappingKeySpec="RSA_2048")


def test_the_origin_must_be_external(kms, key):
    text = f"{key['Arn']} origin is AWS_KMS which is not valid for this operation."
    refused(UNSUPPORTED, text, parameters_of(kms, OAEP[1]), KeyId=key["KeyId"])
    refused(UNSUPPORTED, text, kms.delete_imported_key_material, KeyId=key["KeyId"])
    refused(
        UNSUPPORTED, text, kms.import_key_material, KeyId=key["KeyId"], ImportToken=b"x", EncryptedKeyMaterial=b"x"
    )


def test_when_material_expires(kms, external):
    key = external()
    request = wrapped(kms, key["KeyId"], A)
    now = datetime.datetime.now(datetime.UTC)
    text = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
    refused("ValidationException", text, kms.import_key_material, **request)
    refused("ValidationException", text, kms.import_key_material, **request, ExpirationModel="KEY_MATERIAL_EXPIRES")
    bad = [
        {"ValidTo": now - datetime.timedelta(hours=1)},
        {"ValidTo": now + datetime.timedelta(days=366)},
        {"ValidTo": now + datetime.timedelta(days=1), **FOR_EVER},
    ]
    for members in bad:  # guess: the texts
        with pytest.raises(kms.exceptions.ClientError) as caught:
            kms.import_key_material(**request, **members)
        assert caught.value.response["Error"]["Code"] == "ValidationException"
    # The token that was in all of those is still good.
    valid_to = (now + datetime.timedelta(days=3)).replace(microsecond=0)
    kms.import_key_material(**request, ValidTo=valid_to)
    metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (metadata["ExpirationModel"], metadata["ValidTo"]) == ("KEY_MATERIAL_EXPIRES", valid_to)
    import_material(kms, key["KeyId"], A)
    metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (metadata["ExpirationModel"], "ValidTo" in metadata) == ("KEY_MATERIAL_DOES_NOT_EXPIRE", False)


def test_tokens(kms, external):
    one, other = external(), external()
    request = wrapped(kms, one["KeyId"], A)
    with pytest.raises(kms.exceptions.InvalidImportTokenException):
        kms.import_key_material(**(request | {"KeyId": other["KeyId"]}), **FOR_EVER)
    changed = bytearray(request["ImportToken"])
    changed[-1] ^= 1
    for token in (b"x", bytes(changed), request["ImportToken"][:-1], request["ImportToken"] + b"x", os.urandom(2000)):
        with pytest.raises(kms.exceptions.InvalidImportTokenException):
            kms.import_key_material(**(request | {"ImportToken": token}), **FOR_EVER)
    for blob in (b"x", bytes(256), wrapped(kms, one["KeyId"], A)["EncryptedKeyMaterial"]):
        refused("InvalidCiphertextException", "", kms.import_key_material, **(request | {"EncryptedKeyMaterial": blob}), **FOR_EVER)
    by_the_other = wrap(parameters(kms, one["KeyId"])["PublicKey"], OAEP[0], A)
    refused("InvalidCiphertextException", "", kms.import_key_material, **(request | {"EncryptedKeyMaterial": by_the_other}), **FOR_EVER)
    assert state(kms, one) == "PendingImport"
    kms.import_key_material(**request, **FOR_EVER)
    kms.import_key_material(**request, **FOR_EVER)  # guess: a token is good for more than one import


def test_a_token_expires(own_server):
    kms = aws_client(own_server, "kms")
    key_id = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    early, late = wrapped(kms, key_id, A), None
    own_server.advance_clock("23h")
    late = wrapped(kms, key_id, A)
    own_server.advance_clock("1h")
    with pytest.raises(kms.exceptions.ExpiredImportTokenException):
        kms.import_key_material(**early, **FOR_EVER)
    own_server.stop()
    own_server.start()
    kms = aws_client(own_server, "kms")
    kms.import_key_material(**late, **FOR_EVER)


def test_only_the_same_material_comes_back(kms, imported):
    key_id = imported["KeyId"]
    first = current_id(kms, key_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]
    answer = kms.delete_imported_key_material(KeyId=key_id)
    assert without_metadata(answer) == {"KeyId": imported["Arn"], "KeyMaterialId": first}
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert metadata == imported | {"CurrentKeyMaterialId": first}
    assert metadata["KeyState"] == "PendingImport"
    text = f"{imported['Arn']} is pending import."
    refused(STATE, text, kms.decrypt, CiphertextBlob=blob)
    refused(STATE, text, kms.encrypt, KeyId=key_id, Plaintext=b"x")
    refused(STATE, text, kms.rotate_key_on_demand, KeyId=key_id)
    assert kms.delete_imported_key_material(KeyId=key_id)["KeyMaterialId"] == first  # no effect
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
        import_material(kms, key_id, B)
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
        import_material(kms, key_id, A, ImportType="NEW_KEY_MATERIAL")
    assert state(kms, imported) == "PendingImport"
    assert import_material(kms, key_id, A, KeyMaterialId=first)["KeyMaterialId"] == first
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"


def test_other_specs_have_one_material_for_life(kms, external):
    key = external("HMAC_256", MAC)
    import_material(kms, key["KeyId"], A)
    for _ in range(2):
        with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
            import_material(kms, key["KeyId"], B)
        import_material(kms, key["KeyId"], A)
        kms.delete_imported_key_material(KeyId=key["KeyId"])
    for members in ({"ImportType": "NEW_KEY_MATERIAL"}, {"KeyMaterialDescription": "x"}, {"KeyMaterialId": "0" * 64}):
        with pytest.raises(kms.exceptions.UnsupportedOperationException):  # guess
            import_material(kms, key["KeyId"], A, **members)


def test_the_same_material_of_two_keys_has_two_ids(kms, external):
    one, other = external(), external()
    assert import_material(kms, one["KeyId"], A)["KeyMaterialId"] != import_material(kms, other["KeyId"], A)["KeyMaterialId"]
    blob = kms.encrypt(KeyId=one["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    with pytest.raises(kms.exceptions.IncorrectKeyException):
        kms.decrypt(CiphertextBlob=blob, KeyId=other["KeyId"])


def materials(kms, key_id):
    listed = kms.list_key_rotations(KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    return [(entry["KeyMaterialId"], entry["KeyMaterialState"], entry["ImportState"]) for entry in listed]


def test_rotation_of_imported_keys(kms, imported):
    key_id = imported["KeyId"]
    first = current_id(kms, key_id)
    old = kms.encrypt(KeyId=key_id, Plaintext=b"old")["CiphertextBlob"]
    text = f"No available key material pending rotation for the key: {imported['Arn']}."
    refused(STATE, text, kms.rotate_key_on_demand, KeyId=key_id)
    second = import_material(kms, key_id, B, ImportType="NEW_KEY_MATERIAL", KeyMaterialDescription="two")["KeyMaterialId"]
    assert (current_id(kms, key_id), state(kms, imported)) == (first, "Enabled")
    assert materials(kms, key_id) == [(first, "CURRENT", "IMPORTED"), (second, "PENDING_ROTATION", "IMPORTED")]
    with pytest.raises(kms.exceptions.KMSInvalidStateException) as caught:
        import_material(kms, key_id, C, ImportType="NEW_KEY_MATERIAL")
    message = caught.value.response["Error"]["Message"]
    third = re.fullmatch(
        rf"New key material \(id: ([0-9a-f]{{64}})\) cannot be imported into KMS key {imported['Arn']}, because another "
        rf"key material \(id: {second}\) is pending rotation\.",
        message,
    )[1]
    assert third not in (first, second)
    kms.rotate_key_on_demand(KeyId=key_id)
    wait_for_rotation(kms, key_id)
    assert current_id(kms, key_id) == second
    new = kms.encrypt(KeyId=key_id, Plaintext=b"new")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=old)["KeyMaterialId"] == first
    assert kms.decrypt(CiphertextBlob=new)["KeyMaterialId"] == second
    assert materials(kms, key_id) == [(first, "NON_CURRENT", "IMPORTED"), (second, "CURRENT", "IMPORTED")]
    rotations = kms.list_key_rotations(KeyId=key_id)["Rotations"]
    assert rotations == [
        {
            "KeyId": imported["Arn"],
            "KeyMaterialId": second,
            "KeyMaterialDescription": "two",
            "ImportState": "IMPORTED",
            "KeyMaterialState": "CURRENT",
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
            "RotationDate": rotations[0]["RotationDate"],
            "RotationType": "ON_DEMAND",
        }
    ]

    # Losing either of the two puts the whole key out of use.
    pending = f"{imported['Arn']} is pending import."
    for lost, material in ((first, A), (second, B)):
        kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=lost)
        for blob in (old, new):
            refused(STATE, pending, kms.decrypt, CiphertextBlob=blob)
        assert current_id(kms, key_id) == second
        assert (lost, "PENDING_IMPORT") in [(entry[0], entry[2]) for entry in materials(kms, key_id)]
        with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
            import_material(kms, key_id, material, KeyMaterialId=third)
        import_material(kms, key_id, material)
        assert [kms.decrypt(CiphertextBlob=blob)["Plaintext"] for blob in (old, new)] == [b"old", b"new"]
    kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=first)
    kms.delete_imported_key_material(KeyId=key_id)
    import_material(kms, key_id, B)
    assert state(kms, imported) == "PendingImport", "one of two is not enough"
    import_material(kms, key_id, A)
    assert state(kms, imported) == "Enabled"
    # A description that is not given again stays.
    assert kms.list_key_rotations(KeyId=key_id)["Rotations"][0]["KeyMaterialDescription"] == "two"
    import_material(kms, key_id, B, KeyMaterialDescription="again")
    assert kms.list_key_rotations(KeyId=key_id)["Rotations"][0]["KeyMaterialDescription"] == "again"


def test_staged_material_goes_without_harm(kms, imported):
    key_id = imported["KeyId"]
    second = import_material(kms, key_id, B, ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"]
    kms.delete_imported_key_material(KeyId=key_id, KeyMaterialId=second)
    assert state(kms, imported) == "Enabled"
    assert len(materials(kms, key_id)) == 1
    with pytest.raises(kms.exceptions.KMSInvalidStateException):
        kms.rotate_key_on_demand(KeyId=key_id)
    third = import_material(kms, key_id, C, ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"]
    assert rotate(kms, key_id) == third


def test_imported_keys_do_not_rotate_by_themselves(kms, imported):
    text = f"{imported['Arn']} origin is EXTERNAL which is not valid for this operation."
    refused(UNSUPPORTED, text, kms.enable_key_rotation, KeyId=imported["KeyId"])
    refused(UNSUPPORTED, text, kms.disable_key_rotation, KeyId=imported["KeyId"])
    shown = without_metadata(kms.get_key_rotation_status(KeyId=imported["KeyId"]))
    assert shown == {"KeyId": imported["Arn"], "KeyRotationEnabled": False}  # guess: of an enabled key


def test_an_imported_hmac_key_cannot_rotate(kms, external):
    key = external("HMAC_256", MAC)
    refused(STATE, f"{key['Arn']} is pending import.", kms.rotate_key_on_demand, KeyId=key["KeyId"])
    import_material(kms, key["KeyId"], A)
    refused(UNSUPPORTED, "", kms.rotate_key_on_demand, KeyId=key["KeyId"])


@pytest.mark.parametrize("disabled", [False, True])
def test_material_expires(own_server, disabled):
    kms = aws_client(own_server, "kms")
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]
    key_id = key["KeyId"]
    now = datetime.datetime.now(datetime.UTC)
    import_material(kms, key_id, A, ValidTo=now + datetime.timedelta(days=10))
    material = current_id(kms, key_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]
    if disabled:
        kms.disable_key(KeyId=key_id)
    own_server.advance_clock("9d")
    assert state(kms, key) == ("Disabled" if disabled else "Enabled")
    own_server.advance_clock("1d")
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert metadata == key | {"CurrentKeyMaterialId": material}
    refused(STATE, f"{key['Arn']} is pending import.", kms.decrypt, CiphertextBlob=blob)
    events = [event for event in audit_events(own_server) if event["eventName"] == "DeleteExpiredKeyMaterial"]
    assert [event["serviceEventDetails"] for event in events] == [{"keyId": key_id}]
    assert events[0]["eventType"] == "AwsServiceEvent"
    own_server.stop()
    own_server.start()
    kms = aws_client(own_server, "kms")
    assert state(kms, key) == "PendingImport"
    import_material(kms, key_id, A)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"
    own_server.advance_clock("365d")
    assert state(kms, key) == "Enabled"
    assert len([event for event in audit_events(own_server) if event["eventName"] == "DeleteExpiredKeyMaterial"]) == 1


def test_staged_material_expires_without_harm(own_server):
    kms = aws_client(own_server, "kms")
    key_id = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    import_material(kms, key_id, A)
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    import_material(kms, key_id, B, ImportType="NEW_KEY_MATERIAL", ValidTo=end)
    own_server.advance_clock("2d")
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"
    assert len(materials(kms, key_id)) == 1
    with pytest.raises(kms.exceptions.KMSInvalidStateException):
        kms.rotate_key_on_demand(KeyId=key_id)


def test_a_key_that_waits_for_its_deletion(kms, imported):
    key_id = imported["KeyId"]
    request = wrapped(kms, key_id, A)
    kms.schedule_key_deletion(KeyId=key_id)
    text = f"{imported['Arn']} is pending deletion."
    refused(STATE, text, parameters_of(kms, OAEP[1]), KeyId=key_id)
    refused(STATE, text, kms.import_key_material, **request, **FOR_EVER)
    kms.delete_imported_key_material(KeyId=key_id)
    assert state(kms, imported) == "PendingDeletion"
    kms.cancel_key_deletion(KeyId=key_id)
    assert state(kms, imported) == "PendingImport"  # guess


def test_what_the_audit_log_has(own_server):
    kms = aws_client(own_server, "kms")
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]
    given = parameters(kms, key["KeyId"])
    event = event_of(own_server, request_id(given))
    assert event["requestParameters"] == {
        "keyId": key["KeyId"],
        "wrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "wrappingKeySpec": "RSA_2048",
    }
    assert (event["readOnly"], event["responseElements"]) == (True, None)
    request = wrapped(kms, key["KeyId"], A)
    event = event_of(own_server, request_id(kms.import_key_material(**request, **FOR_EVER)))
    assert event["requestParameters"] == {"keyId": key["KeyId"], "expirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    assert event["responseElements"]["keyId"] == key["Arn"]
    event = event_of(own_server, request_id(kms.delete_imported_key_material(KeyId=key["KeyId"])))
    assert event["responseElements"]["keyId"] == key["Arn"]
    assert A.decode() not in audit_text(own_server)


def test_as_the_guide_does_it_with_the_openssl_command(kms, external, tmp_path):
    """AWS KMS developer guide, "Encrypt the key material with OpenSSL": 32 random bytes, and an RSA key."""

    def run(*command):
        subprocess.run(["openssl", *command], cwd=tmp_path, check=True, capture_output=True)

    key = external()
    given = parameters(kms, key["KeyId"], spec="RSA_3072")
    (tmp_path / "public.bin").write_bytes(given["PublicKey"])
    run("rand", "-out", "material.bin", "32")
    oaep = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"]
    encrypt = ["pkeyutl", "-encrypt", "-keyform", "DER", "-pubin", "-inkey", "public.bin", *oaep]
    run(*encrypt, "-in", "material.bin", "-out", "encrypted.bin")
    kms.import_key_material(
        KeyId=key["KeyId"],
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=(tmp_path / "encrypted.bin").read_bytes(),
        **FOR_EVER,
    )
    assert state(kms, key) == "Enabled"

    key = external("RSA_2048", SIGN)
    given = parameters(kms, key["KeyId"], AES_WRAP[1], "RSA_4096")
    (tmp_path / "public.bin").write_bytes(given["PublicKey"])
    run("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "private.pem")
    run("pkcs8", "-topk8", "-inform", "PEM", "-in", "private.pem", "-outform", "DER", "-nocrypt", "-out", "private.der")
    aes_key = os.urandom(32)
    (tmp_path / "aes.bin").write_bytes(aes_key)
    wrap_pad = ["enc", "-id-aes256-wrap-pad", "-K", aes_key.hex(), "-iv", "A65959A6"]
    run(*wrap_pad, "-in", "private.der", "-out", "wrapped.bin")
    run(*encrypt, "-in", "aes.bin", "-out", "aes-wrapped.bin")
    kms.import_key_material(
        KeyId=key["KeyId"],
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=(tmp_path / "aes-wrapped.bin").read_bytes() + (tmp_path / "wrapped.bin").read_bytes(),
        **FOR_EVER,
    )
    private = serialization.load_der_private_key((tmp_path / "private.der").read_bytes(), None)
    assert kms.get_public_key(KeyId=key["KeyId"])["PublicKey"] == spki(private)
