"""Runs the commands of a written exercise, exactly those of its code blocks, on a machine of the test's own.

Paths like /var/lib/kagimori lead into a temporary folder, `kagimori` is the program under test, and `systemctl start` and
`stop` start and stop `kagimori serve` as the unit would. Every ```sh block of the document is run, in order; what the
document prints as its result stands in a ```text block behind it and is compared, with `…` for what differs each time."""

import os
import re
import subprocess
import time
from pathlib import Path

import boto3
from botocore.config import Config

from conformance.support.server import BINARY, ROOT

PASSPHRASE = "correct horse battery staple"
REGION = "eu-central-1"

SYSTEMCTL = """#!/bin/bash
# systemctl start|stop kagimori[@NAME]
set -u
root={root}
unit=$2
name=${{unit#kagimori}}; name=${{name#@}}; name=${{name:-kagimori}}
pid=$root/run/$name.pid
case $1 in
start)
  "{binary}" serve --config "$root/etc/kagimori/$name.toml" >>"$root/run/$name.log" 2>&1 </dev/null &
  echo $! >"$pid"
  for _ in $(seq 600); do
    grep -q '"ready"\\|ready' <(tail -n +"$(( $(cat "$root/run/$name.lines" 2>/dev/null || echo 0) + 1 ))" "$root/run/$name.log") && exit 0
    kill -0 "$(cat "$pid")" 2>/dev/null || {{ tail -n 3 "$root/run/$name.log" >&2; wc -l <"$root/run/$name.log" >"$root/run/$name.lines"; exit 1; }}
    sleep 0.1
  done
  exit 1 ;;
stop)
  kill -TERM "$(cat "$pid")"
  while kill -0 "$(cat "$pid")" 2>/dev/null; do sleep 0.05; done
  wc -l <"$root/run/$name.log" >"$root/run/$name.lines" ;;
esac
"""


class Exercise:
    """One document and the machine that it is played on."""

    def __init__(self, document, folder):
        self.root = folder
        self.blocks = self._blocks((ROOT / "docs" / "operations" / document).read_text())
        self.next = 0
        self.names = set()
        for path in ("bin", "run", "root", "etc/kagimori", "var/lib", "mnt/backup", "mnt/anchors"):
            (folder / path).mkdir(parents=True)
        (folder / "run").chmod(0o700)
        (folder / "bin" / "kagimori").symlink_to(BINARY)
        systemctl = folder / "bin" / "systemctl"
        systemctl.write_text(SYSTEMCTL.format(root=folder, binary=BINARY))
        systemctl.chmod(0o755)

    @staticmethod
    def _blocks(text):
        found = re.findall(r"^```sh\n(.*?)^```\n(?:\s*^```text\n(.*?)^```\n)?", text, re.MULTILINE | re.DOTALL)
        assert found, "the document has no commands"
        return found

    def here(self, text):
        """The document's paths, on this machine."""
        return re.sub(r"(?<![\w./])/(var/lib|root|mnt|etc/kagimori)(?=/|\b)", lambda m: f"{self.root}/{m[1]}", text)

    def shell(self, script, fails=False):
        environment = {**os.environ, "PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", self.here(script)], text=True, capture_output=True,
                              timeout=180, env=environment, cwd=self.root)
        said = (done.stdout + done.stderr).replace(str(self.root), "")
        assert (done.returncode != 0) == fails, f"{script}\nended with {done.returncode}:\n{said}"
        return said

    def step(self, fails=False):
        """The next block of the document, with the result that it promises."""
        script, expected = self.blocks[self.next]
        self.next += 1
        said = self.shell(script, fails)
        for line in expected.splitlines():
            pattern = ".*".join(re.escape(part) for part in line.strip().split("…"))
            assert re.search(pattern, said), f"{script}\ndid not say `{line}`, but:\n{said}"
        return said

    def finish(self):
        assert self.next == len(self.blocks), f"{len(self.blocks) - self.next} blocks of the document were not run"

    def path(self, text):
        return Path(self.here(text))

    # The deployment that an exercise begins with.

    def set_up(self, name="kagimori", data="/var/lib/kagimori", extra=""):
        self.passphrase("/root/passphrase", PASSPHRASE)
        said = self.shell(f"kagimori init --data {data} --account 111122223333 --passphrase-file /root/passphrase "
                          f"--recovery-code-out /root/recovery-code --audit-key-out /root/audit.pem")
        self.access_key = re.search(r"Access key id: +(AKIA[A-Z2-7]{16})", said)[1]
        self.secret = re.search(r"Secret access key: +(\S{40})", said)[1]
        self.configure(name, data, extra)

    def configure(self, name="kagimori", data="/var/lib/kagimori", extra=""):
        self.path(f"/etc/kagimori/{name}.toml").write_text(self.here(
            f'data = "{data}"\nlisten = "127.0.0.1:0"\npassphrase-file = "/root/passphrase"\naudit-reserve = 1\n{extra}'))
        self.names.add(name)

    def passphrase(self, path, text):
        file = self.path(path)
        file.write_text(text + "\n")
        file.chmod(0o600)

    def stop_all(self):
        for pid in (self.root / "run").glob("*.pid"):
            try:
                os.kill(int(pid.read_text()), 9)
            except ProcessLookupError:
                pass

    def kms(self, data="/var/lib/kagimori"):
        for _ in range(100):
            status = subprocess.run([BINARY, "status", "--data", self.path(data)], text=True, capture_output=True)
            if url := re.search(r"http://127\.0\.0\.1:\d+", status.stdout):
                break
            time.sleep(0.1)
        return boto3.client("kms", endpoint_url=url[0], region_name=REGION, aws_access_key_id=self.access_key,
                            aws_secret_access_key=self.secret, config=Config(retries={"total_max_attempts": 1}))
