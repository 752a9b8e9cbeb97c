"""What each key spec can do, after AWS's documentation: the server is held against it, never against its own word."""

from conformance.support.server import REGION

CHINA = "cn-north-1"

RSA = ("RSA_2048", "RSA_3072", "RSA_4096")
NIST_CURVES = ("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521")
HMAC = ("HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512")
ML_DSA = ("ML_DSA_44", "ML_DSA_65", "ML_DSA_87")
ML_KEM = ("ML_KEM_512", "ML_KEM_768", "ML_KEM_1024")

ENCRYPT, SIGN, MAC, AGREE, ENCAPSULATE = USAGES = (
    "ENCRYPT_DECRYPT",
    "SIGN_VERIFY",
    "GENERATE_VERIFY_MAC",
    "KEY_AGREEMENT",
    "ENCAPSULATE_DECAPSULATE",
)

# The member of KeyMetadata and GetPublicKey that lists the algorithms of a usage.
ALGORITHM_MEMBER = {
    ENCRYPT: "EncryptionAlgorithms",
    SIGN: "SigningAlgorithms",
    MAC: "MacAlgorithms",
    AGREE: "KeyAgreementAlgorithms",
    ENCAPSULATE: "EncapsulationAlgorithms",
}

# Every algorithm of an operation's member, in the order in which the service prints the enum.
ENCRYPTION_ALGORITHMS = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE", "SYMMETRIC_DEFAULT")
SIGNING_ALGORITHMS = (
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "ECDSA_SHA_256",
    "ECDSA_SHA_384",
    "ECDSA_SHA_512",
    "ED25519_SHA_512",
    "ED25519_PH_SHA_512",
    "SM2DSA",
    "ML_DSA_SHAKE_256",
)
MAC_ALGORITHMS = ("HMAC_SHA_384", "HMAC_SHA_256", "HMAC_SHA_224", "HMAC_SHA_512")

_RSA = {
    ENCRYPT: ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"),
    SIGN: tuple(f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)),
}

# spec: usage: algorithms, in the order of the answers' lists
SPECS = {
    "SYMMETRIC_DEFAULT": {ENCRYPT: ("SYMMETRIC_DEFAULT",)},
    **{spec: _RSA for spec in RSA},
    "ECC_NIST_P256": {SIGN: ("ECDSA_SHA_256",), AGREE: ("ECDH",)},
    "ECC_NIST_P384": {SIGN: ("ECDSA_SHA_384",), AGREE: ("ECDH",)},
    "ECC_NIST_P521": {SIGN: ("ECDSA_SHA_512",), AGREE: ("ECDH",)},
    "ECC_SECG_P256K1": {SIGN: ("ECDSA_SHA_256",)},
    "ECC_NIST_EDWARDS25519": {SIGN: ("ED25519_SHA_512", "ED25519_PH_SHA_512")},
    **{spec: {MAC: (spec.replace("HMAC", "HMAC_SHA"),)} for spec in HMAC},
    **{spec: {SIGN: ("ML_DSA_SHAKE_256",)} for spec in ML_DSA},
    **{spec: {ENCAPSULATE: ("ML_KEM",)} for spec in ML_KEM},
    "SM2": {ENCRYPT: ("SM2PKE",), SIGN: ("SM2DSA",), AGREE: ("ECDH",)},
}

KEYS = [(spec, usage) for spec, usages in SPECS.items() for usage in usages]

# Material cannot be imported into these. That ML-KEM is among them is a guess by analogy with ML-DSA.
NO_IMPORT = ML_DSA + ML_KEM
SYMMETRIC_OR_HMAC = ("SYMMETRIC_DEFAULT", *HMAC)
HASH_SIZE = {"224": 28, "256": 32, "384": 48, "512": 64}  # bytes, by the number in an algorithm's name


def in_region(spec, region):
    """Whether the Region has the spec: SM2 is for China alone, ML-KEM for everywhere else."""
    china = region.startswith("cn-")
    return china if spec == "SM2" else not (china and spec in ML_KEM)


def region_of(spec):
    """A Region that has the spec."""
    return REGION if in_region(spec, REGION) else CHINA


def modulus_size(spec):
    """Bytes of an RSA spec's modulus, and so of its signatures and ciphertexts."""
    return int(spec.removeprefix("RSA_")) // 8


def hash_size(algorithm):
    """Bytes of the digest that a signing or MAC algorithm takes or makes."""
    return 32 if algorithm == "SM2DSA" else HASH_SIZE[algorithm[-3:]]


def oaep_limit(spec, algorithm):
    """RFC 8017, section 7.1.1: the modulus less two hashes and two bytes."""
    return modulus_size(spec) - 2 * {"RSAES_OAEP_SHA_1": 20, "RSAES_OAEP_SHA_256": 32}[algorithm] - 2
