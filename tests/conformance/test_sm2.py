"""SM2 keys, which are in China Regions alone: signatures, encryption, key agreement, data key pairs."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from conformance.support import der, sm2
from conformance.support.clients import refused, without_metadata
from conformance.support.key_specs import AGREE, CHINA, ENCRYPT, SIGN
from conformance.support.refusals import USAGE, VALIDATION, incompatible, over_long, too_long
from conformance.support.server import ACCOUNT

MESSAGE = b"what is signed: " + bytes(range(200))
INVALID_SIGNATURE, INVALID_CIPHERTEXT = "KMSInvalidSignatureException", "InvalidCiphertextException"


@pytest.fixture
def signing(shared_key):
    return shared_key("SM2", SIGN)


@pytest.fixture
def encryption(shared_key):
    return shared_key("SM2", ENCRYPT)


@pytest.fixture
def public(public_key):
    """The point of a shared key."""
    return lambda usage: sm2.read_public(public_key("SM2", usage))


def ask(key, message=MESSAGE, **how):
    return {"KeyId": key["KeyId"], "SigningAlgorithm": "SM2DSA", "Message": message} | how


def cover(key):
    return {"KeyId": key["KeyId"], "EncryptionAlgorithm": "SM2PKE"}


@pytest.mark.parametrize("usage", [ENCRYPT, SIGN, AGREE])
def test_the_key_is_in_the_partition_of_china(china, shared_key, public, usage):
    key = shared_key("SM2", usage)
    assert key["Arn"] == f"arn:aws-cn:kms:{CHINA}:{ACCOUNT}:key/{key['KeyId']}"
    assert public(usage)  # on the curve, in its one form
    policy = china.get_key_policy(KeyId=key["KeyId"])["Policy"]
    assert f'"AWS" : "arn:aws-cn:iam::{ACCOUNT}:root"' in policy


def test_raw_messages_are_hashed_with_the_usual_identity(china, signing, public):
    signed = without_metadata(china.sign(**ask(signing, MessageType="RAW")))
    signature = signed.pop("Signature")
    assert signed == {"KeyId": signing["Arn"], "SigningAlgorithm": "SM2DSA"}
    assert sm2.verifies(public(SIGN), sm2.digest(public(SIGN), MESSAGE), signature)
    verified = without_metadata(china.verify(Signature=signature, **ask(signing)))
    assert verified == {"KeyId": signing["Arn"], "SignatureValid": True, "SigningAlgorithm": "SM2DSA"}
    refused(INVALID_SIGNATURE, "", china.verify, Signature=signature, **ask(signing, MESSAGE + b"!"))


@pytest.mark.parametrize("identity", [sm2.DEFAULT_ID, b"", b"ALICE123@YAHOO.COM", b"x" * 8191])
def test_a_digest_is_of_any_identity(china, signing, public, identity):
    hashed = sm2.digest(public(SIGN), MESSAGE, identity)
    signature = china.sign(**ask(signing, hashed, MessageType="DIGEST"))["Signature"]
    assert sm2.verifies(public(SIGN), hashed, signature)
    assert china.verify(Signature=signature, **ask(signing, hashed, MessageType="DIGEST"))["SignatureValid"] is True
    if identity == sm2.DEFAULT_ID:
        assert china.verify(Signature=signature, **ask(signing))["SignatureValid"] is True
    else:
        refused(INVALID_SIGNATURE, "", china.verify, Signature=signature, **ask(signing))


@pytest.mark.parametrize("length", [1, 4096])
def test_shortest_and_longest_message(china, signing, public, length):
    message = b"m" * length
    signature = china.sign(**ask(signing, message))["Signature"]
    assert sm2.verifies(public(SIGN), sm2.digest(public(SIGN), message), signature)


@pytest.mark.parametrize("length", [1, 31, 33, 64])
def test_digest_of_another_length_guess(china, signing, length):
    text = "Digest is invalid length for algorithm SM2DSA."
    refused(VALIDATION, text, china.sign, **ask(signing, bytes(length), MessageType="DIGEST"))
    refused(VALIDATION, text, china.verify, Signature=b"x", **ask(signing, bytes(length), MessageType="DIGEST"))


def test_mu_is_for_ml_dsa_alone_guess(china, signing):
    text = "Message type EXTERNAL_MU is incompatible with key spec SM2."
    refused(VALIDATION, text, china.sign, **ask(signing, bytes(64), MessageType="EXTERNAL_MU"))


def test_what_is_no_signature(china, signing):
    good = china.sign(**ask(signing))["Signature"]
    changed = [good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :] for place in (0, 1, 10, len(good) - 1)]
    zeros = der.sequence(der.integer(0), der.integer(0))
    for signature in (*changed, good[:-1], good + b"\0", zeros, b"\x30", bytes(64), bytes(6144)):
        refused(INVALID_SIGNATURE, "", china.verify, Signature=signature, **ask(signing))


@pytest.mark.parametrize("algorithm", ["ECDSA_SHA_256", "ED25519_SHA_512", "RSASSA_PSS_SHA_256"])
def test_other_algorithms(china, signing, algorithm):
    text = incompatible(algorithm, "SM2")
    refused(USAGE, text, china.sign, **ask(signing, SigningAlgorithm=algorithm))


@pytest.mark.parametrize("length", [1, 31, 32, 33, 1023, 1024])
def test_ciphertexts_come_back(china, encryption, length):
    plaintext = bytes(i * 37 % 256 for i in range(length))
    made = without_metadata(china.encrypt(Plaintext=plaintext, **cover(encryption)))
    blob = made.pop("CiphertextBlob")
    assert made == {"KeyId": encryption["Arn"], "EncryptionAlgorithm": "SM2PKE"}
    assert blob[:1] == b"\x30"
    opened = without_metadata(china.decrypt(CiphertextBlob=blob, **cover(encryption)))
    assert opened == {"KeyId": encryption["Arn"], "EncryptionAlgorithm": "SM2PKE", "Plaintext": plaintext}


@pytest.mark.parametrize("length", [1, 32, 100, 1024])
def test_what_is_encrypted_outside_opens_inside(china, encryption, public, length):
    plaintext = b"p" * length
    blob = sm2.encrypt(public(ENCRYPT), plaintext)
    assert china.decrypt(CiphertextBlob=blob, **cover(encryption))["Plaintext"] == plaintext


def test_limit_guess_of_its_text(china, encryption):
    text = too_long("SM2PKE", "SM2", 1024)
    refused(VALIDATION, text, china.encrypt, Plaintext=bytes(1025), **cover(encryption))
    text = over_long("plaintext", 4096)
    refused(VALIDATION, text, china.encrypt, Plaintext=bytes(4097), **cover(encryption))


def test_what_is_no_ciphertext(china, encryption, public):
    good = sm2.encrypt(public(ENCRYPT), b"text" * 8)
    changed = [good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :] for place in (0, 8, 60, 90, len(good) - 1)]
    off_the_curve = der.sequence(der.integer(5), der.integer(7), der.octet_string(bytes(32)), der.octet_string(b"text"))
    another = sm2.encrypt(sm2.new_pair()[1], b"text")
    for blob in (*changed, good[:-1], good + b"\0", off_the_curve, another, b"\x30", bytes(256), bytes(6144)):
        refused(INVALID_CIPHERTEXT, "", china.decrypt, CiphertextBlob=blob, **cover(encryption))


def test_re_encrypt_to_and_from_a_symmetric_key(china, encryption):
    symmetric = china.create_key()["KeyMetadata"]
    to_sm2 = {"DestinationKeyId": encryption["KeyId"], "DestinationEncryptionAlgorithm": "SM2PKE"}
    first = china.encrypt(KeyId=symmetric["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    answer = china.re_encrypt(CiphertextBlob=first, **to_sm2)
    assert "DestinationKeyMaterialId" not in answer and answer["SourceKeyMaterialId"]
    assert china.decrypt(CiphertextBlob=answer["CiphertextBlob"], **cover(encryption))["Plaintext"] == b"text"
    from_sm2 = {"SourceKeyId": encryption["KeyId"], "SourceEncryptionAlgorithm": "SM2PKE"}
    how = {"CiphertextBlob": answer["CiphertextBlob"], "DestinationKeyId": symmetric["KeyId"]}
    last = china.re_encrypt(**how, **from_sm2)
    assert "SourceKeyMaterialId" not in last and last["DestinationKeyMaterialId"]
    assert china.decrypt(CiphertextBlob=last["CiphertextBlob"])["Plaintext"] == b"text"


def test_both_sides_find_the_same_secret(china, shared_key, public):
    key, (private, point) = shared_key("SM2", AGREE), sm2.new_pair()
    how = {"KeyId": key["KeyId"], "KeyAgreementAlgorithm": "ECDH", "PublicKey": sm2.write_public(point)}
    answer = without_metadata(china.derive_shared_secret(**how))
    secret = sm2.multiply(private, public(AGREE))[0].to_bytes(32, "big")
    assert answer == {
        "KeyId": key["Arn"],
        "SharedSecret": secret,
        "KeyAgreementAlgorithm": "ECDH",
        "KeyOrigin": "AWS_KMS",
    }


def test_points_that_do_not_fit_guess(china, shared_key):
    x, y = sm2.new_pair()[1]
    nist = ec.generate_private_key(ec.SECP256R1()).public_key()
    for spki in (
        sm2.write_public((x, y ^ 1)),
        der.ec_public_key(sm2.CURVE, b"\0"),
        der.ec_public_key(der.P256, b"\4" + x.to_bytes(32, "big") + y.to_bytes(32, "big")),
        nist.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        sm2.write_public((x, y)) + b"\0",
    ):
        how = {"KeyId": shared_key("SM2", AGREE)["KeyId"], "KeyAgreementAlgorithm": "ECDH", "PublicKey": spki}
        refused(VALIDATION, "", china.derive_shared_secret, **how)


def test_data_key_pair(china):
    """The private key is read by its place in RFC 5915's structure: no library of the tests' knows the curve."""
    symmetric = china.create_key()["KeyMetadata"]["KeyId"]
    made = china.generate_data_key_pair(KeyId=symmetric, KeyPairSpec="SM2", EncryptionContext={"a": "b"})
    private, public = made["PrivateKeyPlaintext"], sm2.read_public(made["PublicKey"])
    start = private.index(b"\x02\x01\x01\x04\x20") + 5
    assert sm2.multiply(int.from_bytes(private[start : start + 32], "big"), sm2.G) == public
    how = {"CiphertextBlob": made["PrivateKeyCiphertextBlob"], "EncryptionContext": {"a": "b"}}
    assert china.decrypt(**how)["Plaintext"] == private
    refused(INVALID_CIPHERTEXT, "", china.decrypt, CiphertextBlob=made["PrivateKeyCiphertextBlob"])
