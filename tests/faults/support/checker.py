"""Opens data folders with the program itself (tools/image_checker.cc)."""

import json
import subprocess

from faults.support.recording import TOOLS, environment


class Checker:
    """One process that looks at one folder after the other; use one per thread."""

    def __init__(self, root):
        # Recovery's own syncs would only cost time: nobody cuts the power here.
        self.process = subprocess.Popen(
            [TOOLS / "image_checker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment([root], no_sync=True),
        )

    def look(self, data, audit):
        self.process.stdin.write(f"{data}\t{audit}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        return self.process.wait(timeout=60)
