"""What somebody with the disk may do to a deployment at rest, and when each of it is found (SECURITY.md, "Who changes the disk")."""

import json
import shutil
import subprocess
import time

import botocore.exceptions
import pytest

from conformance.support.clients import aws_client
from conformance.support.server import BINARY, Server

TAMPER = BINARY.parent / "store_tamper"
# The types of records (docs/storage-format.md, "Paths").
LEDGER_HEAD, ACCOUNT, ACCESS_KEY, KEY_HEAD, ALIAS = "04", "10", "11", "20", "22"


def tamper(data, *arguments):
    done = subprocess.run([TAMPER, data / "store", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def records(data, kind=""):
    """Path -> stored value of the records of a type."""
    return {path: value for path, value in map(str.split, tamper(data, "list").splitlines()) if path.startswith(kind)}


def verify(server, *arguments):
    return server.command("verify", "--data", server.data, *arguments)


def status(server):
    return json.loads(server.command("status", "--json", "--data", server.data).stdout)


def wait_for_scrub(server, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = status(server)
        if seen["scrub"].startswith(("whole", "DAMAGED")):
            return seen
        time.sleep(0.2)
    raise AssertionError(f"no scrub in {seconds} s: {seen}")


def audited(server, name):
    lines = []
    for file in sorted((server.data / "audit").glob("*.jsonl")):
        lines += [json.loads(line) for line in file.read_text().splitlines() if f'"eventName":"{name}"' in line]
    return lines


@pytest.fixture
def stopped(tmp_path):
    """A server that was stopped with a key in it that was disabled, and the key's head from before."""
    server = Server(tmp_path / "data")
    server.start()
    kms = aws_client(server, "kms")
    server.key = kms.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/one", TargetKeyId=server.key)
    assert server.stop() == 0
    server.old = records(server.data)
    server.start()
    aws_client(server, "kms").disable_key(KeyId=server.key)
    assert server.stop() == 0
    yield server
    if server.process is not None:
        server.kill()


def test_a_store_that_nobody_touched_is_whole(stopped):
    done = verify(stopped)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("\nwhole\n")
    stopped.start()
    assert wait_for_scrub(stopped)["scrub"].startswith("whole at revision ")
    assert stopped.stop() == 0


def expect_held(server, words):
    """`verify` names it; a server that starts finds it by itself, holds the account and says so everywhere."""
    done = verify(server)
    assert done.returncode == 1
    assert words in done.stdout, done.stdout
    server.start()
    seen = wait_for_scrub(server)
    assert seen["scrub"].startswith("DAMAGED: "), seen
    kms = aws_client(server, "kms")
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        kms.describe_key(KeyId=server.key)
    assert refused.value.response["Error"]["Code"] == "KMSInternalException"
    (event,) = audited(server, "ScrubFindings")
    assert event["requestParameters"]["findings"] >= 1
    server.stop()


def test_an_old_head_put_back_under_its_own_path_is_found(stopped):
    (head,) = records(stopped.data, KEY_HEAD)
    assert stopped.old[head] != records(stopped.data)[head]
    tamper(stopped.data, "put", head, stopped.old[head])  # the key is enabled again, as it was
    expect_held(stopped, "some are not the newest: older ones were put in their place")


def test_a_removed_alias_is_found_and_named(stopped):
    (alias,) = records(stopped.data, ALIAS)
    tamper(stopped.data, "delete", alias)
    expect_held(stopped, "is missing: the key's list of aliases names it")


def test_an_extra_record_is_found_and_named(stopped):
    stopped.start()
    aws_client(stopped, "kms").delete_alias(AliasName="alias/one")
    stopped.stop()
    for path, value in stopped.old.items():
        if path.startswith(ALIAS):
            tamper(stopped.data, "put", path, value)
    expect_held(stopped, "is extra: the key's list of aliases does not name it")


def test_a_changed_record_is_found_and_named(stopped):
    (head,) = records(stopped.data, KEY_HEAD)
    value = records(stopped.data)[head]
    tamper(stopped.data, "put", head, value[:-2] + ("00" if value[-2:] != "00" else "01"))
    expect_held(stopped, "does not open: changed, moved or of another store")


def test_an_old_access_key_holds_every_account(stopped):
    (path,) = records(stopped.data, ACCESS_KEY)
    tamper(stopped.data, "delete", path)
    tamper(stopped.data, "put", path[:-2] + "00", records(stopped.data, ACCOUNT).popitem()[1])
    done = verify(stopped)
    assert done.returncode == 1 and "the deployment" in done.stdout


def test_the_ledgers_own_heads_are_found_at_the_start(stopped):
    for path in records(stopped.data, LEDGER_HEAD):
        current = records(stopped.data)[path]
        tamper(stopped.data, "put", path, stopped.old[path])
        with pytest.raises(AssertionError, match="did not get ready"):
            stopped.start()
        stopped.process = None
        tamper(stopped.data, "put", path, current)
    stopped.start()
    assert stopped.stop() == 0


def test_damage_can_be_accepted_and_that_is_recorded(stopped):
    (alias,) = records(stopped.data, ALIAS)
    tamper(stopped.data, "delete", alias)
    done = verify(stopped, "--accept-damage")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("the damage was accepted\n")
    stopped.start()
    assert wait_for_scrub(stopped)["scrub"].startswith("whole")
    assert aws_client(stopped, "kms").describe_key(KeyId=stopped.key)["KeyMetadata"]["Enabled"] is False
    (event,) = audited(stopped, "AcceptDamage")
    assert any("is missing" in text for text in event["requestParameters"]["first"])
    assert stopped.stop() == 0


def start_fails(server, *arguments):
    kept = list(server.arguments)
    server.arguments += arguments
    with pytest.raises(AssertionError) as failed:
        server.start()
    server.arguments = kept
    server.process = None
    return str(failed.value)


def accept_rollback(server):
    server.arguments.append("--accept-rollback")
    server.start()
    server.arguments.remove("--accept-rollback")
    (event,) = audited(server, "AcceptRollback")
    assert server.stop() == 0
    server.start()  # once is enough
    assert wait_for_scrub(server)["scrub"].startswith("whole")
    return event["requestParameters"]["rolledBack"]


def copy_of(folder, name):
    copy = folder.parent / name
    shutil.copytree(folder, copy)
    return copy


def put_back(copy, folder):
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)


def change_something(server, count=3):
    server.start()
    kms = aws_client(server, "kms")
    for _ in range(count):
        kms.create_key()
    assert server.stop() == 0


def test_an_old_store_beside_the_newest_log_does_not_start(stopped, tmp_path):
    copy = copy_of(stopped.data / "store", "old-store")
    change_something(stopped)
    put_back(copy, stopped.data / "store")
    assert "but the audit log knows revision" in start_fails(stopped)
    assert "but the audit log knows revision" in verify(stopped).stdout
    assert "the store is an older copy" in accept_rollback(stopped)


def test_an_old_log_beside_the_newest_store_does_not_start(stopped):
    copy = copy_of(stopped.data / "audit", "old-audit")
    change_something(stopped)
    put_back(copy, stopped.data / "audit")
    assert "its end was cut off, or an older copy was put in its place" in start_fails(stopped)
    assert "its end was cut off, or an older copy was put in its place" in accept_rollback(stopped)


def test_a_log_that_is_gone_does_not_start(stopped):
    shutil.rmtree(stopped.data / "audit")
    assert "the store knows an audit log, but there is none" in start_fails(stopped)
    assert "the store knows an audit log" in accept_rollback(stopped)


def test_a_store_that_is_gone_is_not_made_anew(stopped):
    shutil.rmtree(stopped.data / "store")
    assert "the store is missing" in start_fails(stopped)


def test_an_old_copy_of_the_whole_folder_starts_and_only_something_outside_can_tell(stopped):
    """The limit, stated: store and log of one time agree. See the outside anchors."""
    copy = copy_of(stopped.data, "old-folder")
    change_something(stopped)
    put_back(copy, stopped.data)
    stopped.start()
    assert wait_for_scrub(stopped)["scrub"].startswith("whole")
    assert stopped.stop() == 0


def test_a_server_that_was_killed_starts_without_being_told_to(stopped):
    for _ in range(5):
        stopped.start()
        kms = aws_client(stopped, "kms")
        for _ in range(10):
            kms.create_key()
        stopped.kill()
    stopped.start()
    assert wait_for_scrub(stopped)["scrub"].startswith("whole")
    assert stopped.stop() == 0
    assert verify(stopped).returncode == 0
