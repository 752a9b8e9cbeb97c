"""What is secret of a private key: the numbers and seeds in a PKCS#8 structure, and what OpenSSL keeps of them, without the public
half, which the same structure holds and which may be anywhere.
"""

import hashlib
from dataclasses import dataclass

# The last arcs of the object identifiers of the algorithms whose private key is one seed.
ED25519 = bytes.fromhex("2b6570")
ML_DSA = {bytes.fromhex("608648016503040311"): (4, 4), bytes.fromhex("608648016503040312"): (6, 5),
          bytes.fromhex("608648016503040313"): (8, 7)}  # (k, l) of FIPS 204, table 1
ML_KEM = {bytes.fromhex("608648016503040401"): 2, bytes.fromhex("608648016503040402"): 3,
          bytes.fromhex("608648016503040403"): 4}  # k of FIPS 203, table 2
RSA = bytes.fromhex("2a864886f70d010101")
EC = bytes.fromhex("2a8648ce3d0201")


@dataclass
class Value:
    tag: int
    content: bytes


def read(der):
    """The first value of DER and what is behind it."""
    length, start = der[1], 2
    if length >= 0x80:
        start = 2 + (length & 0x7F)
        length = int.from_bytes(der[2:start], "big")
    return Value(der[0], der[start:start + length]), der[start + length:]


def values(der):
    found = []
    while der:
        value, der = read(der)
        found.append(value)
    return found


def structures(stream):
    """Each of the structures that lie one behind the other."""
    while stream:
        _, rest = read(stream)
        yield stream[:len(stream) - len(rest)]
        stream = rest


def both_orders(number):
    """As in DER, and as in a BIGNUM, whose words of eight bytes have the lowest first, on a little-endian machine."""
    return [number, number[::-1]]


def montgomery(prime):
    """What turns a number into Montgomery's form by that prime: kept with the key for the time it lives."""
    p = int.from_bytes(prime, "big")
    words = (p.bit_length() + 63) // 64
    return pow(2, 128 * words, p).to_bytes(8 * words, "big")


def secrets_of(pkcs8):
    """Byte strings of which no eight bytes in a row may be found."""
    _, algorithm, key = values(read(pkcs8)[0].content)[:3]
    identifier = values(algorithm.content)[0].content
    if identifier == RSA:
        numbers = [value.content.lstrip(b"\0") for value in values(read(key.content)[0].content)]
        _, _, d, p, q, dp, dq, inverse = numbers[1:] if len(numbers) == 9 else numbers
        secret = [d, p, q, dp, dq, inverse, montgomery(p), montgomery(q)]
        return [form for number in secret for form in both_orders(number)]
    if identifier == EC:
        return both_orders(values(read(key.content)[0].content)[1].content)
    seed = read(key.content)[0].content
    if identifier == ED25519:
        return [seed, hashlib.sha512(seed).digest()]  # RFC 8032, 5.1.5
    if identifier in ML_DSA:
        # FIPS 204, algorithm 6, line 1: rho is public, rho' and K are not.
        return [seed, hashlib.shake_256(seed + bytes(ML_DSA[identifier])).digest(128)[32:]]
    # FIPS 203, algorithms 13 and 16: of the seed's halves d gives rho, which is public, and sigma; z is kept as it is.
    rank = ML_KEM[identifier]
    return [seed, hashlib.sha3_512(seed[:32] + bytes([rank])).digest()[32:]]
