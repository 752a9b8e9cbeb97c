"""`kagimori init` and `kagimori serve`: the production deployment, over TLS, with the credentials that init shows once."""

import datetime
import re
import signal
import subprocess
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from conformance.support.server import BINARY

PASSPHRASE = "correct horse battery staple"


def write_certificate(folder, name):
    """A self-signed certificate for 127.0.0.1, which is its own authority."""
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )
    (folder / "tls.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("production")
    passphrase = folder / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    passphrase.chmod(0o600)
    write_certificate(folder, "first")
    done = subprocess.run(
        [BINARY, "init", "--data", folder / "data", "--account", "111122223333", "--passphrase-file", passphrase,
         "--recovery-code-out", folder / "recovery-code"],
        capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0, done.stderr
    key_id = re.search(r"Access key id: +(AKIA[A-Z2-7]{16})\n", done.stdout)[1]
    secret = re.search(r"Secret access key: +(\S{40})\n", done.stdout)[1]
    return folder, key_id, secret


class Serve:
    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        config = self.folder / "kagimori.toml"
        config.write_text(
            f'data = "{self.folder}/data"\nlisten = "127.0.0.1:0"\ntls-certificate = "{self.folder}/tls.pem"\n'
            f'tls-key = "{self.folder}/tls.key"\npassphrase-file = "{self.folder}/passphrase"\naudit-reserve = 16\n'
        )
        self.log = open(self.folder / "serve.log", "a+")
        self.process = subprocess.Popen([BINARY, "serve", "--config", config], stderr=self.log, stdout=self.log)
        status = None
        for _ in range(600):
            done = subprocess.run([BINARY, "status", "--data", self.folder / "data"], capture_output=True, text=True)
            status = re.search(r"https://127\.0\.0\.1:\d+", done.stdout)
            if status or self.process.poll() is not None:
                break
            time.sleep(0.1)
        assert status, (self.folder / "serve.log").read_text()
        self.url = status[0]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0
        self.log.close()

    def kms(self, key_id, secret):
        return boto3.client("kms", endpoint_url=self.url, region_name="eu-central-1", aws_access_key_id=key_id,
                            aws_secret_access_key=secret, verify=str(self.folder / "tls.pem"),
                            config=Config(retries={"total_max_attempts": 1}))


def test_keys_outlive_the_process_and_its_certificate(deployment):
    folder, key_id, secret = deployment
    with Serve(folder) as server:
        kms = server.kms(key_id, secret)
        key = kms.create_key(Description="kept")["KeyMetadata"]
        assert key["Arn"].startswith("arn:aws:kms:eu-central-1:111122223333:key/")
        blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"secret")["CiphertextBlob"]

        write_certificate(folder, "second")
        server.process.send_signal(signal.SIGHUP)
        for _ in range(100):
            if "read again" in (folder / "serve.log").read_text():
                break
            time.sleep(0.05)
        assert server.kms(key_id, secret).decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
    with Serve(folder) as server:
        kms = server.kms(key_id, secret)
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
        assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == "kept"


def test_key_policies_are_taken_and_checked(deployment):
    folder, key_id, secret = deployment
    with Serve(folder) as server:
        kms = server.kms(key_id, secret)
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        default = kms.get_key_policy(KeyId=key)["Policy"]
        kms.put_key_policy(KeyId=key, Policy=default)
        other = default.replace('"kms:*"', '[ "kms:*" ]')
        kms.put_key_policy(KeyId=key, Policy=other)
        assert kms.get_key_policy(KeyId=key)["Policy"] == other
        with pytest.raises(ClientError) as refused:
            kms.put_key_policy(KeyId=key, Policy='{"Version":"2012-10-17","Statement":[]}')
        assert refused.value.response["Error"]["Code"] == "MalformedPolicyDocumentException"


def test_well_known_credentials_do_not_work(deployment):
    folder, _, _ = deployment
    with Serve(folder) as server:
        with pytest.raises(ClientError) as refused:
            server.kms("test", "test").list_keys()
        assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_a_development_folder_is_refused(own_server, tmp_path, deployment):
    own_server.stop()
    config = tmp_path / "kagimori.toml"
    config.write_text(f'data = "{own_server.data}"\nlisten = "127.0.0.1:0"\npassphrase-file = "{deployment[0]}/passphrase"\n')
    done = subprocess.run([BINARY, "serve", "--config", config], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "development" in done.stderr


def test_plain_http_needs_loopback(deployment, tmp_path):
    folder, _, _ = deployment
    config = tmp_path / "kagimori.toml"
    config.write_text(f'data = "{folder}/data"\nlisten = "0.0.0.0:0"\npassphrase-file = "{folder}/passphrase"\n')
    done = subprocess.run([BINARY, "serve", "--config", config], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "--allow-plain-http" in done.stderr


def test_a_wrong_passphrase_opens_nothing(deployment, tmp_path):
    folder, _, _ = deployment
    wrong = tmp_path / "wrong"
    wrong.write_text("not the right passphrase\n")
    wrong.chmod(0o600)
    config = tmp_path / "kagimori.toml"
    config.write_text(f'data = "{folder}/data"\nlisten = "127.0.0.1:0"\npassphrase-file = "{wrong}"\n')
    done = subprocess.run([BINARY, "serve", "--config", config], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "not the right passphrase" not in done.stderr
