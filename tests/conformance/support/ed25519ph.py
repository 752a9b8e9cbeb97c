"""Verifies Ed25519ph signatures with an empty context (RFC 8032, section 5.1): for tests alone, no library at hand can."""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
DOM2 = b"SigEd25519 no Ed25519 collisions" + bytes([1, 0])  # phflag 1, a context of 0 bytes
BASE_Y = 4 * pow(5, -1, P) % P


def _x(y, sign):
    """Section 5.1.3: the x-coordinate of y with that lowest bit."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not on the curve")
    return P - x if x % 2 != sign else x


def _add(one, other):
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return x % P, y % P


def _multiply(scalar, point):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _decode(encoded):
    number = int.from_bytes(encoded, "little")
    y, sign = number & (2**255 - 1), number >> 255
    return _x(y, sign), y


def verifies(public, message, signature):
    """`public`: the 32 raw bytes; `message`: what Ed25519ph hashes first."""
    if len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    prehash = hashlib.sha512(message).digest()
    k = hashlib.sha512(DOM2 + signature[:32] + public + prehash).digest()
    left = _multiply(s, (_x(BASE_Y, 0), BASE_Y))
    right = _add(_decode(signature[:32]), _multiply(int.from_bytes(k, "little") % L, _decode(public)))
    return left == right
