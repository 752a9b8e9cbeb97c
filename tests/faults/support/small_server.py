"""The server under test with an audit log and a store that turn over fast (tools/small_server.cc)."""

import resource
import subprocess

from conformance.support.server import Server, raise_file_limit
from faults.support.recording import TOOLS, environment

ROTATE_BYTES = 96 * 1024
WRITE_BUFFER_BYTES = 64 * 1024


class SmallServer(Server):
    """Everything that it writes is below `root`: the data folder and, elsewhere, the audit folder. `open_files`: its soft and
    hard limit of them."""

    def __init__(self, root, *, durability="synced", open_files=None, **recorder):
        root.mkdir(mode=0o700, exist_ok=True)
        self.root = root
        super().__init__(root / "data")
        self.log = root.parent / f"{root.name}.log"
        self.audit = root / "trail" / "audit"
        self.durability = durability
        self.open_files = open_files
        self.environment = environment([root], **recorder)

    def before_exec(self):
        if self.open_files is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, self.open_files)

    def start(self):
        raise_file_limit()
        sizes = [str(ROTATE_BYTES), str(WRITE_BUFFER_BYTES)]
        command = [TOOLS / "small_server", self.data, self.audit, self.durability, *sizes]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, env=self.environment,
                preexec_fn=self.before_exec,
            )
        line = self._first_line()
        if not line.startswith("ready http://127.0.0.1:"):
            self.process.kill()
            raise AssertionError(f"the server did not get ready ({line!r}):\n{self.log_tail()}")
        self.url = line.split()[1]
        return self
