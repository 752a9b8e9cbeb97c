"""A term comes to its end under load, and through kills at any moment: everything moves, nothing is lost, and what was
sealed under the old term opens no more (docs/operations/terms.md)."""

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from conformance.support.audit_log import audit_events, audit_folder, signing_key, verify, write_pem
from conformance.support.clients import aws_client
from conformance.support.server import Server
from faults.test_kill import Acknowledged, check, write_until_killed

SEED = 20261123
KILLS = 6
WORKERS = 3
PREPARED = 100  # keys

pytestmark = pytest.mark.timeout(600)


def server_at(folder, rate):
    return Server(folder / "data", arguments=("--term-rotation-rate", str(rate), "--term-rotation-days", "0"))


def status(server):
    done = server.command("status", "--data", server.data, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wait_for(server, holds, seconds=120):
    deadline = time.monotonic() + seconds
    while not holds(seen := status(server)):
        assert time.monotonic() < deadline, f"it did not come to that: {seen}"
        time.sleep(0.05)
    return seen


def rotate(server):
    done = server.command("seal", "rotate-term", "--data", server.data)
    assert done.returncode == 0, done.stderr
    return status(server)["current_term"]


def prepare(server):
    """Keys with a ciphertext, a tag and a policy each; {key: ciphertext}."""
    kms = aws_client(server, "kms")

    def make(number):
        tags = [{"TagKey": "number", "TagValue": str(number)}]
        key = kms.create_key(Description=f"prepared {number}", Tags=tags)["KeyMetadata"]["KeyId"]
        return key, kms.encrypt(KeyId=key, Plaintext=key.encode())["CiphertextBlob"]

    with ThreadPoolExecutor(8) as pool:
        return dict(pool.map(make, range(PREPARED)))


def check_prepared(server, blobs):
    kms = aws_client(server, "kms")

    def look(entry):
        number, (key, blob) = entry
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == key.encode()
        assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == f"prepared {number}"
        assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "number", "TagValue": str(number)}]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(look, enumerate(blobs.items())))


def check_stopped(server, folder):
    done = server.command("verify", "--data", server.data)
    assert done.returncode == 0, done.stdout + done.stderr
    whole, text = verify(server, audit_folder(server), write_pem(signing_key(server), folder / "audit.pem"))
    assert whole, text


def administration(server, name):
    return [event for event in audit_events(server) if event["eventName"] == name]


class Load(threading.Thread):
    """Makes keys, changes the prepared ones and uses all of them. No call may fail."""

    def __init__(self, server, number, prepared):
        super().__init__()
        self.kms = aws_client(server, "kms")
        self.chance = random.Random(f"{SEED}/{number}")
        self.prepared = prepared
        self.names = list(prepared)[number::WORKERS]  # whose tags are this one's to change
        self.ending = threading.Event()
        self.made = []  # (time, key, ciphertext)
        self.tags = {}
        self.failures = []

    def run(self):
        try:
            while not self.ending.is_set():
                self.step()
                time.sleep(0.02)  # the rest of the machine is for the rotation
        except Exception as failure:  # noqa: BLE001
            self.failures.append(repr(failure))

    def step(self):
        key = self.kms.create_key()["KeyMetadata"]["KeyId"]
        blob = self.kms.encrypt(KeyId=key, Plaintext=key.encode())["CiphertextBlob"]
        self.made.append((time.monotonic(), key, blob))
        old = self.chance.choice(self.names)
        assert self.kms.decrypt(CiphertextBlob=self.prepared[old])["Plaintext"] == old.encode()
        self.kms.tag_resource(KeyId=old, Tags=[{"TagKey": "load", "TagValue": key}])
        self.tags[old] = key
        _, key, blob = self.chance.choice(self.made)
        assert self.kms.decrypt(CiphertextBlob=blob)["Plaintext"] == key.encode()


def check_load(server, loads):
    kms = aws_client(server, "kms")
    for load in loads:
        for _, key, blob in load.made:
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == key.encode()
        for key, value in load.tags.items():
            tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key)["Tags"]}
            assert tags["load"] == value
            kms.untag_resource(KeyId=key, TagKeys=["load"])


def test_a_rotation_under_load(tmp_path):
    server = server_at(tmp_path, rate=300)
    with server:
        kms = aws_client(server, "kms")
        prepared = prepare(server)
        before = status(server)
        assert (before["terms"], before["term_rotation"]) == (1, "idle")
        marker = kms.list_keys(Limit=10)["NextMarker"]
        loads = [Load(server, number, prepared) for number in range(WORKERS)]
        for load in loads:
            load.start()
        try:
            time.sleep(0.5)
            began = time.monotonic()
            term = rotate(server)
            assert term == before["current_term"] + 1
            shown = [wait_for(server, lambda now: "records_under_old_terms" in now or now["terms"] == 1)]
            assert shown[0]["terms"] == 2
            # Until it is destroyed, the old term opens what it has sealed.
            assert kms.list_keys(Limit=10, Marker=marker)["Keys"]
            while shown[-1]["terms"] > 1:
                assert time.monotonic() < began + 120, shown[-1]
                time.sleep(0.05)
                shown.append(status(server))
            ended = time.monotonic()
            time.sleep(0.5)
        finally:
            for load in loads:
                load.ending.set()
            for load in loads:
                load.join()
        assert [failure for load in loads for failure in load.failures] == []

        left = [now["records_under_old_terms"] for now in shown]
        assert left[0] > PREPARED and left[-1] == 0 and left == sorted(left, reverse=True), left
        assert len(set(left)) > 4, "it did not count down"
        assert {now["current_term"] for now in shown} == {term}
        stages = list(dict.fromkeys(now["term_rotation"] for now in shown))
        assert "sealing anew" in stages and "closing" in stages and not any("held up" in one for one in stages), stages
        assert [one for one in stages if one != "counting"][:2] == ["sealing anew", "closing"]
        wait_for(server, lambda now: now["term_rotation"] == "idle")
        # Gone: what only the old term opened opens no more.
        with pytest.raises(ClientError, match="InvalidMarker"):
            kms.list_keys(Limit=10, Marker=marker)

        times = [at for load in loads for at, _, _ in load.made]
        for low, high in ((0, began), (began, ended), (ended, float("inf"))):
            assert any(low < at < high for at in times), "the load stood still"
        check_load(server, loads)
        check_prepared(server, prepared)
    check_stopped(server, tmp_path)
    (rotated,) = administration(server, "RotateTerm")
    assert rotated["responseElements"] == {"term": term} and "errorCode" not in rotated
    (destroyed,) = administration(server, "DestroyTerm")
    assert destroyed["requestParameters"] == {"term": before["current_term"]}
    with server:  # without a cache
        assert status(server)["terms"] == 1
        check_prepared(server, prepared)
        check_load(server, [])


def test_kills_while_terms_come_to_their_end(tmp_path):
    """Kills while records move, one of them in the wait before the old term is closed, and a second rotation that begins
    before the first has ended."""
    chance = random.Random(SEED)
    server = server_at(tmp_path, rate=150)
    server.start()
    prepared = prepare(server)
    first = status(server)["current_term"]
    term = rotate(server)
    assert term == first + 1
    all_done, kills, left_at_kill = [], 0, None
    while kills < KILLS:
        closing = kills == KILLS - 1
        again = kills == KILLS // 2
        now = wait_for(server, lambda now: "records_under_old_terms" in now)
        if left_at_kill is not None:  # what had moved stays moved
            assert now["records_under_old_terms"] <= left_at_kill
        assert now["terms"] > 1 and now["current_term"] == term
        if closing:
            wait_for(server, lambda now: now["term_rotation"] == "closing")
        stop = threading.Event()
        done = Acknowledged()
        writer = threading.Thread(target=write_until_killed, args=(server, kills, done, stop))
        writer.start()
        if again:
            term = rotate(server)
            assert term == first + 2
        time.sleep(chance.uniform(0.05, 0.4))
        at_kill = status(server)
        server.kill()
        stop.set()
        writer.join()
        kills += 1
        assert done.unexpected == []
        assert at_kill["terms"] > 1, "the rotation was over before the kill"
        left_at_kill = None if again else at_kill["records_under_old_terms"]
        all_done.append(done)
        server.start()
        check(server, done)
    ended = wait_for(server, lambda now: now["terms"] == 1)
    assert (ended["current_term"], ended["records_under_old_terms"]) == (term, 0)
    wait_for(server, lambda now: now["term_rotation"] == "idle")
    check_prepared(server, prepared)
    for done in all_done:
        check(server, done)
    assert sum(len(done.requests) for done in all_done) > 20, "the writers hardly wrote"
    assert server.stop() == 0
    check_stopped(server, tmp_path)
    assert len(administration(server, "RotateTerm")) == 2
    destroyed = [event["requestParameters"]["term"] for event in administration(server, "DestroyTerm")]
    assert destroyed == [first, first + 1]
    with server:
        assert status(server)["terms"] == 1
        check_prepared(server, prepared)
