"""A recorded run of the program's commands on a folder that was there before, and that folder at any instant of it: as a
kill leaves it, or as a power cut may."""

import shutil
import struct
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from conformance.support.server import BINARY
from faults.support.disk import Disk, write_image
from faults.support.power import images_folder
from faults.support.recording import environment, read_events

CHANGES = "WTRUDML"  # calls after which the folder is another one; O, when it makes a file
SYNC_DELAY = 300  # microseconds
LOOKERS = 2


def snapshot(root):
    """{path: bytes, or None for a folder}, parents first; without sockets."""
    paths = [path for path in sorted(root.rglob("*")) if path.is_file() or path.is_dir()]
    return {str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in paths}


class Recording:
    """Of all that one process after the other does below `root` in this recording's environment."""

    def __init__(self, root):
        self.root = root
        self.log = root.parent / f"{root.name}.recording"
        self.image = snapshot(root)
        self.environment = environment([root], log=self.log, delay=SYNC_DELAY)
        self._events = None

    def now(self):
        """The number of calls so far. Whatever has been answered was done by then."""
        while True:
            try:
                return len(read_events(self.log))
            except struct.error:  # the last one is being written
                pass

    @property
    def events(self):
        """Once the last process has ended."""
        if self._events is None:
            self._events = read_events(self.log)
        return self._events

    def changes(self):
        """The instants at which a kill finds another folder than at the one before."""
        return [
            index + 1
            for index, event in enumerate(self.events)
            if event.kind in CHANGES or (event.kind == "O" and event.offset == 1)
        ]


@dataclass
class Instant:
    index: int  # so many of the calls have been made
    how: str  # "kill", or the seed of the power cut
    findings: list


def look_at(recording, instants, look, ignores_sync=lambda path: False):
    """look(root, index) on a folder for each (index, how), a few at a time; gives what it returned, a list of findings each."""
    folder = Path(images_folder())
    room = threading.Semaphore(2 * LOOKERS)
    disk = Disk(recording.root, ignores_sync, recording.image)
    at = 0

    def one(number, image, index, how):
        try:
            root = folder / str(number)
            write_image(image, root)
            found = look(root, index)
            shutil.rmtree(root)
            return Instant(index, how, found)
        finally:
            room.release()

    try:
        with ThreadPoolExecutor(LOOKERS) as pool:
            waiting = []
            for number, (index, how) in enumerate(sorted(instants)):
                for event in recording.events[at:index]:
                    disk.apply(event)
                at = max(at, index)
                room.acquire()
                image = disk.newest() if how == "kill" else disk.image(f"{how}/{index}")
                waiting.append(pool.submit(one, number, image, index, how))
            return [one.result() for one in waiting]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_on(data, *arguments):
    """A command of the program on a data folder; (exit code, what it said)."""
    done = subprocess.run([BINARY, *arguments, "--data", data], capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, start_new_session=True)
    return done.returncode, done.stdout + done.stderr
