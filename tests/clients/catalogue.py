"""The clients that are run against a real server: where each comes from, its version, what its script shows.

Each has a folder with its pinned dependencies and one script, `client.*` or `main.*`, which finds the server and credentials where
users have them: in the environment (environment.sh here and in the folder). A script that ends with 0 has shown what it is for."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DEPS = Path(os.environ.get("KAGIMORI_DEPS") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kagimori/deps")


@dataclass(frozen=True)
class Client:
    folder: str
    name: str
    version: str
    shows: str
    tools: tuple  # programs without which it cannot be installed or run
    install: tuple  # commands, in a copy of the folder
    run: tuple
    heavy: bool = False  # takes minutes to build: only `./dev clients` installs it
    transcript: bool = False  # what it prints is docs/clients/…-transcript.txt

    @property
    def place(self):
        """Where it is installed: the folder's name and a digest of all that decides what gets there."""
        digest = hashlib.sha256(repr((self.version, self.install)).encode())
        for file in sorted((HERE / self.folder).rglob("*")):
            if file.is_file():
                digest.update(str(file.relative_to(HERE)).encode() + file.read_bytes())
        return DEPS / "clients" / f"{self.folder}-{digest.hexdigest()[:16]}"

    def missing_tools(self):
        return [tool for tool in self.tools if shutil.which(tool) is None]

    def is_installed(self):
        return (self.place / ".complete").exists()

    def install_it(self):
        """None, or in one line why it cannot be had."""
        if self.is_installed():
            return None
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(HERE / self.folder, self.place)
        environment = {**os.environ, "GOBIN": str(self.place), "GOFLAGS": "-mod=readonly", "CARGO_TARGET_DIR": str(DEPS / "cargo")}
        for command in self.install:
            done = subprocess.run(command, cwd=self.place, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            if done.returncode != 0:
                said = (done.stderr.strip() or done.stdout.strip() or "nothing said").splitlines()[-1]
                return f"{' '.join(command)}: {said[:200]}"
        (self.place / ".complete").touch()
        return None


@dataclass(frozen=True)
class Absent:
    """What was looked for and cannot be run, and in one line why."""
    name: str
    version: str
    shows: str


NPM = ("npm", "ci", "--no-fund", "--no-audit", "--ignore-scripts")
VENV = ((sys.executable, "-m", "venv", "venv"),
        ("venv/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "-r", "requirements.txt"))
PYTHON = ("venv/bin/python", "client.py")
GO = (("go", "build", "-o", "client", "."),)
SOPS = "3.13.3"

CLIENTS = [
    Client("aws_cli", "AWS CLI", "1 (tests/requirements.txt)",
           "identity, keys, aliases, encryption context, data keys, key policy, deletion",
           ("bash",), (), ("bash", "client.sh")),
    Client("javascript_sdk", "AWS SDK for JavaScript", "3.1164.0",
           "identity, keys, aliases, encryption context, signatures that verify outside, paging, typed errors",
           ("node", "npm"), (NPM,), ("node", "client.mjs")),
    Client("javascript_encryption_sdk", "AWS Encryption SDK for JavaScript", "5.0.2",
           "a keyring of two keys, with and without key commitment, damaged messages",
           ("node", "npm"), (NPM,), ("node", "client.mjs")),
    Client("python_encryption_sdk", "AWS Encryption SDK for Python", "4.0.7",
           "two master keys, each opens alone, cut messages",
           (), VENV, PYTHON),
    Client("go_sdk", "AWS SDK for Go", "2 (kms 1.62.6)",
           "encryption context, signatures that verify outside, paging, typed errors",
           ("go",), GO, ("./client",)),
    Client("sops", "SOPS", SOPS,
           "encrypt, edit, decrypt, rotate, updatekeys; key ARN, alias ARN, context, assumed role, two key groups",
           ("go", "bash"), (("go", "install", f"github.com/getsops/sops/v3/cmd/sops@v{SOPS}"),), ("bash", "client.sh"), heavy=True,
           transcript=True),
    Client("boto3", "boto3", "1.44.8",
           "encryption context, data keys and pairs, signatures that verify outside, paging, typed errors, an assumed role",
           (), VENV, PYTHON),
    Client("mongodb_client_encryption", "MongoDB libmongocrypt", "pymongocrypt 1.21.2",
           "data keys made, opened and rewrapped; fields encrypted; the KMS's errors; without a MongoDB server",
           (), VENV, PYTHON),
    Client("tink", "Tink", "1.16.1",
           "envelopes, associated data, encrypted keysets", (), VENV, PYTHON),
    Client("sigstore_kms", "sigstore's library for AWS KMS", "1.10.11",
           "keys made by alias, blobs signed, verified by the library, by the KMS and outside",
           ("go",), GO, ("./client",), heavy=True),
    Client("go_kms_wrapping", "go-kms-wrapping (awskms)", "2.0.11",
           "the library of the awskms seal of Vault and OpenBao: seal and unseal, by key and by alias",
           ("go",), GO, ("./client",), heavy=True),
    Client("java_sdk", "AWS SDK for Java", "2.57.8",
           "encryption context, data keys, signatures that verify outside, paging, typed errors",
           ("java", "keytool", "mvn"), (("mvn", "-q", "-B", "package"),),
           ("java", "-jar", "target/client-1.jar"), heavy=True),
    Client("rust_sdk", "AWS SDK for Rust", "1 (kms 1.129.0)",
           "encryption context, data keys, paging, typed errors",
           ("cargo",), (("cargo", "install", "-q", "--debug", "--locked", "--path", ".", "--root", "."),), ("bin/client",), heavy=True),
    Client("chamber", "chamber", "2.14.1",
           "secrets in the Parameter Store: written, read, listed, each version of them, imported, exported, given to programs",
           ("go", "bash"), (("go", "build", "-o", "chamber", "github.com/segmentio/chamber/v2"),), ("bash", "client.sh"), heavy=True),
    Client("cosign", "cosign", "3.1.3",
           "key pairs made in the KMS; files signed, verified with the public key, by the KMS and outside",
           ("go", "bash", "openssl"), (("go", "build", "-o", "cosign", "github.com/sigstore/cosign/v3/cmd/cosign"),),
           ("bash", "client.sh"), heavy=True),
]

# Has a test of its own (test_terraform.py): it comes from no registry, and takes more than a script.
TERRAFORM = Client("terraform", "Terraform's AWS provider", "5.100.0",
                   "IAM, keys, imported material, key policies, aliases, grants, ciphertexts, secrets, parameters",
                   (), (), ())

ABSENT = [
    Absent("Kubernetes aws-encryption-provider", "0.7.0", "the Go module sigs.k8s.io/aws-encryption-provider is not served (403)"),
    Absent("OpenBao", "2.4.0", "its module go-kms-wrapping/wrappers/aead/v2 v2.2.0 has no entry in the checksum database (404)"),
]
