"""GetPublicKey: one DER form for each spec, the lists of KeyMetadata, and states in which there is none."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from conformance.support import der
from conformance.support.key_specs import (
    AGREE,
    ALGORITHM_MEMBER,
    ENCAPSULATE,
    ENCRYPT,
    HMAC,
    KEYS,
    MAC,
    ML_KEM,
    RSA,
    SIGN,
    SPECS,
    SYMMETRIC_OR_HMAC,
    modulus_size,
)
from conformance.support.refusals import STATE, VALIDATION, missing
from conformance.support.server import key_arn

ASYMMETRIC = [(spec, usage) for spec, usage in KEYS if spec not in SYMMETRIC_OR_HMAC]
SIZES = {  # bytes of a SubjectPublicKeyInfo; those of ML-KEM: the key (FIPS 203) in the frame that ML-DSA has, too
    "RSA_2048": 294,
    "RSA_3072": 422,
    "RSA_4096": 550,
    "ECC_NIST_P256": 91,
    "ECC_NIST_P384": 120,
    "ECC_NIST_P521": 158,
    "ECC_SECG_P256K1": 88,
    "ECC_NIST_EDWARDS25519": 44,
    "ML_DSA_44": 1334,
    "ML_DSA_65": 1974,
    "ML_DSA_87": 2614,
    "ML_KEM_512": 822,
    "ML_KEM_768": 1206,
    "ML_KEM_1024": 1590,
    "SM2": 91,
}
READABLE = [case for case in ASYMMETRIC if case[0] not in ("ML_KEM_512", "SM2")]  # by the tests' library
UNSUPPORTED = "UnsupportedOperationException"
NO_KEY = "11111111-2222-4333-8444-555555555555"


# Guess for those whose name CustomerMasterKeySpec's enum lacks: that it repeats KeySpec all the same.
@pytest.mark.parametrize(("spec", "usage"), ASYMMETRIC)
def test_answer_has_exactly_its_members(raw_for, shared_key, spec, usage):
    key = shared_key(spec, usage)
    answer = raw_for(spec)("GetPublicKey", KeyId=key["KeyId"])
    assert len(answer.pop("PublicKey")) == SIZES[spec]
    assert answer == {
        "KeyId": key["Arn"],
        "CustomerMasterKeySpec": spec,
        "KeySpec": spec,
        "KeyUsage": usage,
        ALGORITHM_MEMBER[usage]: list(SPECS[spec][usage]),
    }


@pytest.mark.parametrize(("spec", "usage"), READABLE)
def test_another_library_writes_the_same_bytes(public_key, spec, usage):
    """So curves are named, points uncompressed, and there is nothing behind the key."""
    spki = public_key(spec, usage)
    public = load_der_public_key(spki)
    assert public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == spki
    if isinstance(public, ec.EllipticCurvePublicKey):
        curve = {"ECC_SECG_P256K1": "secp256k1"}.get(spec, spec.replace("ECC_NIST_P", "secp") + "r1")
        assert public.curve.name == curve
    if spec in RSA:
        assert (public.key_size, public.public_numbers().e) == (8 * modulus_size(spec), 65537)


@pytest.mark.parametrize("spec", ML_KEM)
def test_ml_kem_has_no_parameters(public_key, spec):
    """RFC 9935: an AlgorithmIdentifier of the name alone."""
    spki = public_key(spec, ENCAPSULATE)
    name = der.oid(f"2.16.840.1.101.3.4.4.{ML_KEM.index(spec) + 1}")
    raw_size = {"ML_KEM_512": 800, "ML_KEM_768": 1184, "ML_KEM_1024": 1568}[spec]
    assert spki == der.sequence(der.sequence(name), der.bit_string(spki[-raw_size:]))


def test_every_key_has_a_pair_of_its_own(kms, new_key, public_key):
    for spec, usage in (("ECC_NIST_P256", SIGN), ("ECC_NIST_P256", AGREE), ("ML_DSA_44", SIGN), ("RSA_2048", SIGN)):
        other = kms.get_public_key(KeyId=new_key(spec, usage)["KeyId"])["PublicKey"]
        assert other != public_key(spec, usage)


def test_it_stays_the_same(kms, raw, new_key):
    key = new_key("ECC_NIST_P384", SIGN)
    first = raw("GetPublicKey", KeyId=key["KeyId"])
    kms.disable_key(KeyId=key["KeyId"])
    assert raw("GetPublicKey", KeyId=key["KeyId"]) == first  # in a disabled key, too
    kms.enable_key(KeyId=key["KeyId"])
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    raw.refused(STATE, f"{key['Arn']} is pending deletion.", "GetPublicKey", KeyId=key["KeyId"])
    kms.cancel_key_deletion(KeyId=key["KeyId"])
    assert raw("GetPublicKey", KeyId=key["KeyId"]) == first


@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", *(pytest.param(spec, id=f"{spec}-guess") for spec in HMAC)])
def test_keys_without_one(raw, shared_key, spec):
    usage = ENCRYPT if spec == "SYMMETRIC_DEFAULT" else MAC
    raw.refused(UNSUPPORTED, "", "GetPublicKey", KeyId=shared_key(spec, usage)["KeyId"])


@pytest.mark.parametrize(("spec", "usage"), [("HMAC_256", MAC), ("SYMMETRIC_DEFAULT", ENCRYPT)])
def test_state_before_spec(kms, raw, new_key, spec, usage):
    key = new_key(spec, usage)
    kms.disable_key(KeyId=key["KeyId"])
    raw.refused(UNSUPPORTED, "", "GetPublicKey", KeyId=key["KeyId"])
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    raw.refused(STATE, f"{key['Arn']} is pending deletion.", "GetPublicKey", KeyId=key["KeyId"])


def test_a_symmetric_key_without_material(raw):
    key = raw("CreateKey", Origin="EXTERNAL")["KeyMetadata"]
    raw.refused(STATE, f"{key['Arn']} is pending import.", "GetPublicKey", KeyId=key["KeyId"])


# Documented as "ok", which can hold only for keys that once had material.
@pytest.mark.parametrize(
    ("spec", "usage"), [("RSA_2048", SIGN), ("ECC_NIST_P256", AGREE), ("ECC_NIST_EDWARDS25519", SIGN)]
)
def test_an_asymmetric_key_that_never_had_material_guess(raw, new_key, spec, usage):
    key = new_key(spec, usage, Origin="EXTERNAL")
    raw.refused(STATE, f"{key['Arn']} is pending import.", "GetPublicKey", KeyId=key["KeyId"])


def test_all_forms_of_the_key_id(kms, raw, shared_key, alias_name):
    key = shared_key("ECC_NIST_P256", SIGN)
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    alias_arn = key["Arn"].replace(f"key/{key['KeyId']}", alias_name)
    answers = [raw("GetPublicKey", KeyId=name) for name in (key["KeyId"], key["Arn"], alias_name, alias_arn)]
    assert answers == [answers[0]] * 4
    kms.delete_alias(AliasName=alias_name)


def test_bad_identifiers(raw):
    raw.refused(VALIDATION, missing("keyId"), "GetPublicKey")
    raw.refused("NotFoundException", "Invalid keyId 'foo'", "GetPublicKey", KeyId="foo")
    raw.refused("NotFoundException", f"Key '{key_arn(NO_KEY)}' does not exist", "GetPublicKey", KeyId=NO_KEY)
    start = "Value '' at 'keyId' failed to satisfy constraint: Member must "
    text = f"2 validation errors detected: {start}have length greater than or equal to 1; {start}satisfy regular "
    raw.refused(VALIDATION, text + r"expression pattern: ^\p{ASCII}+$", "GetPublicKey", KeyId="")


def test_it_has_no_dry_run(raw, shared_key):
    """The model has no such member, and members that a model lacks are not looked at."""
    key_id = shared_key("ECC_NIST_P256", SIGN)["KeyId"]
    assert raw("GetPublicKey", KeyId=key_id, DryRun=True) == raw("GetPublicKey", KeyId=key_id)
