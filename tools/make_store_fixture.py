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
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

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


def fill_life(kms):
    """Keys of more than one material, and of an imported one."""
    rotated = kms.create_key()["KeyMetadata"]["KeyId"]
    blobs = [kms.encrypt(KeyId=rotated, Plaintext=b"before the rotation")["CiphertextBlob"].hex()]
    kms.enable_key_rotation(KeyId=rotated, RotationPeriodInDays=400)
    kms.rotate_key_on_demand(KeyId=rotated)
    while not kms.list_key_rotations(KeyId=rotated)["Rotations"]:
        time.sleep(0.1)
    blobs.append(kms.encrypt(KeyId=rotated, Plaintext=b"after the rotation")["CiphertextBlob"].hex())
    imported = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    given = kms.get_parameters_for_import(KeyId=imported, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048")
    public = serialization.load_der_public_key(given["PublicKey"])
    wrapped = public.encrypt(b"\x11" * 32, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    kms.import_key_material(KeyId=imported, ImportToken=given["ImportToken"], EncryptedKeyMaterial=wrapped,
                            ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")
    blob = kms.encrypt(KeyId=imported, Plaintext=b"under imported material")["CiphertextBlob"].hex()
    return {"rotated": {"key": rotated, "before": blobs[0], "after": blobs[1]}, "imported": {"key": imported, "ciphertext": blob}}


def fill_parameters(ssm):
    """Of every type and tier, with older versions, a label and tags."""
    ssm.put_parameter(Name="/fixture/text", Value="one", Type="String", Tags=[{"Key": "kind", "Value": "fixture"}])
    ssm.put_parameter(Name="/fixture/text", Value="two", Overwrite=True)
    ssm.label_parameter_version(Name="/fixture/text", ParameterVersion=1, Labels=["first"])
    ssm.put_parameter(Name="/fixture/list", Value="a,b", Type="StringList")
    ssm.put_parameter(Name="/fixture/secret", Value="standard", Type="SecureString")
    ssm.put_parameter(Name="/fixture/advanced", Value="advanced " * 600, Type="SecureString", Tier="Advanced")
    return {"parameters": {"/fixture/text": "two", "/fixture/text:first": "one", "/fixture/list": "a,b", "/fixture/secret": "standard",
                           "/fixture/advanced": "advanced " * 600}}


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
        kms, ssm = (boto3.client(service, endpoint_url=url[0], region_name="eu-central-1", aws_access_key_id=access_key,
                                 aws_secret_access_key=secret) for service in ("kms", "ssm"))
        expected = fill(kms) | fill_life(kms) | fill_parameters(ssm)
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
