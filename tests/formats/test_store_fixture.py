"""What earlier releases wrote, this one opens: the deployments and backups in tests/fixtures/store-v*."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from conformance.support.server import BINARY

FIXTURES = sorted((Path(__file__).resolve().parents[1] / "fixtures").glob("store-v*"))
assert FIXTURES

pytestmark = pytest.mark.timeout(300)


def secret_file(path, text):
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


def run(*command):
    done = subprocess.run([BINARY, *map(str, command)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(params=FIXTURES, ids=lambda path: path.name)
def release(request, tmp_path):
    """Its folder, made as private as it was (git keeps no such modes), and what it must hold."""
    expected = json.loads((request.param / "expected.json").read_text())
    shutil.copytree(request.param / "data", tmp_path / "data")
    for folder, _, files in os.walk(tmp_path / "data"):
        os.chmod(folder, 0o700)
        for name in files:
            os.chmod(Path(folder) / name, 0o600)
    shutil.copy(request.param / "backup", tmp_path / "backup")
    secret_file(tmp_path / "passphrase", expected["passphrase"])
    secret_file(tmp_path / "backup-passphrase", expected["backup_passphrase"])
    secret_file(tmp_path / "code", expected["recovery_code"])
    return tmp_path, expected


def check_later(kms, ssm, expected):
    """What the first store format did not have."""

    def opened(blob):
        return kms.decrypt(CiphertextBlob=bytes.fromhex(blob))["Plaintext"]

    if rotated := expected.get("rotated"):
        assert opened(rotated["before"]) == b"before the rotation" and opened(rotated["after"]) == b"after the rotation"
        assert kms.get_key_rotation_status(KeyId=rotated["key"])["RotationPeriodInDays"] == 400
    if imported := expected.get("imported"):
        assert opened(imported["ciphertext"]) == b"under imported material"
    for name, value in expected.get("parameters", {}).items():
        assert ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == value


def check(folder, data, expected):
    server = subprocess.Popen([BINARY, "serve", "--data", data, "--listen", "127.0.0.1:0", "--passphrase-file",
                               folder / "passphrase", "--audit-reserve", "1"], stderr=(folder / "log").open("ab"))
    try:
        for _ in range(600):
            status = subprocess.run([BINARY, "status", "--data", data], capture_output=True, text=True)
            if (url := re.search(r"http://\S+", status.stdout)) or server.poll() is not None:
                break
            time.sleep(0.1)
        assert url, (folder / "log").read_text()
        kms, ssm = (boto3.client(service, endpoint_url=url[0], region_name="eu-central-1", aws_access_key_id=expected["access_key"],
                                 aws_secret_access_key=expected["secret"]) for service in ("kms", "ssm"))
        check_later(kms, ssm, expected)
        opened = kms.decrypt(CiphertextBlob=bytes.fromhex(expected["ciphertext"]), EncryptionContext=expected["context"])
        assert opened["Plaintext"].decode() == expected["plaintext"]
        described = kms.describe_key(KeyId=expected["alias"])["KeyMetadata"]
        assert (described["KeyId"], described["Description"]) == (expected["key"], expected["description"])
        tags = kms.list_resource_tags(KeyId=expected["key"])["Tags"]
        assert tags == [{"TagKey": "kind", "TagValue": "fixture"}]
        blob = bytes.fromhex(expected["disabled_ciphertext"])
        with pytest.raises(ClientError, match="DisabledException"):
            kms.decrypt(CiphertextBlob=blob)
        kms.enable_key(KeyId=expected["disabled"])
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"under a disabled key"
        # A day may come on which its waiting period is over.
        if expected["pending"] in {key["KeyId"] for key in kms.list_keys()["Keys"]}:
            assert kms.describe_key(KeyId=expected["pending"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


def test_its_deployment_opens(release):
    folder, expected = release
    assert "whole" in run("verify", "--data", folder / "data", "--passphrase-file", folder / "passphrase")
    run("seal", "test", "--data", folder / "data", "--recovery-code-file", folder / "code")
    run("audit", "verify", folder / "data" / "audit", "--key", folder / "data" / "audit-public-key.pem")
    check(folder, folder / "data", expected)


def test_its_backup_restores(release):
    folder, expected = release
    unlock = ("--backup-passphrase-file", folder / "backup-passphrase")
    assert "every record opens" in run("backup", "verify", folder / "backup", *unlock)
    run("restore", "--from", folder / "backup", *unlock, "--data", folder / "restored", "--passphrase-file",
        folder / "passphrase", "--no-recovery")
    check(folder, folder / "restored", expected)
