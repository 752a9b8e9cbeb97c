"""`kagimori backup`, `backup verify` and `restore` against a server that goes on working."""

import hashlib
import random
import subprocess
import threading
import time

import pytest

from conformance.support.audit_log import audit_events, audit_folder, signing_key, verify, write_pem
from conformance.support.clients import aws_client
from conformance.support.server import BINARY, Server

pytestmark = pytest.mark.timeout(300)


def run(*command, fails=False, before=""):
    """Runs the program; `before`: shell that prepares its process."""
    line = before + 'exec "$0" "$@"'
    done = subprocess.run(["bash", "-c", line, BINARY, *map(str, command)], capture_output=True, text=True, timeout=120)
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def back_up(server, out, **options):
    return run("backup", "--data", server.data, "--out", out, "--backup-code-out", f"{out}.code", **options)


def unlock(out):
    return "--from", out, "--backup-code-file", f"{out}.code"


def decrypts(server, blobs):
    kms = aws_client(server, "kms")
    return all(kms.decrypt(CiphertextBlob=blob)["Plaintext"] == key.encode() for key, blob in blobs.items())


class Writer(threading.Thread):
    """Makes keys with an alias each until it is told to stop; `done`: what was acknowledged."""

    def __init__(self, server, number):
        super().__init__()
        self.server, self.number = server, number
        self.done = {}
        self.ending = threading.Event()

    def run(self):
        kms = aws_client(self.server, "kms")
        while not self.ending.is_set():
            key = kms.create_key()["KeyMetadata"]["KeyId"]
            kms.create_alias(AliasName=f"alias/{self.number}-{key}", TargetKeyId=key)
            self.done[key] = kms.encrypt(KeyId=key, Plaintext=key.encode())["CiphertextBlob"]


def test_a_backup_beside_writers_restores_to_one_moment(own_server, tmp_path):
    writers = [Writer(own_server, number) for number in range(4)]
    for writer in writers:
        writer.start()
    backups = []
    try:
        for number in range(3):
            while sum(len(writer.done) for writer in writers) <= 10 * number + 10:
                assert all(writer.is_alive() for writer in writers)
                time.sleep(0.01)
            known = {key: blob for writer in writers for key, blob in list(writer.done.items())}
            back_up(own_server, tmp_path / f"backup-{number}")
            backups.append((tmp_path / f"backup-{number}", known))
    finally:
        for writer in writers:
            writer.ending.set()
            writer.join()
    everything = {key: blob for writer in writers for key, blob in writer.done.items()}
    assert len(everything) > 20
    own_server.stop()
    own_server.start()

    # The last one: every key that was acknowledged before it began is there, and every key that is there is whole.
    out, known = backups[-1]
    assert len(known) > 5
    run("restore", *unlock(out), "--data", tmp_path / "restored")
    with Server(tmp_path / "restored") as restored:
        kms = aws_client(restored, "kms")
        keys = {key["KeyId"] for page in kms.get_paginator("list_keys").paginate() for key in page["Keys"]}
        assert known.keys() <= keys
        assert decrypts(restored, {key: blob for key, blob in everything.items() if key in keys})
        for key in keys - everything.keys():
            assert kms.encrypt(KeyId=key, Plaintext=b"x")
        aliases = [alias for page in kms.get_paginator("list_aliases").paginate() for alias in page["Aliases"]]
        assert {alias["TargetKeyId"] for alias in aliases} <= keys
        assert known.keys() <= {alias["TargetKeyId"] for alias in aliases}
        first = audit_events(restored)[0]
        assert first["eventName"] == "Restore"
        assert first["requestParameters"]["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
        head = first["requestParameters"]["auditHead"]
        whole, text = verify(restored, audit_folder(restored), write_pem(signing_key(restored), tmp_path / "new.pem"))
        assert whole, text
    # The place that the restore names is in the log that the backup was taken beside.
    pem = write_pem(signing_key(own_server), tmp_path / "old.pem")
    run("audit", "verify", audit_folder(own_server), "--key", pem, "--anchor", f"{head['sequence']}:{head['link']}")
    record = [event for event in audit_events(own_server) if event["eventName"] == "Backup"][-1]
    assert record["responseElements"]["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def backup(tmp_path_factory):
    """A deployment that stands still, with a backup of it."""
    folder = tmp_path_factory.mktemp("backup")
    with Server(folder / "data") as server:
        kms = aws_client(server, "kms")
        key = kms.create_key(Description="kept")["KeyMetadata"]["KeyId"]
        blob = kms.encrypt(KeyId=key, Plaintext=key.encode())["CiphertextBlob"]
        back_up(server, folder / "backup")
    return folder, {key: blob}


def test_the_file_is_private_new_and_named_with_its_hash(backup, tmp_path):
    folder, _ = backup
    out = folder / "backup"
    assert out.stat().st_mode & 0o777 == 0o600
    said = run("backup", "verify", out, "--without-key")
    assert hashlib.sha256(out.read_bytes()).hexdigest() in said and "undamaged" in said
    assert "every record opens" in run("backup", "verify", out, "--backup-code-file", f"{out}.code")


def test_without_a_server(backup, tmp_path):
    folder, blobs = backup
    said = run("backup", "--data", folder / "data", "--out", tmp_path / "b", "--backup-code-out", tmp_path / "b.code")
    assert hashlib.sha256((tmp_path / "b").read_bytes()).hexdigest() in said
    run("restore", *unlock(tmp_path / "b"), "--data", tmp_path / "restored")
    with Server(tmp_path / "restored") as restored:
        assert decrypts(restored, blobs)


def test_an_old_file_is_not_written_over(backup, tmp_path):
    folder, _ = backup
    (tmp_path / "b").write_text("precious")
    said = run("backup", "--data", folder / "data", "--out", tmp_path / "b", "--backup-code-out", tmp_path / "c",
               fails=True)
    assert "there already" in said
    assert (tmp_path / "b").read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_full_disk_leaves_nothing_behind(own_server, tmp_path):
    aws_client(own_server, "kms").create_key()
    (tmp_path / "out").mkdir()
    # A limit on the size of files stands in for the end of the disk: the same failing write.
    said = run("backup", "--data", own_server.data, "--out", tmp_path / "out" / "b", "--backup-code-out",
               tmp_path / "code", fails=True, before="trap '' XFSZ; ulimit -f 1; ")
    assert "cannot write" in said and "File too large" in said
    assert list((tmp_path / "out").iterdir()) == [] and not (tmp_path / "code").exists()
    back_up(own_server, tmp_path / "second")  # the server is none the worse
    # Both left the server, as far as it could see: so small a copy fits into the socket.
    assert [event["eventName"] for event in audit_events(own_server)].count("Backup") == 2


def test_damage_is_refused_and_nothing_is_restored(backup, tmp_path):
    folder, _ = backup
    whole = (folder / "backup").read_bytes()
    chance = random.Random(20261123)
    bad = tmp_path / "bad"
    for place in [8, 60, 200, 400, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(6))]:
        bad.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1:])
        said = run("backup", "verify", bad, "--backup-code-file", folder / "backup.code", fails=True)
        assert "backup" in said
    for size in (0, 5, 300, len(whole) // 2, len(whole) - 1):
        bad.write_bytes(whole[:size])
        said = run("restore", "--from", bad, "--backup-code-file", folder / "backup.code", "--data", tmp_path / "r",
                   fails=True)
        assert "cut off" in said
    assert not (tmp_path / "r").exists() or [path.name for path in (tmp_path / "r").iterdir()] == ["lock"]
    bad.write_bytes(whole[:8] + b"\x02" + whole[9:])
    assert "made by a newer version" in run("backup", "verify", bad, "--without-key", fails=True)


def test_another_backups_code_opens_nothing(backup, tmp_path):
    folder, _ = backup
    run("backup", "--data", folder / "data", "--out", tmp_path / "b", "--backup-code-out", tmp_path / "b.code")
    said = run("backup", "verify", folder / "backup", "--backup-code-file", tmp_path / "b.code", fails=True)
    assert "opens no slot" in said


def test_only_an_empty_folder_is_filled(backup, tmp_path):
    folder, _ = backup
    (tmp_path / "full").mkdir(mode=0o700)
    (tmp_path / "full" / "thing").write_text("precious")
    said = run("restore", *unlock(folder / "backup"), "--data", tmp_path / "full", fails=True)
    assert "not empty" in said
    assert (tmp_path / "full" / "thing").read_text() == "precious"
    said = run("restore", *unlock(folder / "backup"), "--data", folder / "data", fails=True)
    assert "not empty" in said


def test_a_dry_run_changes_nothing(backup, tmp_path):
    folder, blobs = backup
    said = run("restore", *unlock(folder / "backup"), "--dry-run")
    assert f"key/{next(iter(blobs))}: SYMMETRIC_DEFAULT, Enabled" in said
    assert "access key test of 000000000000: Active" in said
    assert list(tmp_path.iterdir()) == []
    said = run("restore", *unlock(folder / "backup"), "--dry-run", "--compare", folder / "data")
    assert "0 come back, 0 are lost, 0 change" in said


def test_a_deleted_key_is_named_as_coming_back(own_server, tmp_path):
    kms = aws_client(own_server, "kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/of-it", TargetKeyId=key)
    back_up(own_server, tmp_path / "b")
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    own_server.advance_clock("8d")
    own_server.stop()
    said = run("restore", *unlock(tmp_path / "b"), "--dry-run", "--compare", own_server.data)
    own_server.start()
    assert f"COMES BACK  key arn:aws:kms:us-east-1:000000000000:key/{key}: Enabled" in said
    assert "COMES BACK  arn:aws:kms:us-east-1:000000000000:alias/of-it" in said
    assert "2 come back, 0 are lost, 0 change" in said
