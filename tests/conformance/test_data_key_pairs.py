"""GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext: pairs that work outside, wrapped as any plaintext is."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from conformance.support import der
from conformance.support.key_specs import CHINA, ENCRYPT, ML_KEM, RSA, SIGN
from conformance.support.raw_kms import RawKms, Refused
from conformance.support.refusals import DISABLED, USAGE, VALIDATION, missing, wrong_usage
from conformance.support.server import key_arn

PLAIN, WITHOUT = BOTH = ("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext")
# Bytes of PKCS#8: (least, most). Elliptic curves with the optional public key, ML-KEM as its seed alone: both a guess.
SIZES = {
    "RSA_2048": (1210, 1224),
    "RSA_3072": (1786, 1800),
    "RSA_4096": (2366, 2382),
    "ECC_NIST_P256": (138, 138),
    "ECC_NIST_P384": (185, 185),
    "ECC_NIST_P521": (241, 241),
    "ECC_SECG_P256K1": (135, 135),
    "ECC_NIST_EDWARDS25519": (48, 48),
    "ML_KEM_512": (86, 86),
    "ML_KEM_768": (86, 86),
    "ML_KEM_1024": (86, 86),
}
READABLE = [spec for spec in SIZES if spec != "ML_KEM_512"]  # which the tests' library does not have
PUBLIC_SIZES = {"ML_KEM_512": 822, "ML_KEM_768": 1206, "ML_KEM_1024": 1590}
CONTEXT = {"purpose": "pair", "Ключ": "значение"}
NO_KEY = "11111111-2222-4333-8444-555555555555"


def spki(public):
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def pair(raw, wrapping_key):
    def make(spec, operation=PLAIN, **how):
        return raw(operation, KeyId=wrapping_key["KeyId"], KeyPairSpec=spec, **how)

    return make


def use(private, public):
    """What is made with one half works with the other."""
    if hasattr(private, "decapsulate"):
        secret, blob = public.encapsulate()
        assert private.decapsulate(blob) == secret
    elif hasattr(private, "exchange"):
        signature = private.sign(b"message", ec.ECDSA(hashes.SHA256()))
        public.verify(signature, b"message", ec.ECDSA(hashes.SHA256()))
    elif hasattr(private, "decrypt"):
        how = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        public.verify(private.sign(b"message", how, hashes.SHA256()), b"message", how, hashes.SHA256())
    else:
        public.verify(private.sign(b"message"), b"message")


@pytest.mark.parametrize("spec", SIZES)
def test_members_and_sizes_guess(raw, wrapping_key, pair, spec):
    made = pair(spec, EncryptionContext=CONTEXT)
    private, blob, public = (
        made.pop(name) for name in ("PrivateKeyPlaintext", "PrivateKeyCiphertextBlob", "PublicKey")
    )
    material = wrapping_key["CurrentKeyMaterialId"]
    assert made == {"KeyId": wrapping_key["Arn"], "KeyPairSpec": spec, "KeyMaterialId": material}
    least, most = SIZES[spec]
    assert least <= len(private) <= most
    assert len(public) == PUBLIC_SIZES.get(spec, len(public))
    assert len(blob) <= 6144
    opened = raw("Decrypt", CiphertextBlob=blob, EncryptionContext=CONTEXT)
    assert (opened["Plaintext"], opened["KeyId"], opened["KeyMaterialId"]) == (private, wrapping_key["Arn"], material)


@pytest.mark.parametrize("spec", READABLE)
def test_the_halves_belong_together_and_work_outside(pair, spec):
    made = pair(spec)
    private = load_der_private_key(made["PrivateKeyPlaintext"], None)
    assert spki(private.public_key()) == made["PublicKey"]
    use(private, load_der_public_key(made["PublicKey"]))


def test_the_seed_of_ml_kem_512_is_in_its_structure_guess(pair):
    """RFC 9935: a PrivateKeyInfo whose key is [0] and the 64 bytes of d and z."""
    private = pair("ML_KEM_512")["PrivateKeyPlaintext"]
    algorithm = der.sequence(der.oid("2.16.840.1.101.3.4.4.1"))
    seed = private[-64:]
    assert private == der.sequence(der.integer(0), algorithm, der.octet_string(der.tlv(0x80, seed)))


@pytest.mark.parametrize("spec", RSA)
def test_rsa_pairs_have_the_usual_exponent(pair, spec):
    numbers = load_der_public_key(pair(spec)["PublicKey"]).public_numbers()
    assert numbers.e == 65537
    assert f"RSA_{numbers.n.bit_length()}" == spec


@pytest.mark.parametrize("spec", SIZES)
def test_without_plaintext(raw, wrapping_key, pair, spec):
    made = pair(spec, WITHOUT, EncryptionContext=CONTEXT)
    blob, public = made.pop("PrivateKeyCiphertextBlob"), made.pop("PublicKey")
    material = wrapping_key["CurrentKeyMaterialId"]
    assert made == {"KeyId": wrapping_key["Arn"], "KeyPairSpec": spec, "KeyMaterialId": material}
    private = raw("Decrypt", CiphertextBlob=blob, EncryptionContext=CONTEXT)["Plaintext"]
    if spec in READABLE:
        assert spki(load_der_private_key(private, None).public_key()) == public
    else:
        assert len(private) == SIZES[spec][0]


@pytest.mark.parametrize("operation", BOTH)
@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ML_KEM_768"])
def test_the_private_key_is_bound_to_the_context(raw, wrapping_key, pair, spec, operation):
    for made_with, opened_with in (({}, CONTEXT), (CONTEXT, {}), ({"a": "bc"}, {"ab": "c"}), ({"a": "b"}, {"a": "B"})):
        blob = pair(spec, operation, EncryptionContext=made_with)["PrivateKeyCiphertextBlob"]
        raw.refused("InvalidCiphertextException", "", "Decrypt", CiphertextBlob=blob, EncryptionContext=opened_with)
        assert raw("Decrypt", CiphertextBlob=blob, EncryptionContext=made_with)["KeyId"] == wrapping_key["Arn"]


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_EDWARDS25519", "ML_KEM_512", "RSA_2048"])
def test_every_pair_differs(pair, spec):
    pairs = [pair(spec) for _ in range(4)]
    for member in ("PrivateKeyPlaintext", "PublicKey", "PrivateKeyCiphertextBlob"):
        assert len({made[member] for made in pairs}) == 4


def test_the_blob_is_re_encrypted_as_any_other(raw, new_key, pair):
    made, other = pair("ECC_NIST_P521", EncryptionContext=CONTEXT), new_key("SYMMETRIC_DEFAULT", ENCRYPT)
    source = {"CiphertextBlob": made["PrivateKeyCiphertextBlob"], "SourceEncryptionContext": CONTEXT}
    blob = raw("ReEncrypt", DestinationKeyId=other["KeyId"], **source)["CiphertextBlob"]
    assert raw("Decrypt", CiphertextBlob=blob)["Plaintext"] == made["PrivateKeyPlaintext"]


@pytest.mark.parametrize("operation", BOTH)
@pytest.mark.parametrize("spec", ["ML_DSA_44", "HMAC_256", "SYMMETRIC_DEFAULT", "AES_256", "ECC_NIST_P224", "rsa_2048"])
def test_no_pair_spec(raw, wrapping_key, operation, spec):
    with pytest.raises(Refused) as caught:
        raw(operation, KeyId=wrapping_key["KeyId"], KeyPairSpec=spec)
    assert caught.value.code == VALIDATION
    start = f"1 validation error detected: Value '{spec}' at 'keyPairSpec' failed to satisfy constraint: "
    assert caught.value.text.startswith(start + "Member must satisfy enum value set: [")


# The exception for a pair spec that the Region does not have is not known.
@pytest.mark.parametrize("operation", BOTH)
@pytest.mark.parametrize(("region", "spec"), [("us-east-1", "SM2"), *((CHINA, spec) for spec in ML_KEM)])
def test_pair_specs_of_other_regions_guess(server, operation, region, spec):
    kms = RawKms(server, region)
    key_id = kms("CreateKey")["KeyMetadata"]["KeyId"]
    with pytest.raises(Refused) as caught:
        kms(operation, KeyId=key_id, KeyPairSpec=spec)
    assert caught.value.code in (VALIDATION, "UnsupportedOperationException")


@pytest.mark.parametrize("operation", BOTH)
def test_what_must_be_given(raw, wrapping_key, operation):
    raw.refused(VALIDATION, missing("keyPairSpec"), operation, KeyId=wrapping_key["KeyId"])
    raw.refused(VALIDATION, missing("keyId"), operation, KeyPairSpec="ECC_NIST_P256")


# The order as presumed: shape, lookup, usage, state, spec of the wrapping key.
@pytest.mark.parametrize("operation", BOTH)
def test_order_guess(kms, raw, new_key, operation):
    how = {"KeyPairSpec": "ECC_NIST_P256"}
    raw.refused("NotFoundException", f"Key '{key_arn(NO_KEY)}' does not exist", operation, KeyId=NO_KEY, **how)
    for spec, usage in (("ECC_NIST_P256", SIGN), ("RSA_2048", ENCRYPT)):
        key = new_key(spec, usage)
        kms.disable_key(KeyId=key["KeyId"])
        if usage == SIGN:
            expected = (USAGE, wrong_usage(key["Arn"], usage, operation))
        else:
            expected = (DISABLED, f"{key['Arn']} is disabled.")
        raw.refused(*expected, operation, KeyId=key["KeyId"], **how)
