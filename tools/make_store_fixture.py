#!/usr/bin/env python3
"""Makes tests/fixtures/NAME: a small deployment as this release writes it, for all later ones to open.

    KAGIMORI_BINARY=build/release/kagimori python3 tools/make_store_fixture.py tests/fixtures/store-v1

Needs boto3 (the tests' environment has it). Replaces the folder's data, backup and expected.json; its README stays. Nothing
in it is secret: its passphrases stand in expected.json."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3

BINARY = os.environ.get("KAGIMORI_BINARY", "build/release/kagimori")
PASSPHRASE = "the passphrase of the fixture"
BACKUP_PASSPHRASE = "the passphrase of its backup"


def run(*command):
    done = subprocess.run([BINARY, *map(str, command)], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stderr}")
    return done.stdout


def secret_file(path, text):
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


def fill(kms):
    """Every kind of record that this release writes."""
    contexts = {"purpose": "fixture", "Ω": "ω"}
    key = kms.create_key(Description="of the fixture", Tags=[{"TagKey": "kind", "TagValue": "fixture"}])["KeyMetadata"]
    kms.create_alias(AliasName="alias/fixture", TargetKeyId=key["KeyId"])
    disabled = kms.create_key()["KeyMetadata"]["KeyId"]
    disabled_blob = kms.encrypt(KeyId=disabled, Plaintext=b"under a disabled key")["CiphertextBlob"]
    kms.disable_key(KeyId=disabled)
    pending = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=pending, PendingWindowInDays=30)
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"written by the first release", EncryptionContext=contexts)
    return {"key": key["KeyId"], "alias": "alias/fixture", "description": "of the fixture", "context": contexts,
            "plaintext": "written by the first release", "ciphertext": blob["CiphertextBlob"].hex(),
            "disabled": disabled, "disabled_ciphertext": disabled_blob.hex(), "pending": pending}


def make(target):
    work = Path(tempfile.mkdtemp(prefix="kagimori-fixture-"))
    data = work / "data"
    passphrase = secret_file(work / "passphrase", PASSPHRASE)
    backup_passphrase = secret_file(work / "backup-passphrase", BACKUP_PASSPHRASE)
    said = run("init", "--data", data, "--account", "111122223333", "--passphrase-file", passphrase,
               "--recovery-code-out", work / "code")
    access_key = re.search(r"Access key id: +(\S+)", said)[1]
    secret = re.search(r"Secret access key: +(\S+)", said)[1]
    server = subprocess.Popen([BINARY, "serve", "--data", data, "--listen", "127.0.0.1:0", "--passphrase-file", passphrase,
                               "--audit-reserve", "1"], stderr=subprocess.DEVNULL)
    try:
        url = None
        for _ in range(300):
            status = subprocess.run([BINARY, "status", "--data", data], capture_output=True, text=True)
            if url := re.search(r"http://\S+", status.stdout):
                break
            time.sleep(0.1)
        kms = boto3.client("kms", endpoint_url=url[0], region_name="eu-central-1", aws_access_key_id=access_key,
                           aws_secret_access_key=secret)
        expected = fill(kms)
        run("backup", "--data", data, "--out", work / "backup", "--backup-passphrase-file", backup_passphrase,
            "--no-backup-code")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    expected |= {"passphrase": PASSPHRASE, "backup_passphrase": BACKUP_PASSPHRASE, "access_key": access_key,
                 "secret": secret, "recovery_code": (work / "code").read_text().strip()}

    for name in ("data", "backup", "expected.json"):
        old = target / name
        shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
    target.mkdir(parents=True, exist_ok=True)
    leave_out = shutil.ignore_patterns("LOG", "LOG.old*", "LOCK", "lock", "kagimori.lock", "admin.sock")
    shutil.copytree(data, target / "data", ignore=leave_out)
    shutil.copy(work / "backup", target / "backup")
    (target / "expected.json").write_text(json.dumps(expected, indent=2, ensure_ascii=False) + "\n")
    shutil.rmtree(work)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
