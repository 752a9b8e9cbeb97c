"""The production deployment that clients are run against: `kagimori serve` over TLS, with a certificate of an authority of its own."""

import datetime
import ipaddress
import re
import subprocess
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conformance.support.production import Production
from conformance.support.server import BINARY, START_SECONDS


def certificate(name, key, issuer, issuer_key, *extensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)])).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def write_certificates(folder):
    """ca.pem, and tls.pem and tls.key of 127.0.0.1. Two certificates, since some clients take no authority for a server."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")])
    (folder / "ca.pem").write_bytes(
        certificate("authority", authority, "authority", authority, x509.BasicConstraints(ca=True, path_length=0),
                    x509.SubjectKeyIdentifier.from_public_key(authority.public_key())))
    (folder / "tls.pem").write_bytes(
        certificate("server", key, "authority", authority, x509.BasicConstraints(ca=False, path_length=None), names,
                    x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
                    x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())))
    (folder / "tls.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


class TlsDeployment(Production):
    def __enter__(self):
        write_certificates(self.folder)
        self.ca = self.folder / "ca.pem"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--data", self.data, "--listen", "127.0.0.1:0", "--audit-reserve", "1", *self.proof(),
                 "--tls-certificate", self.folder / "tls.pem", "--tls-key", self.folder / "tls.key"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while not (url := re.search(r"https://127\.0\.0\.1:\d+", self.command("status").stdout)):
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-4000:]
            time.sleep(0.05)
        self.url = url[0]
        return self
