"""Starts, stops and kills the server under test: `kagimori dev` on a free port of 127.0.0.1."""

import os
import resource
import select
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("KAGIMORI_BINARY", ROOT / "build" / "release" / "kagimori"))
START_SECONDS = 60  # a sanitizer's build on a busy machine is slow
ACCOUNT = "000000000000"
REGION = "us-east-1"


def raise_file_limit():
    """Sockets cost descriptors: as many as the system lets this process have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Server:
    before_exec = None  # called in the child before it becomes the server

    def __init__(self, data, *, cores=2, arguments=()):
        self.data = Path(data)
        self.arguments = ["--cores", str(cores), *arguments]
        self.process = None
        self.url = None
        self.log = Path(f"{self.data}.log")

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if self.process is not None:
            code = self.stop()
            assert kind is not None or code == 0, f"the server ended with {code}:\n{self.log_tail()}"

    def start(self):
        raise_file_limit()
        command = [BINARY, "dev", "--data", self.data, "--listen", "127.0.0.1:0", *self.arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=self.before_exec
            )
        line = self._first_line()
        if not line.startswith("ready http://127.0.0.1:"):
            self.process.kill()
            raise AssertionError(f"the server did not get ready ({line!r}):\n{self.log_tail()}")
        self.url = line.split()[1]
        return self

    def _first_line(self):
        deadline = time.monotonic() + START_SECONDS
        line = b""
        while not line.endswith(b"\n") and time.monotonic() < deadline:
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                piece = os.read(self.process.stdout.fileno(), 4096)
                if not piece:
                    break
                line += piece
        return line.decode()

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def stop(self):
        """Asks it to end and gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self._ended()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not end when asked to:\n{self.log_tail()}") from None

    def kill(self):
        self.process.kill()
        return self._ended()

    def _ended(self):
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process = None
        return code

    def log_tail(self):
        return self.log.read_text(errors="replace")[-4000:]

    def command(self, *arguments):
        """Runs another command of the program, e.g. ("dev", "clock", …)."""
        return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60, check=False)

    def advance_clock(self, by):
        done = self.command("dev", "clock", "advance", by, "--data", self.data)
        assert done.returncode == 0, done.stderr


def key_arn(key_id, region=REGION, account=ACCOUNT):
    return f"arn:aws:kms:{region}:{account}:key/{key_id}"


def alias_arn(name, region=REGION, account=ACCOUNT):
    return f"arn:aws:kms:{region}:{account}:{name}"
