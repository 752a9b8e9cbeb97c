"""A production deployment: `kagimori init`, `kagimori serve` on plain HTTP, and the commands around them."""

import json
import re
import signal
import subprocess
import time

import boto3
from botocore.config import Config

from conformance.support.server import BINARY, START_SECONDS

PASSPHRASE = "correct horse battery staple"
REGION = "eu-central-1"


def write_secret(path, text):
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


class Production:
    """`folder` holds the data folder and, outside of it, the passphrase and the recovery code."""

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "data"
        self.passphrase = write_secret(folder / "passphrase", PASSPHRASE)
        self.recovery = folder / "recovery-code"
        self.log = folder.parent / f"{folder.name}.log"
        self.environment = None  # that `serve` runs in; None: this one
        self.process = None
        self.reserve_mib = "1"
        self.arguments = ()
        said = self.run("init", "--account", "111122223333", *self.proof(), "--recovery-code-out", self.recovery)
        self.key_id = re.search(r"Access key id: +(AKIA[A-Z2-7]{16})\n", said)[1]
        self.secret = re.search(r"Secret access key: +(\S{40})\n", said)[1]

    def proof(self, file=None):
        """What opens: a file with a recovery code, or by default with the passphrase."""
        if file is None or "passphrase" in file.name:
            return "--passphrase-file", file or self.passphrase
        return "--recovery-code-file", file

    def command(self, *arguments, data=None, environment=None):
        return subprocess.run([BINARY, *arguments, "--data", data or self.data], capture_output=True, text=True,
                              timeout=120, stdin=subprocess.DEVNULL, start_new_session=True, env=environment)

    def run(self, *arguments, **how):
        """A command that must succeed; what it printed."""
        done = self.command(*arguments, **how)
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def serve(self, *arguments, data=None, proof=None):
        """For `with`: the server is stopped at the end."""
        self.arguments = (*(proof or self.proof()), *arguments)
        self.served = data or self.data
        return self

    def __enter__(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--data", self.served, "--listen", "127.0.0.1:0", "--audit-reserve", self.reserve_mib,
                 "--cores", "2", *self.arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=self.environment)
        deadline = time.monotonic() + START_SECONDS
        while not (url := re.search(r"http://127\.0\.0\.1:\d+", self.command("status", data=self.served).stdout)):
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-4000:]
            time.sleep(0.05)
        self.url = url[0]
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        assert kind is not None or code == 0, self.log.read_text()[-4000:]

    def status(self):
        return json.loads(self.run("status", "--json", data=self.served))

    def kms(self):
        return boto3.client("kms", endpoint_url=self.url, region_name=REGION, aws_access_key_id=self.key_id,
                            aws_secret_access_key=self.secret,
                            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=32))

    def administration(self):
        """[(name, whether it failed, the event)] of the audit log's text files."""
        found = []
        for file in sorted((self.data / "audit").glob("*.jsonl")):
            for line in file.read_text().split("\n"):
                if '"administration.kagimori"' in line:
                    event = json.loads(line)
                    found.append((event["eventName"], "errorCode" in event, event))
        return found
