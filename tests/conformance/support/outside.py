"""What a client does without the service, with a library of its own: verify, read public keys."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.serialization import load_der_public_key

from conformance.support import ed25519ph

HASHES = {"1": hashes.SHA1(), "256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def hash_of(algorithm):
    """The hash that stands at the end of an algorithm's name."""
    return HASHES[algorithm.rsplit("_", 1)[1]]


def digest(algorithm, message):
    return hashlib.new(hash_of(algorithm).name, message).digest()


def oaep(algorithm):
    """RSAES_OAEP_SHA_*: MGF1 by the same hash, no label."""
    return padding.OAEP(padding.MGF1(hash_of(algorithm)), hash_of(algorithm), None)


def message_representative(public, message):
    """FIPS 204's mu for an empty context, section 6.2."""
    key_hash = hashlib.shake_256(public.public_bytes_raw()).digest(64)
    return hashlib.shake_256(key_hash + b"\0\0" + message).digest(64)


def _verify(public, algorithm, message, signature):
    if algorithm.startswith("RSASSA_PKCS1"):
        public.verify(signature, message, padding.PKCS1v15(), hash_of(algorithm))
    elif algorithm.startswith("RSASSA_PSS"):
        size = padding.PSS.DIGEST_LENGTH
        public.verify(signature, message, padding.PSS(padding.MGF1(hash_of(algorithm)), size), hash_of(algorithm))
    elif algorithm.startswith("ECDSA"):
        public.verify(signature, message, ec.ECDSA(hash_of(algorithm)))
    elif algorithm == "ED25519_PH_SHA_512":
        # The caller's digest is the message that Ed25519ph hashes (again).
        if not ed25519ph.verifies(public.public_bytes_raw(), digest(algorithm, message), signature):
            raise InvalidSignature
    else:
        public.verify(signature, message)


def verifies(spki, algorithm, message, signature):
    """Whether a signature is one of the whole message under the DER public key."""
    try:
        _verify(load_der_public_key(spki), algorithm, message, signature)
    except InvalidSignature:
        return False
    return True


def negated(signature, order):
    """The other ECDSA signature that is as valid: r and n - s."""
    r, s = utils.decode_dss_signature(signature)
    return utils.encode_dss_signature(r, order - s)
