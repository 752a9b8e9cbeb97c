"""SM2 as a client of its own (GB/T 32918, RFC 8998's curve): for tests alone, as no library at hand has the curve.

Slow and not constant-time; no secret that matters goes through it."""

import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import utils

from conformance.support import der

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
CURVE = der.oid("1.2.156.10197.1.301")
DEFAULT_ID = b"1234567812345678"


def sm3(data):
    state = hashes.Hash(hashes.SM3())
    state.update(data)
    return state.finalize()


def _bytes(*numbers):
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def _add(one, other):
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if one == other else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def multiply(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def read_public(spki):
    """The point of a DER SubjectPublicKeyInfo, which must have exactly the usual form."""
    x, y = int.from_bytes(spki[-64:-32], "big"), int.from_bytes(spki[-32:], "big")
    assert spki == write_public((x, y))
    assert (y * y - x * x * x - A * x - B) % P == 0
    return x, y


def write_public(point):
    return der.ec_public_key(CURVE, b"\4" + _bytes(*point))


def new_pair():
    private = secrets.randbelow(N - 2) + 1
    return private, multiply(private, G)


def digest(public, message, identity=DEFAULT_ID):
    """SM3(Z || M): what is signed (part 2, section 5.5)."""
    z = sm3((8 * len(identity)).to_bytes(2, "big") + identity + _bytes(A, B, *G, *public))
    return sm3(z + message)


def verifies(public, hashed, signature):
    """Part 2, section 7.1, of the digest."""
    r, s = utils.decode_dss_signature(signature)
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N) or t == 0:
        return False
    point = _add(multiply(s, G), multiply(t, public))
    return point is not None and (int.from_bytes(hashed, "big") + point[0]) % N == r


def _kdf(secret, length):
    blocks = (sm3(secret + counter.to_bytes(4, "big")) for counter in range(1, length // 32 + 2))
    return b"".join(blocks)[:length]


def encrypt(public, plaintext):
    """Part 4, section 6.1; DER SEQUENCE { x, y, SM3 hash, ciphertext } (GB/T 35276)."""
    ephemeral, (x1, y1) = new_pair()
    x2, y2 = multiply(ephemeral, public)
    mask = _kdf(_bytes(x2, y2), len(plaintext))
    covered = bytes(a ^ b for a, b in zip(plaintext, mask, strict=True))
    check = sm3(_bytes(x2) + plaintext + _bytes(y2))
    return der.sequence(der.integer(x1), der.integer(y1), der.octet_string(check), der.octet_string(covered))
