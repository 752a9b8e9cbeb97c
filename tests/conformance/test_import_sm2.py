"""Key material wrapped by SM2PKE, in China Regions alone: made by another implementation of SM2 and of PKCS#8."""

from functools import partial

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from conformance.support import der, sm2
from conformance.support.clients import aws_client, refused
from conformance.support.key_life import wrapped
from conformance.support.key_specs import AGREE, ENCRYPT, MAC, SIGN

UNSUPPORTED = "UnsupportedOperationException"
FOR_EVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}


def pkcs8_of_sm2(private, point):
    """RFC 5208 around an ECPrivateKey (RFC 5915) with its public half."""
    public = b"\4" + b"".join(number.to_bytes(32, "big") for number in point)
    inner = der.sequence(der.integer(1), der.octet_string(private.to_bytes(32, "big")), der.tlv(0xA1, der.bit_string(public)))
    return der.sequence(der.integer(0), der.sequence(der.EC_PUBLIC_KEY, sm2.CURVE), der.octet_string(inner))


def pkcs8(private_key):
    return private_key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def ask_for_parameters(kms, algorithm, wrapping_key):
    return partial(kms.get_parameters_for_import, WrappingAlgorithm=algorithm, WrappingKeySpec=wrapping_key)


def by_sm2(kms, key, material):
    """What ImportKeyMaterial takes."""
    given = ask_for_parameters(kms, "SM2PKE", "SM2")(KeyId=key["KeyId"])
    covered = sm2.encrypt(sm2.read_public(given["PublicKey"]), material)
    return {"KeyId": key["KeyId"], "ImportToken": given["ImportToken"], "EncryptedKeyMaterial": covered, **FOR_EVER}


@pytest.fixture
def external(china):
    return lambda spec, usage: china.create_key(KeySpec=spec, KeyUsage=usage, Origin="EXTERNAL")["KeyMetadata"]


def test_an_sm2_key_that_signs(china, external):
    key, (private, point) = external("SM2", SIGN), sm2.new_pair()
    china.import_key_material(**by_sm2(china, key, pkcs8_of_sm2(private, point)))
    assert china.get_public_key(KeyId=key["KeyId"])["PublicKey"] == sm2.write_public(point)
    ask = {"KeyId": key["KeyId"], "SigningAlgorithm": "SM2DSA", "Message": b"text"}
    signature = china.sign(**ask)["Signature"]
    assert sm2.verifies(point, sm2.digest(point, b"text"), signature)
    assert china.verify(**ask, Signature=signature)["SignatureValid"]


def test_an_sm2_key_that_decrypts(china, external):
    key, (private, point) = external("SM2", ENCRYPT), sm2.new_pair()
    china.import_key_material(**by_sm2(china, key, pkcs8_of_sm2(private, point)))
    blob = sm2.encrypt(point, b"made outside")
    answer = china.decrypt(KeyId=key["KeyId"], EncryptionAlgorithm="SM2PKE", CiphertextBlob=blob)
    assert answer["Plaintext"] == b"made outside"


def test_an_sm2_key_that_agrees(china, external):
    key, (private, point) = external("SM2", AGREE), sm2.new_pair()
    china.import_key_material(**by_sm2(china, key, pkcs8_of_sm2(private, point)))
    peer, other = sm2.new_pair()
    answer = china.derive_shared_secret(KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=sm2.write_public(other))
    assert answer["SharedSecret"] == sm2.multiply(peer, point)[0].to_bytes(32, "big")


@pytest.mark.parametrize(
    ("spec", "pair", "algorithm"),
    [
        ("RSA_2048", rsa.generate_private_key(65537, 2048), "RSASSA_PSS_SHA_256"),
        ("RSA_4096", rsa.generate_private_key(65537, 4096), "RSASSA_PSS_SHA_256"),  # longer than what Encrypt takes
        ("ECC_NIST_P256", ec.generate_private_key(ec.SECP256R1()), "ECDSA_SHA_256"),
        ("ECC_NIST_P521", ec.generate_private_key(ec.SECP521R1()), "ECDSA_SHA_512"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_private_key_of_another_spec(china, external, spec, pair, algorithm):
    key = external(spec, SIGN)
    china.import_key_material(**by_sm2(china, key, pkcs8(pair)))
    how = {"KeyId": key["KeyId"], "Message": b"m", "SigningAlgorithm": algorithm}
    signature = china.sign(**how)["Signature"]
    assert china.verify(**how, Signature=signature)["SignatureValid"]


@pytest.mark.parametrize("algorithm", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
def test_an_sm2_key_wrapped_by_rsa(china, external, algorithm):
    key, (private, point) = external("SM2", SIGN), sm2.new_pair()
    china.import_key_material(**wrapped(china, key["KeyId"], pkcs8_of_sm2(private, point), algorithm, "RSA_2048"), **FOR_EVER)
    assert china.get_public_key(KeyId=key["KeyId"])["PublicKey"] == sm2.write_public(point)


@pytest.mark.parametrize(
    ("spec", "usage", "algorithm", "wrapping_key"),
    [
        ("SYMMETRIC_DEFAULT", ENCRYPT, "SM2PKE", "SM2"),
        ("HMAC_256", MAC, "SM2PKE", "SM2"),
        ("SM2", SIGN, "SM2PKE", "RSA_2048"),
        ("SM2", SIGN, "RSAES_OAEP_SHA_256", "SM2"),
        ("RSA_2048", SIGN, "RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"),
        ("SM2", SIGN, "RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"),
    ],
)
def test_guess_what_does_not_wrap_in_china(china, external, spec, usage, algorithm, wrapping_key):
    key = external(spec, usage)
    text = f"Wrapping algorithm {algorithm} with wrapping key spec {wrapping_key} is not supported for key spec {spec}."
    refused(UNSUPPORTED, text, ask_for_parameters(china, algorithm, wrapping_key), KeyId=key["KeyId"])


def test_guess_sm2_does_not_wrap_elsewhere(server):
    kms = aws_client(server, "kms")
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage=SIGN, Origin="EXTERNAL")["KeyMetadata"]
    text = "Wrapping algorithm SM2PKE with wrapping key spec SM2 is not supported for key spec ECC_NIST_P256."
    refused(UNSUPPORTED, text, ask_for_parameters(kms, "SM2PKE", "SM2"), KeyId=key["KeyId"])


def test_what_was_changed_on_the_way(china, external):
    key, (private, point) = external("SM2", SIGN), sm2.new_pair()
    request = by_sm2(china, key, pkcs8_of_sm2(private, point))
    covered = request["EncryptedKeyMaterial"]
    for at in (5, len(covered) // 2, len(covered) - 1):
        changed = covered[:at] + bytes([covered[at] ^ 1]) + covered[at + 1 :]
        refused("InvalidCiphertextException", "", china.import_key_material, **(request | {"EncryptedKeyMaterial": changed}))
    for blob in (covered[:-1], covered + b"\0", b"\x30\0", bytes(200)):
        refused("InvalidCiphertextException", "", china.import_key_material, **(request | {"EncryptedKeyMaterial": blob}))
    assert china.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key
    china.import_key_material(**request)


def test_material_that_is_no_such_key(china, external):
    key, (private, point) = external("SM2", SIGN), sm2.new_pair()
    _, another = sm2.new_pair()
    p256 = pkcs8(ec.generate_private_key(ec.SECP256R1()))
    for material in (pkcs8_of_sm2(private, another), p256, pkcs8_of_sm2(sm2.N, point), pkcs8_of_sm2(0, point), b"x" * 32):
        with pytest.raises(china.exceptions.IncorrectKeyMaterialException):
            china.import_key_material(**by_sm2(china, key, material))
    assert china.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key
