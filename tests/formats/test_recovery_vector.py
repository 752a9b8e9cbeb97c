"""Recovery codes and shares, written and read again from docs/storage-format.md alone, by another program."""

import hashlib

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# The same constants are in src/seal/recovery_code_test.cc and recovery_shares_test.cc.
CODE = bytes(range(32))
WRITTEN = "R400W-20G3C-0G2GK-C1R86-1450N-P30DH-1R7HB-048JT-2CA18-A5GQN-30CH0-M6RW2-3MF16-ZBZPJ"
OWNER = bytes([1, 2, 3, 4]) + bytes(12)


def times_x(value):
    value <<= 1
    return value ^ 0x25 if value & 0x20 else value


def check(place, values):
    result = place
    for value in values:
        result = times_x(result) ^ value
    return times_x(result)


def write(letter, body, checksum_size):
    payload = bytes([ALPHABET.index(letter) << 3 | 1]) + body
    payload += hashlib.sha256(b"kagimori/written/1" + payload).digest()[:checksum_size]
    bits = "".join(f"{byte:08b}" for byte in payload)
    values = [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]
    groups = [values[at : at + 4] for at in range(0, len(values), 4)]
    return "-".join(
        "".join(ALPHABET[value] for value in [*group, check(place, group)]) for place, group in enumerate(groups)
    )


def gf_multiply(a, b):
    """In GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def gf_inverse(a):
    return next(b for b in range(1, 256) if gf_multiply(a, b) == 1)


def join(shares):
    """The value at 0 of the polynomial through the shares, byte for byte."""
    joined = bytearray(32)
    for x, share in shares.items():
        weight = 1
        for other in shares:
            if other != x:
                weight = gf_multiply(weight, gf_multiply(other, gf_inverse(other ^ x)))
        for at in range(32):
            joined[at] ^= gf_multiply(weight, share[at])
    return bytes(joined)


def read(text):
    values = [ALPHABET.index(c) for group in text.split("-") for c in group[:4]]
    bits = "".join(f"{value:05b}" for value in values)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def test_the_code():
    assert write("R", CODE, 2) == WRITTEN
    assert len(WRITTEN.split("-")) == 14


# Two of three.
SHARES = [
    "S40G9-40RAM-1C60D-20K44-CHJ6R-8V3CQ-DHP6J-8S34X-CHY7P-RZ3W3-CHJ6B-8S3CM-DHP6N-RS34Q-CHJ91-S74WF-KJ022-ZFRP8",
    "S40G9-40RAM-1C60D-40P87-SF7CE-VN6QQ-TB8XA-1MYP4-TQPEP-ZTQ94-Z3XZS-XZF4K-WZHEV-3R73D-WVJG1-20G7Q-0GKN7-HZ8DY",
    "S40G9-40RAM-1C60D-60NC6-NTMA3-NF5YW-Q2XBH-SFNRE-QAE9A-X64TZ-HJ78J-H2MW8-KTC98-N74YZ-K2D8T-30W5P-GZCFZ-RWPKC",
]


def test_the_shares():
    bodies = {}
    for text in SHARES:
        payload = read(text)
        body = payload[1:41]
        assert write("S", body, 4) == text
        assert body[:3] == OWNER[:3]
        assert body[7] == 2
        bodies[body[6]] = body[8:]
    assert sorted(bodies) == [1, 2, 3]
    for missing in (1, 2, 3):
        assert join({number: body for number, body in bodies.items() if number != missing}) == CODE
