"""DeriveSharedSecret: the x-coordinate that both sides find, and public keys that are none."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)

from conformance.support import der
from conformance.support.clients import refused
from conformance.support.key_specs import AGREE, NIST_CURVES, SIGN
from conformance.support.refusals import (
    DISABLED,
    USAGE,
    VALIDATION,
    missing,
    not_among,
    over_long,
    too_short,
    wrong_usage,
)
from conformance.support.server import key_arn

CURVES = {"ECC_NIST_P256": ec.SECP256R1(), "ECC_NIST_P384": ec.SECP384R1(), "ECC_NIST_P521": ec.SECP521R1()}
SIZES = {"ECC_NIST_P256": 32, "ECC_NIST_P384": 48, "ECC_NIST_P521": 66}
NO_KEY = "11111111-2222-4333-8444-555555555555"
PEER = ec.generate_private_key(ec.SECP256R1())


def spki(public):
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def point(public, form=PublicFormat.UncompressedPoint):
    return public.public_bytes(Encoding.X962, form)


SPKI, POINT = spki(PEER.public_key()), point(PEER.public_key())


def ask(key, public, algorithm="ECDH"):
    return {"KeyId": key["KeyId"], "PublicKey": public, "KeyAgreementAlgorithm": algorithm}


@pytest.mark.parametrize("spec", NIST_CURVES)
def test_both_sides_find_the_same_secret(raw, shared_key, public_key, spec):
    key, private = shared_key(spec, AGREE), ec.generate_private_key(CURVES[spec])
    answer = raw("DeriveSharedSecret", **ask(key, spki(private.public_key())))
    secret = private.exchange(ec.ECDH(), load_der_public_key(public_key(spec, AGREE)))
    assert len(secret) == SIZES[spec]
    assert answer == {
        "KeyId": key["Arn"],
        "SharedSecret": secret,
        "KeyAgreementAlgorithm": "ECDH",
        "KeyOrigin": "AWS_KMS",
    }
    assert raw("DeriveSharedSecret", **ask(key, spki(private.public_key()))) == answer


@pytest.mark.parametrize("spec", NIST_CURVES)
def test_two_keys_of_the_service_agree(kms, shared_key, new_key, public_key, spec):
    key, other = shared_key(spec, AGREE), new_key(spec, AGREE)
    others = kms.get_public_key(KeyId=other["KeyId"])["PublicKey"]
    secret = kms.derive_shared_secret(**ask(key, others))["SharedSecret"]
    assert kms.derive_shared_secret(**ask(other, public_key(spec, AGREE)))["SharedSecret"] == secret
    assert kms.derive_shared_secret(**ask(key, public_key(spec, AGREE)))["SharedSecret"] != secret


@pytest.mark.parametrize("spec", NIST_CURVES)
def test_leading_zeros_of_a_secret_stay(kms, shared_key, public_key, spec):
    ours = load_der_public_key(public_key(spec, AGREE))
    while True:  # one in 256, for P-521 one in two
        private = ec.generate_private_key(CURVES[spec])
        secret = private.exchange(ec.ECDH(), ours)
        if secret[0] == 0:
            break
    answer = kms.derive_shared_secret(**ask(shared_key(spec, AGREE), spki(private.public_key())))
    assert answer["SharedSecret"] == secret


# Bytes that are no DER SubjectPublicKeyInfo.
UNPARSEABLE = {
    "one byte": b"\0",
    "zeros": bytes(91),
    "text": b"not a public key",
    "PEM": PEER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "cut": SPKI[:-1],
    "cut to its head": SPKI[:26],
    "the bare point": POINT,
    "private key": PEER.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    "the largest": bytes(8192),
    "a length beyond the end": b"\x30\x82\xff\xff" + SPKI[2:],
    "deep": b"\x30\x80" * 4000,
}


@pytest.mark.parametrize("name", UNPARSEABLE)
def test_what_is_no_public_key(kms, shared_key, name):
    how = ask(shared_key("ECC_NIST_P256", AGREE), UNPARSEABLE[name])
    refused(VALIDATION, "", kms.derive_shared_secret, **how)


PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
# Well-formed, but not a point of P-256, or not in the one form that is taken.
UNFIT = {
    "zero point": der.ec_public_key(der.P256, b"\0"),
    "zeros as coordinates": der.ec_public_key(der.P256, b"\4" + bytes(64)),
    "off the curve": der.ec_public_key(der.P256, POINT[:-1] + bytes([POINT[-1] ^ 1])),
    "a coordinate beyond the field": der.ec_public_key(der.P256, b"\4" + PRIME.to_bytes(32, "big") + POINT[33:]),
    "P-384": spki(ec.generate_private_key(ec.SECP384R1()).public_key()),
    "secp256k1": spki(ec.generate_private_key(ec.SECP256K1()).public_key()),
    "secp256k1 named, P-256's point": der.ec_public_key(der.oid("1.3.132.0.10"), POINT),
    "brainpool": spki(ec.generate_private_key(ec.BrainpoolP256R1()).public_key()),
    "RSA": spki(rsa.generate_private_key(65537, 2048).public_key()),
    "Ed25519": spki(ed25519.Ed25519PrivateKey.generate().public_key()),
    "X25519": spki(x25519.X25519PrivateKey.generate().public_key()),
    "compressed": der.ec_public_key(der.P256, point(PEER.public_key(), PublicFormat.CompressedPoint)),
    "hybrid": der.ec_public_key(der.P256, bytes([6 + POINT[-1] % 2]) + POINT[1:]),
    "explicit parameters": der.ec_public_key(der.explicit_p256(), POINT),
    "no parameters": der.sequence(der.sequence(der.EC_PUBLIC_KEY), der.bit_string(POINT)),
    "trailing bytes": SPKI + b"\0",
    "a trailing structure": SPKI + SPKI,
    "a length not in its shortest form": b"\x30\x81" + SPKI[1:],
}


@pytest.mark.parametrize("name", UNFIT)
def test_public_keys_that_do_not_fit_guess(kms, shared_key, name):
    refused(VALIDATION, "", kms.derive_shared_secret, **ask(shared_key("ECC_NIST_P256", AGREE), UNFIT[name]))


@pytest.mark.parametrize("spec", NIST_CURVES)
def test_every_other_curve_does_not_fit_guess(kms, shared_key, public_key, spec):
    for other in NIST_CURVES:
        if other != spec:
            refused(VALIDATION, "", kms.derive_shared_secret, **ask(shared_key(spec, AGREE), public_key(other, AGREE)))


@pytest.mark.parametrize(("length", "text"), [(0, too_short("publicKey")), (8193, over_long("publicKey", 8192))])
def test_public_key_of_1_to_8192_bytes(kms, shared_key, length, text):
    refused(VALIDATION, text, kms.derive_shared_secret, **ask(shared_key("ECC_NIST_P256", AGREE), bytes(length)))


@pytest.mark.parametrize(
    ("member", "text"),
    [
        ("KeyId", missing("keyId")),
        ("PublicKey", missing("publicKey")),
        ("KeyAgreementAlgorithm", missing("keyAgreementAlgorithm")),
    ],
)
def test_what_must_be_given(kms, shared_key, member, text):
    how = ask(shared_key("ECC_NIST_P256", AGREE), SPKI)
    del how[member]
    refused(VALIDATION, text, kms.derive_shared_secret, **how)


def test_no_other_algorithm(kms, shared_key):
    how = ask(shared_key("ECC_NIST_P256", AGREE), SPKI, "INVALID")
    refused(VALIDATION, not_among("keyAgreementAlgorithm", "INVALID", ("ECDH",)), kms.derive_shared_secret, **how)


# The order: shape, lookup, usage, state, public key (the last two are a guess).
def test_shape_before_lookup_before_the_public_key(kms):
    how = {"KeyId": NO_KEY, "PublicKey": b"none", "KeyAgreementAlgorithm": "ECDH"}
    refused("NotFoundException", f"Key '{key_arn(NO_KEY)}' does not exist", kms.derive_shared_secret, **how)
    how["KeyAgreementAlgorithm"] = "INVALID"
    refused(VALIDATION, not_among("keyAgreementAlgorithm", "INVALID", ("ECDH",)), kms.derive_shared_secret, **how)


def test_usage_before_state_and_public_key(kms, new_key):
    key = new_key("ECC_NIST_P256", SIGN)
    text = wrong_usage(key["Arn"], SIGN, "DeriveSharedSecret")
    refused(USAGE, text, kms.derive_shared_secret, **ask(key, b"none"))
    kms.disable_key(KeyId=key["KeyId"])
    refused(USAGE, text, kms.derive_shared_secret, **ask(key, b"none"))


def test_state_before_public_key_guess(kms, new_key):
    key = new_key("ECC_NIST_P256", AGREE)
    kms.disable_key(KeyId=key["KeyId"])
    refused(DISABLED, f"{key['Arn']} is disabled.", kms.derive_shared_secret, **ask(key, b"none"))
