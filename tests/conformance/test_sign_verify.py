"""Sign and Verify: what every algorithm makes of every kind of message, held against another library's verification."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import utils
from cryptography.hazmat.primitives.serialization import load_der_public_key

from conformance.support.clients import refused, without_metadata
from conformance.support.key_specs import ML_DSA, RSA, SIGN, SPECS, modulus_size
from conformance.support.outside import digest, message_representative, negated, verifies

# SM2 has a file of its own.
SIGNING = [(spec, name) for spec, usages in SPECS.items() if spec != "SM2" for name in usages.get(SIGN, ())]
DIGESTS = [(spec, name) for spec, name in SIGNING if name.startswith(("RSASSA", "ECDSA"))]
ECDSA = [(spec, name) for spec, name in SIGNING if name.startswith("ECDSA")]
MESSAGE = b"what is signed, in more bytes than any digest has: " + bytes(range(128))
ML_DSA_SIZES = {"ML_DSA_44": 2420, "ML_DSA_65": 3309, "ML_DSA_87": 4627}
ECDSA_AT_MOST = {"ECDSA_SHA_256": 72, "ECDSA_SHA_384": 104, "ECDSA_SHA_512": 139}


def kinds(algorithm):
    """The message types that an algorithm takes."""
    if algorithm == "ML_DSA_SHAKE_256":
        return ("RAW", "EXTERNAL_MU")
    return {"ED25519_SHA_512": ("RAW",), "ED25519_PH_SHA_512": ("DIGEST",)}.get(algorithm, ("RAW", "DIGEST"))


CASES = [(spec, algorithm, kind) for spec, algorithm in SIGNING for kind in kinds(algorithm)]


def order(spki):
    return load_der_public_key(spki).curve.group_order


def form(spki, algorithm, kind, message=MESSAGE):
    """The members that give a message in one of its forms."""
    content = message
    if kind == "DIGEST":
        content = digest(algorithm, message)
    if kind == "EXTERNAL_MU":
        content = message_representative(load_der_public_key(spki), message)
    return {"Message": content, "MessageType": kind, "SigningAlgorithm": algorithm}


@pytest.fixture
def signs(kms, shared_key, public_key):
    """Signs one message in one form; gives the signature."""

    def sign(spec, algorithm, kind, message=MESSAGE):
        how = form(public_key(spec, SIGN), algorithm, kind, message)
        return kms.sign(KeyId=shared_key(spec, SIGN)["KeyId"], **how)["Signature"]

    return sign


@pytest.mark.parametrize(("spec", "algorithm", "kind"), CASES)
def test_round_trip(kms, shared_key, public_key, spec, algorithm, kind):
    key, spki = shared_key(spec, SIGN), public_key(spec, SIGN)
    how = form(spki, algorithm, kind)
    signed = without_metadata(kms.sign(KeyId=key["KeyId"], **how))
    signature = signed.pop("Signature")
    assert signed == {"KeyId": key["Arn"], "SigningAlgorithm": algorithm}
    assert verifies(spki, algorithm, MESSAGE, signature)
    assert not verifies(spki, algorithm, MESSAGE + b"!", signature)
    verified = without_metadata(kms.verify(KeyId=key["KeyId"], Signature=signature, **how))
    assert verified == {"KeyId": key["Arn"], "SignatureValid": True, "SigningAlgorithm": algorithm}


@pytest.mark.parametrize(("spec", "algorithm", "kind"), CASES)
def test_another_message_does_not_verify(kms, shared_key, public_key, signs, spec, algorithm, kind):
    signature, spki = signs(spec, algorithm, kind), public_key(spec, SIGN)
    for message in (MESSAGE[:-1], MESSAGE + b"\0", MESSAGE[1:], b"\1" + MESSAGE[1:]):
        how = form(spki, algorithm, kind, message)
        key_id = shared_key(spec, SIGN)["KeyId"]
        refused("KMSInvalidSignatureException", "", kms.verify, KeyId=key_id, Signature=signature, **how)


@pytest.mark.parametrize(("spec", "algorithm"), [case for case in SIGNING if len(kinds(case[1])) == 2])
def test_both_forms_of_a_message_are_the_same(kms, shared_key, public_key, signs, spec, algorithm):
    for signed, verified in (kinds(algorithm), kinds(algorithm)[::-1]):
        how = form(public_key(spec, SIGN), algorithm, verified)
        answer = kms.verify(KeyId=shared_key(spec, SIGN)["KeyId"], Signature=signs(spec, algorithm, signed), **how)
        assert answer["SignatureValid"] is True


@pytest.mark.parametrize(("spec", "algorithm", "kind"), CASES)
def test_size_of_signatures(signs, spec, algorithm, kind):
    size = len(signs(spec, algorithm, kind))
    if algorithm in ECDSA_AT_MOST:
        most = ECDSA_AT_MOST[algorithm]
        assert most - 40 < size <= most
    else:
        assert size == (modulus_size(spec) if spec in RSA else ML_DSA_SIZES.get(spec, 64))


@pytest.mark.parametrize("length", [1, 4096])
@pytest.mark.parametrize(("spec", "algorithm"), [case for case in SIGNING if "RAW" in kinds(case[1])])
def test_shortest_and_longest_message(public_key, signs, spec, algorithm, length):
    message = bytes(i * 37 % 256 for i in range(length))
    assert verifies(public_key(spec, SIGN), algorithm, message, signs(spec, algorithm, "RAW", message))


@pytest.mark.parametrize(("spec", "algorithm"), [case for case in SIGNING if "RAW" in kinds(case[1])])
def test_raw_is_the_default(kms, shared_key, public_key, spec, algorithm):
    how = {"KeyId": shared_key(spec, SIGN)["KeyId"], "Message": MESSAGE, "SigningAlgorithm": algorithm}
    signature = kms.sign(**how)["Signature"]
    assert verifies(public_key(spec, SIGN), algorithm, MESSAGE, signature)
    assert kms.verify(Signature=signature, **how)["SignatureValid"] is True


# For ECDSA, that its nonces are drawn is a guess: it may be either.
DETERMINISTIC = [case for case in SIGNING if "PKCS1" in case[1] or case[1].startswith("ED25519")]


@pytest.mark.parametrize(("spec", "algorithm"), SIGNING)
def test_whether_two_signatures_of_one_message_differ_guess_for_ecdsa(signs, spec, algorithm):
    kind = kinds(algorithm)[0]
    count = len({signs(spec, algorithm, kind) for _ in range(3)})
    assert count == (1 if (spec, algorithm) in DETERMINISTIC else 3)


@pytest.mark.parametrize("spec", ML_DSA)
def test_mu_is_what_the_standard_says(public_key, signs, spec):
    public = load_der_public_key(public_key(spec, SIGN))
    mu = message_representative(public, MESSAGE)
    for kind in ("RAW", "EXTERNAL_MU"):
        public.verify_mu(signs(spec, "ML_DSA_SHAKE_256", kind), mu)


def test_ed25519ph_hashes_the_digest_once_more(kms, shared_key, public_key):
    """The message of RFC 8032 is the caller's digest, not what the digest was made of."""
    spki, algorithm = public_key("ECC_NIST_EDWARDS25519", SIGN), "ED25519_PH_SHA_512"
    hashed = hashlib.sha512(MESSAGE).digest()
    how = {"KeyId": shared_key("ECC_NIST_EDWARDS25519", SIGN)["KeyId"], "SigningAlgorithm": algorithm}
    signature = kms.sign(Message=hashed, MessageType="DIGEST", **how)["Signature"]
    assert verifies(spki, algorithm, MESSAGE, signature)
    # Neither what would be one hash less (ph of the original message) nor PureEdDSA of the digest:
    twice = hashlib.sha512(hashed).digest()
    refused(
        "KMSInvalidSignatureException", "", kms.verify, Message=twice, MessageType="DIGEST", Signature=signature, **how
    )
    assert not verifies(spki, "ED25519_SHA_512", hashed, signature)
    assert not verifies(spki, "ED25519_SHA_512", MESSAGE, signature)


@pytest.mark.parametrize(("spec", "algorithm"), ECDSA)
def test_both_signs_of_s_verify(kms, shared_key, public_key, signs, spec, algorithm):
    signature = signs(spec, algorithm, "RAW")
    other = negated(signature, order(public_key(spec, SIGN)))
    assert verifies(public_key(spec, SIGN), algorithm, MESSAGE, other)
    for good in (signature, other):
        how = form(public_key(spec, SIGN), algorithm, "RAW")
        assert kms.verify(KeyId=shared_key(spec, SIGN)["KeyId"], Signature=good, **how)["SignatureValid"] is True


def test_s_of_secp256k1_is_not_normalized(public_key, signs):
    """Among 64 signatures, both halves of s occur; by chance alone, one of 2^63 runs would see one half only."""
    found, half = set(), order(public_key("ECC_SECG_P256K1", SIGN)) // 2
    for _ in range(64):
        _, s = utils.decode_dss_signature(signs("ECC_SECG_P256K1", "ECDSA_SHA_256", "RAW"))
        found.add(s > half)
    assert found == {False, True}


# One size of RSA keys is enough: they take long to make.
@pytest.mark.parametrize(("spec", "algorithm"), [case for case in dict(SIGNING).items() if case[0] not in RSA[1:]])
def test_another_keys_signature(kms, new_key, public_key, signs, spec, algorithm):
    signature = signs(spec, algorithm, kinds(algorithm)[0])
    other = new_key(spec, SIGN)["KeyId"]
    how = form(public_key(spec, SIGN), algorithm, kinds(algorithm)[0])
    refused("KMSInvalidSignatureException", "", kms.verify, KeyId=other, Signature=signature, **how)


def test_all_forms_of_the_key_id(kms, shared_key, alias_name):
    key = shared_key("ECC_NIST_P256", SIGN)
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    how = {"Message": MESSAGE, "SigningAlgorithm": "ECDSA_SHA_256"}
    alias_arn = key["Arn"].replace(f"key/{key['KeyId']}", alias_name)
    for name in (key["KeyId"], key["Arn"], alias_name, alias_arn):
        signed = kms.sign(KeyId=name, **how)
        assert signed["KeyId"] == key["Arn"]
        assert kms.verify(KeyId=name, Signature=signed["Signature"], **how)["KeyId"] == key["Arn"]
    kms.delete_alias(AliasName=alias_name)
