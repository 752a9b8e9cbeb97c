"""Attestation documents as a Nitro hypervisor signs them, by an issuer of the tests' own, and what comes back for them.

Written from docs/attestation.md and the public specifications, with other libraries than the server's: cbor2, cryptography, pyasn1.
"""

import datetime
import time

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric import padding as asymmetric_padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.x509.oid import NameOID
from pyasn1.codec.ber import decoder as ber
from pyasn1.type import namedtype, tag, univ

ES384 = -35  # RFC 9053 section 2.1
IMAGE_PCR = bytes(range(48))


def recipient_key(bits=2048):
    """The key pair that an enclave makes for itself."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def spki(private_key):
    return private_key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


class AttestationIssuer:
    """A root, an intermediate and a signing certificate, all valid from an hour before `now` (seconds since 1970) for a day."""

    def __init__(self, now=None):
        self.now = time.time() if now is None else now
        self._root_key, self.root = self._issue("root", ca=True)
        issuer_key, self.intermediate = self._issue("intermediate", ca=True, issuer=(self._root_key, self.root))
        self._key, self.certificate = self._issue("signer", ca=False, issuer=(issuer_key, self.intermediate))

    def _issue(self, name, *, ca, issuer=None):
        key = ec.generate_private_key(ec.SECP384R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name}.test.nitro-enclaves")])
        start = datetime.datetime.fromtimestamp(self.now - 3600, datetime.UTC)
        usage = {bit: False for bit in ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                                          "encipher_only", "decipher_only")}
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer[1].subject if issuer else subject)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(start).not_valid_after(start + datetime.timedelta(days=1))
                   .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
                   .add_extension(x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **usage), critical=True))
        return key, builder.sign(issuer[0] if issuer else key, hashes.SHA384())

    def roots_pem(self):
        """What the operator configures."""
        return self.root.public_bytes(serialization.Encoding.PEM).decode()

    def payload(self, public_key, *, pcrs=None, nitrotpm=False, timestamp=None, **changes):
        """The signed map. `public_key`: DER or None; `timestamp`: seconds since 1970. `changes` set fields; ... leaves one out."""
        der = serialization.Encoding.DER
        fields = {
            "module_id": "i-0123456789abcdef0-" + ("tpm" if nitrotpm else "enc") + "0123456789abcdef",
            "digest": "SHA384",
            "timestamp": int((self.now if timestamp is None else timestamp) * 1000),
            "nitrotpm_pcrs" if nitrotpm else "pcrs": {0: IMAGE_PCR, 1: bytes(48), 2: bytes(48)} if pcrs is None else pcrs,
            "certificate": self.certificate.public_bytes(der),
            "cabundle": [self.root.public_bytes(der), self.intermediate.public_bytes(der)],
            "public_key": public_key,
            "user_data": None,
            "nonce": None,
        } | changes
        return {name: value for name, value in fields.items() if value is not ...}

    def sign(self, payload, *, tagged=False):
        """COSE_Sign1 (RFC 9052 section 4.2) over a map or over bytes."""
        if not isinstance(payload, bytes):
            payload = cbor2.dumps(payload)
        protected = cbor2.dumps({1: ES384})
        signed = cbor2.dumps(["Signature1", protected, b"", payload])
        r, s = decode_dss_signature(self._key.sign(signed, ec.ECDSA(hashes.SHA384())))
        message = [protected, {}, payload, r.to_bytes(48, "big") + s.to_bytes(48, "big")]
        return cbor2.dumps(cbor2.CBORTag(18, message) if tagged else message)

    def document(self, public_key, **payload):
        return self.sign(self.payload(public_key, **payload))


class AlgorithmIdentifier(univ.Sequence):
    componentType = namedtype.NamedTypes(namedtype.NamedType("algorithm", univ.ObjectIdentifier()),
                                         namedtype.OptionalNamedType("parameters", univ.Any()))


def _context(asn1_type, number, *, explicit=False):
    """The type under the context-specific tag."""
    form = tag.tagFormatConstructed if explicit or isinstance(asn1_type, univ.Sequence) else tag.tagFormatSimple
    number = tag.Tag(tag.tagClassContext, form, number)
    return asn1_type.subtype(explicitTag=number) if explicit else asn1_type.subtype(implicitTag=number)


class RsaesOaepParameters(univ.Sequence):
    """RFC 8017 appendix A.2.1."""

    componentType = namedtype.NamedTypes(
        namedtype.OptionalNamedType("hash", _context(AlgorithmIdentifier(), 0, explicit=True)),
        namedtype.OptionalNamedType("mask", _context(AlgorithmIdentifier(), 1, explicit=True)),
        namedtype.OptionalNamedType("source", _context(AlgorithmIdentifier(), 2, explicit=True)))


class KeyTransRecipientInfo(univ.Sequence):
    """RFC 5652 section 6.2.1, with the recipient named by its key's identifier."""

    componentType = namedtype.NamedTypes(namedtype.NamedType("version", univ.Integer()),
                                         namedtype.NamedType("rid", _context(univ.OctetString(), 0)),
                                         namedtype.NamedType("algorithm", AlgorithmIdentifier()),
                                         namedtype.NamedType("key", univ.OctetString()))


class RecipientInfos(univ.SetOf):
    componentType = KeyTransRecipientInfo()


class EncryptedContentInfo(univ.Sequence):
    componentType = namedtype.NamedTypes(namedtype.NamedType("type", univ.ObjectIdentifier()),
                                         namedtype.NamedType("algorithm", AlgorithmIdentifier()),
                                         namedtype.NamedType("content", _context(univ.OctetString(), 0)))


class EnvelopedData(univ.Sequence):
    componentType = namedtype.NamedTypes(namedtype.NamedType("version", univ.Integer()),
                                         namedtype.NamedType("recipients", RecipientInfos()),
                                         namedtype.NamedType("content", EncryptedContentInfo()))


class ContentInfo(univ.Sequence):
    componentType = namedtype.NamedTypes(namedtype.NamedType("type", univ.ObjectIdentifier()),
                                         namedtype.NamedType("content", _context(EnvelopedData(), 0, explicit=True)))


def _decode(substrate, asn1_type):
    value, rest = ber.decode(substrate, asn1Spec=asn1_type)
    assert not rest, "bytes behind the structure"
    return value


def _check_oaep(algorithm):
    """RSAES-OAEP that says SHA-256 for both hashes, since the defaults are SHA-1."""
    assert str(algorithm["algorithm"]) == "1.2.840.113549.1.1.7"
    parameters = _decode(bytes(algorithm["parameters"]), RsaesOaepParameters())
    assert str(parameters["hash"]["algorithm"]) == "2.16.840.1.101.3.4.2.1"
    assert str(parameters["mask"]["algorithm"]) == "1.2.840.113549.1.1.8"
    mask_hash = _decode(bytes(parameters["mask"]["parameters"]), AlgorithmIdentifier())
    assert str(mask_hash["algorithm"]) == "2.16.840.1.101.3.4.2.1"
    assert not parameters["source"].isValue, "a label"


def open_ciphertext_for_recipient(envelope, private_key):
    """The plaintext of a CiphertextForRecipient. Its form is checked on the way: AssertionError or ValueError if it is wrong."""
    # What AWS's enclave SDK insists on (source/cms.c): it steps into the outer structures only if their length is indefinite.
    assert envelope[:2] == b"\x30\x80"
    info = _decode(envelope, ContentInfo())
    assert str(info["type"]) == "1.2.840.113549.1.7.3"
    data = info["content"]
    assert int(data["version"]) == 2 and len(data["recipients"]) == 1
    recipient = data["recipients"][0]
    assert int(recipient["version"]) == 2
    assert bytes(recipient["rid"]) == x509.SubjectKeyIdentifier.from_public_key(private_key.public_key()).digest
    _check_oaep(recipient["algorithm"])
    sha256 = hashes.SHA256()
    oaep = asymmetric_padding.OAEP(mgf=asymmetric_padding.MGF1(sha256), algorithm=sha256, label=None)
    key = private_key.decrypt(bytes(recipient["key"]), oaep)
    assert len(key) == 32

    content = data["content"]
    assert str(content["type"]) == "1.2.840.113549.1.7.1"
    assert str(content["algorithm"]["algorithm"]) == "2.16.840.1.101.3.4.1.42"
    iv = bytes(_decode(bytes(content["algorithm"]["parameters"]), univ.OctetString()))
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    padded = decryptor.update(bytes(content["content"])) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()
