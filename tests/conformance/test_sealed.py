"""The sealed state: a server without its root key refuses clearly, opens with `kagimori unseal` at the same addresses, and
drops every key at `kagimori seal`. What was acknowledged before a seal is there after it."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from conformance.support.server import BINARY

PASSPHRASE = "correct horse battery staple"
REASON = "sealed"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed")
    for name, text in (("passphrase", PASSPHRASE), ("wrong", "another passphrase, not this one")):
        (folder / name).write_text(text + "\n")
        (folder / name).chmod(0o600)
    done = subprocess.run(
        [BINARY, "init", "--data", folder / "data", "--account", "111122223333", "--passphrase-file", folder / "passphrase",
         "--recovery-code-out", folder / "recovery"],
        capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0, done.stderr
    key_id = re.search(r"Access key id: +(AKIA[A-Z2-7]{16})\n", done.stdout)[1]
    secret = re.search(r"Secret access key: +(\S{40})\n", done.stdout)[1]
    return folder, key_id, secret


class Sealable:
    """`kagimori serve`, which has no terminal here (a session of its own) and so starts sealed without a passphrase."""

    def __init__(self, deployment, *arguments):
        self.folder, self.key_id, self.secret = deployment
        self.arguments = arguments
        self.port, self.pages = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self.log = (self.folder / "serve.log").open("a+")
        environment = {name: value for name, value in os.environ.items() if name != "CREDENTIALS_DIRECTORY"}
        self.process = subprocess.Popen(
            [BINARY, "serve", "--data", self.folder / "data", "--listen", f"127.0.0.1:{self.port}", "--metrics-listen",
             f"127.0.0.1:{self.pages}", "--audit-reserve", "16", *self.arguments],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True, env=environment)
        for _ in range(600):
            if self.process.poll() is not None or self.command("status").returncode == 0:
                break
            time.sleep(0.1)
        assert self.process.poll() is None, (self.folder / "serve.log").read_text()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, (self.folder / "serve.log").read_text()
        self.log.close()

    def command(self, *arguments):
        return subprocess.run([BINARY, *arguments, "--data", self.folder / "data"], capture_output=True, text=True,
                              timeout=120, stdin=subprocess.DEVNULL, start_new_session=True)

    def unseal(self, passphrase="passphrase"):
        return self.command("unseal", "--passphrase-file", self.folder / passphrase)

    def status(self):
        done = self.command("status", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def page(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.pages}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def client(self, service="kms", secret=None, attempts=1):
        return boto3.client(service, endpoint_url=self.url, region_name="eu-central-1", aws_access_key_id=self.key_id,
                            aws_secret_access_key=secret or self.secret,
                            config=Config(retries={"total_max_attempts": attempts, "mode": "standard"}, read_timeout=30))


def refusal(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value.response


def test_a_sealed_server_refuses_clearly_until_it_is_unsealed(deployment):
    with Sealable(deployment) as server:
        assert server.page("/healthz") == (200, "ok\n")
        assert server.page("/readyz") == (503, "sealed\n")
        assert "\nkagimori_sealed 1" in server.page("/metrics")[1]
        status = server.status()
        assert status["seal_state"] == "sealed" and status["secret_bytes"] == 0
        assert "audit_sequence" not in status

        response = refusal(server.client().list_keys)
        assert response["Error"]["Code"] == "ServiceUnavailable" and REASON in response["Error"]["Message"]
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 503
        assert re.fullmatch(r"[0-9a-f-]{36}", response["ResponseMetadata"]["RequestId"])
        # No credential is looked at: a wrong one gets the same answer.
        assert refusal(server.client(secret="x" * 40).list_keys)["Error"]["Code"] == "ServiceUnavailable"
        assert refusal(server.client("sts").get_caller_identity)["Error"]["Code"] == "ServiceUnavailable"
        assert int(re.search(r"\nkagimori_sealed_refusals_total (\d+)", server.page("/metrics")[1])[1]) >= 3

        wrong = server.unseal("wrong")
        assert wrong.returncode == 1 and "opens no slot" in wrong.stderr
        assert server.status()["seal_state"] == "sealed"

        assert server.unseal().returncode == 0
        assert server.page("/readyz") == (200, "ready\n")
        assert server.status()["seal_state"] == "unsealed"
        assert server.client().list_keys()["Keys"] == []
        again = server.unseal()
        assert again.returncode == 1 and "not sealed" in again.stderr


def test_an_sdk_waits_for_the_unseal(deployment):
    with Sealable(deployment, "--start-sealed", "--passphrase-file", str(deployment[0] / "passphrase")) as server:
        opening = threading.Thread(target=server.unseal)
        opening.start()
        keys = server.client(attempts=10).list_keys()
        opening.join()
        assert "Keys" in keys


def test_a_recovery_code_unseals(deployment):
    with Sealable(deployment) as server:
        done = server.command("unseal", "--recovery-code-file", deployment[0] / "recovery")
        assert done.returncode == 0, done.stderr
        assert server.status()["seal_state"] == "unsealed"


def test_a_seal_under_load_loses_nothing_and_leaves_no_key(deployment):
    folder, _, _ = deployment
    with Sealable(deployment) as server:
        assert server.unseal().returncode == 0
        key = server.client().create_key()["KeyMetadata"]["KeyId"]
        made, blobs, oddities, over = [], [], [], threading.Event()

        def load():
            kms = server.client()
            while not over.is_set():
                try:
                    made.append(kms.create_key()["KeyMetadata"]["KeyId"])
                    blobs.append(kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"])
                except ClientError as refused:
                    if refused.response["Error"]["Code"] != "ServiceUnavailable":
                        oddities.append(refused.response)
                except BotoCoreError as broken:  # the connection was closed, which an SDK tries again
                    if "onnection" not in type(broken).__name__:
                        oddities.append(broken)

        workers = [threading.Thread(target=load) for _ in range(6)]
        for worker in workers:
            worker.start()
        for _ in range(2):
            time.sleep(1)
            assert server.command("seal").returncode == 0
            status = server.status()
            assert status["seal_state"] == "sealed" and status["secret_bytes"] == 0, status
            assert server.unseal().returncode == 0
        time.sleep(0.5)
        over.set()
        for worker in workers:
            worker.join()
        assert oddities == []
        assert made and blobs
        kms = server.client()
        kept = {entry["KeyId"] for page in kms.get_paginator("list_keys").paginate() for entry in page["Keys"]}
        assert set(made) <= kept  # keys whose answers a seal cut off may be there besides
        for blob in blobs[:: max(1, len(blobs) // 50)]:
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

        assert server.command("seal").returncode == 0
        assert "already" in server.command("seal").stderr
        refused = server.command("seal", "test", "--passphrase-file", folder / "passphrase")
        assert refused.returncode == 1 and "sealed" in refused.stderr
        assert server.unseal("wrong").returncode == 1
        assert server.unseal().returncode == 0  # what happened while it was sealed is written down now
        assert server.command("seal").returncode == 0
    log = subprocess.run([BINARY, "audit", "verify", folder / "data" / "audit", "--key",
                          folder / "data" / "audit-public-key.pem"], capture_output=True, text=True, timeout=60)
    assert log.returncode == 0, log.stdout
    records = []
    for file in sorted((folder / "data" / "audit").iterdir()):
        if file.name.endswith(".jsonl") or file.name.endswith(".log"):
            records += [json.loads(line) for line in file.read_text().splitlines() if '"administration.kagimori"' in line]
    names = [(record["eventName"], record.get("errorCode")) for record in records]
    assert ("Unseal", "AdministrationFailed") in names and ("Unseal", None) in names and ("Seal", None) in names
    assert names[-1] == ("Seal", None)


def test_stop_and_reload_while_sealed(deployment):
    with Sealable(deployment) as server:
        server.process.send_signal(signal.SIGHUP)
        for _ in range(100):
            if "read again" in (deployment[0] / "serve.log").read_text():
                break
            time.sleep(0.05)
        assert server.status()["seal_state"] == "sealed"
