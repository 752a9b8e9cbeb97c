"""Signed requests of every kind that writes, and what each must have changed."""

import base64
import copy
import json
import random
import threading
from dataclasses import dataclass, field

from conformance.support.server import ACCOUNT
from conformance.support.wire import Connection, kms_request

WORKERS = 4


@dataclass
class Step:
    """One request of a worker: `key` is the key it touches, `after` what that key is once it is done (None: unchanged)."""

    request: str
    operation: str
    key: str | None = None
    after: dict | None = None


@dataclass
class Worker:
    """Its keys are nobody else's, and it sends nothing before it has the answer: its steps have one order."""

    number: int
    steps: list = field(default_factory=list)
    keys: dict = field(default_factory=dict)  # id: {"state", "description", "policy", "tags", "aliases"}
    blobs: dict = field(default_factory=dict)


@dataclass
class Round:
    """A stretch of steps, and the deletions that a moved clock has brought on behind it."""

    steps_before: list  # per worker
    deleted: list
    begins: str  # a request answered before the clock was moved
    ends: str  # one answered after it


class Workload:
    def __init__(self, server, seed, synced):
        self.server = server
        self.seed = seed
        self.synced = synced
        self.workers = [Worker(number) for number in range(WORKERS)]
        self.rounds = []
        self.marks = []  # requests of the main thread; read only
        self.failures = []

    def run(self, steps):
        """Every worker does `steps` steps."""
        threads = [threading.Thread(target=self._work, args=(worker, steps)) for worker in self.workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not self.failures, self.failures[:3]

    def delete_what_is_pending(self):
        """Moves the clock beyond every scheduled deletion."""
        deleted = [
            key for worker in self.workers for key, state in worker.keys.items() if state["state"] == "PendingDeletion"
        ]
        counts = [len(worker.steps) for worker in self.workers]
        begins = self._mark()
        self.server.advance_clock("40d")
        self.rounds.append(Round(counts, deleted, begins, self._mark()))
        for worker in self.workers:
            for key in deleted:
                worker.keys.pop(key, None)

    def _mark(self):
        with Connection(self.server) as connection:
            connection.send(kms_request(self.server, "GenerateRandom", {"NumberOfBytes": 8}))
            answer = connection.response()
        assert answer.status == 200, answer.body
        self.marks.append(answer.get("x-amzn-RequestId"))
        return self.marks[-1]

    def _work(self, worker, steps):
        chance = random.Random(f"{self.seed}/{worker.number}/{len(worker.steps)}")
        try:
            with Connection(self.server) as connection:
                for _ in range(steps):
                    self._step(worker, chance, connection)
        except Exception as problem:  # noqa: BLE001
            self.failures.append(repr(problem))

    def _call(self, worker, connection, operation, body, *, key=None, after=None, status=200):
        connection.send(kms_request(self.server, operation, body))
        answer = connection.response()
        assert answer.status == status, (operation, answer.status, answer.body)
        worker.steps.append(Step(answer.get("x-amzn-RequestId"), operation, key, copy.deepcopy(after)))
        if after is not None:
            worker.keys[key] = after
        return answer.json() if answer.body else {}

    def _step(self, worker, chance, connection):
        usable = [key for key, state in worker.keys.items() if state["state"] != "PendingDeletion"]
        if len(usable) < 3 or chance.random() < 0.1:
            self._create(worker, chance, connection)
            return
        key = chance.choice(usable)
        choice = chance.choice(
            [self._alias, self._tags, self._untag, self._policy, self._describe, self._toggle, self._use, self._use]
            + ([self._delete] if chance.random() < 0.4 else [])
        )
        choice(worker, chance, connection, key, copy.deepcopy(worker.keys[key]))

    def _create(self, worker, chance, connection):
        description = "d" * chance.choice((0, 5, 700))
        tags = {f"t{n}": "v" * chance.randrange(100) for n in range(chance.randrange(3))}
        body = {"Description": description, "Tags": [{"TagKey": k, "TagValue": v} for k, v in tags.items()]}
        metadata = self._call(worker, connection, "CreateKey", body)["KeyMetadata"]
        state = {"state": "Enabled", "description": description, "policy": "", "tags": tags, "aliases": []}
        worker.steps[-1].key = metadata["KeyId"]
        worker.steps[-1].after = copy.deepcopy(state)
        worker.keys[metadata["KeyId"]] = state

    def _alias(self, worker, chance, connection, key, state):
        if state["aliases"] and chance.random() < 0.4:
            name = state["aliases"].pop(chance.randrange(len(state["aliases"])))
            self._call(worker, connection, "DeleteAlias", {"AliasName": name}, key=key, after=state)
            return
        name = f"alias/{worker.number}-{len(worker.steps)}"
        state["aliases"] = sorted([*state["aliases"], name])
        self._call(worker, connection, "CreateAlias", {"AliasName": name, "TargetKeyId": key}, key=key, after=state)

    def _tags(self, worker, chance, connection, key, state):
        tags = {f"t{chance.randrange(6)}": "v" * chance.randrange(200) for _ in range(2)}
        state["tags"] |= tags
        body = {"KeyId": key, "Tags": [{"TagKey": k, "TagValue": v} for k, v in tags.items()]}
        self._call(worker, connection, "TagResource", body, key=key, after=state)

    def _untag(self, worker, chance, connection, key, state):
        if not state["tags"]:
            return
        tag = chance.choice(sorted(state["tags"]))
        del state["tags"][tag]
        self._call(worker, connection, "UntagResource", {"KeyId": key, "TagKeys": [tag]}, key=key, after=state)

    def _policy(self, worker, chance, connection, key, state):
        statement = {
            "Sid": "s" * chance.choice((1, 50, 3000)),
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
        state["policy"] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._call(
            worker, connection, "PutKeyPolicy", {"KeyId": key, "Policy": state["policy"]}, key=key, after=state
        )

    def _describe(self, worker, chance, connection, key, state):
        state["description"] = "e" * chance.choice((0, 20, 1500))
        body = {"KeyId": key, "Description": state["description"]}
        self._call(worker, connection, "UpdateKeyDescription", body, key=key, after=state)

    def _toggle(self, worker, chance, connection, key, state):
        enabled = state["state"] == "Enabled"
        state["state"] = "Disabled" if enabled else "Enabled"
        self._call(worker, connection, "DisableKey" if enabled else "EnableKey", {"KeyId": key}, key=key, after=state)

    def _delete(self, worker, chance, connection, key, state):
        state["state"] = "PendingDeletion"
        body = {"KeyId": key, "PendingWindowInDays": chance.choice((7, 30))}
        self._call(worker, connection, "ScheduleKeyDeletion", body, key=key, after=state)
        if chance.random() < 0.4:
            state = copy.deepcopy(state)
            state["state"] = "Disabled"
            self._call(worker, connection, "CancelKeyDeletion", {"KeyId": key}, key=key, after=state)

    def _use(self, worker, chance, connection, key, state):
        if state["state"] != "Enabled":
            self._call(worker, connection, "Encrypt", {"KeyId": key, "Plaintext": "AAAA"}, status=400)
        elif key in worker.blobs and chance.random() < 0.5:
            answer = self._call(worker, connection, "Decrypt", {"CiphertextBlob": worker.blobs[key]})
            assert base64.b64decode(answer["Plaintext"]) == key.encode()
        else:
            plaintext = base64.b64encode(key.encode()).decode()
            answer = self._call(worker, connection, "Encrypt", {"KeyId": key, "Plaintext": plaintext})
            worker.blobs[key] = answer["CiphertextBlob"]
