"""kill -9 at any moment: what was acknowledged is there afterwards, and its audit record exactly once."""

import random
import threading
import time
from collections import Counter

import pytest
from botocore.exceptions import ClientError

from conformance.support.audit_log import audit_events, audit_folder, request_id, signing_key, verify, write_pem
from conformance.support.clients import aws_client
from conformance.support.server import Server

ROUNDS = 8
WRITERS = 6
SEED = 20261123  # the moments of the kills; the machine adds what it likes

pytestmark = pytest.mark.timeout(600)


class Acknowledged:
    """What the server has said is done. One writer's own; nothing is entered before the answer is there."""

    def __init__(self):
        self.keys = {}  # key id: a ciphertext of it, or None
        self.aliases = {}  # name: key id
        self.tags = {}  # (key id, tag key): value
        self.descriptions = {}  # key id: the last text, or None while a change is under way
        self.users = {}  # name: (unique id, access key id, secret), or None for the last two
        self.requests = []
        self.unexpected = []


def write_until_killed(server, number, done, stop):
    """Creates and changes as fast as it can; the connection's end is the kill."""
    client = aws_client(server, "kms")
    iam = aws_client(server, "iam")
    step = 0
    while not stop.is_set():
        step += 1
        try:
            answer = client.create_key()
            key_id = answer["KeyMetadata"]["KeyId"]
            done.keys[key_id] = None
            done.requests.append(request_id(answer))

            name = f"alias/{number}-{key_id}"
            done.requests.append(request_id(client.create_alias(AliasName=name, TargetKeyId=key_id)))
            done.aliases[name] = key_id

            tags = [{"TagKey": "step", "TagValue": str(step)}]
            done.requests.append(request_id(client.tag_resource(KeyId=key_id, Tags=tags)))
            done.tags[key_id, "step"] = str(step)

            for text in ("first", "second"):
                done.descriptions[key_id] = None
                done.requests.append(request_id(client.update_key_description(KeyId=key_id, Description=text)))
                done.descriptions[key_id] = text

            answer = client.encrypt(KeyId=name, Plaintext=key_id.encode())
            done.requests.append(request_id(answer))
            done.keys[key_id] = answer["CiphertextBlob"]

            # Changes of one account's IAM follow one another: not too many of them.
            if step % 8 == 1:
                answer = iam.create_user(UserName=key_id)
                done.requests.append(request_id(answer))
                done.users[key_id] = (answer["User"]["UserId"], None, None)
                answer = iam.create_access_key(UserName=key_id)
                done.requests.append(request_id(answer))
                made = answer["AccessKey"]
                done.users[key_id] = (done.users[key_id][0], made["AccessKeyId"], made["SecretAccessKey"])
        except ClientError as refusal:
            done.unexpected.append(repr(refusal))
            return
        except Exception:  # noqa: BLE001
            return


def check(server, done):
    client = aws_client(server, "kms")
    listed = set()
    for page in client.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1000}):
        listed |= {entry["KeyId"] for entry in page["Keys"]}
    for key_id, blob in done.keys.items():
        assert key_id in listed
        metadata = client.describe_key(KeyId=key_id)["KeyMetadata"]
        assert metadata["Enabled"]
        if done.descriptions.get(key_id) is not None:
            assert metadata["Description"] == done.descriptions[key_id]
        blob = blob or client.encrypt(KeyId=key_id, Plaintext=key_id.encode())["CiphertextBlob"]
        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == key_id.encode()
    for name, key_id in done.aliases.items():
        assert client.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] == key_id
    for (key_id, tag_key), value in done.tags.items():
        assert client.list_resource_tags(KeyId=key_id)["Tags"] == [{"TagKey": tag_key, "TagValue": value}]
    iam = aws_client(server, "iam")
    for name, (unique_id, access_key, secret) in done.users.items():
        assert iam.get_user(UserName=name)["User"]["UserId"] == unique_id
        if access_key is not None:
            identity = aws_client(server, "sts", key=access_key, secret=secret).get_caller_identity()
            assert identity["UserId"] == unique_id
    return listed


def check_nothing_is_half_done(server, listed):
    """An unacknowledged change may be there or not, but an alias that is there leads to a key that is, both ways."""
    client = aws_client(server, "kms")
    aliases = [a for page in client.get_paginator("list_aliases").paginate() for a in page["Aliases"]]
    for alias in aliases:
        assert alias["TargetKeyId"] in listed
        assert alias["AliasName"] in [
            a["AliasName"] for a in client.list_aliases(KeyId=alias["TargetKeyId"])["Aliases"]
        ]


def test_kill_in_a_loop(tmp_path):
    chance = random.Random(SEED)
    server = Server(tmp_path / "data")
    all_done, changes = [], 0
    server.start()
    for _ in range(ROUNDS):
        stop = threading.Event()
        writers = [Acknowledged() for _ in range(WRITERS)]
        threads = [
            threading.Thread(target=write_until_killed, args=(server, number, done, stop))
            for number, done in enumerate(writers)
        ]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.3, 1.5))
        server.kill()
        stop.set()
        for thread in threads:
            thread.join()
        assert [problem for done in writers for problem in done.unexpected] == []
        all_done += writers
        server.start()
        for done in writers:
            listed = check(server, done)
        changes += sum(len(done.requests) for done in writers)
    assert changes > 50 * ROUNDS / 10, "the writers hardly wrote"

    for done in all_done:  # the early rounds once more, after all kills
        listed = check(server, done)
    check_nothing_is_half_done(server, listed)
    assert server.stop() == 0

    counted = Counter(event["requestID"] for event in audit_events(server) if "requestID" in event)
    acknowledged = [identifier for done in all_done for identifier in done.requests]
    assert [identifier for identifier in acknowledged if counted[identifier] != 1] == []
    assert [identifier for identifier, count in counted.items() if count > 1] == []
    whole, text = verify(server, audit_folder(server), write_pem(signing_key(server), tmp_path / "audit.pem"))
    assert whole, text


def test_kill_at_the_very_start(tmp_path):
    """A first start that is cut short leaves a folder that the next start can use."""
    server = Server(tmp_path / "data")
    for delay in (0.0, 0.01, 0.02, 0.05, 0.1, 0.2):
        starter = threading.Timer(delay, lambda: server.process and server.process.kill())
        starter.start()
        try:
            server.start()
        except AssertionError:
            pass
        starter.join()
        if server.process is not None:
            server.kill()
    with server:
        assert aws_client(server, "kms").create_key()["KeyMetadata"]["Enabled"]


def test_a_scheduled_deletion_survives_a_kill(tmp_path):
    server = Server(tmp_path / "data")
    server.start()
    kms = aws_client(server, "kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    server.kill()
    server.start()
    kms = aws_client(server, "kms")
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    server.advance_clock("8d")
    server.kill()
    server.start()
    with pytest.raises(ClientError, match="NotFoundException"):
        aws_client(server, "kms").describe_key(KeyId=key_id)
    assert server.stop() == 0


def test_the_shifted_clock_never_goes_back(tmp_path):
    server = Server(tmp_path / "data")
    server.start()
    server.advance_clock("31d")
    first = aws_client(server, "kms").create_key()["KeyMetadata"]["CreationDate"]
    server.kill()
    server.start()
    assert aws_client(server, "kms").create_key()["KeyMetadata"]["CreationDate"] >= first
    assert server.stop() == 0
