"""Runs a program with the disk recorder (tools/disk_recorder.cc) and reads what it wrote down."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

from conformance.support.server import BINARY

TOOLS = Path(os.environ.get("KAGIMORI_FAULT_TOOLS", BINARY.parent / "tests" / "faults" / "tools"))
RECORDER = TOOLS / "disk_recorder.so"
_HEADER = struct.Struct("<Ic3xiiqII")


@dataclass(slots=True)
class Event:
    """One call that succeeded. See the recorder for `kind`."""

    kind: str
    descriptor: int
    flags: int
    offset: int
    first: bytes
    second: bytes


def environment(roots, *, log=None, no_sync=False, delay=0, faults=None):
    variables = dict(os.environ, LD_PRELOAD=str(RECORDER), KAGIMORI_DISK_ROOTS=":".join(map(str, roots)))
    if log is not None:
        variables["KAGIMORI_DISK_LOG"] = str(log)
    if no_sync:
        variables["KAGIMORI_DISK_NO_SYNC"] = "1"
    if delay:
        variables["KAGIMORI_DISK_DELAY"] = str(delay)
    if faults is not None:
        variables["KAGIMORI_DISK_FAULTS"] = str(faults)
    return variables


def read_events(log):
    data = Path(log).read_bytes()
    events, at = [], 0
    while at < len(data):
        size, kind, descriptor, flags, offset, first, second = _HEADER.unpack_from(data, at)
        start = at + _HEADER.size
        middle = start + first
        events.append(Event(kind.decode(), descriptor, flags, offset, data[start:middle], data[middle : middle + second]))
        at += size
    return events
