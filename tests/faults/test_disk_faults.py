"""A disk that fails: clear words and exit codes, nothing answered that is not kept, and a start after the repair."""

import errno
import shutil
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from conformance.support.audit_log import audit_events, request_id
from conformance.support.clients import aws_client
from faults.support.faults import FaultyServer

EXIT_STORE_FAILED = 74  # EX_IOERR
WAIT = 20
REFUSALS = ("KMSInternalException", "DependencyTimeoutException")  # of one under way, of those that come later

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def server(tmp_path):
    made = FaultyServer(tmp_path / "disk")
    yield made.start()
    if made.process is not None:
        made.kill()


def ended(server):
    """Its exit code, once it has ended by itself."""
    return server._ended()


def make_until_refused(server, kept):
    """Makes keys; enters into `kept` what was answered. Gives the refusal."""
    kms = aws_client(server, "kms")
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        try:
            answer = kms.create_key(Description=str(len(kept)))
        except (ClientError, BotoCoreError) as refusal:
            return refusal
        kept[answer["KeyMetadata"]["KeyId"]] = request_id(answer)
    raise AssertionError("nothing was refused")


def check_kept(server, kept):
    """After the repair: a start, every answered key with its record once, and a new key."""
    server.fail()
    server.start()
    kms = aws_client(server, "kms")
    for key in kept:
        assert kms.describe_key(KeyId=key)["KeyMetadata"]["Enabled"]
    assert kms.create_key()["KeyMetadata"]["Enabled"]
    assert server.stop() == 0
    requests = [event.get("requestID") for event in audit_events(server)]
    assert {request: requests.count(request) for request in kept.values()} == dict.fromkeys(kept.values(), 1)


def some_keys(server):
    kms = aws_client(server, "kms")
    answers = [kms.create_key() for _ in range(5)]
    return {answer["KeyMetadata"]["KeyId"]: request_id(answer) for answer in answers}


@pytest.mark.parametrize(
    ("call", "number", "words"),
    [
        ("sync", errno.EIO, "Input/output error"),
        ("write", errno.EIO, "Input/output error"),
        ("write", errno.ENOSPC, "No space left on device"),
        ("write", errno.EROFS, "Read-only file system"),
    ],
)
def test_the_store_s_log_cannot_be_written(server, call, number, words):
    """The process ends: after a failed sync nobody knows what the disk holds until it is read again."""
    kept = some_keys(server)
    server.fail((call, "*/store/*.log", number))
    refusal = make_until_refused(server, kept)
    assert not isinstance(refusal, ClientError), refusal
    assert ended(server) == EXIT_STORE_FAILED
    assert "the store cannot write" in server.log_tail() and words in server.log_tail()
    check_kept(server, kept)


@pytest.mark.parametrize(
    ("call", "number", "words"),
    [
        ("sync", errno.EIO, "Input/output error"),
        ("write", errno.EIO, "Input/output error"),
        ("write", errno.EROFS, "Read-only file system"),
    ],
)
def test_the_audit_log_cannot_be_written(server, call, number, words):
    """Every call is refused until a start has looked at the log again, uses of keys too."""
    kept = some_keys(server)
    server.fail((call, "*/audit/*.jsonl", number))
    refusal = make_until_refused(server, kept)
    assert isinstance(refusal, ClientError)
    assert refusal.response["Error"]["Code"] in REFUSALS
    assert words not in str(refusal)  # what is wrong is for the operator
    with pytest.raises(ClientError, match="|".join(REFUSALS)):
        aws_client(server, "kms").generate_random(NumberOfBytes=8)
    assert "the audit log has failed" in server.log_tail() and words in server.log_tail()
    server.stop()
    check_kept(server, kept)


def test_the_whole_disk_turns_read_only(server):
    kept = some_keys(server)
    calls = ("open", "write", "truncate", "rename", "unlink", "mkdir")
    server.fail(*((call, "*", errno.EROFS) for call in calls))
    make_until_refused(server, kept)
    if server.process.poll() is None:
        server.kill()
    else:
        assert ended(server) == EXIT_STORE_FAILED
    code, said = server.start_refused()
    assert code == 1 and "Read-only file system" in said
    check_kept(server, kept)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("pattern", ["*/store/*.sst", "*/store/MANIFEST*", "*/store/*.dbtmp"])
def test_a_start_whose_store_cannot_be_brought_in_order(server, pattern, number):
    """At a start the log's records become a table, and CURRENT names a new MANIFEST."""
    kept = some_keys(server)
    server.kill()
    server.fail(("write", pattern, number))
    code, said = server.start_refused()
    assert code in (1, EXIT_STORE_FAILED) and said.strip().splitlines()[-1]
    assert "No space left" in said or "Input/output error" in said
    check_kept(server, kept)


@pytest.mark.parametrize("missing", ["store", "audit", "slots", "deployment.json", "slots/01.key"])
def test_something_is_missing(server, tmp_path, missing):
    """What is gone is named; nothing is made anew in its place; with it back the server starts."""
    kept = some_keys(server)
    assert server.stop() == 0
    there, aside = server.data / missing, tmp_path / "aside"
    there.rename(aside)
    code, said = server.start_refused()
    assert code == 1, said
    last = said.strip().splitlines()[-1]
    assert last.startswith("kagimori: ") and any(word in last for word in EXPECTED[missing]), last
    if there.is_dir():
        shutil.rmtree(there)
    aside.rename(there)
    check_kept(server, kept)


EXPECTED = {
    "store": ["store"],
    "audit": ["audit log"],
    "slots": ["slot"],
    "slots/01.key": ["01.key"],
    "deployment.json": ["no data folder", "deployment.json", "not empty"],
}
