"""Nothing secret is outside of the secret arena: not in the process's memory once its requests are done, nor in a log, the
audit log, the store or a slot.

The server is the program with hooks (canary_hooks.cc): it writes down every secret block before it is wiped, and all of
its memory when asked to. So the search knows not only what the client knows (plaintexts, data keys, the access key, the
passphrase) but the root key, the terms, key material, message and signing keys. Each planted leak must be found.
"""

import base64
import json
import os
import re
import resource
import signal
import subprocess
import time
import uuid
from pathlib import Path
from unittest import mock

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from conformance import test_serve
from conformance.support import server as server_module
from conformance.support.clients import aws_client
from conformance.support.raw_kms import RawKms
from conformance.support.server import BINARY, Server
from conformance.support.wire import call
from memory import private_keys

CANARY = BINARY.parent / "tests" / "memory" / "kagimori_canary"
SEARCH = BINARY.parent / "tests" / "memory" / "canary_search"
WELL_KNOWN = "slots/01.key"  # a development deployment's root key lies open, as it says at each start


def use(kms, public):
    """Brings secrets of every kind through a server, and gives those that the client knows. Ciphertexts go to `public`: what
    they begin with (salt, commitment) is made in secret memory and is no secret any more."""

    def note(blob):
        with public.open("ab") as file:
            file.write(blob + bytes(16))

    key_id = kms.create_key(Description="canary")["KeyMetadata"]["KeyId"]
    secrets = []
    for size in (48, 1000, 4096):
        plaintext = os.urandom(size)
        secrets.append(plaintext)
        blob = kms.encrypt(KeyId=key_id, Plaintext=plaintext, EncryptionContext={"a": "b"})["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})["Plaintext"] == plaintext
        again = kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext={"a": "b"}, DestinationKeyId=key_id)
        note(blob)
        note(again["CiphertextBlob"])
    for _ in range(20):
        data_key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
        secrets.append(data_key["Plaintext"])
        note(data_key["CiphertextBlob"])
    secrets.append(kms.generate_random(NumberOfBytes=1024)["Plaintext"])
    return secrets


PAIR_SPECS = ("RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1",
              "ECC_NIST_EDWARDS25519", "SM2")
SIGNING_SPECS = (*PAIR_SPECS, "ML_DSA_44", "ML_DSA_65", "ML_DSA_87")
DECRYPTING_SPECS = ("RSA_2048", "RSA_3072", "RSA_4096", "SM2")
AGREEING_SPECS = ("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "SM2")
ENCAPSULATING_SPECS = ("ML_KEM_512", "ML_KEM_768", "ML_KEM_1024")


def encapsulate(raw):
    """The same of ML-KEM, which boto3's model lacks."""
    secrets = []
    for spec in ENCAPSULATING_SPECS:
        key = raw("CreateKey", KeySpec=spec, KeyUsage="ENCAPSULATE_DECAPSULATE")["KeyMetadata"]
        use = {"KeyId": key["KeyId"], "EncapsulationAlgorithm": "ML_KEM"}
        made = raw("Encapsulate", **use)
        opened = raw("Decapsulate", SharedSecretCiphertextBlob=made["SharedSecretCiphertextBlob"], **use)
        assert opened["SharedSecret"] == made["SharedSecret"]
        secrets.append(made["SharedSecret"])
    return secrets


def use_pairs(kms):
    """Makes and uses keys of every asymmetric spec, and data key pairs; gives the private keys and secrets of the answers."""

    def key_of(spec, usage):
        return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]

    secrets, private = [], []
    for spec in SIGNING_SPECS:
        key = key_of(spec, "SIGN_VERIFY")
        for algorithm in key["SigningAlgorithms"]:
            use = {"KeyId": key["KeyId"], "SigningAlgorithm": algorithm}
            use["MessageType"] = "DIGEST" if algorithm.startswith("ED25519_PH") else "RAW"
            message = os.urandom(64)
            signature = kms.sign(Message=message, **use)["Signature"]
            assert kms.verify(Message=message, Signature=signature, **use)["SignatureValid"]
    for spec in DECRYPTING_SPECS:
        key = key_of(spec, "ENCRYPT_DECRYPT")
        for algorithm in key["EncryptionAlgorithms"]:
            secrets.append(os.urandom(64))
            use = {"KeyId": key["KeyId"], "EncryptionAlgorithm": algorithm}
            blob = kms.encrypt(Plaintext=secrets[-1], **use)["CiphertextBlob"]
            assert kms.decrypt(CiphertextBlob=blob, **use)["Plaintext"] == secrets[-1]
    for spec in AGREEING_SPECS:
        one, other = (key_of(spec, "KEY_AGREEMENT")["KeyId"] for _ in range(2))
        peer = kms.get_public_key(KeyId=other)["PublicKey"]
        secrets.append(kms.derive_shared_secret(KeyId=one, KeyAgreementAlgorithm="ECDH", PublicKey=peer)["SharedSecret"])
    symmetric = kms.create_key()["KeyMetadata"]["KeyId"]
    for spec in PAIR_SPECS:
        pair = kms.generate_data_key_pair(KeyId=symmetric, KeyPairSpec=spec)
        private.append(pair["PrivateKeyPlaintext"])
        for blob in (pair["PrivateKeyCiphertextBlob"],
                     kms.generate_data_key_pair_without_plaintext(KeyId=symmetric, KeyPairSpec=spec)["PrivateKeyCiphertextBlob"]):
            private.append(kms.decrypt(CiphertextBlob=blob)["Plaintext"])
            kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=symmetric)
    return secrets, private


def private_parts(folder, answered):
    """What is secret of every key pair that the server has made, those in its answers among them."""
    made = set(private_keys.structures((folder / "pairs").read_bytes()))
    assert set(answered) <= made
    one_each = len(SIGNING_SPECS) + len(DECRYPTING_SPECS) + len(ENCAPSULATING_SPECS)
    assert len(made) >= one_each + 2 * len(AGREEING_SPECS) + 2 * len(PAIR_SPECS)
    return [secret for pair in made for secret in private_keys.secrets_of(pair)]


def refused(server):
    """Secrets in requests that are refused."""
    secret = os.urandom(48)
    shown = base64.b64encode(secret).decode()
    for body in ({"KeyId": "foo", "Plaintext": shown}, {"Plaintext": [shown]}, {"KeyId": "foo", "Plaintext": shown * 200}):
        assert call(server, "Encrypt", body).status == 400
    return [secret]


def dump(process, folder, how=signal.SIGUSR1):
    """All memory of the process, once its requests are done: before an idle connection has given its buffers back."""
    time.sleep(0.2)
    process.send_signal(how)
    for _ in range(300):
        index = (folder / "index").read_text()
        if index.endswith("end\n"):
            return index
        time.sleep(0.1)
    raise AssertionError("no dump")


def note_deployment(folder, data):
    """The deployment's id stands in the sealed deployment record, and in many places in the clear."""
    done = subprocess.run([BINARY, "status", "--json", "--data", data], capture_output=True, text=True, timeout=60, check=True)
    number = uuid.UUID(json.loads(done.stdout)["deployment_id"])
    with (folder / "public").open("ab") as public:
        for kind in (b"\1", b"\2"):
            public.write(number.bytes + kind + bytes(16))


def search(folder, known, files, secrets="secrets"):
    """Where anything secret is: lines of canary_search, those of memory with what lies there."""
    (folder / "known").write_bytes(b"".join(bytes(16) + secret for secret in known))
    command = [SEARCH, folder / secrets if secrets else os.devnull, *(folder / name for name in ("public", "known", "memory")), *files]
    done = subprocess.run(command, capture_output=True)
    assert done.returncode in (0, 1), done.stderr
    windows = int(done.stderr.split()[0])
    parts = [line.split(" ", 1) for line in (folder / "index").read_text().splitlines() if line != "end"]
    found = []
    for line in done.stdout.decode(errors="replace").splitlines():
        path, offset, rest = line.split(" ", 2)
        where = path
        if path == str(folder / "memory"):
            where = [name for start, name in parts if int(start) <= int(offset)][-1]
        found.append(f"{where} +{offset} {rest}")
    return windows, found


def files_of(*folders):
    return [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 0]


def canary_folder(tmp_path, monkeypatch):
    folder = tmp_path / "canary"
    folder.mkdir()
    monkeypatch.setenv("CANARY_DIR", str(folder))
    return folder


def run_dev(tmp_path, monkeypatch, leak=None):
    folder = canary_folder(tmp_path, monkeypatch)
    if leak:
        monkeypatch.setenv("CANARY_LEAK", leak)
    with mock.patch.object(server_module, "BINARY", CANARY), Server(tmp_path / "data") as server:
        known = use(aws_client(server, "kms"), folder / "public") + refused(server)
        note_deployment(folder, server.data)
        index = dump(server.process, folder)
        files = [path for path in files_of(server.data) if not str(path).endswith(WELL_KNOWN)] + [server.log]
    assert "[heap]" in index and "[stack]" in index
    assert (folder / "memory").stat().st_size > 5_000_000
    return search(folder, known, files)


def test_nothing_secret_is_outside_of_the_arena(tmp_path, monkeypatch):
    windows, found = run_dev(tmp_path, monkeypatch)
    assert windows > 10_000
    assert not found, "\n".join(found[:40])


@pytest.mark.parametrize("leak", ["string", "freed", "unwiped"])
def test_a_planted_leak_is_found(tmp_path, monkeypatch, leak):
    """A secret copied into a string that is forgotten; into one that was freed; bodies and stacks that are not wiped."""
    _, found = run_dev(tmp_path, monkeypatch, leak)
    assert any(" raw " in place or " base64 " in place for place in found)


def core_folder(tmp_path):
    """Where a core of a process that runs there will be."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if "|" in pattern or "/" in pattern:
        pytest.skip(f"this system brings cores elsewhere ({pattern})")
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY:
        pytest.skip("this system allows no cores")
    folder = tmp_path / "core"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("leak", [None, "string", "registers"])
def test_a_forced_core_has_nothing_secret(tmp_path, monkeypatch, leak):
    """The kernel's own dump of all that it would dump, mapped files and every thread's registers too: what the arena's and the bodies' pages are kept out of.
    Not confined, since Landlock keeps the kernel, too, from writing the core of a confined process outside of its folders."""
    folder, cores = canary_folder(tmp_path, monkeypatch), core_folder(tmp_path)
    monkeypatch.setenv("CANARY_CORE", "1")
    if leak:
        monkeypatch.setenv("CANARY_LEAK", leak)
    with mock.patch.object(server_module, "BINARY", CANARY):
        server = Server(tmp_path / "data", arguments=("--no-confinement",))
        server.before_exec = lambda: os.chdir(cores)
        server.start()
        known = use(aws_client(server, "kms"), folder / "public") + refused(server)
        note_deployment(folder, server.data)
        dump(server.process, folder)
        Path(f"/proc/{server.process.pid}/coredump_filter").write_text("0x7f")
        server.process.send_signal(signal.SIGABRT)
        server.process.wait(timeout=120)
        assert server.kill() == -signal.SIGABRT
    core, = cores.iterdir()
    assert core.stat().st_size > 5_000_000
    _, found = search(folder, known, [core])
    in_core = [place for place in found if place.startswith(str(core))]
    if leak:
        assert any(" raw " in place or " base64 " in place for place in in_core)
    else:
        assert not found, "\n".join(found[:40])


def serve_pairs(tmp_path, monkeypatch, leak, cored=False):
    """A server that has made and used private keys of every kind, and where they were found."""
    folder = canary_folder(tmp_path, monkeypatch)
    arguments = ("--sm2", "all")
    if leak:
        monkeypatch.setenv("CANARY_LEAK", leak)
    if cored:
        cores = core_folder(tmp_path)
        monkeypatch.setenv("CANARY_CORE", "1")
        arguments += ("--no-confinement",)
    with mock.patch.object(server_module, "BINARY", CANARY):
        server = Server(tmp_path / "data", arguments=arguments)
        if cored:
            server.before_exec = lambda: os.chdir(cores)
        with server:
            secrets, private = use_pairs(aws_client(server, "kms"))
            secrets += encapsulate(RawKms(server))
            dump(server.process, folder)
            files = [*files_of(server.data), server.log]
            if cored:
                Path(f"/proc/{server.process.pid}/coredump_filter").write_text("0x7f")
                server.process.send_signal(signal.SIGABRT)
                server.process.wait(timeout=120)
                assert server.kill() == -signal.SIGABRT
                files += cores.iterdir()
    # Not the arena's blocks: a private key's objects there hold its public half, too, which may be anywhere.
    return search(folder, secrets + private_parts(folder, private), files, secrets=None)


@pytest.mark.parametrize("cored", [False, True])
def test_no_private_key_is_outside_of_the_arena(tmp_path, monkeypatch, cored):
    """Nor in a forced core of the process."""
    windows, found = serve_pairs(tmp_path, monkeypatch, leak=None, cored=cored)
    assert windows > 20_000
    assert not found, "\n".join(found[:40])


def test_a_private_key_that_leaks_is_found(tmp_path, monkeypatch):
    _, found = serve_pairs(tmp_path, monkeypatch, leak="pair")
    assert any(" raw " in place for place in found)


@pytest.mark.parametrize("form", [bytes, lambda part: part[::-1], lambda part: part.hex().encode(), base64.b64encode])
def test_a_part_of_a_private_key_in_a_log_is_found(tmp_path, monkeypatch, form):
    """A prime of RSA's, as the key's DER has it, as a BIGNUM has it, in hexadecimal and in base64."""
    folder = canary_folder(tmp_path, monkeypatch)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pkcs8 = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    prime = key.private_numbers().p.to_bytes(128, "big")
    for name in ("public", "memory", "index"):
        (folder / name).touch()
    log = tmp_path / "log"
    log.write_bytes(b"starting\n" + form(prime) + b"\n")
    _, found = search(folder, private_keys.secrets_of(pkcs8), [log], secrets=None)
    assert found
    log.write_bytes(b"starting\n" + form(key.private_numbers().public_numbers.n.to_bytes(256, "big")) + b"\n")
    _, found = search(folder, private_keys.secrets_of(pkcs8), [log], secrets=None)
    assert not found


def production(tmp_path):
    """A deployment with its certificate, and the secrets that open it."""
    passphrase = base64.b64encode(os.urandom(30)).decode()
    (tmp_path / "passphrase").write_text(passphrase + "\n")
    (tmp_path / "passphrase").chmod(0o600)
    test_serve.write_certificate(tmp_path, "first")
    made = subprocess.run([BINARY, "init", "--data", tmp_path / "data", "--account", "111122223333", "--passphrase-file",
                           tmp_path / "passphrase", "--no-recovery"], capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    key_id = re.search(r"Access key id: +(AKIA[A-Z2-7]{16})\n", made.stdout)[1]
    secret = re.search(r"Secret access key: +(\S{40})\n", made.stdout)[1]
    return key_id, secret, passphrase


def test_nothing_secret_is_outside_of_the_arena_of_a_production_server(tmp_path, monkeypatch):
    key_id, secret, passphrase = production(tmp_path)
    folder = canary_folder(tmp_path, monkeypatch)
    with mock.patch.object(test_serve, "BINARY", CANARY), test_serve.Serve(tmp_path) as server:
        kms = server.kms(key_id, secret)
        known = use(kms, folder / "public") + [secret.encode(), passphrase.encode()]
        note_deployment(folder, tmp_path / "data")
        dump(server.process, folder)
    _, found = search(folder, known, files_of(tmp_path / "data") + [tmp_path / "serve.log"])
    assert not found, "\n".join(found[:40])


@pytest.mark.parametrize("sealed", [True, False])
def test_nothing_secret_is_left_anywhere_after_a_seal(tmp_path, monkeypatch, sealed):
    """The arena is searched, too; without the seal there is a lot to be found."""
    key_id, secret, passphrase = production(tmp_path)
    folder = canary_folder(tmp_path, monkeypatch)
    with mock.patch.object(test_serve, "BINARY", CANARY), test_serve.Serve(tmp_path) as server:
        known = use(server.kms(key_id, secret), folder / "public") + [secret.encode(), passphrase.encode()]
        note_deployment(folder, tmp_path / "data")
        if sealed:
            done = subprocess.run([BINARY, "seal", "--data", tmp_path / "data"], capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
        dump(server.process, folder, signal.SIGUSR2)
        _, found = search(folder, known, [tmp_path / "serve.log"])
    assert bool(found) == (not sealed), "\n".join(found[:40])
