"""A server whose calls on its own files can be made to fail, while it runs or from the start."""

import mmap
import re
import subprocess

from conformance.support.server import BINARY, Server, raise_file_limit
from faults.support.recording import environment

RULE_BYTES = 4096


class FaultyServer(Server):
    def __init__(self, root):
        root.mkdir(mode=0o700)
        super().__init__(root / "data")
        self.rules_file = root / "rules"
        self.rules_file.write_bytes(bytes(RULE_BYTES))
        with self.rules_file.open("r+b") as file:
            self.rules = mmap.mmap(file.fileno(), RULE_BYTES)
        self.environment = environment([self.data], faults=self.rules_file)

    def fail(self, *rules):
        """(call, pattern, errno) each, from now on; none: everything works again."""
        text = "".join(f"{call} {pattern} {number}\n" for call, pattern, number in rules).encode()
        self.rules[:] = text.ljust(RULE_BYTES, b"\0")

    def start(self):
        raise_file_limit()
        self._run()
        line = self._first_line()
        if not line.startswith("ready http://127.0.0.1:"):
            self.process.kill()
            raise AssertionError(f"the server did not get ready ({line!r}):\n{self.log_tail()}")
        self.url = line.split()[1]
        return self

    def _run(self):
        command = [BINARY, "dev", "--data", self.data, "--listen", "127.0.0.1:0", *self.arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, env=self.environment
            )

    def start_refused(self):
        """Starts a server that must end by itself; gives its exit code and its last words."""
        before = self.log.stat().st_size if self.log.exists() else 0
        self._run()
        code = self._ended()
        said = self.log.read_text(errors="replace")[before:]
        return code, re.sub(r"\x1b\[[0-9;]*m", "", said)
