"""Writes DER (X.690), for structures that no library would write."""


def tlv(tag, *contents):
    content = b"".join(contents)
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(octets)]) + octets + content


def sequence(*items):
    return tlv(0x30, *items)


def integer(number):
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octet_string(content):
    return tlv(0x04, content)


def bit_string(content):
    return tlv(0x03, b"\0" + content)


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    encoded = bytes([40 * first + second])
    for arc in rest:
        septets = [arc & 127]
        while arc := arc >> 7:
            septets.insert(0, arc & 127 | 128)
        encoded += bytes(septets)
    return tlv(0x06, encoded)


EC_PUBLIC_KEY = oid("1.2.840.10045.2.1")
P256 = oid("1.2.840.10045.3.1.7")


def ec_public_key(parameters, point):
    """A SubjectPublicKeyInfo (RFC 5480) of whatever parameters and point."""
    return sequence(sequence(EC_PUBLIC_KEY, parameters), bit_string(point))


def explicit_p256():
    """P-256's parameters written out (SEC 1, appendix C.2) where its name belongs."""
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"
    x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return sequence(
        integer(1),
        sequence(oid("1.2.840.10045.1.1"), integer(prime)),
        sequence(octet_string((prime - 3).to_bytes(32, "big")), octet_string(bytes.fromhex(b))),
        octet_string(bytes.fromhex("04" + x + y)),
        integer(order),
        integer(1),
    )
